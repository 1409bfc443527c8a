package discovery

import (
	"cmp"
	"slices"
	"strings"

	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
)

// Discover compares what a survey has seen with the state. It leaves out what open intents
// and watched names refer to, because the next plan handles that.
func Discover(in planner.Input) Discovery {
	f := finder{in: in, owners: owners.New(in.Desired, in.Recorded, in.Observed)}
	f.found = Discovery{Stack: in.Desired.Stack, Others: map[string]int{}}
	for _, c := range in.Desired.Clouds {
		f.found.Clouds = append(f.found.Clouds, c.Address())
	}
	for _, c := range in.Desired.Secrets {
		f.found.Stores = append(f.found.Stores, c.Address())
	}
	f.credentials()
	f.items()
	f.buckets()
	return f.found
}

// credentials finds the credentials with bh's prefix that nothing in the state names.
func (f *finder) credentials() {
	known, begun := f.owners.Vouched()
	for key, c := range f.in.Observed.Credentials {
		switch {
		case !strings.HasPrefix(c.Name, "bh/"):
			f.found.Others[key.Cloud]++
		case known[key], begun[observed.CredentialKey{Cloud: key.Cloud, ID: c.Name}]:
		default:
			x := Credential{Cloud: key.Cloud, ID: c.ID, Name: c.Name, Bucket: c.Bucket,
				IssuedAt: c.IssuedAt, Status: c.Status}
			claim := f.owners.Credential(c)
			x.Owner, x.Stack, x.Lineage, x.Address = claim.Owner, claim.Stack, claim.Lineage, claim.Project
			f.found.Credentials = append(f.found.Credentials, x)
		}
	}
	slices.SortFunc(f.found.Credentials, func(a, b Credential) int {
		return cmp.Or(cmp.Compare(a.Cloud, b.Cloud), cmp.Compare(a.Owner.Rank(), b.Owner.Rank()),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}

// items finds the items with bh's mark that belong to no record.
func (f *finder) items() {
	held, begun := map[observed.ItemKey]bool{}, map[string]bool{}
	for _, r := range f.in.Recorded.Records {
		if r.Item != nil {
			held[observed.ItemKey{Secrets: r.Secrets, ID: r.Item.ID}] = true
		}
		for _, f := range r.Former {
			held[observed.ItemKey{Secrets: f.Secrets, ID: f.ID}] = true
		}
	}
	for _, i := range f.in.Recorded.Intents {
		begun[i.Operation] = true
	}
	for key, item := range f.in.Observed.Items {
		switch {
		case held[key]:
		case !item.Summary.Marked:
			f.found.Others[key.Secrets]++
		case item.Read && begun[item.Mark.Operation] && f.owners.OfOperation(item.Mark, item.Mark.Operation):
		default:
			claim := f.owners.Mark(item.Mark)
			f.found.Items = append(f.found.Items, Item{Secrets: key.Secrets, ID: key.ID, Title: item.Summary.Title,
				Owner: claim.Owner, Stack: claim.Stack, Lineage: claim.Lineage, Address: claim.Project,
				UpdatedAt: item.Summary.UpdatedAt})
		}
	}
	slices.SortFunc(f.found.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Secrets, b.Secrets), cmp.Compare(a.Owner.Rank(), b.Owner.Rank()),
			cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
}
