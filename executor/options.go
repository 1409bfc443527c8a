package executor

import (
	"context"
	"time"

	"buckethead/executor/orchestrator"
)

// Rigs returns the vendors for one pair of connections, either of which may be
// empty. It is safe for concurrent use and returns the same vendors each time.
type Rigs func(ctx context.Context, cloud, secrets string) (orchestrator.Rig, error)

// Run says on whose behalf a plan is applied, for journal and history.
type Run struct{ Actor, Commit, URL string }

// Options are how a plan is run. Now is required. Event may be nil and is never
// called twice at once. Stop, when closed, lets no new operation start and ends
// running ones after their step; cancelling the context ends at once.
type Options struct {
	Parallelism int  // operations at once; 0 means 1
	Verify      bool // prove each stored credential
	Run         Run
	Now         func() time.Time
	Event       func(Event)
	Stop        <-chan struct{}
	// StepTimeout bounds the steps that still run once a stop was asked for;
	// 0 means no bound.
	StepTimeout time.Duration
}
