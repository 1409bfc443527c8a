package executor_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/vendors"
)

func TestApply_firstThenNothing(t *testing.T) {
	r := newRigging()
	r.config.Projects = []config.Project{project("photos"), project("albums"), registered("drop", "brought")}
	mustConverge(t, r)
	if wrong := r.complaints(); len(wrong) > 0 {
		t.Fatal(strings.Join(wrong, "\n"))
	}
	snap, _ := r.state.Snapshot()
	r.world.ResetCounts()
	if _, plan, err := r.apply(planner.Normal); err != nil || !plan.Empty() {
		t.Fatalf("second apply: %v %v", kinds(plan), err)
	}
	again, _ := r.state.Snapshot()
	if again.Meta.Serial != snap.Meta.Serial {
		t.Errorf("a second apply wrote the state: serial %d, then %d", snap.Meta.Serial, again.Meta.Serial)
	}
	if lists := r.world.Calls("ListBuckets") + r.world.Calls("ListCredentials") + r.world.Calls("ListItems"); r.world.Reads() != lists || r.world.Writes() != 0 {
		t.Errorf("a second apply made %d reads, %d of them lists, and %d writes; want lists only", r.world.Reads(), lists, r.world.Writes())
	}
}

// lifecycle is a change that an apply has to carry out.
type lifecycle struct {
	name   string
	before func(*rigging) // declared before, applied whole
	change func(*rigging)
}

// lifecycles are one project's changes. Each is run whole, and cut at every boundary.
var lifecycles = []lifecycle{
	{"provision", nil, func(r *rigging) { r.config.Projects = []config.Project{project("photos")} }},
	{"register", nil, func(r *rigging) { r.config.Projects = []config.Project{registered("drop", "brought")} }},
	{"register another secret", func(r *rigging) { r.config.Projects = []config.Project{registered("drop", "brought")} },
		func(r *rigging) { r.config.Projects = []config.Project{registered("drop", "another")} }},
	{"rotate", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} },
		func(r *rigging) { r.rotate[addr.Address{Kind: addr.Project, Name: "photos"}] = true }},
	{"rotate with overlap", func(r *rigging) {
		p := project("photos")
		p.Rotate = &config.Rotation{Every: 24 * time.Hour, Overlap: time.Hour}
		r.config.Projects = []config.Project{p}
	}, func(r *rigging) { r.now = r.now.Add(25 * time.Hour) }},
	{"overlap passed", func(r *rigging) {
		p := project("photos")
		p.Rotate = &config.Rotation{Every: 24 * time.Hour, Overlap: time.Hour}
		r.config.Projects = []config.Project{p}
		_, _, _ = r.apply(planner.Normal)
		r.now = r.now.Add(25 * time.Hour)
	}, func(r *rigging) { r.now = r.now.Add(2 * time.Hour) }},
	{"item gone", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} },
		func(r *rigging) { r.world.Store(store).RemoveItem(r.world.Store(store).Items()[0].ID) }},
	{"credential gone", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} },
		func(r *rigging) { r.world.Cloud(cloud).RemoveCredential(r.world.Cloud(cloud).Credentials()[0].ID) }},
	{"secret edited", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} }, func(r *rigging) {
		r.world.Store(store).EditItem(r.world.Store(store).Items()[0].ID, editSecret)
	}},
	{"policy and title", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} }, func(r *rigging) {
		r.config.Projects[0].Access, r.config.Projects[0].ItemTitle, r.config.Projects[0].Protect = vendors.ReadOnly, "pictures", true
	}},
	{"another store", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} },
		func(r *rigging) { r.config.Projects[0].Secrets = other }},
	{"move", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} }, func(r *rigging) {
		r.config.Projects[0].Addr.Name, r.config.Projects[0].ItemTitle = "pictures", "pictures"
		r.config.Moved = []config.Moved{{From: addr.Address{Kind: addr.Project, Name: "photos"}, To: addr.Address{Kind: addr.Project, Name: "pictures"}}}
	}},
	{"move and rotate", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} }, func(r *rigging) {
		r.config.Projects[0].Addr.Name = "pictures"
		r.config.Moved = []config.Moved{{From: addr.Address{Kind: addr.Project, Name: "photos"}, To: addr.Address{Kind: addr.Project, Name: "pictures"}}}
		r.rotate[addr.Address{Kind: addr.Project, Name: "pictures"}] = true
	}},
	{"provision under a rate limit", nil, func(r *rigging) {
		r.config.Projects = []config.Project{project("photos")}
		r.limit = 2
	}},
	{"rotate under a rate limit", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} }, func(r *rigging) {
		r.rotate[addr.Address{Kind: addr.Project, Name: "photos"}] = true
		r.limit = 1
	}},
	{"destroy", func(r *rigging) {
		r.config.Projects = []config.Project{project("photos"), registered("drop", "brought")}
	},
		func(r *rigging) { r.config.Projects = nil }},
	{"destroy and provision of one bucket", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} }, func(r *rigging) {
		p := project("pictures")
		p.Bucket.ID.Name = "photos"
		r.config.Projects = []config.Project{p}
	}},
	{"bucket gone, allowed to make it again", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} }, func(r *rigging) {
		r.world.Cloud(cloud).RemoveBucket(vendors.BucketID{Name: "photos"})
		r.allow.Recreate = true
	}},
}

