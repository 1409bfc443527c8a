package files

import (
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
)

const (
	// tokenLimit bounds the tokens of all files, of which the parser makes a few hundred
	// bytes each. The blocks of 100,000 projects have 4 million.
	tokenLimit = 12_000_000
	// oddLimit bounds the characters outside of strings that are not HCL: the parser makes
	// an error of each. Some are in comments.
	oddLimit = 500_000
)

// readable reports whether a file of the language is text that can be parsed. Text in
// another encoding would have an error for each of its characters, which quotes them.
func (r *Reader) readable(name string, src []byte) bool {
	start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if is := encoding(src); is != "" {
		if _, shown := r.Sources.Texts[name]; shown {
			r.Sources.Texts[name] = nil
		}
		r.report(faults.WrongEncoding, start, fmt.Sprintf("%s %s.", name, is), saveAsUTF8)
		return false
	}
	err := Twins(src)
	if err != nil && filepath.Ext(name) != ".json" {
		err = Twins(withoutComments(src, name))
	}
	if err != nil {
		r.report(faults.DuplicateKey, start, fmt.Sprintf("In %s, %s.", name, err), functions.OneSpelling)
		return false
	}
	return true
}

// distinctKeys checks a file of variables in JSON. It does not quote keys, because a key may be
// part of a secret.
func (r *Reader) distinctKeys(path string, src []byte) bool {
	twice, err := functions.RepeatedKey(src)
	if deep, is := err.(*functions.Fault); is {
		r.report(faults.TooLarge, hcl.Range{Filename: path, Start: hcl.InitialPos, End: hcl.InitialPos}, faults.Sentence(deep.What), deep.Fix)
		return false
	}
	if twice != nil {
		again := hcl.Pos{Line: twice.Again, Column: 1}
		r.report(faults.DuplicateKey, hcl.Range{Filename: path, Start: again, End: again},
			fmt.Sprintf("The key in line %d of %s appears again in line %d.", twice.First, path, twice.Again),
			"Remove one of the two, or give it another name.")
		return false
	}
	return true
}

// parsable reports whether a text can be parsed with bounded memory and stack.
func (r *Reader) parsable(name string, src []byte) bool {
	s := expr.SurveyOf(src)
	start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if r.tokens += s.Tokens; r.tokens > tokenLimit {
		r.report(faults.TooLarge, start, fmt.Sprintf("With %s, the files have more than %d million words and signs, the most that bh reads.",
			name, tokenLimit/1_000_000), "Split the configuration into several, each with its own state.")
		return false
	}
	if s.Odd > oddLimit {
		r.report(faults.InvalidSyntax, start, fmt.Sprintf("%s has more than %d characters that are not part of the language.", name, oddLimit),
			"Check that it is a file for bh.")
		return false
	}
	if s.Depth <= expr.MaxDepth {
		return true
	}
	place, deep := expr.DeepToken(src, name, hclsyntax.LexConfig)
	if deep {
		r.report(faults.InvalidSyntax, place, fmt.Sprintf("The expression is nested more than %d levels deep.", expr.MaxDepth),
			"Split the expression into several locals.")
	}
	return !deep
}
