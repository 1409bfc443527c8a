package functions

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// World is what functions use in addition to their arguments.
type World struct {
	// Files are the files that a configuration may read.
	Files Files
	// Toil is the Toil of the [Meter] of the expression that calls a function.
	Toil func(work int64)
	// Env returns an environment variable with its marks, and whether it is set.
	Env func(name string) (cty.Value, bool)
	// Duration reads a length of time as the language writes it, "90d".
	Duration func(text string) (time.Duration, error)
	// Template parses a template so that evaluating it stays within the bounds of the
	// expression that calls it. path is "" for text that is in no file.
	Template func(src []byte, path string) (hclsyntax.Expression, hcl.Diagnostics)
	// Functions returns all functions as expressions call them, for those of templates.
	Functions func() map[string]function.Function
	// Secrets returns the marks of what an expression reads and must not be shown, whether or
	// not it has a value.
	Secrets func(e hclsyntax.Expression, ctx *hcl.EvalContext) cty.ValueMarks
	// Sensitive is the mark that sensitive() sets and nonsensitive() takes away.
	Sensitive any
	// Hidden reports whether a value with these marks must not be shown.
	Hidden func(marks cty.ValueMarks) bool

	once        sync.Once
	ofTemplates map[string]function.Function // all that a template can call
}

// Files reads files. Relative paths start from the folder of the configuration. Its errors
// say which file they are about and hold nothing of its content.
type Files interface {
	// Text returns the content of a file that must be text in UTF-8.
	Text(path string) (string, error)
	// Bytes returns the content of any regular file.
	Bytes(path string) ([]byte, error)
	// Exists reports whether there is a regular file.
	Exists(path string) (bool, error)
	// List returns the regular files of a folder and of the folders in it, as slash-separated
	// paths from there in order. Names with more than depth parts are left out, unless it is 0.
	// It is an error if the folder does not exist.
	List(folder string, depth int) ([]string, error)
}

// Doc is one row of the reference.
type Doc struct {
	Group     string // "Numbers"
	Name      string // "cidrsubnet"
	Signature string // "cidrsubnet(prefix, newbits, netnum)"
	Text      string // one sentence
	Example   string // an expression that calls the function
	Result    string // an expression for its value
}

// row is one function. It has f or, for one that needs the world, of.
type row struct {
	name            string
	f               function.Function
	of              func(*World) function.Function
	args            string // if the names of the parameters are not clear enough
	text            string
	example, result string
}

// group is some functions that are listed under one heading.
type group struct {
	title string
	rows  []row
}

// groups returns the whole table.
func groups() []group {
	return []group{numbers, texts, collections, encodings, digests, dates, networks, types, files, outside}
}

// All returns every function by its name.
func All(w *World) map[string]function.Function {
	out := map[string]function.Function{}
	for _, g := range groups() {
		for _, r := range g.rows {
			out[r.name] = r.f
			if r.of != nil {
				out[r.name] = r.of(w)
			}
		}
	}
	return out
}

// Docs returns the reference, by group and name.
func Docs() []Doc {
	var out []Doc
	for _, g := range groups() {
		first := len(out)
		for _, r := range g.rows {
			out = append(out, Doc{g.title, r.name, r.signature(), r.text, r.example, r.result})
		}
		slices.SortFunc(out[first:], func(a, b Doc) int { return strings.Compare(a.Name, b.Name) })
	}
	return out
}

func (r row) signature() string {
	if r.args != "" {
		return r.name + "(" + r.args + ")"
	}
	f := r.f
	if r.of != nil {
		f = r.of(&World{})
	}
	var params []string
	for _, p := range f.Params() {
		params = append(params, p.Name)
	}
	if p := f.VarParam(); p != nil {
		params = append(params, p.Name+"...")
	}
	return r.name + "(" + strings.Join(params, ", ") + ")"
}
