package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/drift"
	"buckethead/planner/refresh"
	"buckethead/state"
)

func driftCommand(r *run) *cli.Command {
	return &cli.Command{Name: "drift", Usage: "show what was changed outside bh",
		Description: "Compares what bh recorded with what the providers have, and shows what\n" +
			"differs. It takes no lock and writes nothing. Changes of the file, rotations\n" +
			"that are due, and what a stopped apply left behind are not drift. A state\n" +
			"that seems to be lost is an error.\n\n" +
			"Classes:\n" +
			"  bucket_gone          the bucket was deleted\n" +
			"  bucket_settings      its storage class was changed\n" +
			"  settings_drift       rules, domains or public access were changed\n" +
			"  credential_gone      the credential was revoked\n" +
			"  credential_exposed   the vendor found it published and revoked it\n" +
			"  credential_expired   it has expired\n" +
			"  credential_disabled  it was disabled\n" +
			"  credential_unproved  with --prove: the stored keys do not open the bucket\n" +
			"  policy_drift         its access, networks or expiry were changed\n" +
			"  item_gone            the item was deleted\n" +
			"  item_doubled         another item has its title\n" +
			"  item_edited          its title, keys or fields were changed\n\n" +
			"Exit codes: 0 no drift; 2 drift; 1 error.",
		Flags: vendorFlags(append(scopeFlags(), proveFlag(),
			&cli.GenericFlag{Name: "ignore", Value: &list{}, Usage: "leave out drift of `CLASS`; can be repeated"})...),
		Action: func(c *cli.Context) error {
			flags, err := r.flagsOnly(c)
			if err != nil {
				return err
			}
			ignore, err := driftClasses(listed(c, "ignore"))
			if err != nil {
				return err
			}
			return inSession(c.Context, r, flags.partly(), func(s *session) error {
				return runDrift(c.Context, s, ignore, c.Bool("prove"))
			})
		}}
}

// driftClasses parses the classes of drift to leave out.
func driftClasses(words []string) (map[drift.Class]bool, error) {
	var known []string
	for _, class := range drift.Classes() {
		known = append(known, string(class))
	}
	out := map[drift.Class]bool{}
	for _, word := range words {
		if !slices.Contains(known, word) {
			hint := cmp.Or(didYouMean(word, known), "; the classes are "+strings.Join(known, ", "))
			return nil, fmt.Errorf("--ignore is %q, which is not a class of drift%s", word, hint)
		}
		out[drift.Class(word)] = true
	}
	return out, nil
}

// runDrift is bh drift. It works like bh plan, with what is recorded instead of what is declared.
func runDrift(ctx context.Context, s *session, ignore map[drift.Class]bool, prove bool) error {
	snap, _, err := s.readState(ctx)
	if err != nil {
		return err
	}
	if err := checkScope(s, snap, nil); err != nil {
		return err
	}
	if err := s.mayHaveDrift(ctx, snap); err != nil {
		return err
	}
	request := s.observation(snap)
	request.Desired = planner.AsRecorded(s.config, snap)
	world, diags := refresh.Observe(ctx, s.connections.Readers(), request)
	if err := s.unread(ctx, diags); err != nil {
		return err
	}
	s.view.Diagnostics(diags)
	input := s.comparison(ctx, snap, world)
	input.Scope = s.flags.scope()
	report := drift.Find(input, ignore)
	if prove {
		if report, err = s.proveDrift(ctx, input, ignore); err != nil {
			return err
		}
	}
	s.view.Diagnostics(report.Warnings)
	s.view.Drift(report)
	s.writeOutputs(ctx, fmt.Sprintf("has_drift=%t\ndrift_differences=%d\ndrift_projects=%d\n",
		len(report.Differences) > 0, len(report.Differences), report.Projects()))
	if len(report.Differences) > 0 {
		return exitCode(exitChanges)
	}
	return nil
}

// mayHaveDrift returns an error if the state was lost: with nothing recorded, nothing could be compared.
func (s *session) mayHaveDrift(ctx context.Context, snap state.Snapshot) error {
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	if why := s.lostState(ctx, place, snap); why != "" {
		return s.fail(diag.Diagnostic{Kind: stateLost, Detail: sentence(errors.New(why)), Subject: s.config.State.Range, Fix: lostFix})
	}
	return nil
}
