// Package redact keeps known secrets out of what bh writes.
//
// A [Set] holds the secrets of one run: whatever learns a secret adds it, and every
// stream, log and file for people goes through a [Writer] of that set, which writes
// [Marker] instead. It is a net behind the rules that keep secrets out of plans and
// messages, and not one of them: it does not know a secret that was cut into pieces,
// turned around or encrypted.
//
// # What is found
//
// A value of at least twelve bytes, as it stands, and as these write it, alone or one in
// another, twice at most: backslash escapes as in JSON, Go and Graphviz; percent escapes as
// in URLs; entities as in HTML, Markdown pages and Mermaid. Also its hex digits, and its
// base64 in either alphabet, also within the base64 of a longer text. Of a value with
// several lines, each line counts by itself. If a view shortens a text, as "head…tail", the
// head and the tail of a secret are found as well, with the whole word up to the ellipsis.
//
// The net answers no guesses as long as nobody can make a secret for it: what a file makes of a
// part of one is never added to a set.
//
// A secret can come in several writes. So a Writer holds back the end of what it was given,
// but only as long as that is the beginning of a known secret.
//
// # Two kinds of secrets
//
// [Set.Add] is for the secrets that bh works with: tokens, keys, age identities. Nothing
// that bh records may contain one ([Set.Contains]), and no other process gets one by accident
// ([Set.Holds]). [Set.Hide] is for what may not be one: a variable that is called a secret, a
// field of an item that anybody can edit. It is not printed. But it can be the name of a
// bucket too, which must not keep bh from writing its state.
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

// Marker stands for a secret.
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

// replace returns what can be written of a text, and the end of it that has to be held
// back. Nothing has if the text is complete.
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

// finalControl returns where the control sequence of a terminal begins that ends a text, or -1. Half a
// sequence, with the text of another stream after it, would harm the terminal, and its last letter is no
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

// forms returns what stands for a secret in a text whose escapes have been undone.
func forms(value string) []string {
	// Without what stands around it, which would have every end of a line held back.
	// Names are printed in one line.
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

// base64At returns the digits of base64 that only a value decides if so many bytes, up to
// two, stand before it in a group of three.
func base64At(value string, offset int) []string {
	padded := make([]byte, offset, offset+len(value))
	padded = append(padded, value...)
	text := base64.RawStdEncoding.EncodeToString(padded)
	first := (8*offset + 5) / 6
	last := 8 * len(padded) / 6 // a digit that is not whole has bits of what follows
	text = text[first:last]
	if other := strings.NewReplacer("+", "-", "/", "_").Replace(text); other != text {
		return []string{text, other}
	}
	return []string{text}
}
