package cli

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/drift"
	"buckethead/state"
	"buckethead/vendors"
)

func proveFlag() cli.Flag {
	return &cli.BoolFlag{Name: "prove", Usage: "prove the stored keys: one request each"}
}

// verdict is the result of proving the stored keys of one project. If there is no fault, note says why nothing is
// known.
type verdict struct {
	project addr.Address
	proved  bool
	fault   error // the keys do not open the bucket
	unread  error // the item cannot be read
	note    string
}

// text returns the verdict in words.
func (v verdict) text() string {
	switch {
	case v.proved:
		return "open the bucket"
	case v.unread != nil:
		var lack *config.LackError
		if errors.As(v.unread, &lack) {
			return "not proved: " + lack.Faults[0].Subject.String() + ": " + lack.Faults[0].Summary
		}
		return v.unread.Error()
	case v.fault != nil:
		return v.fault.Error()
	}
	return v.note
}

// prove proves the stored keys of records. It returns a verdict for each record with keys, in order.
func (s *session) prove(ctx context.Context, snap state.Snapshot, records []state.Record) ([]verdict, error) {
	var try []state.Record
	for _, r := range records {
		if executor.Provable(r) {
			try = append(try, r)
		}
	}
	proofs := executor.Prove(ctx, s.connections.Rigs(snap), try, s.flags.parallelism)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // a signal may have made them fail
	}
	var out []verdict
	for _, r := range records {
		if r.Item == nil || r.Active == nil {
			continue
		}
		v := verdict{project: r.Project, note: "not proved: verify is false"}
		if executor.Provable(r) {
			p := proofs[0]
			proofs = proofs[1:]
			v = verdict{project: r.Project, proved: p.Err == nil && p.Unread == nil, fault: p.Err, unread: p.Unread}
			if ips := r.Applied.AllowedIPs; len(ips) > 0 && errors.Is(p.Err, vendors.ErrDenied) {
				v.fault, v.note = nil, "not proved from here: only "+strings.Join(ips, ", ")+" may use them"
			}
		}
		out = append(out, v)
	}
	return out, nil
}

func sortedRecords(snap state.Snapshot) []state.Record {
	var out []state.Record
	for _, p := range slices.SortedFunc(maps.Keys(snap.Records), addr.Address.Compare) {
		out = append(out, snap.Records[p])
	}
	return out
}

// toldAlready lists the classes of drift that already say why stored keys do not open their bucket.
var toldAlready = []drift.Class{drift.BucketGone, drift.CredentialGone, drift.CredentialExposed,
	drift.CredentialExpired, drift.CredentialDisabled, drift.ItemGone}

// proveDrift proves the stored keys of the projects in found, and looks for drift again with the results.
func (s *session) proveDrift(ctx context.Context, input planner.Input, ignore map[drift.Class]bool) (
	drift.Report, error) {
	told := map[addr.Address]bool{}
	for _, x := range drift.Find(input, nil).Differences {
		told[x.Address] = told[x.Address] || slices.Contains(toldAlready, x.Class)
	}
	var list []state.Record
	for _, r := range sortedRecords(input.Recorded) {
		if !told[r.Project] && (input.Scope == nil || input.Scope(r.Project)) {
			list = append(list, r)
		}
	}
	verdicts, err := s.prove(ctx, input.Recorded, list)
	if err != nil {
		return drift.Report{}, err
	}
	var faults diag.List
	count := drift.ProofCount{}
	input.Observed.Unproved = map[addr.Address]string{}
	for _, v := range verdicts {
		switch {
		case v.proved:
			count.Proved++
		case v.fault != nil:
			input.Observed.Unproved[v.project] = v.fault.Error()
		case v.unread != nil:
			faults = append(faults, diag.Diagnostic{Severity: diag.Error, Kind: keysNotReadable, Address: v.project,
				Detail: v.unread.Error() + ".", Fix: fixOf(v.unread), Cause: v.unread})
		default:
			count.LeftOut++
			s.log.InfoContext(ctx, v.note, "project", v.project.String())
		}
	}
	if err := s.report(faults); err != nil {
		return drift.Report{}, err
	}
	report := drift.Find(input, ignore)
	report.Proofs = &count
	return report, nil
}

// proofs checks the stored keys, for bh doctor.
func (d *checkup) proofs(ctx context.Context) {
	snap, _, err := d.session.readState(ctx)
	if err != nil {
		return // the section of the state says why
	}
	verdicts, err := d.session.prove(ctx, snap, sortedRecords(snap))
	if err != nil {
		return
	}
	for _, v := range verdicts {
		check := view.Check{Name: v.project.Label(), Outcome: view.OK, Found: v.text(), Asked: true}
		switch cause := errors.Join(v.fault, v.unread); {
		case cause != nil:
			check.Outcome, check.Fix = view.Fault, fixOf(cause)
		case !v.proved:
			check.Outcome, check.Asked = view.Unknown, false
		}
		d.add(check)
	}
	d.section(ctx, "stored keys")
}
