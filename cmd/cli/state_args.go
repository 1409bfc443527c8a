package cli

import (
	"context"
	"time"
)

// stateArgs holds the arguments of the commands of bh state, and their own flags.
type stateArgs struct {
	named []string
	list  bool          // backup --list
	force bool          // push --force, migrate --force, rebuild --force
	from  string        // migrate --from
	kin   []string      // rebuild --lineage
	last  time.Duration // lock --for
}

// stateRun is one of these commands.
type stateRun func(ctx context.Context, s *session, a stateArgs) error
