package cli

import (
	"buckethead/planner"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors/registry"
)

// observation asks for all that is declared or recorded.
func (s *session) observation(snap state.Snapshot) refresh.Request {
	return refresh.Request{Desired: s.config, Recorded: snap, Mode: planner.Normal, Parallelism: s.flags.parallelism}
}

// comparison is what the planner needs to compare all that is declared, recorded and observed.
func (s *session) comparison(snap state.Snapshot, world planner.World) planner.Input {
	return planner.Input{Desired: s.config, Recorded: snap, Observed: world, Mode: planner.Normal, Now: s.run.Now(),
		NameLimit: func(vendor string) int {
			v, _ := registry.Find(vendor)
			return v.Limits.CredentialNameLength
		}}
}
