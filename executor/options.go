package executor

import (
	"context"
	"time"

	"buckethead/executor/orchestrator"
)

// Rigs returns the vendors for one pair of connections, either of which may be empty. It is
// safe for concurrent use and returns the same vendors each time.
type Rigs func(ctx context.Context, cloud, secrets string) (orchestrator.Rig, error)

// Run says on whose behalf a plan is applied, for the journal and the history.
type Run struct{ Actor, Commit, URL string }

// Options say how a plan is run. Now is required. Event may be nil; it is never called
// concurrently. When Stop is closed, no operation starts any more, and running ones end after
// their current step. Cancelling the context ends them at once.
type Options struct {
	Parallelism int  // operations at once; 0 means 1
	Verify      bool // prove each stored credential
	Run         Run
	Now         func() time.Time
	Event       func(Event)
	Stop        <-chan struct{}
	// StepTimeout bounds the steps that are running when a stop is requested. 0 means no limit.
	StepTimeout time.Duration
}
