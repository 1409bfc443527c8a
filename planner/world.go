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

// Item is an item as it was observed. Fields, Fingerprint, Mark and Misfits are set
// only if it was Read.
type Item struct {
	Summary     vendors.ItemSummary
	Read        bool
	Fields      map[string]string // without the secret
	Fingerprint string
	Mark        vendors.Mark
	Misfits     []vendors.Misfit
}

// Recipients are those of one store. Err says why it cannot be written for the declared ones.
type Recipients struct {
	vendors.Recipients
	Err error
}

// World is what the vendors have, read once. What is not in it certainly does not
// exist: refresh confirms each absence by id.
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
	// Recipients holds those of stores that are encrypted to recipients, or why nothing
	// can be written to them.
	Recipients map[string]Recipients
	// Missing has the stores that do not exist at all although the state has items in
	// them, with the name of what is missing, such as "the file PATH".
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
	// Assumed says that no vendor was asked, see [Assumed].
	Assumed bool
}

// Allowance is what a plan does only if a person has agreed to it.
type Allowance struct {
	Recreate bool // make a bucket again whose data is gone
	Empty    bool // delete objects where on_destroy is "empty"
	Reissue  bool // issue new keys although the items of a store are gone at once
}

// Input is everything that a plan depends on.
type Input struct {
	Desired  *config.Config
	Recorded state.Snapshot
	Observed World
	Mode     Mode
	// Scope, if not nil, says which projects are planned.
	Scope func(addr.Address) bool
	// Rotate names projects whose keys are renewed now, due or not.
	Rotate map[addr.Address]bool
	// NoOverlap revokes the replaced keys, and older ones that still work, at once.
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
