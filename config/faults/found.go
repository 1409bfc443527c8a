package faults

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"buckethead/config/diag"
)

// Found holds the faults that were found so far. It is used by one goroutine.
type Found struct {
	// List holds the faults that reveal nothing about secrets.
	List diag.List
	// Telling holds the faults that depend on what secrets are.
	Telling diag.List

	static int // how many of List were found before anything was evaluated
}

// Report adds one error. subject is the faulty text, context the block around it. The result
// lets the caller add what is rarely needed: cause, address, severity.
func (f *Found) Report(k diag.Kind, subject, context hcl.Range, detail, fix string) *diag.Diagnostic {
	list := &f.List
	if k == SecretFault {
		list = &f.Telling
	}
	*list = append(*list, diag.Diagnostic{
		Severity: diag.Error,
		Kind:     k,
		Detail:   detail,
		Fix:      fix,
		Subject:  RangeOf(subject),
		Context:  RangeOf(context),
	})
	return &(*list)[len(*list)-1]
}

// Static says that nothing was evaluated so far: the faults that were found do not depend on values.
func (f *Found) Static() { f.static = len(f.List) }

// placesTold is how many expressions may use secrets if the place of a fault is to be shown.
// Which of n faults is the first reveals log n bits.
const placesTold = 16

// Told returns the faults to report. Whether a fault is there says something about the secret that it
// depends on. So of the faults that depend on secrets it returns only the first, which answers one
// question about them, and then none that depends on values: whether another fault is there may follow
// from the ones that are not told. computing counts the expressions that do more with secrets than
// take them whole.
func (f *Found) Told(computing func() int) diag.List {
	if len(f.Telling) == 0 {
		return f.List
	}
	one := f.Telling.Sorted()[0]
	if computing() > placesTold {
		one = diag.Diagnostic{Severity: diag.Error, Kind: SecretFault,
			Detail: "One of the expressions that use secrets has no value. bh does not show which one: there " +
				"are so many that it would reveal the secrets.",
			Fix: fmt.Sprintf("Let at most %d expressions cut, compare or change secrets: then bh shows the place.", placesTold)}
	}
	one.Fix += " bh shows other errors once this one is corrected."
	told := append(f.List[:f.static:f.static], one)
	for _, d := range f.List[f.static:] {
		if d.Code == MissingVariable.Code {
			told = append(told, d)
		}
	}
	return told
}
