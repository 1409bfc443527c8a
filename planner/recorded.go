package planner

import (
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/moves"
	"buckethead/state"
	"buckethead/vendors"
)

// AsRecorded returns a configuration that declares what the state holds and nothing else. With it, a
// refresh reads all that drift and due rotations depend on: also what is no longer declared, but no
// secret that someone brings.
func AsRecorded(c *config.Config, snap state.Snapshot) *config.Config {
	out := *c
	out.Projects, out.Moved, out.Removed, out.Imports = nil, nil, nil, nil
	declared := make(map[addr.Address]diag.Range, len(c.Projects))
	for i := range c.Projects {
		declared[c.Projects[i].Addr] = c.Projects[i].Range
	}
	moved := moves.Of(c, snap)
	for p, r := range snap.Records {
		one := config.Project{Addr: p, Cloud: r.Cloud, Secrets: r.Secrets, Access: r.Applied.Access,
			AllowedIPs:   r.Applied.AllowedIPs,
			ExpiresAfter: r.Applied.ExpiresAfter, OnDestroy: config.OnDestroy(r.OnDestroy), Range: declared[moved.Now(p)]}
		if r.Bucket != nil {
			one.Bucket = vendors.BucketSpec{ID: *r.Bucket, Location: r.Applied.Location, StorageClass: r.Applied.StorageClass,
				Settings: r.Applied.Settings}
		}
		if r.Item != nil {
			one.ItemTitle = r.Item.Title
		}
		out.Projects = append(out.Projects, one)
	}
	slices.SortFunc(out.Projects, func(a, b config.Project) int { return a.Addr.Compare(b.Addr) })
	return &out
}

// recordedDue returns a configuration that declares as recorded what is declared still, with the
// rotation that is declared, which no record has.
func recordedDue(in Input) *config.Config {
	declared := make(map[addr.Address]*config.Project, len(in.Desired.Projects))
	for i := range in.Desired.Projects {
		declared[in.Desired.Projects[i].Addr] = &in.Desired.Projects[i]
	}
	moved := moves.Of(in.Desired, in.Recorded)
	out := AsRecorded(in.Desired, in.Recorded)
	out.Projects = slices.DeleteFunc(out.Projects, func(p config.Project) bool { return declared[moved.Now(p.Addr)] == nil })
	for i := range out.Projects {
		out.Projects[i].Rotate = declared[moved.Now(out.Projects[i].Addr)].Rotate
	}
	return out
}
