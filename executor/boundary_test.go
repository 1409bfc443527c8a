package executor_test

import (
	"fmt"
	"slices"
	"time"

	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/vendors"
)

// guard holds what must be true at every boundary of every run, not at its end
// alone: a key that stands in an item and works goes on working, for as long as
// its project is not destroyed; a retiring key works until its date.
type guard struct {
	r       *rigging
	works   map[string]addr.Address // store/item id -> project, where its key worked at the last boundary
	retired map[string]time.Time    // credential id -> date, where it lived at the last boundary
	broken  []string
}

func newGuard(r *rigging) *guard {
	g := &guard{r: r}
	g.reset()
	return g
}

// reset forgets what was seen, after a change from outside that may break keys.
func (g *guard) reset() {
	g.works, g.retired = map[string]addr.Address{}, map[string]time.Time{}
	g.look(false)
}

// look compares this boundary with the last one.
func (g *guard) look(check bool) {
	snap, _ := g.r.snapshot()
	keys := map[string]vendors.BucketCredentials{}
	for _, name := range []string{store, other} {
		for _, item := range g.r.world.Store(name).Items() {
			keys[name+"/"+item.ID] = item.Keys
		}
	}
	works := map[string]addr.Address{}
	for p, record := range snap.Records {
		if record.Item == nil || record.Bucket == nil || record.Active == nil {
			continue
		}
		id := record.Secrets + "/" + record.Item.ID
		if k, there := keys[id]; there && g.r.world.Cloud(cloud).Works(k, *record.Bucket) {
			works[id] = p
		} else if _, before := g.works[id]; check && before && there && g.declared(p) {
			g.broken = append(g.broken, fmt.Sprintf("the key in the item of %s no longer works", p))
		}
	}
	live := map[string]bool{}
	for _, c := range g.r.world.Cloud(cloud).Credentials() {
		live[c.ID] = true
	}
	retired := map[string]time.Time{}
	for p, record := range snap.Records {
		for _, c := range record.Retiring {
			if live[c.ID] {
				retired[c.ID] = c.RetireAfter
			} else if _, before := g.retired[c.ID]; check && before && c.RetireAfter.After(g.r.now) && g.declared(p) && !g.r.renews(p) {
				g.broken = append(g.broken, fmt.Sprintf("the key of %s that retires at %s is gone at %s", p, c.RetireAfter, g.r.now))
			}
		}
	}
	g.works, g.retired = works, retired
}

// renews reports whether the applied plan issues a new credential for the project, so that an
// older one has to be revoked.
func (r *rigging) renews(p addr.Address) bool {
	if r.planned == nil {
		return false
	}
	o, planned := r.planned.Find(p)
	return planned && slices.ContainsFunc(o.Steps, func(s planner.Step) bool {
		return s.Name() == planner.StepIssueCredential || s.Name() == planner.StepConfirmStored
	})
}

func (g *guard) declared(p addr.Address) bool {
	for _, d := range g.r.config.Projects {
		if d.Addr == p {
			return true
		}
	}
	return false
}
