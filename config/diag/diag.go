// Package diag has the type for faults: what is wrong, where, and what to do about it.
//
// # Use
//
// A [Diagnostic] is one fault, and a [List] is all that is wrong. Packages config, refresh, planner and
// executor return lists. Errors of vendors and of the state become diagnostics where the line of the
// project is known.
//
// A Diagnostic is an error, and [List.Err] joins the errors of a list into one. Their causes can be
// found with errors.Is and errors.As.
//
// # Kinds
//
// Every Diagnostic has a [Kind], whose code is stable and is what programs read. Kinds are declared in the
// package that reports them.
//
// Nothing here prints: package cmd/view shows diagnostics, with the lines of the file that they point at.
package diag

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"buckethead/config/addr"
)

// Severity says how bad a fault is: an Error stops the command, a Warning does not.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Pos is a place in a file: line and column from 1, byte from 0. Columns count
// characters as a person sees them.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Range is a part of a file, from Start up to but not including End. The zero value
// means that there is no place in a file to point at.
type Range struct {
	File  string `json:"file"`
	Start Pos    `json:"start"`
	End   Pos    `json:"end"`
}

// IsZero reports whether r points nowhere.
func (r Range) IsZero() bool { return r.File == "" }

// String returns file:line, the form that editors open.
func (r Range) String() string {
	if r.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s:%d", r.File, r.Start.Line)
}

// Diagnostic is one fault. Its Kind has a stable code and a constant summary;
// an error without a code has a Kind of its own. Detail says in sentences what was found,
// Fix says what to do about it. Subject is the faulty text and Context the block around it. Cause
// is the underlying error, for errors.Is; it is never shown as it is. Omitted is how many
// other faults the diagnostic stands for that are not in the list.
type Diagnostic struct {
	Severity Severity
	Kind
	Detail  string
	Fix     string
	Address addr.Address
	Subject Range
	Context Range
	Cause   error
	Omitted int
}

// Error returns one line: place, summary, detail.
func (d Diagnostic) Error() string {
	var b strings.Builder
	if !d.Subject.IsZero() {
		b.WriteString(d.Subject.String() + ": ")
	}
	b.WriteString(d.Summary)
	if d.Detail != "" {
		b.WriteString(": " + d.Detail)
	}
	return b.String()
}

// Unwrap returns the cause, so that errors.Is sees through a diagnostic.
func (d Diagnostic) Unwrap() error { return d.Cause }

// List is all that is wrong. A nil list means that nothing is wrong.
type List []Diagnostic

// HasErrors reports whether any diagnostic of the list is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sorted returns a copy in the order in which a person reads: by file and place, those
// without a place last. Duplicates are removed.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(
			cmpBool(a.Subject.IsZero(), b.Subject.IsZero()),
			strings.Compare(a.Subject.File, b.Subject.File),
			cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte),
			a.Address.Compare(b.Address),
			strings.Compare(a.Summary, b.Summary),
			strings.Compare(a.Detail, b.Detail),
		)
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.Severity == b.Severity && a.Subject == b.Subject && a.Address == b.Address &&
			a.Summary == b.Summary && a.Detail == b.Detail
	})
}

// Err joins the errors of the list into one, or returns nil if it has no errors.
// Warnings do not count.
func (l List) Err() error {
	var errs []error
	for _, d := range l {
		if d.Severity == Error {
			errs = append(errs, d)
		}
	}
	return errors.Join(errs...)
}

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
