package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
)

// NotGiven reports a value that was not given. With Options.Partial it is kept with what needs
// it, if the scope has a place for that.
func (s *Scope) NotGiven(k diag.Kind, subject hcl.Range, detail, fix string) {
	if s.lacks == nil {
		s.Report(k, subject, detail, fix)
		return
	}
	s.keep(diag.Diagnostic{Severity: diag.Error, Kind: k, Detail: detail, Fix: fix,
		Subject: faults.RangeOf(subject), Context: faults.RangeOf(s.block)})
}

// keep keeps a fault with what needs the value. Instances of a for_each report theirs once.
func (s *Scope) keep(d diag.Diagnostic) {
	d.Address = s.Address
	if s.seen != nil {
		d.Address.Key = "" // it is reported for all of them
	}
	one := Lack{s.Part, d}
	for i := len(*s.lacks) - 1; i >= 0 && (*s.lacks)[i].Fault.Address == d.Address; i-- {
		if (*s.lacks)[i] == one {
			return
		}
	}
	*s.lacks = append(*s.lacks, one)
}

// inherit passes on why an expression has no value: the lacks of the variables and locals that
// it reads.
func (s *Scope) inherit(e hclsyntax.Expression) {
	if !s.ev.Partial {
		return // it was reported where it is missing
	}
	for _, t := range e.Variables() {
		name, named := expr.Step(t, 1)
		switch t.RootName() {
		case "var":
			s.inheritNamed(s.ev.variables, name, named, t.SourceRange())
		case "local":
			s.inheritNamed(s.ev.locals, name, named, t.SourceRange())
		}
	}
}

// inheritNamed does so for one name, or for all if it is not known which.
func (s *Scope) inheritNamed(names map[string]*Name, name string, named bool, use hcl.Range) {
	for own, one := range names {
		if own == name || !named {
			s.inheritFrom(one.Lacks, use)
		}
	}
}

// withoutUse cuts off the place where a local uses the value: what counts is the place that needs it in the end.
func withoutUse(detail string) string {
	before, _, _ := strings.Cut(detail, " It is used at ")
	return before
}

// HowToSet says how to set one of these variables.
func HowToSet(names ...string) string {
	return fmt.Sprintf("Set %s: run `export %s=...` before bh; in CI, add it to the env of the job.",
		strings.Join(names, " or "), names[0])
}

// unset reports an env() that has no value, and whether that is what is wrong.
func (s *Scope) unset(e hclsyntax.Expression, d *hcl.Diagnostic) bool {
	names := functions.UnsetNames(hcl.Diagnostics{d})
	if len(names) == 0 || d.Subject == nil {
		return false
	}
	detail, fix := "An environment variable that env() reads here is not set.",
		"Set it, or pass env() a default as its second argument."
	if s.nameable(e, names) {
		detail, fix = s.unsetFault(names)
	}
	s.NotGiven(faults.UnsetEnvironment, *d.Subject, detail, fix)
	return true
}

// unsetFault says that variables are not set, and what to do.
func (s *Scope) unsetFault(names []string) (detail, fix string) {
	detail = faults.Capital((&functions.UnsetError{Names: names}).Error()) + "."
	fix = HowToSet(names...)
	if text, empty := s.ev.Env(names[0]); empty && text == "" && len(names) == 1 {
		detail = fmt.Sprintf("The environment variable %s is set, but it is empty.", names[0])
		fix += " In CI, a variable that is not configured, or not passed to forks, is empty."
	}
	if !s.Hidden && !slices.ContainsFunc(names, s.ev.SecretVariable) { // a secret has no default
		fix += fmt.Sprintf(` Or write a default: env("%s", "...").`, names[0])
	}
	return detail, fix
}

// unsetIn reports the variables without a default that an expression reads by their names and
// that are not set, and whether there are some.
func (s *Scope) unsetIn(e hclsyntax.Expression) bool {
	var names []string
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.Name == "env" && len(call.Args) == 1 {
			name, written := expr.Literal(call.Args[0])
			if text, _ := s.ev.Env(name); written && text == "" && expr.VariableName(name) {
				names = append(names, name)
			}
		}
		return nil
	})
	if names == nil {
		return false
	}
	slices.Sort(names)
	detail, fix := s.unsetFault(slices.Compact(names))
	s.Report(faults.UnsetEnvironment, e.Range(), detail, fix)
	return true
}

// nameable reports whether names may be shown: they look like names, and are written in the
// expression or are made of nothing that must be hidden.
func (s *Scope) nameable(e hclsyntax.Expression, names []string) bool {
	if slices.ContainsFunc(names, func(name string) bool { return !expr.VariableName(name) }) {
		return false
	}
	written := !slices.ContainsFunc(names, func(name string) bool { return !expr.Writes(e, name) })
	return written || !expr.CarriedBy(s.ev.Meter.Reads(e, s.ctx)).Sensitive
}

// EmptyVariable returns a variable that an expression reads by its name and that is set but
// empty, or "" if it reads no such variable.
func (s *Scope) EmptyVariable(e hclsyntax.Expression) string {
	empty := ""
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		if !ok || call.Name != "env" || len(call.Args) == 0 {
			return nil
		}
		name, written := expr.Literal(call.Args[0])
		if text, set := s.ev.Env(name); written && set && strings.TrimSpace(text) == "" && expr.VariableName(name) {
			empty = name
		}
		return nil
	})
	return empty
}
