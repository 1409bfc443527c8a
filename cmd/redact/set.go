// Package redact keeps known secrets out of what bh writes.
//
// A [Set] holds the secrets of one run: whatever learns a secret adds it, and every stream, log
// and file for people goes through a [Writer] of that set, which writes [Marker] instead. It is
// a safety net behind the rules that keep secrets out of plans and messages, and does not
// replace them: it does not recognise a secret that was cut into pieces, reversed or encrypted.
//
// # What is found
//
// A value of at least twelve bytes, as it is, and in these encodings, which may be nested once:
// backslash escapes as in JSON, Go and Graphviz; percent escapes as in URLs; entities as in
// HTML, Markdown pages and Mermaid. Also its hex digits, and its base64 in either alphabet,
// also within the base64 of a longer text. If a value has several lines, each line counts
// separately. If a view shortens a text, as "head…tail", the head and the tail of a secret are
// found as well, with the whole word up to the ellipsis.
//
// Nobody can use the net to test guesses about a secret: a value that a file computes from part
// of a secret is never added to a set.
//
// A secret can come in several writes. So a Writer holds back the end of its input, but only
// while that could be the beginning of a known secret.
//
// # Two kinds of secrets
//
// [Set.Add] is for the secrets that bh works with: tokens, keys, age identities. Nothing that
// bh records may contain one ([Set.Contains]), and no other process gets one by accident
// ([Set.Holds]). [Set.Hide] is for texts that may not be secrets: a variable that is named like
// a secret, a field of an item that anybody can edit. They are not printed. But such a text can
// also be the name of a bucket, and must not keep bh from writing its state.
package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"unicode"

	"buckethead/vendors"
)

// Marker is written instead of a secret.
const Marker = "[secret]"

// Set holds the known secrets of a run. The zero value holds none. A nil Set holds none
// either, and learns nothing. A Set is safe for concurrent use.
type Set struct {
	mu     sync.RWMutex
	index  index
	values map[string]bool // whatever their length; true for those of Add
}

// Add adds secrets that bh works with.
func (s *Set) Add(secrets ...vendors.Secret) { s.learn(true, secrets) }

// Hide adds a text that must not be printed.
func (s *Set) Hide(secrets ...vendors.Secret) { s.learn(false, secrets) }

func (s *Set) learn(used bool, secrets []vendors.Secret) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range secrets {
		value := secret.Reveal()
		if known, isKnown := s.values[value]; value == "" || isKnown && (known || !used) {
			continue
		}
		if s.values == nil {
			s.values = map[string]bool{}
		}
		s.values[value] = used
		s.index.add(value, used)
	}
}

// Holds reports whether a text is a secret that bh works with, or contains one.
func (s *Set) Holds(text string) bool {
	if s == nil || text == "" {
		return false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	// Base64 comes in lines, often of 76 digits.
	return s.values[text] || s.index.contains([]byte(text)) || s.index.contains([]byte(strings.Join(strings.Fields(text), "")))
}

// Contains reports whether one of the texts contains a secret that bh works with.
func (s *Set) Contains(texts ...[]byte) bool {
	if s == nil {
		return false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(texts, s.index.contains)
}

// Replace returns a text with each secret replaced by [Marker].
func (s *Set) Replace(text string) string {
	if s == nil {
		return text
	}
	out, _ := s.replace([]byte(text), true)
	return string(out)
}

// replace returns the part of a text that can be written, and the tail that must be held back.
// If the text is complete, nothing is held back.
func (s *Set) replace(text []byte, complete bool) (out, rest []byte) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at := 0 // what comes before is in out
	end := s.index.every(text, complete, anySecret, func(found []span) {
		for _, span := range found {
			out = append(append(out, text[at:span.start]...), Marker...)
			at = span.end
		}
	})
	if i := finalControl(text); i >= 0 && i < end {
		end = len(text)
	}
	if at == 0 {
		return text[:end], text[end:]
	}
	return append(out, text[at:end]...), text[end:]
}

// finalControl returns where a terminal control sequence at the end of a text begins, or -1. Half a
// sequence, followed by text from another stream, would harm the terminal, and its last letter is not
// part of a secret.
func finalControl(text []byte) int {
	i := bytes.LastIndex(text, []byte("\x1b["))
	if i < 0 || i+2 == len(text) {
		return -1
	}
	for _, c := range text[i+2 : len(text)-1] {
		if c < 0x20 || c > 0x3f {
			return -1
		}
	}
	if last := text[len(text)-1]; last < 0x40 || last > 0x7e {
		return -1
	}
	return i
}

var oneLine = strings.NewReplacer("\n", " ", "\t", " ")

// forms returns the forms of a secret to look for in a text whose escapes have been decoded.
func forms(value string) []string {
	// Without surrounding space, which would hold back the end of every line. Names are printed
	// on one line.
	pieces := []string{strings.TrimSpace(value), strings.TrimSpace(oneLine.Replace(value))}
	// Views print what is on another line elsewhere, and control characters not at all.
	for _, piece := range strings.FieldsFunc(value, unicode.IsControl) {
		if piece = strings.TrimSpace(piece); !strings.HasPrefix(piece, "-----") { // PEM's own lines are no secret
			pieces = append(pieces, piece)
		}
	}
	slices.Sort(pieces)
	var out []string
	for _, piece := range slices.Compact(pieces) {
		if len(piece) < window {
			continue
		}
		out = append(out, piece)
		if strings.Contains(piece, " ") {
			out = append(out, strings.ReplaceAll(piece, " ", "+")) // of a query
		}
		digits := hex.EncodeToString([]byte(piece))
		out = append(out, digits, strings.ToUpper(digits))
		for offset := range 3 {
			out = append(out, base64At(piece, offset)...)
		}
		for _, alone := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			out = append(out, alone.EncodeToString([]byte(piece)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// base64At returns the base64 digits that depend only on a value, if the given number of bytes,
// up to two, come before it in a group of three.
func base64At(value string, offset int) []string {
	padded := make([]byte, offset, offset+len(value))
	padded = append(padded, value...)
	text := base64.RawStdEncoding.EncodeToString(padded)
	first := (8*offset + 5) / 6
	last := 8 * len(padded) / 6 // a partial digit also has bits of what follows
	text = text[first:last]
	if other := strings.NewReplacer("+", "-", "/", "_").Replace(text); other != text {
		return []string{text, other}
	}
	return []string{text}
}
