// Package refresh reads the world once, through readers alone: each list once,
// and single reads only where memory and lists disagree.
//
// It decides nothing; planner does, from the World that Observe gives.
package refresh

import (
	"context"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// Readers return the reading half of the vendors by connection address. They are
// safe for concurrent use and return the same reader each time. The error of a
// connection that is not declared is config's to word; it is shown as it is.
type Readers struct {
	Buckets func(ctx context.Context, connection string) (vendors.BucketReader, error)
	Secrets func(ctx context.Context, connection string) (vendors.SecretReader, error)
	// Resolve reads the secrets that references (op://..., age://...) name; each is
	// in one of the two maps.
	Resolve func(ctx context.Context, references []string) (map[string]vendors.Secret, map[string]error)
}

// Request says what is to be observed.
type Request struct {
	Desired     *config.Config
	Recorded    state.Snapshot
	Mode        planner.Mode
	Parallelism int // single reads at once; 0 means 8
	// Scope, where not nil, says which projects are looked at: the references of
	// others are not read.
	Scope func(addr.Address) bool
	// Marked asks for every item that carries bh's mark to be read: for a state
	// that was lost, they tell what was in it.
	Marked bool
}

// hasItems reports whether the state has items in a store.
func (q Request) hasItems(secrets string) bool {
	for _, r := range q.Recorded.Records {
		if r.Item != nil && r.Secrets == secrets {
			return true
		}
	}
	return false
}

// Observe reads the world. With errors in the list the world is not complete and
// nothing may be planned from it.
func Observe(ctx context.Context, r Readers, q Request) (planner.World, diag.List) {
	o := newObserver(r, q)
	o.list(ctx)
	if !o.diags.HasErrors() {
		o.confirm(ctx)
	}
	o.causesOnce()
	return o.world, o.diags.Sorted()
}
