package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/diag"
	"buckethead/config/functions"
)

const saveAsUTF8 = "Save the file as UTF-8."

// faultKinds are the kinds of fault that functions tell apart.
var faultKinds = map[functions.FaultKind]diag.Kind{
	functions.TooLarge: tooLarge, functions.DuplicateKey: duplicateKey, functions.WrongEncoding: wrongEncoding,
	functions.UnknownName: unknownReference, functions.UnknownCall: unknownFunction,
}

// caused reports the error of a function that says itself what kind of fault it is,
// and whether it is one.
func (s *scope) caused(d *hcl.Diagnostic, subject hcl.Range, hidden bool) bool {
	err, _ := d.Extra.(error)
	if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); err == nil && ok {
		err = extra.FunctionCallError()
	}
	switch e := err.(type) {
	case *functions.Fault:
		if hidden && e.Kind != functions.TooLarge {
			return false
		}
		s.report(faultKinds[e.Kind], subject, capital(sentence(e.What)), e.Fix)
		return true
	case interface {
		fault() (diag.Kind, string, string)
	}:
		limit, tells := e.(*limitError)
		if hidden && !tells {
			return false
		}
		if tells && limit.all && s.l.meter.secrets {
			s.l.tooMuchOfSecrets()
			return true
		}
		kind, detail, fix := e.fault()
		s.report(kind, subject, detail, fix)
		return true
	}
	return false
}

// readable reports whether a file of the language is text that can be parsed. Text in
// another encoding would have an error for each of its characters, which quotes them.
func (l *loader) readable(name string, src []byte) bool {
	start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if is := encoding(src); is != "" {
		if _, shown := l.config.Sources[name]; shown {
			l.config.Sources[name] = nil
		}
		l.report(wrongEncoding, start, hcl.Range{}, fmt.Sprintf("%s %s.", name, is), saveAsUTF8)
		return false
	}
	err := twins(src)
	if err != nil && filepath.Ext(name) != ".json" {
		err = twins(withoutComments(src, name))
	}
	if err != nil {
		l.report(duplicateKey, start, hcl.Range{}, fmt.Sprintf("In %s, %s.", name, err), functions.OneSpelling)
		return false
	}
	return true
}

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

// distinctKeys checks a file of variables in JSON. It quotes no key, which may be part of
// a secret.
func (l *loader) distinctKeys(path string, src []byte) bool {
	twice, err := functions.RepeatedKey(src)
	if deep, is := err.(*functions.Fault); is {
		l.report(tooLarge, hcl.Range{Filename: path, Start: hcl.InitialPos, End: hcl.InitialPos}, hcl.Range{}, sentence(deep.What), deep.Fix)
		return false
	}
	if twice != nil {
		again := hcl.Pos{Line: twice.Again, Column: 1}
		l.report(duplicateKey, hcl.Range{Filename: path, Start: again, End: again}, hcl.Range{},
			fmt.Sprintf("The key in line %d of %s is written again in line %d.", twice.First, path, twice.Again),
			"Remove one of the two, or give it another name.")
		return false
	}
	return true
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

// twins finds two words of a text that look the same and differ in how their accents are
// encoded. cty makes them one, so that they would be merged silently.
func twins(src []byte) error {
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
			return fmt.Errorf("%q in line %d and in line %d look the same, and their accents are encoded in two ways",
				same, other.line, line)
		}
	}
	return nil
}
