package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"buckethead/config/diag"
	"buckethead/config/faults"
)

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
