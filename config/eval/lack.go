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
)

// Lack is a value that has to come from outside of the files and was not given: a variable
// without a value, an env() of a variable that is not set, a setting that the vendor needs.
// Attribute is the setting, or the attribute of the project, that lacks it.
type Lack struct {
	Attribute string
	Fault     diag.Diagnostic
}

// LackError says why a block cannot be used: values that it needs were not given.
type LackError struct{ Faults diag.List }

// Error returns all faults on one line.
func (e *LackError) Error() string {
	texts := make([]string, len(e.Faults))
	for i, d := range e.Faults {
		texts[i] = d.Error() + " " + d.Fix
	}
	return strings.Join(texts, "; ")
}

// Ready returns a [LackError] if there is something that is lacking.
func Ready(lacks []Lack) error {
	if faults := FaultsOf(lacks); faults != nil {
		return &LackError{faults}
	}
	return nil
}

// FaultsOf returns the faults of the lacks, in the order of the files.
func FaultsOf(lacks []Lack) diag.List {
	if len(lacks) == 0 {
		return nil
	}
	list := make(diag.List, len(lacks))
	for i, l := range lacks {
		list[i] = l.Fault
	}
	return list.Sorted()
}

// Lack reports a value that was not given. With Options.Partial it is kept with what needs
// it, if the scope has a place for that.
func (s *Scope) Lack(k diag.Kind, subject hcl.Range, detail, fix string) {
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

// inherit passes on why an expression has no value: what the variables and locals that it
// reads lack.
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

func (s *Scope) inheritFrom(lacks []Lack, use hcl.Range) {
	for _, l := range lacks {
		d := l.Fault
		if s.lacks != nil {
			if at := fmt.Sprintf(" It is used at %s.", faults.RangeOf(use)); !strings.HasSuffix(d.Detail, at) {
				d.Detail = withoutUse(d.Detail) + at
			}
			s.keep(d)
			continue
		}
		if !slices.Contains(s.ev.Found.List, d) {
			s.ev.Found.List = append(s.ev.Found.List, d)
		}
	}
}

// withoutUse cuts off where a local uses the value: what counts is who needs it in the end.
func withoutUse(detail string) string {
	before, _, _ := strings.Cut(detail, " It is used at ")
	return before
}
