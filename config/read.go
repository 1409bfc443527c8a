package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/config/language"
)

// fill reads the attributes of a block into target, as its table describes them, and reports
// those that the table does not have. It returns the attributes that have a value and those that are
// useless; of the latter every fault was reported. Attributes that the decoder reads in a way
// of its own are in neither set.
func (s *scope) fill(b *hclsyntax.Block, table *language.Block, target any) (set, faults language.Set) {
	s.known(b.Body, table)
	for i := range table.Attributes {
		row := &table.Attributes[i]
		a := b.Body.Attributes[row.Name]
		if a == nil {
			if row.Required {
				s.missing(b, row.Name)
				faults |= 1 << i
			}
			continue
		}
		if row.At == nil {
			continue
		}
		switch out := s.read(a, row, target); {
		case out == given:
			set |= 1 << i
		case out == unset && row.Required:
			s.missing(b, row.Name)
			faults |= 1 << i
		case out == faulty:
			faults |= 1 << i
		}
	}
	return set, faults
}

// read reads one attribute into target.
func (s *scope) read(a *hclsyntax.Attribute, row *language.Attribute, target any) outcome {
	switch at := row.At(target).(type) {
	case *string:
		return s.readText(a, row, at)
	case *[]string:
		return s.readTexts(a, row, at)
	case *bool:
		value, out := s.flag(a)
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

func (s *scope) readText(a *hclsyntax.Attribute, row *language.Attribute, at *string) outcome {
	var text string
	var out outcome
	if row.Words != nil {
		text, out = s.choice(a, row.Words...)
	} else {
		text, out = s.text(a)
	}
	if out == given && row.Canonical != nil {
		text, out = s.canonical(a, row, text)
	}
	return store(at, text, out)
}

// readTexts reads several texts, each made canonical, sorted and each once, so that the order in
// the file makes no difference to a plan.
func (s *scope) readTexts(a *hclsyntax.Attribute, row *language.Attribute, at *[]string) outcome {
	texts, out := s.texts(a)
	if out != given {
		return out
	}
	if row.Required && len(texts) == 0 {
		s.report(invalidValue, a.Expr.Range(), row.Name+" is empty.", "Name at least one.")
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

func (s *scope) canonical(a *hclsyntax.Attribute, row *language.Attribute, text string) (string, outcome) {
	text, fault, fix := row.Canonical(row.Name, text)
	if fault != "" {
		s.report(invalidValue, a.Expr.Range(), fault, fix)
		return "", faulty
	}
	return text, given
}

func (s *scope) readLength(a *hclsyntax.Attribute, row *language.Attribute, at *time.Duration) outcome {
	length, out := s.duration(a)
	switch {
	case out != given:
	case length == 0 && !row.MayBeZero:
		s.report(invalidDuration, a.Expr.Range(), row.Name+" is zero.", `Write a longer time, such as "90d", or remove the line.`)
		return faulty
	case row.Most > 0 && length > row.Most:
		most := language.FormatDuration(row.Most)
		s.report(invalidDuration, a.Expr.Range(), fmt.Sprintf("%s is longer than %s.", row.Name, most),
			fmt.Sprintf("Write %q or less.", most))
		return faulty
	}
	return store(at, length, out)
}

// readDate reads a day, which is its first moment in UTC, or a moment.
func (s *scope) readDate(a *hclsyntax.Attribute, at *time.Time) outcome {
	text, out := s.text(a)
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
		s.report(invalidDate, a.Expr.Range(), fault, fix)
		return faulty
	}
	return store(at, t, out)
}
