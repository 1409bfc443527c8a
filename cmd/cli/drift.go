package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/planner"
	"buckethead/planner/refresh"
	"buckethead/state"
)

func driftCommand(p Process) *cli.Command {
	return &cli.Command{Name: "drift", Usage: "show what was done outside of bh",
		Description: "Compares what bh recorded with what the providers have, and shows what\n" +
			"differs. It takes no lock and writes nothing. What the file asks for by now\n" +
			"is no drift, nor is a rotation that is due, or what a stopped apply left.\n\n" +
			"Classes:\n" +
			"  bucket_gone          the bucket was deleted\n" +
			"  bucket_settings      its storage class was changed\n" +
			"  settings_drift       rules, domains or public access were changed\n" +
			"  credential_gone      the credential was revoked\n" +
			"  credential_exposed   the vendor found it published and ended it\n" +
			"  credential_expired   it has expired\n" +
			"  credential_disabled  it was disabled\n" +
			"  policy_drift         its access, networks or expiry were changed\n" +
			"  item_gone            the item was deleted\n" +
			"  item_edited          its title, keys or fields were changed\n\n" +
			"Exit codes: 0 no drift; 2 drift; 1 error.",
		Flags: commonFlags(append(scopeFlags(),
			&cli.GenericFlag{Name: "ignore", Value: &list{}, Usage: "leave out drift of `CLASS`; may come several times"})...),
		Action: func(c *cli.Context) error {
			flags, err := readAlone(c, p)
			if err != nil {
				return err
			}
			ignore, err := driftClasses(listed(c, "ignore"))
			if err != nil {
				return err
			}
			return runDrift(c.Context, p, flags, ignore)
		}}
}

// driftClasses reads the classes that are to be left out.
func driftClasses(words []string) (map[planner.DriftClass]bool, error) {
	var known []string
	for _, class := range planner.DriftClasses() {
		known = append(known, string(class))
	}
	out := map[planner.DriftClass]bool{}
	for _, word := range words {
		if !slices.Contains(known, word) {
			hint := "; the classes are " + strings.Join(known, ", ")
			if close := nearest(word, known); close != "" {
				hint = "; did you mean " + close
			}
			return nil, fmt.Errorf("--ignore is %q, which is no class of drift%s", word, hint)
		}
		out[planner.DriftClass(word)] = true
	}
	return out, nil
}

// runDrift is the way of bh plan, with what is recorded in the place of what is
// declared.
func runDrift(ctx context.Context, p Process, flags common, ignore map[planner.DriftClass]bool) (err error) {
	s, err := open(ctx, p, flags)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	snap, err := s.readState(ctx)
	if err != nil {
		return err
	}
	drift, err := s.drift(ctx, snap, ignore)
	if err != nil {
		return err
	}
	s.view.Drift(drift)
	s.githubDrift(drift)
	if len(drift.Differences) > 0 {
		return exitCode(exitChanges)
	}
	return nil
}

func (s *session) drift(ctx context.Context, snap state.Snapshot, ignore map[planner.DriftClass]bool) (planner.Drift, error) {
	if err := s.checkScope(snap, planArgs{common: s.flags}); err != nil {
		return planner.Drift{}, err
	}
	world, diags := refresh.Observe(ctx, s.connections.Readers(), refresh.Request{Desired: planner.AsRecorded(s.config, snap), Recorded: snap,
		Mode: planner.Normal, Parallelism: s.flags.parallelism})
	if ctx.Err() != nil {
		return planner.Drift{}, context.Cause(ctx) // what it cut off is not a fault
	}
	s.view.Diagnostics(diags)
	if diags.HasErrors() {
		return planner.Drift{}, exitCode(exitError)
	}
	return planner.FindDrift(planner.Input{Desired: s.config, Recorded: snap, Observed: world, Mode: planner.Normal,
		Scope: s.flags.scope(), Now: s.p.Now()}, ignore), nil
}

// githubDrift writes the step's outputs, as a plan does; its summary comes with the end
// of the run.
func (s *session) githubDrift(d planner.Drift) {
	path := s.p.get("GITHUB_OUTPUT")
	if path == "" {
		return
	}
	if err := appendTo(path, fmt.Sprintf("has_drift=%t\ndrift_differences=%d\ndrift_projects=%d\n", len(d.Differences) > 0, len(d.Differences), d.Projects())); err != nil {
		s.view.Note("The step's outputs cannot be written: " + err.Error())
	}
}
