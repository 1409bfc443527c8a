package config

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"buckethead/config/language"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/functions"
)

// input is a value for a variable from outside of the configuration: raw text,
// or an expression of a file of variables. source says whose value it is, as the
// beginning of a sentence.
type input struct {
	text    string
	expr    hcl.Expression
	subject hcl.Range
	source  string
}

// assignVariables sets the value of every variable, and makes var available to
// expressions.
func (l *loader) assignVariables() {
	inputs := l.fileInputs()
	for _, name := range slices.Sorted(maps.Keys(l.options.Vars)) {
		if _, declared := l.variables[name]; !declared {
			l.undeclared(name, hcl.Range{}, "--var")
			continue
		}
		inputs[name] = input{text: l.options.Vars[name], source: "The value of --var"}
	}
	for _, name := range slices.Sorted(maps.Keys(l.variables)) {
		v := l.variables[name]
		in, outside := inputs[name]
		if text, _ := l.options.env("BH_VAR_" + name); text != "" && !outside {
			in, outside = input{text: text, source: "The value of BH_VAR_" + name}, true
		}
		v.assign(l.needing(v.block, &v.lacks), in, outside)
	}
	values := make(map[string]cty.Value, len(l.variables))
	for name, v := range l.variables {
		values[name] = v.value
	}
	l.root.Variables["var"] = objectOf(values)
	for _, name := range slices.Sorted(maps.Keys(l.variables)) {
		l.variables[name].validate(l)
	}
}

func (l *loader) undeclared(name string, subject hcl.Range, source string) {
	fix := fmt.Sprintf("Declare it: variable %q { ... }, or remove the value.", name)
	if near := language.Similar(name, slices.Collect(maps.Keys(l.variables))); near != "" {
		fix = fmt.Sprintf("Did you mean %q?", near)
	}
	l.report(undeclaredVariable, subject, hcl.Range{},
		fmt.Sprintf("%s sets a value for %q, but no variable of that name is declared.", source, name), fix)
}

// fileInputs reads the files of variables; a later one wins.
func (l *loader) fileInputs() map[string]input {
	inputs := map[string]input{}
	for _, path := range l.options.VarFiles {
		src, ok := l.readFile(path, false)
		if !ok {
			continue
		}
		for name, a := range l.fileAttributes(path, src) {
			if _, declared := l.variables[name]; !declared {
				l.undeclared(name, a.NameRange, path)
				continue
			}
			inputs[name] = input{expr: a.Expr, subject: a.Expr.Range(), source: "The value in " + path}
		}
	}
	return inputs
}

// fileAttributes parses one file of variables.
func (l *loader) fileAttributes(path string, src []byte) hcl.Attributes {
	if !l.readable(path, src) {
		return nil
	}
	var parsed *hcl.File
	var diags hcl.Diagnostics
	if filepath.Ext(path) == ".json" {
		src = bytes.TrimPrefix(src, []byte(functions.ByteOrderMark))
		if !l.distinctKeys(path, src) {
			return nil
		}
		parsed, diags = json.Parse(src, path)
	} else if place, deep := tooDeep(src, path, hclsyntax.LexConfig); deep {
		diags = hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Nested too deep",
			Detail: "Simplify the value.", Subject: &place}}
	} else {
		parsed, diags = hclsyntax.ParseConfig(src, path, hcl.InitialPos)
	}
	if !diags.HasErrors() {
		var attributes hcl.Attributes
		attributes, diags = parsed.Body.JustAttributes()
		for _, a := range attributes {
			l.meter.outside(a.Expr)
		}
		if !diags.HasErrors() {
			return attributes
		}
	}
	for _, d := range diags {
		if d.Summary == "Invalid JSON keyword" {
			d.Detail = "A text stands in quotes." // the library's quotes the value
		}
		l.syntaxFault(d)
	}
	return nil
}

// parse returns the value of an input before it is made to fit the variable's type.
// Text for a string, or for a variable without a type, is the value as it stands;
// for any other type it is an expression, such as ["a", "b"].
func (v *variable) parse(s *scope, in input) (cty.Value, bool) {
	expr, plainText := in.expr, v.kind == cty.String || v.kind == cty.DynamicPseudoType
	if expr == nil && plainText {
		return cty.StringVal(in.text), true
	}
	var diags hcl.Diagnostics
	if expr == nil {
		if _, deep := tooDeep([]byte(in.text), "", hclsyntax.LexConfig); deep {
			diags = hcl.Diagnostics{{Severity: hcl.DiagError, Detail: "It is nested too deep."}}
		} else if twins([]byte(in.text)) != nil {
			diags = hcl.Diagnostics{{Severity: hcl.DiagError, Detail: "Two words in it look the same, and their accents are encoded in two ways."}}
		} else {
			expr, diags = hclsyntax.ParseExpression([]byte(in.text), "", hcl.InitialPos)
			s.l.meter.outside(expr)
		}
	}
	value := cty.DynamicVal
	if !diags.HasErrors() {
		value, diags = s.l.meter.value(expr, nil)
	}
	if !diags.HasErrors() {
		return value, true
	}
	why := " " + sentence(diags[0].Detail)
	if v.withheld() {
		why = ""
	}
	s.report(carried{origin: v.origin}.kind(invalidVariable), in.subject, fmt.Sprintf("%s cannot be read as a value for %q.%s", in.source, v.name, why),
		`Write it as in the file: true, 5, ["a", "b"] or { name = "value" }; a string in such a value stands in quotes.`)
	return value, false
}
