package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"buckethead/config/diag"
	"buckethead/planner/discovery"
	"buckethead/planner/refresh"
	"buckethead/state"
)

func discoverCommand(r *run) *cli.Command {
	return &cli.Command{Name: "discover", Usage: "show what exists and is not in the state",
		Description: "Lists, for each cloud and store in the file: buckets that no project in the\n" +
			"state has, and how to take each one over; credentials with bh's prefix that\n" +
			"are not recorded; items with bh's mark that belong to no record. Things that\n" +
			"are not bh's are only counted. Nothing is changed or locked.\n\n" +
			"What a stopped apply left behind is not listed: the next plan deals with\n" +
			"it. bh never revokes or deletes what is listed here; that is up to you.",
		Flags: vendorFlags(),
		Action: func(c *cli.Context) error {
			flags, err := r.flagsOnly(c)
			if err != nil {
				return err
			}
			return inSession(c.Context, r, flags, func(s *session) error { return runDiscover(c.Context, s) })
		}}
}

// runDiscover is bh discover. If a cloud or a store does not answer, it shows what the others have and fails.
func runDiscover(ctx context.Context, s *session) error {
	snap, _, err := s.readState(ctx)
	if err != nil {
		return err
	}
	found, diags := discover(ctx, s, snap)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err = s.report(diags)
	s.view.Discovery(found)
	return err
}

// discover lists everything in the declared clouds and stores, and compares it with the state.
func discover(ctx context.Context, s *session, snap state.Snapshot) (discovery.Discovery, diag.List) {
	world, unlisted, diags := refresh.Survey(ctx, s.connections.Readers(), s.observation(snap))
	found := discovery.Discover(s.comparison(ctx, snap, world))
	found.Unlisted = unlisted
	return found, diags
}
