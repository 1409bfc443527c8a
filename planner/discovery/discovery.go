package discovery

import (
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/vendors"
)

// Bucket is a bucket that no project of the state has.
type Bucket struct {
	Cloud        string           `json:"cloud"`
	Bucket       vendors.BucketID `json:"bucket"`
	Location     string           `json:"location,omitempty"`
	StorageClass string           `json:"storage_class,omitempty"`
	CreatedAt    time.Time        `json:"created_at,omitzero"`
	// Address is the address of the project that declares the bucket, or of one that could. Declared
	// is the place of the project's block, zero if no project declares the bucket.
	Address  addr.Address `json:"address"`
	Declared diag.Range   `json:"declared,omitzero"`
	// Owner, Stack and Lineage say whose the bucket is, if another state has an item
	// or a credential for it.
	Owner   owners.Owner `json:"owner,omitempty"`
	Stack   string       `json:"stack,omitempty"`
	Lineage string       `json:"lineage,omitempty"`
	// TakeOver says how to take it over: a command or, if it is declared, a sentence.
	// It is empty if another state has the bucket. Block is the import block.
	TakeOver string `json:"take_over,omitempty"`
	Block    string `json:"block,omitempty"`
}

// Claim returns whose the bucket is, with a zero Owner if nobody owns it.
func (b Bucket) Claim() owners.Claim {
	return owners.Claim{Owner: b.Owner, Stack: b.Stack, Lineage: b.Lineage}
}

// Credential is a credential with bh's prefix that no record vouches for.
type Credential struct {
	Cloud    string           `json:"cloud"`
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Owner    owners.Owner     `json:"owner"`
	Stack    string           `json:"stack,omitempty"`
	Lineage  string           `json:"lineage,omitempty"`
	Address  string           `json:"address,omitempty"` // an address, if the name has one
	Bucket   vendors.BucketID `json:"bucket,omitzero"`
	IssuedAt time.Time        `json:"issued_at,omitzero"`
	Status   vendors.Status   `json:"status"`
}

// Claim returns whose the credential is.
func (f Credential) Claim() owners.Claim {
	return owners.Claim{Owner: f.Owner, Stack: f.Stack, Lineage: f.Lineage, Project: f.Address}
}

// Item is an item with bh's mark that belongs to no record.
type Item struct {
	Secrets   string       `json:"secrets"`
	ID        string       `json:"id"`
	Title     string       `json:"title"`
	Owner     owners.Owner `json:"owner"`
	Stack     string       `json:"stack,omitempty"`
	Lineage   string       `json:"lineage,omitempty"`
	Address   string       `json:"address,omitempty"`
	UpdatedAt time.Time    `json:"updated_at,omitzero"`
}

// Claim returns whose the item is.
func (f Item) Claim() owners.Claim {
	return owners.Claim{Owner: f.Owner, Stack: f.Stack, Lineage: f.Lineage, Project: f.Address}
}

// Discovery is what exists and does not belong to this state. Others counts, by connection,
// the credentials of a cloud and the items of a store that were not made by any bh.
type Discovery struct {
	Stack       string
	Clouds      []string
	Stores      []string
	Buckets     []Bucket
	Credentials []Credential
	Items       []Item
	Others      map[string]int
	Unlisted    []observed.Unlisted
}

// finder collects what does not belong to this state.
type finder struct {
	in     planner.Input
	owners *owners.Index
	found  Discovery
}
