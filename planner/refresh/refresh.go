// Package refresh reads what the vendors have, for package planner to decide on.
//
// # Use
//
//   - [Observe] reads everything that a plan needs and returns a [observed.World]. With Request.Marked it
//     also reads every item that carries bh's mark, for rebuilding a lost state.
//   - [Survey] also lists what no project uses, for discovery. What it cannot list is in the diagnostics,
//     and the rest is returned.
//   - [Describe] reads buckets with all of their settings, for bh import.
//
// All of them take [Readers], which cannot write, and a [Request].
//
// # Reads
//
// Each list is read once. Single reads are made only where the lists leave something open: what is
// recorded but not listed, items that changed since they were stored, and buckets that may be deleted.
// So whatever is missing from the world was confirmed to be missing. Request.Parallelism bounds how many
// single reads run at once. After a single read has failed, no other is started.
//
// # Faults
//
// Faults are returned as diagnostics; [Codes] lists their kinds. If the list of Observe has errors, the
// world is incomplete and must not be planned from. [NeedsError] is the error of a connection that
// needs a secret from another one.
//
// No secret is kept: a world has the fingerprints of secrets only.
package refresh

import (
	"context"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// Readers return the reading half of a vendor by the address of its connection. They are
// safe for concurrent use and return the same reader each time. The error for a connection
// that is not declared is shown as it is.
type Readers struct {
	Buckets func(ctx context.Context, connection string) (vendors.BucketReader, error)
	Secrets func(ctx context.Context, connection string) (vendors.SecretReader, error)
	// Resolve reads the secrets that references (op://..., age://...) name; each is
	// in one of the two maps.
	Resolve func(ctx context.Context, references []string) (map[string]vendors.Secret, map[string]error)
}

// Request says what to observe.
type Request struct {
	Desired     *config.Config
	Recorded    state.Snapshot
	Mode        planner.Mode
	Parallelism int // single reads at once; 0 means 8
	// Scope, if not nil, says which projects are planned: the references of others
	// are not read.
	Scope func(addr.Address) bool
	// Marked asks for every item with bh's mark to be read: they show what was
	// in a state that was lost.
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

// Observe reads the world. If the list has errors, the world is incomplete and must not
// be planned from.
func Observe(ctx context.Context, r Readers, q Request) (observed.World, diag.List) {
	o := newObserver(r, q)
	o.list(ctx)
	if !o.diags.HasErrors() {
		o.confirm(ctx)
	}
	o.causesOnce()
	return o.world, o.diags.Sorted()
}
