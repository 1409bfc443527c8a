package planner

import (
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner/moves"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// Assumed returns the world as it is if nothing was done outside of bh: it has what the state
// records, the buckets that import blocks or adopt = true name, and the keys that they replace. No vendor was asked, so a plan
// made from it is offline: it compares the declaration only with the state.
//
// The fingerprint of registered keys is that of the secret if the files declare it, and
// otherwise the recorded one: a reference is not read.
func Assumed(desired *config.Config, recorded state.Snapshot, now time.Time) observed.World {
	w := observed.World{Assumed: true, Buckets: map[observed.BucketKey]vendors.Bucket{},
		Credentials: map[observed.CredentialKey]vendors.Credential{}, Items: map[observed.ItemKey]observed.Item{},
		Registered: map[addr.Address]string{}, CredentialLimit: map[string]int{}}
	for _, r := range recorded.Records {
		assume(&w, r, now)
	}
	imported := map[addr.Address]config.Import{}
	for _, block := range desired.Imports {
		imported[block.To] = block
	}
	moved := moves.Of(desired, recorded)
	known := make(map[addr.Address]state.Record, len(recorded.Records))
	for p, r := range recorded.Records {
		known[moved.Now(p)] = r
	}
	for i := range desired.Projects {
		p := &desired.Projects[i]
		r, isKnown := known[p.Addr]
		block, isImported := imported[p.Addr]
		if block.AccessKeyID != "" && block.Item == "" && p.Register == nil && r.Active == nil { // the key that is replaced
			w.Credentials[observed.CredentialKey{Cloud: p.Cloud, ID: block.AccessKeyID}] = vendors.Credential{ID: block.AccessKeyID,
				Bucket: p.Bucket.ID, Status: vendors.Active}
		}
		switch {
		case p.Register != nil && !p.Register.SecretAccessKey.IsZero():
			w.Registered[p.Addr] = vendors.Fingerprint(recorded.Meta.FingerprintKey, p.Register.SecretAccessKey)
		case p.Register != nil && isKnown && r.Active != nil:
			w.Registered[p.Addr] = r.Active.Fingerprint
		case p.Register == nil && !isKnown && (isImported || p.Adopt):
			key := observed.BucketKey{Cloud: p.Cloud, ID: p.Bucket.ID}
			w.Buckets[key] = vendors.Bucket{ID: p.Bucket.ID, StorageClass: p.Bucket.StorageClass}
		}
	}
	return w
}

// assume adds what one record names to a world.
func assume(w *observed.World, r state.Record, now time.Time) {
	var bucket vendors.BucketID
	if r.Bucket != nil {
		bucket = *r.Bucket
		w.Buckets[observed.BucketKey{Cloud: r.Cloud, ID: bucket}] = vendors.Bucket{ID: bucket, Location: r.Applied.Location,
			StorageClass: r.Applied.StorageClass, CreatedAt: r.CreatedAt}
	}
	held := []*state.CredentialRef{r.Active, r.Pending}
	for i := range r.Retiring {
		held = append(held, &r.Retiring[i])
	}
	for _, c := range held {
		if c == nil || r.Registered {
			continue
		}
		issued := c.IssuedAt
		if issued.IsZero() {
			issued = now // only the vendor knows its age
		}
		live := vendors.Credential{ID: c.ID, Name: c.Name, Bucket: bucket, Access: r.Applied.Access,
			AllowedIPs: r.Applied.AllowedIPs, Status: vendors.Active, IssuedAt: issued}
		if r.Applied.ExpiresAfter > 0 {
			live.ExpiresAt = issued.Add(r.Applied.ExpiresAfter)
		}
		w.Credentials[observed.CredentialKey{Cloud: r.Cloud, ID: c.ID}] = live
	}
	if r.Item != nil {
		key := observed.ItemKey{Secrets: r.Secrets, ID: r.Item.ID}
		w.Items[key] = observed.Item{Summary: vendors.ItemSummary{ID: r.Item.ID, Title: r.Item.Title,
			UpdatedAt: r.Item.UpdatedAt, Marked: true}}
	}
}
