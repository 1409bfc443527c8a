package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/config/language"
)

// Fill reads the attributes of a block into target, as its table describes them, and reports
// those that the table does not have. It returns the attributes that have a value and those that are
// useless; of the latter every fault was reported. Attributes that the decoder reads in a way
// of its own are in neither set.
func (s *Scope) Fill(b *hclsyntax.Block, table *language.Block, target any) (set, faults language.Set) {
	s.Known(b.Body, table)
	for i := range table.Attributes {
		row := &table.Attributes[i]
		a := b.Body.Attributes[row.Name]
		if a == nil {
			if row.Required {
				s.Missing(b, row.Name)
				faults |= 1 << i
			}
			continue
		}
		if row.At == nil {
			continue
		}
		switch out := s.Read(a, row, target); {
		case out == given:
			set |= 1 << i
		case out == unset && row.Required:
			s.Missing(b, row.Name)
			faults |= 1 << i
		case out == faulty:
			faults |= 1 << i
		}
	}
	return set, faults
}

// Read reads one attribute into target.
func (s *Scope) Read(a *hclsyntax.Attribute, row *language.Attribute, target any) outcome {
	switch at := row.At(target).(type) {
	case *string:
		return s.readText(a, row, at)
	case *[]string:
		return s.readTexts(a, row, at)
	case *bool:
		value, out := s.Flag(a)
		return store(at, value, out)
	case *time.Duration:
		return s.readLength(a, row, at)
	case *time.Time:
		return s.readDate(a, at)
	case *addr.Address:
		value, out := s.address(a)
		return store(at, value, out)
	}
	panic("config: the table has no reader for " + row.Name)
}

func store[T any](at *T, value T, out outcome) outcome {
	if out == given {
		*at = value
	}
	return out
}

func (s *Scope) readText(a *hclsyntax.Attribute, row *language.Attribute, at *string) outcome {
	var text string
	var out outcome
	if row.Words != nil {
		text, out = s.Choice(a, row.Words...)
	} else {
		text, out = s.Text(a)
	}
	if out == given && row.Canonical != nil {
		text, out = s.canonical(a, row, text)
	}
	return store(at, text, out)
}

// readTexts reads several texts, each made canonical, sorted and each once, so that the order in
// the file makes no difference to a plan.
func (s *Scope) readTexts(a *hclsyntax.Attribute, row *language.Attribute, at *[]string) outcome {
	texts, out := s.Texts(a)
	if out != given {
		return out
	}
	if row.Required && len(texts) == 0 {
		s.Report(invalidValue, a.Expr.Range(), row.Name+" is empty.", "Name at least one.")
		return faulty
	}
	list := make([]string, 0, len(texts))
	for _, text := range texts {
		text, one := s.canonical(a, row, text)
		if one == faulty {
			out = faulty
			continue
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return store(at, slices.Compact(list), out)
}

func (s *Scope) canonical(a *hclsyntax.Attribute, row *language.Attribute, text string) (string, outcome) {
	text, fault, fix := row.Canonical(row.Name, text)
	if fault != "" {
		s.Report(invalidValue, a.Expr.Range(), fault, fix)
		return "", faulty
	}
	return text, given
}

func (s *Scope) readLength(a *hclsyntax.Attribute, row *language.Attribute, at *time.Duration) outcome {
	length, out := s.Duration(a)
	switch {
	case out != given:
	case length == 0 && !row.MayBeZero:
		s.Report(invalidDuration, a.Expr.Range(), row.Name+" is zero.", `Write a longer time, such as "90d", or remove the line.`)
		return faulty
	case row.Most > 0 && length > row.Most:
		most := language.FormatDuration(row.Most)
		s.Report(invalidDuration, a.Expr.Range(), fmt.Sprintf("%s is longer than %s.", row.Name, most),
			fmt.Sprintf("Write %q or less.", most))
		return faulty
	}
	return store(at, length, out)
}

// readDate reads a day, which is its first moment in UTC, or a moment.
func (s *Scope) readDate(a *hclsyntax.Attribute, at *time.Time) outcome {
	text, out := s.Text(a)
	if out != given {
		return out
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	t = t.UTC()
	fault, fix := "", ""
	switch {
	case err != nil:
		fault = fmt.Sprintf("%q is not a date for %s.", text, a.Name)
		fix = `Write "2027-01-31", or with the time of day "2027-01-31T18:00:00Z".`
	case t.Nanosecond() != 0:
		fault, fix = a.Name+" has a fraction of a second.", "Write whole seconds."
	case t.Year() < 1970 || t.Year() > 9999:
		fault, fix = fmt.Sprintf("%s is in the year %d.", a.Name, t.Year()), "Write a date between 1970 and 9999."
	}
	if fault != "" {
		s.Report(invalidDate, a.Expr.Range(), fault, fix)
		return faulty
	}
	return store(at, t, out)
}

// address reads an attribute that names a project: project.tenant["north"], or
// the same as a string.
func (s *Scope) address(a *hclsyntax.Attribute) (addr.Address, outcome) {
	text := ""
	if t, diags := hcl.AbsTraversalForExpr(a.Expr); !diags.HasErrors() && len(t) > 0 {
		text = traversalText(t)
	} else if v, diags := s.ev.Meter.value(a.Expr, nil); !diags.HasErrors() && v.Type().FriendlyName() == "string" && !v.IsNull() {
		text = v.AsString()
	}
	p, err := addr.Parse(text)
	if err != nil || p.Kind != addr.Project {
		s.Report(invalidAddress, a.Expr.Range(), fmt.Sprintf("%s is not the address of a project.", a.Name),
			`Write project.NAME or project.NAME["KEY"], without other expressions.`)
		return addr.Address{}, faulty
	}
	return p, given
}
