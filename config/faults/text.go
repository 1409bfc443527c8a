package faults

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"buckethead/config/diag"
)

// RangeOf converts a range of HCL to ours. An end before the start, which HCL
// returns for some broken text, becomes an empty range.
func RangeOf(r hcl.Range) diag.Range {
	if r.Filename == "" {
		return diag.Range{}
	}
	if r.End.Byte < r.Start.Byte {
		r.End = r.Start
	}
	return diag.Range{
		File:  r.Filename,
		Start: diag.Pos{Line: r.Start.Line, Column: r.Start.Column, Byte: r.Start.Byte},
		End:   diag.Pos{Line: r.End.Line, Column: r.End.Column, Byte: r.End.Byte},
	}
}

// Sentence ends a text with a full stop if it has none.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsRune(".!?:", rune(text[len(text)-1])) {
		return text
	}
	return text + "."
}

// Capital makes the first letter of a text a capital.
func Capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
