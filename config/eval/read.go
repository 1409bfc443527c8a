package eval

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
)

// Fill reads the attributes of a block into target, as its table describes them, and reports
// those that the table does not have. It returns the attributes that have a value and those that are
// useless; every fault of the latter was reported. Attributes that the decoder reads itself
// are in neither set.
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
		case out == Given:
			set |= 1 << i
		case out == Unset && row.Required:
			s.Missing(b, row.Name)
			faults |= 1 << i
		case out == Faulty:
			faults |= 1 << i
		}
	}
	return set, faults
}

// Read reads one attribute into target.
func (s *Scope) Read(a *hclsyntax.Attribute, row *language.Attribute, target any) Outcome {
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

func store[T any](at *T, value T, out Outcome) Outcome {
	if out == Given {
		*at = value
	}
	return out
}

func (s *Scope) readText(a *hclsyntax.Attribute, row *language.Attribute, at *string) Outcome {
	var text string
	var out Outcome
	if row.Words != nil {
		text, out = s.Choice(a, row.Words...)
	} else {
		text, out = s.Text(a)
	}
	if out == Given && row.Canonical != nil {
		text, out = s.canonical(a, row, text)
	}
	return store(at, text, out)
}

// readTexts reads several texts, makes each canonical, sorts them and drops duplicates, so that the
// order in the file does not matter to a plan.
func (s *Scope) readTexts(a *hclsyntax.Attribute, row *language.Attribute, at *[]string) Outcome {
	texts, out := s.Texts(a)
	if out != Given {
		return out
	}
	if row.Required && len(texts) == 0 {
		s.Report(faults.InvalidValue, a.Expr.Range(), row.Name+" is empty.", "Name at least one.")
		return Faulty
	}
	list := make([]string, 0, len(texts))
	for _, text := range texts {
		text, one := s.canonical(a, row, text)
		if one == Faulty {
			out = Faulty
			continue
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return store(at, slices.Compact(list), out)
}

func (s *Scope) canonical(a *hclsyntax.Attribute, row *language.Attribute, text string) (string, Outcome) {
	text, fault, fix := row.Canonical(row.Name, text)
	if fault != "" {
		s.Report(faults.InvalidValue, a.Expr.Range(), fault, fix)
		return "", Faulty
	}
	return text, Given
}

func (s *Scope) readLength(a *hclsyntax.Attribute, row *language.Attribute, at *time.Duration) Outcome {
	length, out := s.Duration(a)
	switch {
	case out != Given:
	case length == 0 && !row.MayBeZero:
		s.Report(faults.InvalidDuration, a.Expr.Range(), row.Name+" is zero.", `Write a longer time, such as "90d", or remove the line.`)
		return Faulty
	case row.Most > 0 && length > row.Most:
		most := language.FormatDuration(row.Most)
		s.Report(faults.InvalidDuration, a.Expr.Range(), fmt.Sprintf("%s is longer than %s.", row.Name, most),
			fmt.Sprintf("Write %q or less.", most))
		return Faulty
	}
	return store(at, length, out)
}

// readDate reads a day, which is its first moment in UTC, or a moment.
func (s *Scope) readDate(a *hclsyntax.Attribute, at *time.Time) Outcome {
	text, out := s.Text(a)
	if out != Given {
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
		s.Report(faults.InvalidDate, a.Expr.Range(), fault, fix)
		return Faulty
	}
	return store(at, t, out)
}

// address reads an attribute that names a project: project.tenant["north"], or
// the same as a string.
func (s *Scope) address(a *hclsyntax.Attribute) (addr.Address, Outcome) {
	text := ""
	if t, diags := hcl.AbsTraversalForExpr(a.Expr); !diags.HasErrors() && len(t) > 0 {
		text = expr.TraversalText(t)
	} else if v, diags := s.ev.Meter.Value(a.Expr, nil); !diags.HasErrors() && v.Type().FriendlyName() == "string" && !v.IsNull() {
		text = v.AsString()
	}
	p, err := addr.Parse(text)
	if err != nil || p.Kind != addr.Project {
		s.Report(faults.InvalidAddress, a.Expr.Range(), fmt.Sprintf("%s is not the address of a project.", a.Name),
			`Write project.NAME or project.NAME["KEY"], without other expressions.`)
		return addr.Address{}, Faulty
	}
	return p, Given
}
