// Package planfile writes plans to files and reads them.
//
// # The file
//
// [Write] writes a plan as JSON, with its format version, bh's own version and the plan's digest. [Read]
// reads this format ([Format]) and the older ones. It returns an error that wraps [ErrFormat] for
// anything else, and for a file that was changed after Write. A file never holds a secret, because a plan
// does not.
//
// # Applying a saved plan
//
// A plan file records what a person expected, and nothing is carried out from it: the operations that
// Read returns have no steps. An apply makes a fresh plan and calls [Compare], which returns the
// operations to run, or one [Difference] for each operation that would no longer do the same.
package planfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"buckethead/config/addr"
	"buckethead/planner"
)

// Format is the version of the file that this package writes. It reads the ones before it as
// well: format 2 added operations on stores, and where a changed value comes from; format 3 has
// the address of an operation in one field, and says why one waits for another; format 4 says what
// time alone causes.
const Format = 4

// limit bounds what Read takes, in bytes: 100,000 operations are well below it.
const limit = 512 << 20

// ErrFormat is wrapped by the error of Read for a text that is not a plan file, or is one of an
// unknown format.
var ErrFormat = errors.New("not a plan file of this version")

type document struct {
	Format int           `json:"bh_plan_format"`
	BH     string        `json:"bh_version"`
	Digest string        `json:"digest"`
	Plan   *planner.Plan `json:"plan"`
}

// Write writes the plan; version is bh's own.
func Write(w io.Writer, p *planner.Plan, version string) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(document{Format: Format, BH: version, Digest: p.Sum(), Plan: p})
}

// Read reads a plan file for showing and comparing. Its operations have no Steps. The error
// wraps ErrFormat for anything that Write did not write, or that was changed since.
func Read(r io.Reader) (*planner.Plan, error) {
	var doc document
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the plan file: %w", err)
	}
	if len(text) > limit {
		return nil, fmt.Errorf("%w: it is larger than %d MiB", ErrFormat, limit>>20)
	}
	// Another format may have other fields than this one.
	if err := json.Unmarshal(text, &struct {
		Format *int `json:"bh_plan_format"`
	}{&doc.Format}); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrFormat, err)
	}
	known := doc.Format >= 1 && doc.Format <= Format
	if known {
		if doc.Format < 3 {
			doc.Plan, err = decodeOlder(text, &doc)
		} else {
			err = decode(text, &doc)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s", ErrFormat, err)
		}
	}
	switch {
	case doc.Format != 0 && !known:
		return nil, fmt.Errorf("%w: it has format %d, but this bh reads formats up to %d", ErrFormat, doc.Format, Format)
	case doc.Plan == nil:
		return nil, fmt.Errorf("%w: it contains no plan", ErrFormat)
	case doc.Digest != doc.Plan.Sum():
		return nil, fmt.Errorf("%w: its digest does not match its operations", ErrFormat)
	}
	return doc.Plan, nil
}

func decode(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

// Difference says how one operation of the file differs from what would be done now.
// Address is zero if the difference concerns the whole plan.
type Difference struct {
	Address addr.Address
	Text    string
}

// Compare compares an expected plan with a fresh one. If they do not differ, run has the
// operations of the fresh plan that were expected, and may be applied. Other fresh operations
// are left out; only one on a store that an expected operation uses is a difference. What only
// time has added since, such as an overlap that ended, is no difference.
func Compare(expected, fresh *planner.Plan) (run *planner.Plan, differences []Difference) {
	if expected.Stack != fresh.Stack {
		return nil, []Difference{{Text: fmt.Sprintf("the plan is for the stack %q, but this is %q",
			expected.Stack, fresh.Stack)}}
	}
	if expected.Mode != fresh.Mode {
		return nil, []Difference{{Text: fmt.Sprintf("the plan was made to %s, but this command is to %s", expected.Mode, fresh.Mode)}}
	}
	if expected.Lineage != "" && expected.Lineage != fresh.Lineage {
		return nil, []Difference{{Text: "the plan was made from another state (lineage " + expected.Lineage + ", here " +
			cmp.Or(fresh.Lineage, "none") + ")"}}
	}
	now := make(map[addr.Address]planner.Operation, len(fresh.Operations))
	for _, o := range fresh.Operations {
		now[o.Address] = o
	}
	keep := map[addr.Address]bool{}
	for _, want := range expected.Operations {
		got, there := now[want.Address]
		keep[want.Address] = true
		switch {
		case !there:
			differences = append(differences,
				Difference{want.Address,
					"was to " + string(want.Kind) + "; now there is nothing to do: it was done already, or is no longer needed"})
		case !same(want, got):
			differences = append(differences, Difference{want.Address, difference(want, got)})
		}
	}
	for _, o := range fresh.Operations {
		stores := func(want planner.Operation) bool { return want.Secrets == o.Secrets }
		if o.Address.Kind == addr.Secrets && !keep[o.Address] && slices.ContainsFunc(expected.Operations, stores) {
			differences = append(differences, Difference{o.Address, "was not in the plan; now would " +
				string(o.Kind) + " (" + o.Reason.Text + ")"})
		}
	}
	if len(differences) > 0 {
		return nil, differences
	}
	cut := *fresh
	cut.Operations = slices.DeleteFunc(slices.Clone(fresh.Operations),
		func(o planner.Operation) bool { return !keep[o.Address] })
	if len(cut.Operations) < len(fresh.Operations) {
		cut.Quotas = nil // they are for the whole plan
	}
	return &cut, nil
}

// same reports whether two operations of one address do the same. If only time has passed, they do so
// without what that causes; a rotation that was due then is due now.
func same(want, got planner.Operation) bool {
	if want.Digest == got.Digest {
		return true
	}
	aged := want.Timed != nil || got.Timed != nil
	return aged && want.Lasting() == got.Lasting() && (got.IsDue() || !want.IsDue())
}

// difference describes how two operations of one address differ.
func difference(want, got planner.Operation) string {
	if want.Kind != got.Kind || want.Reason.Word != got.Reason.Word {
		return fmt.Sprintf("was to %s (%s); now would %s (%s)", want.Kind, want.Reason.Text, got.Kind, got.Reason.Text)
	}
	var parts []string
	before := map[string]string{}
	for _, c := range want.Changes {
		before[c.Field] = c.After
	}
	for _, c := range got.Changes {
		if was, there := before[c.Field]; !there || was != c.After {
			parts = append(parts, fmt.Sprintf("%s would become %q, not %q", c.Field, c.After, was))
		}
		delete(before, c.Field)
	}
	for _, c := range want.Changes {
		if _, left := before[c.Field]; left {
			parts = append(parts, c.Field+" would no longer change")
		}
	}
	if was, is := want.Freed(), got.Freed(); !slices.Equal(was, is) {
		parts = append(parts, fmt.Sprintf("would wait for %s, not for %s", labels(is), labels(was)))
	}
	if len(parts) == 0 {
		return "would take other steps: " + acts(got) + "; not: " + acts(want)
	}
	return strings.Join(parts, "; ")
}

func labels(projects []addr.Address) string {
	names := make([]string, 0, len(projects))
	for _, p := range projects {
		names = append(names, p.Label())
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}

func acts(o planner.Operation) string {
	names := make([]string, 0, len(o.Acts)+len(o.Blocked))
	for _, a := range o.Acts {
		names = append(names, a.Step)
	}
	for _, b := range o.Blocked {
		names = append(names, "blocked ("+b.Word+")")
	}
	return strings.Join(names, ", ")
}
