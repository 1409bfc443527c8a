package eval

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/files"
	"buckethead/config/functions"
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

// expressionFault reports what is wrong with an expression that uses no secret.
func (s *Scope) expressionFault(d *hcl.Diagnostic, subject hcl.Range) {
	const fix = "Correct the expression, or use another value in it."
	if fault := expr.IndexFault(d); fault != nil {
		s.Report(faults.InvalidExpression, subject, faults.Sentence(fault.Summary)+" "+faults.Sentence(fault.Detail), fix)
		return
	}
	if strings.Contains(d.Detail, "panic in function implementation") {
		s.Report(faults.InvalidExpression, subject, "A function in this expression cannot work with these values.",
			"Pass it other values, or remove the call.")
		return
	}
	s.Report(faults.InvalidExpression, subject, faults.Sentence(d.Summary)+" "+faults.Sentence(d.Detail), fix)
}

// faultKinds are the kinds of fault that functions distinguish.
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
	ev.Found.Report(faults.SecretFault, hcl.Range{}, hcl.Range{}, "The values that the file makes from secrets, together with its other values, are too large.", functions.LessOfIt)
}

// templateFaults reports what is wrong in a template, at its place in the template's file.
func (s *Scope) templateFaults(err *functions.TemplateError, call hcl.Range) {
	for _, d := range err.Diags[:min(len(err.Diags), 100)] {
		if d.Severity != hcl.DiagError || d.Subject == nil {
			continue
		}
		count := len(s.ev.Found.List)
		at := *d.Subject
		if err.File == "" {
			at = call
		}
		switch {
		case s.caused(d, at, false):
		case err.Expr == nil:
			s.Report(faults.InvalidSyntax, at, faults.Sentence(d.Summary)+" "+faults.Sentence(d.Detail),
				"Correct the template. For ${ or %{ as plain text, write $${ or %%{.")
		case d.Summary == "Call to unknown function":
			s.unknownCall(err.Expr, *d.Subject, at)
		default:
			s.expressionFault(d, at)
		}
		for i := range s.ev.Found.List[count:] {
			s.placeTemplate(&s.ev.Found.List[count+i], err, d.Subject.Start.Line, call)
		}
	}
}

// placeTemplate says which template a fault is in, and which call renders it.
func (s *Scope) placeTemplate(told *diag.Diagnostic, err *functions.TemplateError, line int, call hcl.Range) {
	if err.File == "" {
		told.Detail = fmt.Sprintf("In line %d of the template: %s", line, told.Detail)
		return
	}
	told.Detail += fmt.Sprintf(" The template is rendered at %s.", faults.RangeOf(call))
	told.Context = diag.Range{}
	s.ev.Sources.Texts[told.Subject.File] = []byte(err.Src)
}
