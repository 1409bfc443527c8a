package refresh

import (
	"cmp"
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
)

// confirmOwners reads items with bh's mark that no record has where a plan asks whose things
// are: whose the item is that has the title of a new project's; and, before the first apply
// and where a bucket may be taken over, who else is there. For the latter it reads one batch
// in each store at most: those first that are called as projects here are.
func (o *observer) confirmOwners() {
	if o.request.Mode == planner.DestroyAll {
		return
	}
	snap := o.request.Recorded
	titles, several := map[planner.ItemKey]addr.Project{}, len(snap.Records)+len(snap.Intents)+len(snap.Watches) == 0
	for i := range o.request.Desired.Projects {
		p := &o.request.Desired.Projects[i]
		r, recorded := snap.Records[p.Addr]
		if recorded && r.Item != nil && r.Secrets == p.Secrets && (r.Bucket != nil || r.Registered) {
			continue
		}
		titles[planner.ItemKey{Secrets: p.Secrets, ID: p.ItemTitle}] = p.Addr
		several = several || o.mayTake(p, recorded && r.Bucket != nil)
	}
	if len(titles) == 0 {
		return
	}
	byStore := map[string][]planner.ItemKey{}
	for _, key := range o.markedUnheld() {
		title := planner.ItemKey{Secrets: key.Secrets, ID: o.world.Items[key].Summary.Title}
		if p, called := titles[title]; called {
			o.want(key, p)
		} else if several {
			byStore[key.Secrets] = append(byStore[key.Secrets], key)
		}
	}
	for _, keys := range byStore {
		slices.SortFunc(keys, func(a, b planner.ItemKey) int { return cmp.Compare(a.ID, b.ID) })
		for _, key := range keys[:min(len(keys), itemBatch)] {
			o.want(key, addr.Project{})
		}
	}
}

// mayTake reports whether a project may take over a bucket that is there.
func (o *observer) mayTake(p *config.Project, has bool) bool {
	_, there := o.world.Buckets[planner.BucketKey{Cloud: p.Cloud, ID: p.Bucket.ID}]
	return there && !has && p.Register == nil
}
