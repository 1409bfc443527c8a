package eval

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/files"
	"buckethead/config/functions"
	"buckethead/config/language"
)

// expressionFaults reports why an expression has no value.
func (s *Scope) expressionFaults(e hclsyntax.Expression, diags hcl.Diagnostics) {
	of := expr.CarriedBy(s.ev.Meter.Reads(e, s.ctx))
	if of.Origin != "" {
		s.secretFaults(e)
		return
	}
	if s.undeclared(e) {
		return
	}
	for _, d := range diags[:min(len(diags), 100)] {
		if d.Severity != hcl.DiagError {
			continue
		}
		subject := e.Range()
		if d.Subject != nil {
			subject = *d.Subject
		}
		hidden := s.Hidden || of.Sensitive
		switch {
		case s.unset(e, d):
		case s.caused(d, subject, hidden):
		case d.Summary == "Call to unknown function":
			s.unknownCall(e, subject, subject)
		case hidden:
			s.withheldFault(subject, d)
		case functions.AsTemplateError(d) != nil:
			s.templateFaults(functions.AsTemplateError(d), subject)
		default:
			s.expressionFault(d, subject)
		}
	}
}

// expressionFault reports what is wrong with an expression that works with no secret.
func (s *Scope) expressionFault(d *hcl.Diagnostic, subject hcl.Range) {
	const fix = "Correct the expression, or give it another value to work with."
	if fault := expr.IndexFault(d); fault != nil {
		s.Report(faults.InvalidExpression, subject, faults.Sentence(fault.Summary)+" "+faults.Sentence(fault.Detail), fix)
		return
	}
	if strings.Contains(d.Detail, "panic in function implementation") {
		s.Report(faults.InvalidExpression, subject, "A function in this expression cannot work with these values.",
			"Give it other values, or do without it.")
		return
	}
	s.Report(faults.InvalidExpression, subject, faults.Sentence(d.Summary)+" "+faults.Sentence(d.Detail), fix)
}

// undeclared reports each reference of the expression to something that does not
// exist, and whether there was one.
func (s *Scope) undeclared(e hclsyntax.Expression) bool {
	found := false
	for _, t := range e.Variables() {
		root := t.RootName()
		switch {
		case root == "each":
			if s.find("each") != cty.NilVal {
				continue
			}
			s.Report(faults.UnknownReference, t.SourceRange(), "There is no each here: it exists in a project that has for_each.",
				"Add for_each to the project, or write the value itself.")
		case root == "path" && !s.resolves(t, pathName):
			s.unknownPath(t)
		case s.find(root) == cty.NilVal:
			s.unknownRoot(t, root)
		case root == "var" && !s.resolves(t, s.ev.hasVariable):
			s.unknownName(t, "variable", "var", slices.Collect(maps.Keys(s.ev.variables)))
		case root == "local" && !s.resolves(t, s.ev.HasLocal):
			s.unknownName(t, "local value", "local", slices.Collect(maps.Keys(s.ev.locals)))
		default:
			continue
		}
		found = true
	}
	return found
}

// resolves reports whether the second step of a traversal names something.
func (s *Scope) resolves(t hcl.Traversal, exists func(string) bool) bool {
	name, ok := expr.Step(t, 1)
	return !ok || exists(name)
}

func (s *Scope) unknownRoot(t hcl.Traversal, root string) {
	if s.Hidden { // it may be the secret itself, without quotes
		s.ev.Sources.Range(t.SourceRange())
		s.Report(faults.UnknownReference, t.SourceRange(), "There is nothing of this name here.",
			"Text stands in quotes, and a secret does not stand in the file.")
		return
	}
	names := []string{"var", "local", "path"}
	for _, name := range append([]string{"each", "project", "operation"}, slices.Sorted(maps.Keys(s.ev.Sources.Iterators))...) {
		if s.find(name) != cty.NilVal {
			names = append(names, name)
		}
	}
	fix := "Write text in quotes; values have names such as var.NAME and local.NAME."
	if s.element != nil && root == s.element.made.Type {
		fix = fmt.Sprintf("The element is %s here, as iterator says.", s.element.iterator)
	} else if way := language.Bridges[root+"."]; way != "" {
		fix = way
	} else if name := language.Similar(root, names); name != "" {
		fix = fmt.Sprintf("Did you mean %q? Text stands in quotes.", name)
	}
	s.Report(faults.UnknownReference, t.SourceRange(), fmt.Sprintf("There is nothing that is called %q here.", root), fix)
}

func (s *Scope) unknownName(t hcl.Traversal, what, root string, names []string) {
	name, _ := expr.Step(t, 1)
	fix := fmt.Sprintf("Declare a %s of that name, or name one that exists.", what)
	if len(s.ev.Found.List) > faults.InAll {
		// It takes long among many names, and hardly anyone would see it.
	} else if near := language.Similar(name, names); near != "" {
		fix = fmt.Sprintf("Did you mean %s.%s?", root, near)
	}
	s.Report(faults.UnknownReference, t.SourceRange(), fmt.Sprintf("No %s %q is declared.", what, name), fix)
}

// unknownCall reports the call at a place in an expression to a function that does not exist.
func (s *Scope) unknownCall(e hclsyntax.Expression, at, subject hcl.Range) {
	name := ""
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.NameRange == at {
			name = call.Name
		}
		return nil
	})
	detail, fix, known := functions.Missing(name)
	if !known {
		detail = fmt.Sprintf("There is no function %q.", name)
		fix = "Remove the call; the functions are those of Terraform that need no clock and no network."
		if near := language.Similar(name, slices.Collect(maps.Keys(s.ev.functions))); near != "" {
			fix = fmt.Sprintf("Did you mean %s()?", near)
		}
	}
	s.Report(faults.UnknownFunction, subject, detail, fix)
}

// faultKinds are the kinds of fault that functions tell apart.
var faultKinds = map[functions.FaultKind]diag.Kind{
	functions.TooLarge: faults.TooLarge, functions.DuplicateKey: faults.DuplicateKey, functions.WrongEncoding: faults.WrongEncoding,
	functions.UnknownName: faults.UnknownReference, functions.UnknownCall: faults.UnknownFunction,
}

// caused reports the error of a function that says itself what kind of fault it is,
// and whether it is one.
func (s *Scope) caused(d *hcl.Diagnostic, subject hcl.Range, hidden bool) bool {
	err, _ := d.Extra.(error)
	if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); err == nil && ok {
		err = extra.FunctionCallError()
	}
	switch e := err.(type) {
	case *functions.Fault:
		if hidden && e.Kind != functions.TooLarge {
			return false
		}
		s.Report(faultKinds[e.Kind], subject, faults.Capital(faults.Sentence(e.What)), e.Fix)
		return true
	case *expr.LimitError:
		if e.All && s.ev.Meter.Secrets {
			s.ev.tooMuchOfSecrets()
			return true
		}
		s.Report(faults.TooLarge, subject, faults.Sentence(e.What), functions.LessOfIt)
		return true
	case *files.Error:
		if hidden {
			return false
		}
		kind := faults.InvalidExpression
		if e.Refused {
			kind = faults.RefusedFile
		}
		s.Report(kind, subject, faults.Sentence(e.What), e.Fix)
		return true
	}
	return false
}

// tooMuchOfSecrets reports that all expressions together exceed a bound. Where that happens depends
// on the secrets that they work with.
func (ev *Evaluator) tooMuchOfSecrets() {
	ev.Found.Report(faults.SecretFault, hcl.Range{}, hcl.Range{}, "What the file makes of secrets, and the rest of its values, is too large.", functions.LessOfIt)
}
