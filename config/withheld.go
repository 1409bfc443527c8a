package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/diag"
)

// shows reports a value that must not be shown in a place where it would be.
func (s *scope) shows(of carried, subject hcl.Range, what, why string) {
	if of.origin == "" {
		s.report(shownSecret, subject, fmt.Sprintf("%s takes a sensitive value, and %s.", what, why),
			"Use a value that is not sensitive, or wrap this one in nonsensitive() if everyone may see it.")
		return
	}
	s.report(shownSecret, subject, fmt.Sprintf("%s takes the value of %s, which is a secret, and %s.", what, of.origin, why),
		anotherName)
}

// readsNoSecret reports an expression of a policy, or a message, that reads a secret at all.
// What is judged and said is shown, and so is that it was not said.
func (s *scope) readsNoSecret(a *hclsyntax.Attribute, what string) bool {
	of := carriedBy(reads(a.Expr, s.ctx))
	if of.origin != "" {
		s.shows(of, a.Expr.Range(), what, "what it comes to is shown")
	}
	return of.origin == ""
}

// kind is the kind of a fault that depends on a value: its own, or that of all faults that
// depend on secrets.
func (c carried) kind(k Kind) Kind {
	if c.origin != "" {
		return secretFault
	}
	return k
}

// anotherName is the way out for a value that only seems to be a secret.
const anotherName = "Use another value. nonsensitive() does not lift this: whether a variable of the environment is secret is " +
	"decided by its name. If everyone may see the value, pass it under another name."

// misfit reports a secret whose value cannot be used, and nothing about the value.
func (s *scope) misfit(of carried, a *hclsyntax.Attribute) outcome {
	if of.origin == "" {
		s.report(shownSecret, a.Expr.Range(), a.Name+" is a reference that is made of a sensitive value, and plans show references.",
			"Write the reference itself, or keep all of it in one variable.")
		return faulty
	}
	s.report(secretFault, a.Expr.Range(), fmt.Sprintf("%s cannot be made of the value of %s in this way. "+
		"What comes of it is not shown, because it is a secret.", a.Name, of.origin),
		"Use the value as it is: "+a.Name+` = env("NAME").`)
	return faulty
}

// given reports whether a text is all of a value that was given from outside, and not put
// together from parts of it.
func (l *loader) given(of carried, text string) bool {
	if of.origin == "" {
		for _, v := range l.variables {
			if v.holds(text) {
				return true
			}
		}
		return false
	}
	name, isVariable := strings.CutPrefix(of.origin, "var.")
	if v := l.variables[name]; isVariable && v != nil {
		return v.holds(text)
	}
	value, ok := l.options.env(of.origin)
	return ok && strings.TrimSpace(value) == strings.TrimSpace(text)
}

// holds reports whether a text is the variable's value.
func (v *variable) holds(text string) bool {
	plain, _ := v.value.Unmark()
	return plain.Type() == cty.String && plain.IsKnown() && !plain.IsNull() &&
		strings.TrimSpace(plain.AsString()) == strings.TrimSpace(text)
}

// onlyOne drops all faults that depend on secrets but the first.
func onlyOne(list diag.List) diag.List {
	told := false
	return slices.DeleteFunc(list, func(d diag.Diagnostic) bool {
		if d.Code != secretFault.Code {
			return false
		}
		again := told
		told = true
		return again
	})
}

// safeDetails are the faults of expressions that speak of types and of names as they stand
// in the file, and never of values.
var safeDetails = []string{
	"Attempt to get attribute from null value", "Attempt to index null value", "Condition is null", "Incorrect condition type",
	"Invalid operand", "Iteration over null value", "Iteration over non-iterable value", "Missing map element", "Null condition",
	"Splat of null value", "Unsupported attribute",
}

// structuralFaults are those that an expression has whatever its values are.
var structuralFaults = []string{"Call to unknown function", "Not enough function arguments", "Too many function arguments"}

// withheldFault reports what is wrong with an expression that works with values that must
// not be shown, as far as that does not tell what they are.
func (s *scope) withheldFault(of carried, subject hcl.Range, d *hcl.Diagnostic) {
	const why = "Its details are not shown, because the expression works with values that may be secret."
	quiet := *s
	quiet.element = nil // which one it is could tell the value as well
	s = &quiet
	kind := invalidExpression
	if of.origin != "" && !slices.Contains(structuralFaults, d.Summary) {
		kind = secretFault
	}
	call := ""
	if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		call = extra.CalledFunctionName()
	}
	switch {
	case slices.Contains(safeDetails, d.Summary) || slices.Contains(structuralFaults, d.Summary):
		s.report(kind, subject, sentence(d.Summary)+" "+sentence(d.Detail), "Correct the expression, or give it another value to work with.")
	case call == guardedIndex:
		s.report(kind, subject, "The index does not name an element of the collection. "+why, "Check the index.")
	case call != "":
		s.report(kind, subject, fmt.Sprintf("%s() cannot work with what it is given here. %s", call, why),
			fmt.Sprintf("Check the value that %s() is given.", call))
	default:
		s.report(kind, subject, why, "Check this expression: its functions, types and names.")
	}
}
