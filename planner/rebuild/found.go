package rebuild

import (
	"slices"

	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
)

// Found returns the declared projects of which the providers have something that carries the name of
// the stack and that this state did not make: a key to the declared bucket, or an item for it. If the
// state records nothing, it was lost or is kept elsewhere. The items that carry bh's mark must have been
// read.
func Found(in planner.Input) []addr.Address {
	index := owners.New(in.Desired, in.Recorded, in.Observed)
	items := index.OthersItems()
	var out []addr.Address
	for i := range in.Desired.Projects {
		p := &in.Desired.Projects[i]
		found := false
		if p.Register == nil {
			held := index.HeldByOthers(observed.BucketKey{Cloud: p.Cloud, ID: p.Bucket.ID})
			found = slices.ContainsFunc(held, func(e owners.Evidence) bool { return e.Stack == in.Desired.Stack })
		}
		for key, claim := range items {
			found = found || p.Register != nil && key.Secrets == p.Secrets && claim.Stack == in.Desired.Stack &&
				claim.Project == p.Addr.String()
		}
		if found {
			out = append(out, p.Addr)
		}
	}
	slices.SortFunc(out, addr.Address.Compare)
	return out
}
