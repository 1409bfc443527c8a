package planner

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/state"
)

// Plan holds the operations in the order in which they run. It is plain data
// without a secret.
type Plan struct {
	Stack      string         `json:"stack"`
	Lineage    string         `json:"lineage"`
	Mode       Mode           `json:"mode"`
	Partial    bool           `json:"partial,omitempty"` // only some of the projects were planned
	Operations []Operation    `json:"operations"`
	Unchanged  []addr.Address `json:"unchanged,omitempty"`
	// Timeless is the digest of the plan as it would be without what time alone causes, "" if that
	// is all of it. Left has the projects whose due rotations were left out.
	Timeless string         `json:"timeless,omitempty"`
	Left     []addr.Address `json:"-"`
	// Watches is the watch list after this plan's listings; an apply writes
	// it first. SetWatches says that it differs from the recorded one.
	Watches    []state.Watch `json:"-"`
	SetWatches bool          `json:"-"`
	// Refresh counts the calls that reading the world took.
	Refresh []observed.Calls `json:"refresh,omitempty"`
	// Quotas has an entry for each cloud that limits credentials and gets new ones.
	Quotas []Quota `json:"quotas,omitempty"`
	// Offline says that the plan follows from an assumed world. Such a plan is never saved, and
	// no plan that can be applied has the same digest.
	Offline bool `json:"-"`
	// OnlyDue says that the plan leaves out what the files changed.
	OnlyDue bool `json:"-"`
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Operations) == 0 }

// Counts returns the number of operations of each kind, blocked ones included.
func (p *Plan) Counts() map[Kind]int {
	counts := map[Kind]int{}
	for _, o := range p.Operations {
		counts[o.Kind]++
	}
	return counts
}

// Blocked returns the number of operations that cannot run at present.
func (p *Plan) Blocked() int {
	n := 0
	for _, o := range p.Operations {
		if len(o.Blocked) > 0 {
			n++
		}
	}
	return n
}

// Digest identifies what a plan does, but for what time alone causes: rotations that are due, keys that
// have expired, and overlaps that have ended. So it stays the same as long as only time passes. Two
// plans with the same digest do the same otherwise. The lineage is not part of it, because a first plan
// is made before there is a state.
func (p *Plan) Digest() string { return cmp.Or(p.Timeless, p.Sum()) }

// Sum is a SHA-256 in hex over stack, mode and every operation, whatever caused it.
func (p *Plan) Sum() string {
	h := sha256.New()
	h.Write([]byte(p.Stack + "\x00" + string(p.Mode)))
	if p.Offline {
		h.Write([]byte("\x00offline"))
	}
	for _, o := range p.Operations {
		h.Write([]byte("\x00" + o.Digest))
		if o.Timed != nil {
			h.Write([]byte("\x00rest " + o.Timed.Rest))
		}
	}
	if p.Timeless != "" {
		h.Write([]byte("\x00timeless " + p.Timeless))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Lasts reports whether the plan does anything that time alone did not cause.
func (p *Plan) Lasts() bool {
	return slices.ContainsFunc(p.Operations, func(o Operation) bool { return o.Lasting() != "" })
}

// Due returns the projects whose keys the plan renews because of their age.
func (p *Plan) Due() []addr.Address {
	var out []addr.Address
	for i := range p.Operations {
		if p.Operations[i].IsDue() {
			out = append(out, p.Operations[i].Address)
		}
	}
	return out
}

// Find returns the operation of a project.
func (p *Plan) Find(project addr.Address) (Operation, bool) {
	for _, o := range p.Operations {
		if o.Address == project {
			return o, true
		}
	}
	return Operation{}, false
}

// Calls adds up the calls of the whole plan by connection, without those of the
// refresh.
func (p *Plan) Calls() []observed.Calls {
	var all []observed.Calls
	for _, o := range p.Operations {
		if len(o.Blocked) == 0 {
			all = append(all, o.Calls...)
		}
	}
	return observed.AddCalls(all)
}

// Quota is the number of credentials that a plan results in, in a cloud that limits it.
// It counts all credentials of the account, including those that bh did not make.
type Quota struct {
	Connection string `json:"connection"`
	Vendor     string `json:"vendor"`
	Limit      int    `json:"limit"`
	Live       int    `json:"live"`  // as observed
	After      int    `json:"after"` // when all that can run is done
}

// Queue returns the operations of the plan in the order in which they may start.
func (p *Plan) Queue() *Queue {
	operations := make([]*Operation, len(p.Operations))
	for i := range p.Operations {
		operations[i] = &p.Operations[i]
	}
	return newQueue(operations)
}
