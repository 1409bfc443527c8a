package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/diag"
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

// Ready returns a [LackError] if the connection cannot be opened because of what it lacks.
func (c Connection) Ready() error { return ready(c.Lacks) }

// Ready returns a [LackError] if the place of the state is not known because of what it lacks.
func (b Backend) Ready() error { return ready(b.Lacks) }

// Refers returns a [LackError] if one of the named settings lacks its value.
func (c Connection) Refers(settings []string) error {
	return ready(slices.DeleteFunc(slices.Clone(c.Lacks), func(l Lack) bool { return !slices.Contains(settings, l.Attribute) }))
}

func ready(lacks []Lack) error {
	if faults := FaultsOf(lacks); faults != nil {
		return &LackError{faults}
	}
	return nil
}

// Missing reports whether a fault is a value that was not given.
func Missing(d diag.Diagnostic) bool {
	return d.Code == missingVariable.Code || d.Code == unsetEnvironment.Code
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

// Lacking returns what the projects of one name lack for any of these attributes.
func (c *Config) Lacking(name string, attributes ...string) []Lack {
	var out []Lack
	for _, l := range c.Lacks {
		if l.Fault.Address.Name == name && slices.Contains(attributes, l.Attribute) {
			out = append(out, l)
		}
	}
	return out
}

// lack reports a value that was not given. With Options.Partial it is kept with what needs
// it, if the scope has a place for that.
func (s *scope) lack(k diag.Kind, subject hcl.Range, detail, fix string) {
	if s.lacks == nil {
		s.report(k, subject, detail, fix)
		return
	}
	s.keep(diag.Diagnostic{Severity: diag.Error, Kind: k, Detail: detail, Fix: fix,
		Subject: toRange(subject), Context: toRange(s.block)})
}

// keep keeps a fault with what needs the value. Instances of a for_each report theirs once.
func (s *scope) keep(d diag.Diagnostic) {
	d.Address = s.project
	if s.seen != nil {
		d.Address.Key = "" // it is reported for all of them
	}
	one := Lack{s.part, d}
	for i := len(*s.lacks) - 1; i >= 0 && (*s.lacks)[i].Fault.Address == d.Address; i-- {
		if (*s.lacks)[i] == one {
			return
		}
	}
	*s.lacks = append(*s.lacks, one)
}

// inherit passes on why an expression has no value: what the variables and locals that it
// reads lack.
func (s *scope) inherit(e hclsyntax.Expression) {
	if !s.l.options.Partial {
		return // it was reported where it is missing
	}
	for _, t := range e.Variables() {
		name, named := step(t, 1)
		switch t.RootName() {
		case "var":
			for _, v := range s.l.variables {
				if v.name == name || !named {
					s.inheritFrom(v.lacks, t.SourceRange())
				}
			}
		case "local":
			for _, local := range s.l.locals {
				if local.name == name || !named {
					s.inheritFrom(local.lacks, t.SourceRange())
				}
			}
		}
	}
}

func (s *scope) inheritFrom(lacks []Lack, use hcl.Range) {
	for _, l := range lacks {
		d := l.Fault
		if s.lacks != nil {
			if at := fmt.Sprintf(" It is used at %s.", toRange(use)); !strings.HasSuffix(d.Detail, at) {
				d.Detail = withoutUse(d.Detail) + at
			}
			s.keep(d)
			continue
		}
		if !slices.Contains(s.l.diags, d) {
			s.l.diags = append(s.l.diags, d)
		}
	}
}

// withoutUse cuts off where a local uses the value: what counts is who needs it in the end.
func withoutUse(detail string) string {
	before, _, _ := strings.Cut(detail, " It is used at ")
	return before
}
