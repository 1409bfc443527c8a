package config

import (
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/functions"
)

// readable reports whether a file of the language is text that can be parsed. Text in
// another encoding would have an error for each of its characters, which quotes them.
func (r *Reader) readable(name string, src []byte) bool {
	start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if is := encoding(src); is != "" {
		if _, shown := r.Sources.Texts[name]; shown {
			r.Sources.Texts[name] = nil
		}
		r.report(wrongEncoding, start, fmt.Sprintf("%s %s.", name, is), saveAsUTF8)
		return false
	}
	err := twins(src)
	if err != nil && filepath.Ext(name) != ".json" {
		err = twins(withoutComments(src, name))
	}
	if err != nil {
		r.report(duplicateKey, start, fmt.Sprintf("In %s, %s.", name, err), functions.OneSpelling)
		return false
	}
	return true
}

// distinctKeys checks a file of variables in JSON. It quotes no key, which may be part of
// a secret.
func (r *Reader) distinctKeys(path string, src []byte) bool {
	twice, err := functions.RepeatedKey(src)
	if deep, is := err.(*functions.Fault); is {
		r.report(tooLarge, hcl.Range{Filename: path, Start: hcl.InitialPos, End: hcl.InitialPos}, sentence(deep.What), deep.Fix)
		return false
	}
	if twice != nil {
		again := hcl.Pos{Line: twice.Again, Column: 1}
		r.report(duplicateKey, hcl.Range{Filename: path, Start: again, End: again},
			fmt.Sprintf("The key in line %d of %s is written again in line %d.", twice.First, path, twice.Again),
			"Remove one of the two, or give it another name.")
		return false
	}
	return true
}

// parsable reports whether a text can be parsed with bounded memory and stack.
func (r *Reader) parsable(name string, src []byte) bool {
	s := surveyed(src)
	start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if r.tokens += s.tokens; r.tokens > tokenLimit {
		r.report(tooLarge, start, fmt.Sprintf("With %s, the files have more than %d million words and signs, the most that bh reads.",
			name, tokenLimit/1_000_000), "Split the configuration into several with a state of their own.")
		return false
	}
	if s.odd > oddLimit {
		r.report(invalidSyntax, start, fmt.Sprintf("%s has more than %d characters that are not part of the language.", name, oddLimit),
			"Check that it is a file of bh.")
		return false
	}
	if s.depth <= maxDepth {
		return true
	}
	place, deep := deepToken(src, name, hclsyntax.LexConfig)
	if deep {
		r.report(invalidSyntax, place, fmt.Sprintf("The expression is nested more than %d levels deep.", maxDepth),
			"Split the expression into several locals.")
	}
	return !deep
}