func TestApply_lifecycles(t *testing.T) {
	for _, l := range slices.Concat(lifecycles, settingsLifecycles, comparedLifecycles, replacedLifecycles) {
		t.Run(l.name, func(t *testing.T) {
			r := begin(t, l.before)
			l.change(r)
			mustConverge(t, r)
			if wrong := r.complaints(); len(wrong) > 0 {
				t.Fatal(strings.Join(wrong, "\n"))
			}
		})
	}
}

func begin(t testing.TB, before func(*rigging)) *rigging {
	r := newRigging()
	if before != nil {
		before(r)
		mustConverge(t, r)
	}
	r.now = r.now.Add(10 * time.Minute)
	return r
}

// TestApply_killedAtEveryBoundary cuts every lifecycle after each journal
// transaction and before and after each call to a vendor, then applies again.
func TestApply_killedAtEveryBoundary(t *testing.T) {
	for _, l := range slices.Concat(lifecycles, settingsLifecycles, comparedLifecycles, replacedLifecycles) {
		t.Run(l.name, func(t *testing.T) {
			for n := 1; ; n++ {
				r := begin(t, l.before)
				l.change(r)
				met := r.cut(n)
				_, _, _ = r.apply(planner.Normal)
				if !met() {
					if n < 4 {
						t.Fatalf("only %d boundaries were met", n)
					}
					break
				}
				r.heal(t, n)
			}
		})
	}
}

// heal is what happens after a cut: the next apply, and nothing is left over.
func (r *rigging) heal(t testing.TB, n int) {
	r.rotate, r.limit = map[addr.Address]bool{}, 0
	r.now = r.now.Add(time.Minute)
	before, _, _ := r.plan(context.Background(), planner.Normal)
	report, plan, err := r.apply(planner.Normal)
	if err != nil || !report.OK() {
		t.Fatalf("boundary %d: the next apply of %v: %v %+v", n, kinds(plan), err, report)
	}
	after, _, err := r.plan(context.Background(), planner.Normal)
	if err != nil || !after.Empty() {
		t.Fatalf("boundary %d: the plan after that: %v %v, want it empty (it was %v)", n, kinds(after), err, kinds(before))
	}
	if wrong := r.complaints(); len(wrong) > 0 {
		t.Fatalf("boundary %d: after %v:\n%s", n, kinds(before), strings.Join(wrong, "\n"))
	}
}

// TestApply_declaredAgainAfterAKilledDestroy: what a killed destroy may have deleted is made
// again without a question: nobody else deleted it.
func TestApply_declaredAgainAfterAKilledDestroy(t *testing.T) {
	for n := 1; ; n++ {
		r := begin(t, func(r *rigging) { r.config.Projects = []config.Project{project("aaa")} })
		declared := r.config.Projects
		r.config.Projects = nil
		met := r.cut(n)
		_, _, _ = r.apply(planner.Normal)
		if !met() {
			break
		}
		r.config.Projects = declared
		mustConverge(t, r)
		if wrong := r.complaints(); len(wrong) > 0 {
			t.Fatalf("cut %d: %v", n, wrong)
		}
	}
}
