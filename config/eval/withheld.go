package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
	"buckethead/config/faults"
)

// Shows reports a value that must not be shown in a place where it would be.
func (s *Scope) Shows(of expr.Carried, e hclsyntax.Expression, what, why string) {
	if of.Origin == "" {
		s.Report(faults.ShownSecret, e.Range(), fmt.Sprintf("%s takes a sensitive value, and %s.", what, why),
			"Use a value that is not sensitive, or wrap this one in nonsensitive() if everyone may see it.")
		return
	}
	s.Report(faults.ShownSecret, e.Range(), fmt.Sprintf("%s takes the value of %s, which is a secret, and %s.", what, s.ev.secretIn(e), why),
		anotherName)
}

// secretIn names the secret that an expression takes, as the text of the files has it. Of
// several it names none, because which of them the value comes from can depend on what they are.
func (ev *Evaluator) secretIn(e hclsyntax.Expression) string {
	var names []string
	seen := map[string]bool{}
	var find func(hclsyntax.Expression)
	find = func(e hclsyntax.Expression) {
		_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, is := n.(*hclsyntax.FunctionCallExpr); is && call.Name == "env" && len(call.Args) > 0 {
				name, written := expr.Literal(call.Args[0])
				switch {
				case !written:
					names = append(names, "")
				case ev.SecretVariable(name):
					names = append(names, name)
				}
			}
			return nil
		})
		for _, t := range e.Variables() {
			name, _ := expr.Step(t, 1)
			switch full := t.RootName() + "." + name; {
			case seen[full]:
			case t.RootName() == "var" && ev.variables[name] != nil:
				seen[full] = true
				if v := ev.variables[name]; v.Origin != "" {
					names = append(names, v.Origin)
				} else if v.Expr != nil {
					find(v.Expr)
				}
			case t.RootName() == "local" && ev.locals[name] != nil:
				seen[full] = true
				find(ev.locals[name].Expr)
			default: // all of them, or what an instance has
				names = append(names, "")
			}
		}
	}
	find(e)
	slices.Sort(names)
	if names = slices.Compact(names); len(names) != 1 || names[0] == "" {
		return "an environment variable"
	}
	return names[0]
}

// ReadsNoSecret reports an expression of a policy, or a message, that reads a secret at all.
// Verdicts and messages are shown, and so is the absence of a message.
func (s *Scope) ReadsNoSecret(a *hclsyntax.Attribute, what string) bool {
	of := expr.CarriedBy(s.ev.Meter.Reads(a.Expr, s.ctx))
	if of.Origin != "" {
		s.Shows(of, a.Expr, what, "its result is shown")
	}
	return of.Origin == ""
}

// anotherName is the fix for a value that only looks like a secret.
const anotherName = "Use another value. nonsensitive() does not help here: bh tells by its name whether an " +
	"environment variable is a secret. If everyone may see the value, pass it under another name."

// WasGiven reports whether a text is all of a value that was given from outside, and not put
// together from parts of it.
func (ev *Evaluator) WasGiven(of expr.Carried, text string) bool {
	if of.Origin == "" {
		for _, v := range ev.variables {
			if v.holds(text) {
				return true
			}
		}
		return false
	}
	name, isVariable := strings.CutPrefix(of.Origin, "var.")
	if v := ev.variables[name]; isVariable && v != nil {
		return v.holds(text)
	}
	value, ok := ev.Env(of.Origin)
	return ok && strings.TrimSpace(value) == strings.TrimSpace(text)
}

// holds reports whether a text is the value of the name.
func (n *Name) holds(text string) bool {
	plain, _ := n.Value.Unmark()
	return plain.Type() == cty.String && plain.IsKnown() && !plain.IsNull() &&
		strings.TrimSpace(plain.AsString()) == strings.TrimSpace(text)
}

// secretFaults reports that an expression which reads a secret has no value: what is wrong with
// its text, whatever the secret is, or else only that it failed. Which part of it failed, and why,
// could reveal the secret.
func (s *Scope) secretFaults(e hclsyntax.Expression) {
	within := *s
	within.telling = true
	if within.undeclared(e) || within.unknownFunctions(e) || within.unsetIn(e) {
		return
	}
	s.Report(faults.SecretFault, e.Range(), fmt.Sprintf("This cannot work with the value of %s. The details "+
		"are not shown, because they could reveal the secret.", s.ev.secretIn(e)),
		"Check the expression: its functions, types and names, and the form in which it needs the secret.")
}

// safeDetails are the faults of expressions whose texts mention types and names in the file,
// but never values.
var safeDetails = []string{
	"Attempt to get attribute from null value", "Attempt to index null value", "Call to unknown function", "Condition is null",
	"Incorrect condition type", "Invalid operand", "Iteration over null value", "Iteration over non-iterable value",
	"Missing map element", "Not enough function arguments", "Null condition", "Splat of null value",
	"Too many function arguments", "Unsupported attribute",
}

// withheldFault reports what is wrong with an expression that uses values that must not be
// shown, as far as that does not reveal them.
func (s *Scope) withheldFault(subject hcl.Range, d *hcl.Diagnostic) {
	const why = "The details are not shown, because the expression uses values that may be secret."
	quiet := *s
	quiet.element = nil // which one it is could tell the value as well
	s = &quiet
	call := ""
	if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
		call = extra.CalledFunctionName()
	}
	switch {
	case slices.Contains(safeDetails, d.Summary):
		s.Report(faults.InvalidExpression, subject, faults.Sentence(d.Summary)+" "+faults.Sentence(d.Detail),
			"Correct the expression, or use another value in it.")
	case call == expr.GuardedIndex:
		s.Report(faults.InvalidExpression, subject, "The index does not name an element of the collection. "+why, "Check the index.")
	case call != "":
		s.Report(faults.InvalidExpression, subject, fmt.Sprintf("%s() cannot work with the arguments that it has here. %s", call, why),
			fmt.Sprintf("Check the arguments of %s().", call))
	default:
		s.Report(faults.InvalidExpression, subject, why, "Check this expression: its functions, types and names.")
	}
}
