package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/vendors"
)

func doctorCommand(r *run) *cli.Command {
	return &cli.Command{Name: "doctor", Usage: "check files, settings, vendors and state, and say what is wrong",
		Flags: vendorFlags(proveFlag(), purposeFlag()),
		Action: func(c *cli.Context) error {
			flags, err := r.flagsOnly(c)
			if err != nil {
				return err
			}
			purpose, err := readPurpose(c)
			if err != nil {
				return err
			}
			// Everything that can be opened is checked, even if values for the rest are missing.
			return inSessionWithFaults(c.Context, r, flags.partly(), func(s *session, _ diag.List) error {
				_, faults, err := loadConfig(c.Context, fileOptions(r.Process, flags))
				if err != nil {
					return err
				}
				return runDoctor(c.Context, s, faults, purpose, c.Bool("prove"))
			})
		}}
}

// runDoctor is bh doctor. It changes nothing.
func runDoctor(ctx context.Context, s *session, faults diag.List, purpose vendors.Purpose, prove bool) error {
	d := &checkup{session: s, purpose: purpose, counts: view.CheckCounts{}}
	d.good("version", version, "")
	d.section(ctx, "bh")
	d.files(ctx, faults)
	for _, c := range s.config.Clouds {
		d.cloud(ctx, c)
	}
	for _, c := range s.config.Secrets {
		d.store(ctx, c)
	}
	d.broughtKeys(ctx)
	d.state(ctx)
	if prove {
		d.proofs(ctx)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.view.CheckSummary(d.counts)
	if !d.counts.Healthy() {
		return exitCode(exitError)
	}
	return nil
}

// files checks the files that were read.
func (d *checkup) files(ctx context.Context, diags diag.List) {
	declared := d.session.config
	for _, name := range slices.Sorted(maps.Keys(declared.Sources)) {
		isFault := func(x diag.Diagnostic) bool { return x.Subject.File == name && x.Severity == diag.Error }
		if !slices.ContainsFunc(diags, isFault) {
			d.good(name, words.Count(strings.Count(string(declared.Sources[name]), "\n"), "line"), "")
		}
	}
	for _, name := range d.session.flags.varFiles {
		d.good(name, "variables", "--var-file")
	}
	d.faults = diags
	for _, x := range diags {
		check := view.Check{Name: "files", Outcome: view.Fault, Found: x.Summary, Fix: x.Fix}
		if !x.Subject.IsZero() {
			check.Name, check.Found = x.Subject.File, fmt.Sprintf("line %d: %s", x.Subject.Start.Line, x.Summary)
		}
		if x.Detail != "" {
			check.Found += ": " + x.Detail
		}
		if x.Severity == diag.Warning {
			check.Outcome = view.Warning
		}
		if check.Fix == "" {
			check.Fix = "Correct it; bh validate shows the line."
		}
		d.add(check)
	}
	if !diags.HasErrors() {
		d.good("stack", fmt.Sprintf("%s, with %s", declared.Stack, words.Count(len(declared.Projects), "project")), "")
	}
	d.section(ctx, "files")
}
