package cli

import (
	"context"

	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors/registry"
)

// observation returns the request to read all that is declared or recorded.
func (s *session) observation(snap state.Snapshot) refresh.Request {
	return refresh.Request{Desired: s.config, Recorded: snap, Mode: planner.Normal, Parallelism: s.flags.parallelism}
}

// unread returns an error if the providers could not be read. It shows the fault, unless a signal caused it.
func (s *session) unread(ctx context.Context, diags diag.List) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case diags.HasErrors():
		return s.report(diags)
	}
	return nil
}

// comparison returns what the planner needs to compare what is declared, recorded and observed.
func (s *session) comparison(ctx context.Context, snap state.Snapshot, world observed.World) planner.Input {
	return planner.Input{Desired: s.config, Recorded: snap, Observed: world, Mode: planner.Normal, Now: s.run.Now(),
		NameLimit: func(vendor string) int {
			v, _ := registry.Find(vendor)
			return v.Limits.CredentialNameLength
		},
		Address: s.connections.Address, Shape: s.connections.Shape,
		Reference: func(secrets, id, title string) string {
			text, _ := s.connections.Reference(ctx, secrets, id, title, "")
			return text
		}}
}
