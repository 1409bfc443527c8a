package planner

import (
	"strings"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// Mode says what a plan is for.
type Mode string

// The modes.
const (
	Normal     Mode = "normal"  // make everything match the declaration
	DestroyAll Mode = "destroy" // destroy what is recorded
)

// Address is where a bucket can be reached now. Variable is the environment variable that
// the endpoint comes from, "" if it comes from a file or a default.
type Address struct {
	vendors.Address
	Variable string
}

// Allowance says which things a plan may do that need a person's consent.
type Allowance struct {
	Recreate bool // make a bucket again whose data is gone
	Empty    bool // delete objects where on_destroy is "empty"
	Reissue  bool // issue new keys although many items of a store are gone at once
}

// Input is everything that a plan depends on.
type Input struct {
	Desired  *config.Config
	Recorded state.Snapshot
	Observed observed.World
	Mode     Mode
	// Scope, if not nil, says which projects are planned.
	Scope func(addr.Address) bool
	// Rotate names projects whose keys are renewed now, due or not.
	Rotate map[addr.Address]bool
	// NoOverlap revokes the replaced keys, and older ones that still work, at once.
	NoOverlap bool
	// LeaveDue, if not nil, says for which projects a rotation that is due is left out. One whose key has expired
	// is renewed all the same if there is more to do for its project.
	LeaveDue func(addr.Address) bool
	// OnlyDue plans only what time and stopped runs left to do for projects that are recorded and declared:
	// rotations that are due, overlaps that ended, credentials that were left behind. What the files
	// change is left alone.
	OnlyDue   bool
	Allowance Allowance
	Now       time.Time
	// NameLimit returns the longest credential name that a vendor takes, in
	// characters; 0 means no limit. If it is nil, there are no limits at all.
	NameLimit func(vendor string) int
	// Address returns the address of a bucket in a cloud, as far as it is known
	// offline. If it is nil, no addresses are compared.
	Address func(cloud string, id vendors.BucketID) Address
	// Shape returns a digest of how a store writes items now, "" if all stores of its kind write
	// them alike. If it is nil, no shapes are compared.
	Shape func(secrets string) string
	// Reference returns the reference to an item, "" if there is none. If it is nil, no references
	// are compared.
	Reference func(secrets, id, title string) string
	// Parallelism is how many operations will run at once; 0 means 8.
	Parallelism int
}

// Reshaped reports whether a record's store now writes items differently from how it wrote this one.
func (in *Input) Reshaped(r *state.Record) bool {
	if in.Shape == nil || r.Item.Shape == "" {
		return false
	}
	now := in.Shape(r.Secrets)
	return now != "" && now != strings.TrimSuffix(r.Item.Shape, state.Elsewhere)
}
