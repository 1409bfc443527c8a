package executor_test

import (
	"context"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/planner"
	"buckethead/vendors"
)

// replacing puts a bucket and a key that someone else issued into the cloud, and imports them by
// the key's id alone. It returns that id.
func replacing(r *rigging, overlap time.Duration) string {
	p := project("photos")
	p.Rotate = &config.Rotation{Every: 90 * 24 * time.Hour, Overlap: overlap}
	r.world.Cloud(cloud).PutBucket(vendors.Bucket{ID: p.Bucket.ID})
	issued, err := r.world.Cloud(cloud).IssueCredential(context.Background(), vendors.CredentialSpec{Name: "theirs", Bucket: p.Bucket.ID, Access: vendors.ReadWrite})
	if err != nil {
		panic(err)
	}
	r.config.Projects = []config.Project{p}
	r.config.Imports = []config.Import{{To: p.Addr, Bucket: "photos", AccessKeyID: issued.Credential.ID}}
	return issued.Credential.ID
}

// replacedLifecycles take over a bucket whose key is replaced.
var replacedLifecycles = []lifecycle{
	{"import and replace a key", nil, func(r *rigging) { replacing(r, time.Hour) }},
	{"import and replace a key at once", nil, func(r *rigging) { replacing(r, 0) }},
}

// TestApply_replacesKey: the key that an import block names works until the end of the overlap,
// is the one older key of its project, and is revoked after it, wherever the first apply is cut.
func TestApply_replacesKey(t *testing.T) {
	for n := 1; ; n++ {
		r := newRigging()
		id := replacing(r, time.Hour)
		met := r.cut(n)
		_, _, _ = r.apply(planner.Normal)
		cut := met()
		r.now = r.now.Add(time.Minute)
		mustConverge(t, r)
		snap, _ := r.snapshot()
		record := snap.Records[r.config.Projects[0].Addr]
		if len(record.Retiring) != 1 || record.Retiring[0].ID != id || record.Retiring[0].Name != "theirs" || record.Active.ID == id ||
			!record.Retiring[0].RetireAfter.After(r.now) || !r.world.Cloud(cloud).WorksByID(id) {
			t.Fatalf("cut at %d: the record is %+v, and the key has to retire", n, record)
		}
		r.now = r.now.Add(2 * time.Hour)
		mustConverge(t, r)
		if list := r.world.Cloud(cloud).Credentials(); len(list) != 1 || list[0].ID == id {
			t.Fatalf("cut at %d: after the overlap there are %+v", n, list)
		}
		if !cut {
			break
		}
	}
}
