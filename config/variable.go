package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/config/functions"
)

// variable is one variable block.
type variable struct {
	name        string
	block       *hclsyntax.Block
	description string // nobody reads it
	kind        cty.Type
	optional    *typeexpr.Defaults
	sensitive   bool
	origin      string // of a value that is a secret by the variable's name, whatever the file says; else ""
	nullable    bool
	fallback    *hclsyntax.Attribute // default
	value       cty.Value            // cty.DynamicVal where a fault keeps it from having one
	typed       bool                 // the type is known
	lacks       []Lack               // why it has no value
}

// withheld reports whether nothing may be told of the variable's value.
func (v *variable) withheld() bool { return v.sensitive || v.origin != "" }

func (l *loader) variableNames(name string) bool { _, ok := l.variables[name]; return ok }

// declareVariables reads the variable blocks, but for their values.
func (l *loader) declareVariables() {
	for _, b := range l.blocks.variable {
		v := &variable{name: b.Labels[0], block: b, kind: cty.DynamicPseudoType, value: cty.DynamicVal, typed: true}
		variableBlock.SetDefaults(v)
		s := l.scope(b)
		if first, twice := l.variables[v.name]; twice {
			s.duplicate(b, first.block, fmt.Sprintf("The variable %q", v.name))
			continue
		}
		l.variables[v.name] = v
		v.decode(s)
	}
}

func (v *variable) decode(s *scope) {
	attributes := v.block.Body.Attributes
	if a := attributes["type"]; a != nil {
		kind, optional, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
		if diags.HasErrors() {
			v.typed = false
			s.report(invalidType, a.Expr.Range(), sentence(diags[0].Detail),
				"Types are string, number, bool, any, list(...), set(...), map(...), object({...}) and tuple([...]).")
		} else {
			v.kind, v.optional = kind, optional
		}
	}
	if _, faults := s.fill(v.block, variableBlock, v); faults&variableBlock.Set("sensitive") != 0 {
		v.sensitive = true // when in doubt, nothing is shown
	}
	v.fallback = attributes["default"]
	if v.sensitive && v.fallback != nil {
		s.l.mask(v.fallback.Expr)
		s.l.maskKeys(v.fallback.Expr)
	}
}

// duplicate reports that a block declares what another one declares already.
func (s *scope) duplicate(b, first *hclsyntax.Block, what string) {
	s.report(duplicateBlock, b.DefRange(),
		fmt.Sprintf("%s is declared twice: here and at %s.", what, toRange(first.DefRange())),
		"Remove one of the two, or give it another name.")
}

// assign sets the value of the variable: what was given from outside, else the
// default.
func (v *variable) assign(s *scope, in input, outside bool) {
	switch {
	case outside:
		if s.l.options.SecretVariable("BH_VAR_" + v.name) {
			v.origin = "var." + v.name
		}
		if value, ok := v.parse(s, in); ok {
			v.convert(s, value, in.subject, in.source)
		}
	case v.fallback != nil:
		s.hidden = v.sensitive
		value, ok := s.evaluate(v.fallback.Expr)
		if ok {
			v.convert(s, value, v.fallback.Expr.Range(), "The default")
		}
	default:
		s.lack(missingVariable, v.block.DefRange(), fmt.Sprintf("The variable %q has no value and no default.", v.name),
			s.l.unreadValues()+fmt.Sprintf("Set it with --var %[1]s=VALUE, with a line %[1]s = VALUE in a file that --var-file names, "+
				"or with BH_VAR_%[1]s in the environment; or give it a default.", v.name))
	}
}

// convert makes a value fit the variable's type and marks it where it is
// sensitive. Errors about a sensitive variable quote nothing of its value.
func (v *variable) convert(s *scope, value cty.Value, subject hcl.Range, source string) {
	if !v.typed {
		return
	}
	if v.optional != nil && !value.IsNull() {
		value = v.optional.Apply(value)
	}
	_, of := unmark(value)
	if v.origin != "" {
		of = carried{sensitive: true, origin: v.origin}
	}
	converted, err := functions.Convert(value, v.kind)
	if err != nil {
		why := sentence(": " + functions.ConversionFault(err))
		if v.withheld() || of.sensitive {
			why = "."
		}
		s.report(of.kind(invalidVariable), subject,
			fmt.Sprintf("%s does not fit the variable %q, which is of type %s%s",
				source, v.name, typeexpr.TypeString(v.kind), why),
			"Give it a value of that type, or change the type.")
		return
	}
	if converted.IsNull() && !v.nullable {
		s.report(of.kind(invalidVariable), subject,
			fmt.Sprintf("%s is null, and the variable %q has nullable = false.", source, v.name), "Give it a value.")
		return
	}
	if v.sensitive {
		converted = converted.Mark(sensitive)
	}
	if v.origin != "" {
		converted = converted.Mark(secretOf(v.origin))
	}
	v.value = converted
}

// validate checks the variable's value against its validation blocks.
func (v *variable) validate(l *loader) {
	for _, b := range v.block.Body.Blocks {
		if b.Type != "validation" {
			continue
		}
		s := l.needing(b, &l.unused)
		s.known(b.Body, variableBlock.Block(b.Type))
		condition, message := s.require(b, "condition"), s.require(b, "error_message")
		if condition == nil || message == nil || !s.readsNoSecret(message, "error_message") {
			continue
		}
		holds, ok := s.evaluate(condition.Expr)
		if !ok || v.value == cty.DynamicVal {
			continue
		}
		holds, of := unmark(holds)
		holds, err := convert.Convert(holds, cty.Bool)
		if err != nil || holds.IsNull() {
			s.report(of.kind(wrongType), condition.Expr.Range(), "The condition must be true or false.",
				"Compare something, or use can().")
			continue
		}
		if holds.False() {
			s.report(of.kind(failedValidation), condition.Expr.Range(), s.message(message, v),
				fmt.Sprintf("Give the variable %q another value.", v.name))
		}
	}
}

// message evaluates the error_message of a validation; one that would show a
// sensitive value is withheld.
func (s *scope) message(a *hclsyntax.Attribute, v *variable) string {
	value, ok := s.evaluate(a.Expr)
	if !ok {
		return fmt.Sprintf("The value of %q is not valid.", v.name)
	}
	value, of := unmark(value)
	text, err := convert.Convert(value, cty.String)
	switch {
	case of.sensitive:
		return fmt.Sprintf("The value of %q is not valid. "+
			"The message is not shown, because it has a sensitive value in it.", v.name)
	case err != nil || text.IsNull():
		return fmt.Sprintf("The value of %q is not valid.", v.name)
	}
	return sentence(text.AsString())
}

// require returns an attribute of a block, or reports that it is missing.
func (s *scope) require(b *hclsyntax.Block, name string) *hclsyntax.Attribute {
	a := b.Body.Attributes[name]
	if a == nil {
		s.missing(b, name)
	}
	return a
}

func (s *scope) missing(b *hclsyntax.Block, name string) {
	s.report(missingAttribute, b.DefRange(), fmt.Sprintf("This %s block needs %s.", b.Type, name),
		fmt.Sprintf("Add a line: %s = ...", name))
}
