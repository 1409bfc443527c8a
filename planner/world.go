package planner

import (
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/vendors"
)

// BucketKey names a bucket among all clouds; Cloud is a connection address.
type BucketKey struct {
	Cloud string
	ID    vendors.BucketID
}

// CredentialKey names a credential among all clouds.
type CredentialKey struct{ Cloud, ID string }

// ItemKey names an item among all stores; Secrets is a connection address.
type ItemKey struct{ Secrets, ID string }

// Item is an item as it was observed. Fields, Fingerprint, Mark, Misfits are there
// only where it was Read.
type Item struct {
	Summary     vendors.ItemSummary
	Read        bool
	Fields      map[string]string // without the secret
	Fingerprint string
	Mark        vendors.Mark
	Misfits     []vendors.Misfit
}

// Recipients are those of one store. Err says why no write could be for those declared.
type Recipients struct {
	vendors.Recipients
	Err error
}

// World is what the vendors have, read once. What is not in it is missing for
// certain: refresh confirms each absence by id.
type World struct {
	Buckets     map[BucketKey]vendors.Bucket
	Credentials map[CredentialKey]vendors.Credential
	Items       map[ItemKey]Item
	// Emptiness holds what was found in buckets that may be destroyed, where
	// the cloud can tell.
	Emptiness map[BucketKey]vendors.Emptiness
	// Settings holds the groups of settings that plans may change. A group that
	// is not in it was not read.
	Settings map[BucketKey]vendors.BucketSettings
	// Recipients holds those of stores that are encrypted to some, or why nothing can be
	// written to them.
	Recipients map[string]Recipients
	// Missing says what is not there of a store that is missing as a whole, such as
	// "the file PATH", although the state has items in it.
	Missing map[string]string
	// Registered holds the fingerprints of the secrets that people brought.
	Registered map[addr.Address]string
	// CannotEmpty holds the clouds that cannot delete what a bucket holds.
	CannotEmpty map[string]bool
	// Listed holds the clouds whose credentials were listed.
	Listed map[string]bool
	// CredentialLimit is how many credentials a cloud may have at once, where
	// there is a limit.
	CredentialLimit map[string]int
	// Unproved says why stored keys do not open their bucket, where that was tried.
	Unproved map[addr.Address]string
	Calls    []Calls
	// Assumed says that nobody looked, see [Assumed].
	Assumed bool
}

// Allowance is what a person has agreed to that a plan does not do otherwise.
type Allowance struct {
	Recreate bool // make a bucket again whose data is gone
	Empty    bool // delete objects where on_destroy is "empty"
	Reissue  bool // issue new keys although the items of a store are gone at once
}

// Input is everything that a plan follows from.
type Input struct {
	Desired  *config.Config
	Recorded state.Snapshot
	Observed World
	Mode     Mode
	// Scope, where not nil, says which projects are looked at.
	Scope func(addr.Address) bool
	// Rotate names projects whose keys are renewed now, due or not.
	Rotate map[addr.Address]bool
	// NoOverlap has those keys, and older ones that still work, revoked at once.
	NoOverlap bool
	Allowance Allowance
	Now       time.Time
	// NameLimit returns the longest credential name that a vendor takes, in
	// characters; 0 for no limit. Nil for no limits at all.
	NameLimit func(vendor string) int
	// Address returns where a bucket of a cloud is reached, as far as that is known
	// offline. Nil to compare no addresses.
	Address func(cloud string, id vendors.BucketID) Address
	// Shape returns a digest of how a store writes items now, "" where all are alike.
	// Nil to compare no shapes.
	Shape func(secrets string) string
	// Parallelism is how many operations will run at once; 0 means 8.
	Parallelism int
}
