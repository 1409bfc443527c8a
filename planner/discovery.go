package planner

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/vendors"
)

// FoundBucket is a bucket that no project of the state has.
type FoundBucket struct {
	Cloud        string           `json:"cloud"`
	Bucket       vendors.BucketID `json:"bucket"`
	Location     string           `json:"location,omitempty"`
	StorageClass string           `json:"storage_class,omitempty"`
	CreatedAt    time.Time        `json:"created_at,omitzero"`
	// Address is that of the project that declares the bucket, or that could. Declared
	// is the place of the project's block, zero if no project declares it.
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
func (f FoundBucket) Claim() owners.Claim {
	return owners.Claim{Owner: f.Owner, Stack: f.Stack, Lineage: f.Lineage}
}

// FoundCredential is a credential with bh's prefix that no record vouches for.
type FoundCredential struct {
	Cloud    string           `json:"cloud"`
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Owner    owners.Owner     `json:"owner"`
	Stack    string           `json:"stack,omitempty"`
	Lineage  string           `json:"lineage,omitempty"`
	Address  string           `json:"address,omitempty"` // an address, as far as the name tells
	Bucket   vendors.BucketID `json:"bucket,omitzero"`
	IssuedAt time.Time        `json:"issued_at,omitzero"`
	Status   vendors.Status   `json:"status"`
}

// Claim returns whose the credential is.
func (f FoundCredential) Claim() owners.Claim {
	return owners.Claim{Owner: f.Owner, Stack: f.Stack, Lineage: f.Lineage, Project: f.Address}
}

// Claim returns whose the item is.
func (f FoundItem) Claim() owners.Claim {
	return owners.Claim{Owner: f.Owner, Stack: f.Stack, Lineage: f.Lineage, Project: f.Address}
}

// FoundItem is an item with bh's mark that belongs to no record.
type FoundItem struct {
	Secrets   string       `json:"secrets"`
	ID        string       `json:"id"`
	Title     string       `json:"title"`
	Owner     owners.Owner `json:"owner"`
	Stack     string       `json:"stack,omitempty"`
	Lineage   string       `json:"lineage,omitempty"`
	Address   string       `json:"address,omitempty"`
	UpdatedAt time.Time    `json:"updated_at,omitzero"`
}

// Unlisted is a namespace of a cloud that could not be listed and that nothing uses.
type Unlisted struct {
	Cloud     string `json:"cloud"`
	Namespace string `json:"namespace"`
	Why       string `json:"why"`
}

// Discovery is what exists and does not belong to this state. Others counts, by connection,
// the credentials of a cloud and the items of a store that no bh has made.
type Discovery struct {
	Stack       string
	Clouds      []string
	Stores      []string
	Buckets     []FoundBucket
	Credentials []FoundCredential
	Items       []FoundItem
	Others      map[string]int
	Unlisted    []Unlisted
}

// Discover compares what a survey has seen with the state. It leaves out what open intents
// and watched names refer to, because the next plan handles that.
func Discover(in Input) Discovery {
	m := newMaker(in)
	d := Discovery{Stack: in.Desired.Stack, Others: map[string]int{}}
	for _, c := range in.Desired.Clouds {
		d.Clouds = append(d.Clouds, c.Address())
	}
	for _, c := range in.Desired.Secrets {
		d.Stores = append(d.Stores, c.Address())
	}
	m.discoverCredentials(&d)
	m.discoverItems(&d)
	m.discoverBuckets(&d)
	return d
}

// discoverCredentials finds those with bh's prefix that nothing in the state names.
func (m *maker) discoverCredentials(d *Discovery) {
	known, begun := m.owners.Vouched()
	for key, c := range m.in.Observed.Credentials {
		switch {
		case !strings.HasPrefix(c.Name, "bh/"):
			d.Others[key.Cloud]++
		case known[key], begun[observed.CredentialKey{Cloud: key.Cloud, ID: c.Name}]:
		default:
			f := FoundCredential{Cloud: key.Cloud, ID: c.ID, Name: c.Name, Bucket: c.Bucket,
				IssuedAt: c.IssuedAt, Status: c.Status}
			claim := m.owners.Credential(c)
			f.Owner, f.Stack, f.Lineage, f.Address = claim.Owner, claim.Stack, claim.Lineage, claim.Project
			d.Credentials = append(d.Credentials, f)
		}
	}
	slices.SortFunc(d.Credentials, func(a, b FoundCredential) int {
		return cmp.Or(cmp.Compare(a.Cloud, b.Cloud), cmp.Compare(a.Owner.Rank(), b.Owner.Rank()),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}

// discoverItems finds those with our mark that belong to no record.
func (m *maker) discoverItems(d *Discovery) {
	held, begun := map[observed.ItemKey]bool{}, map[string]bool{}
	for _, r := range m.recorded {
		if r.Item != nil {
			held[observed.ItemKey{Secrets: r.Secrets, ID: r.Item.ID}] = true
		}
		for _, f := range r.Former {
			held[observed.ItemKey{Secrets: f.Secrets, ID: f.ID}] = true
		}
	}
	for _, i := range m.in.Recorded.Intents {
		begun[i.Operation] = true
	}
	for key, item := range m.in.Observed.Items {
		switch {
		case held[key]:
		case !item.Summary.Marked:
			d.Others[key.Secrets]++
		case item.Read && begun[item.Mark.Operation] && m.owners.OfOperation(item.Mark, item.Mark.Operation):
		default:
			claim := m.owners.Mark(item.Mark)
			d.Items = append(d.Items, FoundItem{Secrets: key.Secrets, ID: key.ID, Title: item.Summary.Title,
				Owner: claim.Owner, Stack: claim.Stack, Lineage: claim.Lineage, Address: claim.Project,
				UpdatedAt: item.Summary.UpdatedAt})
		}
	}
	slices.SortFunc(d.Items, func(a, b FoundItem) int {
		return cmp.Or(cmp.Compare(a.Secrets, b.Secrets), cmp.Compare(a.Owner.Rank(), b.Owner.Rank()),
			cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
}
