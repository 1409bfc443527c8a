package files

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/functions"
)

const saveAsUTF8 = "Save the file as UTF-8."

// withoutComments returns a text with spaces for its comments.
func withoutComments(src []byte, name string) []byte {
	out := bytes.Clone(src)
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment {
			continue
		}
		for i := t.Range.Start.Byte; i < t.Range.End.Byte; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	return out
}

// encoding says what is wrong with a text that is not UTF-8, as the rest of a sentence
// about its file, or returns "". It quotes no part of the text.
func encoding(src []byte) string {
	switch {
	case bytes.HasPrefix(src, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(src, []byte("\x00\x00\xfe\xff")):
		return "is UTF-32, and bh reads UTF-8"
	case bytes.HasPrefix(src, []byte("\xff\xfe")), bytes.HasPrefix(src, []byte("\xfe\xff")):
		return "is UTF-16, and bh reads UTF-8"
	case bytes.HasPrefix(src, []byte("\x1f\x8b")):
		return "is compressed with gzip, and bh reads text"
	}
	if at := bytes.IndexByte(src, 0); at >= 0 {
		if half := src[:min(len(src), 400)]; 3*bytes.Count(half, []byte{0}) > len(half) {
			return "looks like UTF-16, and bh reads UTF-8"
		}
		return fmt.Sprintf("is not text: line %d holds a NUL byte", functions.LineOf(src, at))
	}
	if utf8.Valid(src) {
		return ""
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && size <= 1 {
			return fmt.Sprintf("is not UTF-8 text: line %d holds the byte 0x%02X, which may be Latin-1", functions.LineOf(src, at), src[at])
		}
		at += size
	}
}

// Twins finds two words of a text that look the same and differ in how their accents are
// encoded. cty makes them one, so that they would be merged silently.
func Twins(src []byte) error {
	if cty.NormalizeString(string(src)) == string(src) {
		return nil
	}
	type place struct {
		text string
		line int
	}
	first, line := map[string]place{}, 1
	for len(src) > 0 {
		end := bytes.IndexFunc(src, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && r != '-' && r != '_' })
		switch {
		case end < 0:
			end = len(src)
		case end == 0:
			if src[0] == '\n' {
				line++
			}
			_, size := utf8.DecodeRune(src)
			src = src[size:]
			continue
		}
		word := string(src[:end])
		src = src[end:]
		same := cty.NormalizeString(word)
		if other, known := first[same]; !known {
			first[same] = place{word, line}
		} else if other.text != word {
			return fmt.Errorf("%q in line %d and in line %d look the same, but their accents are encoded differently",
				same, other.line, line)
		}
	}
	return nil
}
