package files

import (
	"bytes"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
)

// File is one parsed file. Broken is the byte of its first syntax error, or -1.
type File struct {
	Name   string
	Body   *hclsyntax.Body
	Broken int
}

// Parse turns the text of one file into its body. After a syntax error the body
// holds what could be understood.
func (r *Reader) Parse(name string, src []byte) File {
	f := File{Name: name, Broken: -1}
	if !r.readable(name, src) {
		f.Broken, f.Body = 0, &hclsyntax.Body{}
		return f
	}
	if !r.parsable(name, src) {
		f.Broken, f.Body = 0, &hclsyntax.Body{}
		return f
	}
	parsed, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	f.Body, _ = parsed.Body.(*hclsyntax.Body)
	if f.Body == nil {
		f.Body = &hclsyntax.Body{}
	}
	expr.GuardIndexes(f.Body, src)
	r.Meter.Body(f.Body)
	for i, d := range diags {
		if i < faults.LookedAt {
			r.syntaxFault(d)
		}
		if d.Severity == hcl.DiagError && d.Subject != nil && (f.Broken < 0 || d.Subject.Start.Byte < f.Broken) {
			f.Broken = d.Subject.Start.Byte
		}
	}
	if diags.HasErrors() && f.Broken < 0 {
		f.Broken = 0
	}
	if f.Broken >= 0 {
		r.Sources.Tokens(name, src)
	}
	return f
}

// syntaxFault reports what the parser found.
func (r *Reader) syntaxFault(d *hcl.Diagnostic) {
	var subject, context hcl.Range
	if d.Subject != nil {
		subject = *d.Subject
	}
	if d.Context != nil {
		context = *d.Context
	}
	if d.Summary == "Attribute redefined" {
		r.Found.Report(faults.DuplicateAttribute, subject, context, d.Detail, "Keep one of the two.")
		return
	}
	r.Found.Report(faults.InvalidSyntax, subject, context, faults.Sentence(d.Summary)+" "+d.Detail,
		"Correct the text at this place; `bh fmt` shows the syntax errors of a single file.")
}

// Values reads and parses one file of variables.
func (r *Reader) Values(path string) hcl.Attributes {
	src, ok := r.read(path, false)
	if !ok || !r.readable(path, src) {
		return nil
	}
	var parsed *hcl.File
	var diags hcl.Diagnostics
	if filepath.Ext(path) == ".json" {
		src = bytes.TrimPrefix(src, []byte(functions.ByteOrderMark))
		if !r.distinctKeys(path, src) {
			return nil
		}
		parsed, diags = json.Parse(src, path)
	} else if place, deep := expr.TooDeep(src, path, hclsyntax.LexConfig); deep {
		diags = hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Nested too deep",
			Detail: "Simplify the value.", Subject: &place}}
	} else {
		parsed, diags = hclsyntax.ParseConfig(src, path, hcl.InitialPos)
	}
	if !diags.HasErrors() {
		var attributes hcl.Attributes
		attributes, diags = parsed.Body.JustAttributes()
		for _, a := range attributes {
			r.Meter.Outside(a.Expr)
		}
		if !diags.HasErrors() {
			return attributes
		}
	}
	for _, d := range diags {
		if d.Summary == "Invalid JSON keyword" {
			d.Detail = "Text must be in quotes." // the library's quotes the value
		}
		r.syntaxFault(d)
	}
	return nil
}

// WithoutConsequences returns the faults that do not depend on the part of a file that
// could not be parsed: those in blocks that end before it, except those that say that
// something is missing, because it may be in that part.
func WithoutConsequences(list diag.List, files []File) diag.List {
	broken := map[string]int{}
	for _, f := range files {
		if f.Broken >= 0 {
			broken[f.Name] = f.Broken
		}
	}
	if len(broken) == 0 {
		return list
	}
	absences := map[string]bool{}
	for _, k := range []diag.Kind{faults.UnknownReference, faults.MissingVariable, faults.UndeclaredVariable, faults.MissingConnection, faults.AmbiguousConnection,
		faults.UnknownConnection, faults.ImportUndeclared, faults.UnknownScheme} {
		absences[k.Code] = true
	}
	var out diag.List
	for _, d := range list {
		if d.Code == faults.InvalidSyntax.Code || d.Code == faults.DuplicateAttribute.Code {
			out = append(out, d)
			continue
		}
		at, inBroken := broken[d.Subject.File]
		if absences[d.Code] || inBroken && d.Code == faults.MissingAttribute.Code ||
			inBroken && max(d.Subject.End.Byte, d.Context.End.Byte) > at {
			continue
		}
		out = append(out, d)
	}
	return out
}
