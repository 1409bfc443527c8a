package refresh

import (
	"cmp"
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// confirmOwners reads unrecorded items with bh's mark if a plan needs to know their owners:
// if an item has the title of a new project's item; before the first apply; if a bucket may be
// taken over; and if others have keys to a bucket. It reads at most one batch in each store,
// because the answer only makes messages clearer: the list of credentials already shows
// that there is someone else. But if a key to a recorded bucket carries the name of this
// stack, it reads all of them: what an item holds is not revoked.
func (o *observer) confirmOwners() {
	snap := o.request.Recorded
	titles := map[observed.ItemKey]addr.Address{}
	shared, own := o.shared()
	several := shared || own || len(snap.Records)+len(snap.Intents)+len(snap.Watches) == 0
	for i := range o.request.Desired.Projects {
		p := &o.request.Desired.Projects[i]
		if o.request.Mode == planner.DestroyAll {
			break
		}
		r, recorded := snap.Records[p.Addr]
		if recorded && r.Item != nil && r.Secrets == p.Secrets && (r.Bucket != nil || r.Registered) {
			continue
		}
		titles[observed.ItemKey{Secrets: p.Secrets, ID: p.ItemTitle}] = p.Addr
		several = several || o.mayTake(p, recorded && r.Bucket != nil)
	}
	if len(titles) == 0 && !several {
		return
	}
	called := func(key observed.ItemKey) addr.Address {
		return titles[observed.ItemKey{Secrets: key.Secrets, ID: o.world.Items[key].Summary.Title}]
	}
	byStore := map[string][]observed.ItemKey{}
	for _, key := range o.markedUnheld() {
		if several || !called(key).IsZero() {
			byStore[key.Secrets] = append(byStore[key.Secrets], key)
		}
	}
	for _, keys := range byStore {
		slices.SortFunc(keys, func(a, b observed.ItemKey) int { // those of a title that is asked for first
			return cmp.Or(called(b).Compare(called(a)), cmp.Compare(a.ID, b.ID))
		})
		if !own {
			keys = keys[:min(len(keys), itemBatch)]
		}
		for _, key := range keys {
			o.want(key, called(key))
		}
	}
}

// mayTake reports whether a project may take over an existing bucket.
func (o *observer) mayTake(p *config.Project, has bool) bool {
	_, there := o.world.Buckets[observed.BucketKey{Cloud: p.Cloud, ID: p.Bucket.ID}]
	return there && !has && p.Register == nil
}

// shared reports whether an unrecorded credential with a name of bh opens a recorded
// bucket, and whether one of them may be named by this stack.
func (o *observer) shared() (shared, own bool) {
	type ref struct{ cloud, id string }
	var known map[ref]bool
	buckets := map[observed.BucketKey]bool{}
	learn := func() {
		known = map[ref]bool{}
		for _, r := range o.request.Recorded.Records {
			if r.Bucket != nil {
				buckets[observed.BucketKey{Cloud: r.Cloud, ID: *r.Bucket}] = true
			}
			for _, c := range append(slices.Clone(r.Retiring), deref(r.Active), deref(r.Pending)) {
				known[ref{r.Cloud, c.ID}] = true
			}
		}
		for _, i := range o.request.Recorded.Intents {
			known[ref{i.Cloud, i.Name}] = true
		}
		for _, w := range o.request.Recorded.Watches {
			known[ref{w.Cloud, w.Name}] = true
		}
	}
	for key, c := range o.world.Credentials {
		if !strings.HasPrefix(c.Name, "bh/") {
			continue
		}
		if known == nil {
			learn()
		}
		recorded := known[ref{key.Cloud, c.ID}] || known[ref{key.Cloud, c.Name}]
		if buckets[observed.BucketKey{Cloud: key.Cloud, ID: c.Bucket}] && !recorded {
			shared = shared || c.Status == vendors.Active
			stack := strings.HasPrefix(c.Name, "bh/"+o.request.Desired.Stack+"/")
			own = own || stack || strings.Count(c.Name, "/") == 2 // a short form, which tells no stack
		}
	}
	return shared, own
}

func deref(c *state.CredentialRef) state.CredentialRef {
	if c == nil {
		return state.CredentialRef{}
	}
	return *c
}
