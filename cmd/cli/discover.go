package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/refresh"
	"buckethead/state"
)

func discoverCommand(p Process) *cli.Command {
	return &cli.Command{Name: "discover", Usage: "show what exists and is not in the state",
		Description: "Lists, for each cloud and store of the file: buckets that no project of the\n" +
			"state has, and how to take each one over; credentials with bh's prefix that\n" +
			"no record knows; items with bh's mark that belong to no record. What other\n" +
			"people have beside is counted and not listed. Nothing is changed or locked.\n\n" +
			"What an apply that was stopped left behind is not here: the next plan sees\n" +
			"to it. bh revokes and deletes none of what is listed; see to it yourself.",
		Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			flags, err := readAlone(c, p)
			if err != nil {
				return err
			}
			return runDiscover(c.Context, p, flags)
		}}
}

// runDiscover shows what can be seen also where some cloud or store gives no answer;
// then it fails.
func runDiscover(ctx context.Context, p Process, flags common) (err error) {
	s, err := open(ctx, p, flags)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	snap, err := s.readState(ctx)
	if err != nil {
		return err
	}
	found, diags := s.discover(ctx, snap)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.view.Diagnostics(diags)
	s.view.Discovery(found)
	if diags.HasErrors() {
		return exitCode(exitError)
	}
	return nil
}

// discover looks at all that is declared.
func (s *session) discover(ctx context.Context, snap state.Snapshot) (planner.Discovery, diag.List) {
	world, unlisted, diags := refresh.Survey(ctx, s.connections.Readers(), refresh.Request{Desired: s.config, Recorded: snap, Mode: planner.Normal, Parallelism: s.flags.parallelism})
	found := planner.Discover(planner.Input{Desired: s.config, Recorded: snap, Observed: world, Mode: planner.Normal, Now: s.p.Now()})
	found.Unlisted = unlisted
	return found, diags
}
