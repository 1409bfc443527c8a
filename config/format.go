package config

import (
	"bytes"

	"github.com/hashicorp/hcl/v2/hclwrite"

	"buckethead/config/diag"
	"buckethead/config/faults"
)

// Format returns the canonical form of a file: indentation, alignment and spacing,
// never the meaning. Formatting the result again changes nothing. Broken text is
// returned unchanged, with what is wrong. filename is used for the diagnostics only; no file
// is read or written.
func Format(src []byte, filename string) ([]byte, diag.List) {
	r := Options{}.reader(map[string][]byte{filename: src})
	if f := r.Parse(filename, src); f.Broken >= 0 {
		return src, faults.Capped(r.Found.List.Sorted())
	}
	out := hclwrite.Format(src)
	for range 8 { // some alignments only settle after others have
		again := hclwrite.Format(out)
		if bytes.Equal(again, out) {
			break
		}
		out = again
	}
	return out, nil
}

// Quotable returns text that [Format] found to be broken with asterisks over what may be a
// secret in the lines that the diagnostics point at.
func Quotable(src []byte, filename string) []byte {
	r := Options{}.reader(map[string][]byte{filename: src})
	r.Parse(filename, src)
	r.Sources.Quoted(r.Found.List)
	return r.Sources.Texts[filename]
}
