package owners

import (
	"slices"

	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

// Unrecorded is a credential that this state issued and that it does not know: no record, intent
// or watch names it. A state that was rebuilt, or restored from an older copy, has such credentials.
type Unrecorded struct {
	vendors.Credential
	Project addr.Address // the project in its name
}

// Unrecorded returns the credentials of this state for a bucket that it does not know: those that work
// before the others, and the latest first.
func (x *Index) Unrecorded(key observed.BucketKey) []Unrecorded {
	var out []Unrecorded
	for _, o := range x.openers(key) {
		if o.Owner != ThisStack {
			continue
		}
		if p, err := addr.ParseProject(o.Project); err == nil {
			out = append(out, Unrecorded{o.credential, p})
		}
	}
	slices.SortStableFunc(out, func(a, b Unrecorded) int {
		if works := a.Status == vendors.Active; works != (b.Status == vendors.Active) {
			if works {
				return -1
			}
			return 1
		}
		return b.IssuedAt.Compare(a.IssuedAt)
	})
	return out
}

// KeptIn returns the item that holds a credential, if it has this state's mark and no record has it.
func (x *Index) KeptIn(credential string) (key observed.ItemKey, kept bool) {
	key, kept = x.claimed().kept[credential]
	return key, kept
}
