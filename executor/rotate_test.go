package executor_test

import (
	"slices"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

var aaa = addr.Address{Kind: addr.Project, Name: "aaa"}

// TestApply_wrongEndpointHealsInARotation: a rotation left a key that was never proved, because
// nothing listens at the endpoint, and an older one. When the endpoint is corrected and another
// rotation is due, the item is written again before the key is proved.
func TestApply_wrongEndpointHealsInARotation(t *testing.T) {
	r := begin(t, func(r *rigging) {
		p := project("aaa")
		p.Rotate = &config.Rotation{Every: 24 * time.Hour, Overlap: time.Hour}
		r.config.Projects = []config.Project{p}
	})
	r.moved = "https://nobody" + unheard
	r.rotate[aaa] = true
	if report, _, err := r.apply(planner.Normal); err != nil || report.OK() {
		t.Fatalf("%v %+v", err, report)
	}
	r.moved = ""
	mustConverge(t, r)
	if wrong := r.complaints(); len(wrong) > 0 {
		t.Error(wrong)
	}
}

// TestApply_noOverlapAfterAKill: an apply that asks to end the old keys at once does so too
// where it finds that an earlier one had stored new keys and was killed.
func TestApply_noOverlapAfterAKill(t *testing.T) {
	for n := 1; ; n++ {
		r := begin(t, func(r *rigging) {
			p := project("aaa")
			p.Rotate = &config.Rotation{Overlap: time.Hour}
			r.config.Projects = []config.Project{p}
		})
		old := r.world.Cloud(cloud).Credentials()[0].ID
		r.rotate[aaa] = true
		met := r.cut(n)
		_, _, _ = r.apply(planner.Normal)
		if !met() {
			break
		}
		r.ends = true
		report, plan, err := r.apply(planner.Normal)
		if err != nil || !report.OK() {
			t.Fatalf("cut %d: %v %+v", n, err, report)
		}
		if slices.ContainsFunc(r.world.Cloud(cloud).Credentials(), func(c vendors.Credential) bool { return c.ID == old }) {
			t.Errorf("cut %d: the old key works after %v", n, kinds(plan))
		}
	}
}

// TestApply_leavesAStoreAfterAKill: a killed rotation may have stored new keys in the item of
// a store that the project then leaves. Those work until it has others in the next store.
func TestApply_leavesAStoreAfterAKill(t *testing.T) {
	for n := 1; ; n++ {
		r := begin(t, func(r *rigging) { r.config.Projects = []config.Project{project("aaa")} })
		r.rotate[aaa] = true
		met := r.cut(n)
		_, _, _ = r.apply(planner.Normal)
		if !met() {
			break
		}
		r.rotate = map[addr.Address]bool{}
		r.config.Projects[0].Secrets = other
		g := newGuard(r)
		r.world.Before = func(memory.Call) error { g.look(true); return nil }
		mustConverge(t, r)
		if wrong := append(g.broken, r.complaints()...); len(wrong) > 0 {
			t.Fatalf("cut %d: %v", n, wrong)
		}
	}
}
