package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

// refusals are the ways in which a store does not take an item. Those that are certain say
// so; of the others, one has written the item all the same.
var refusals = []struct {
	name    string
	err     *vendors.Error
	written bool
}{
	{"denied", &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrDenied, Message: "read only"}, false},
	{"invalid", &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrInvalid, Message: "not like this"}, false},
	{"gone", &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrNotFound, Message: "there is no such vault"}, false},
	{"busy", &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrConflict, Message: "others write to the vault"}, false},
	{"full", &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrRateLimited, Message: "no writes are left today"}, false},
	{"unavailable", &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrUnavailable, Message: "closed"}, false},
	{"5xx", &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrUnavailable, Message: "500", OutcomeUnknown: true}, false},
	{"reset", &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrUnavailable, Message: "reset", OutcomeUnknown: true}, true},
}

// refuse lets the store fail from its n-th write on.
func (r *rigging) refuse(n int, err *vendors.Error, written bool) {
	var count atomic.Int64
	fails := func(c memory.Call, here bool) error {
		if here && (c.Method == "CreateItem" || c.Method == "UpdateItem") && int(count.Add(1)) >= n {
			return err
		}
		return nil
	}
	r.world.Before = func(c memory.Call) error { return fails(c, !written) }
	r.world.After = func(c memory.Call) error { return fails(c, written) }
}

func (r *rigging) accept() { r.world.Before, r.world.After = nil, nil }

// TestApply_refusingStoreCostsOneKey lets stores refuse for good, apply after apply. After
// each, no key lives that is not stored: what is stored and, while it is unknown whether the
// store has it, one more.
func TestApply_refusingStoreCostsOneKey(t *testing.T) {
	type scene struct {
		name    string
		prepare func(*rigging)
		allowed int // keys that may live beside the one whose storing is unknown
	}
	rotation := &config.Rotation{Every: 24 * time.Hour, Overlap: 12 * time.Hour}
	scenes := []scene{
		{"provision", func(*rigging) {}, 0},
		{"rotate", func(r *rigging) {
			must(r.apply(planner.Normal))
			r.rotate[addr.Address{Kind: addr.Project, Name: "aaa"}] = true
		}, 1},
		{"in an overlap", func(r *rigging) {
			r.config.Projects[0].Rotate = rotation
			must(r.apply(planner.Normal))
			r.now = r.now.Add(25 * time.Hour)
			must(r.apply(planner.Normal))
			r.rotate[addr.Address{Kind: addr.Project, Name: "aaa"}] = true
		}, 2},
		{"two below the limit", func(r *rigging) {
			must(r.apply(planner.Normal))
			r.world.CredentialLimit = 3
			r.rotate[addr.Address{Kind: addr.Project, Name: "aaa"}] = true
		}, 1},
	}
	for _, s := range scenes {
		for _, f := range refusals {
			t.Run(s.name+"/"+f.name, func(t *testing.T) {
				r := newRigging()
				r.config.Projects = []config.Project{project("aaa")}
				s.prepare(r)
				r.refuse(1, f.err, f.written)
				for apply := 1; apply <= 6; apply++ {
					before := len(r.world.Cloud(cloud).Credentials())
					report, plan, err := r.apply(planner.Normal)
					if err != nil {
						t.Fatalf("apply %d: the plan is refused: %v", apply, err)
					}
					if report.OK() && !plan.Empty() && !f.written {
						t.Fatalf("apply %d is done, though the store refused", apply)
					}
					allowed := s.allowed
					if f.err.OutcomeUnknown {
						allowed++
					}
					if live := len(r.world.Cloud(cloud).Credentials()); live > allowed {
						t.Fatalf("apply %d: %d keys live, there were %d, want at most %d", apply, live, before, allowed)
					}
					if wrong := r.piles(); len(wrong) > 0 {
						t.Fatalf("apply %d: %s", apply, strings.Join(wrong, "\n"))
					}
					r.now = r.now.Add(time.Minute)
				}
				r.accept()
				mustConverge(t, r)
				r.now = r.now.Add(13 * time.Hour)
				mustConverge(t, r)
				if wrong := r.complaints(); len(wrong) > 0 {
					t.Fatal(strings.Join(wrong, "\n"))
				}
			})
		}
	}
}

func must(report executor.Report, _ *planner.Plan, err error) {
	if err != nil || !report.OK() {
		panic(fmt.Sprint(err, report))
	}
}

// TestApply_manyProjectsAndARefusingStore provisions 20 projects at a parallelism of 8 with a
// store that refuses from its first write, or from a later one. From the first, it costs one
// key, which is revoked at once; and no key lives that is not stored.
func TestApply_manyProjectsAndARefusingStore(t *testing.T) {
	for _, f := range refusals {
		for _, from := range []int{1, 2, 7, 20} {
			t.Run(fmt.Sprintf("%s/from write %d", f.name, from), func(t *testing.T) {
				r := newRigging()
				for i := range 20 {
					r.config.Projects = append(r.config.Projects, project(fmt.Sprintf("p%02d", i)))
				}
				r.refuse(from, f.err, f.written)
				plan, snap, err := r.plan(context.Background(), planner.Normal)
				if err != nil {
					t.Fatal(err)
				}
				report := executor.Apply(context.Background(), plan, r.rigs, snap, r.state, executor.Options{
					Parallelism: 8, Verify: true, Now: func() time.Time { return start }})
				issued := r.world.Calls("IssueCredential")
				if from == 1 && issued != 1 || issued > from-1+8 {
					t.Errorf("%d credentials were issued for a store that takes %d", issued, from-1)
				}
				if !f.err.OutcomeUnknown {
					if live := len(r.world.Cloud(cloud).Credentials()); live != from-1 {
						t.Errorf("%d keys live, and %d are stored", live, from-1)
					}
				}
				if wrong := r.piles(); len(wrong) > 0 {
					t.Error(strings.Join(wrong, "\n"))
				}
				causes := 0
				for _, result := range report.Results {
					if result.Outcome == executor.Failed && result.Diagnostics[0].Code == "BH4004" {
						causes++
					}
				}
				failed, skipped := report.Counts()[executor.Failed], report.Counts()[executor.Skipped]
				if failed+skipped != 20-(from-1) || failed != causes || causes == 0 || causes > 8 {
					t.Errorf("%d failed, %d of them for the cause itself, and %d were skipped", failed, causes, skipped)
				}
				r.accept()
				mustConverge(t, r)
				if wrong := r.complaints(); len(wrong) > 0 {
					t.Error(strings.Join(wrong, "\n"))
				}
			})
		}
	}
}

// TestApply_refusingStoreEndsOneOlderKey rotates 20 projects in their overlaps: only the one
// that tries the store first ends its older key. If nobody may use older ones, all end.
func TestApply_refusingStoreEndsOneOlderKey(t *testing.T) {
	for ends, want := range map[bool]int{false: 39, true: 20} {
		r := newRigging()
		for i := range 20 {
			p := project(fmt.Sprintf("p%02d", i))
			p.Rotate = &config.Rotation{Overlap: 12 * time.Hour}
			r.config.Projects = append(r.config.Projects, p)
		}
		must(r.apply(planner.Normal))
		for _, p := range r.config.Projects {
			r.rotate[p.Addr] = true
		}
		must(r.apply(planner.Normal))
		r.ends = ends
		r.refuse(1, refusals[0].err, false)
		applyWith(t, r, context.Background(), func(*executor.Options) {})
		if live := len(r.world.Cloud(cloud).Credentials()); live != want {
			t.Errorf("%d keys live, want all 20 and %d older ones", live, want-20)
		}
	}
}

// TestApply_oneItemThatFailsStopsNoOther checks that an item which others removed says nothing
// of the store.
func TestApply_oneItemThatFailsStopsNoOther(t *testing.T) {
	r := begin(t, func(r *rigging) {
		for i := range 5 {
			r.config.Projects = append(r.config.Projects, project(fmt.Sprintf("p%02d", i)))
		}
	})
	r.ends = true
	for _, p := range r.config.Projects {
		r.rotate[p.Addr] = true
	}
	first, _ := r.item(store, "p00")
	r.world.Before = func(c memory.Call) error {
		if c.Method == "UpdateItem" && c.Target == first.ID {
			return &vendors.Error{Vendor: store, Op: "update item", Kind: vendors.ErrNotFound, Message: "the item is gone"}
		}
		return nil
	}
	report, _, err := r.apply(planner.Normal)
	if err != nil || report.Counts()[executor.Done] != 4 || len(r.world.Cloud(cloud).Credentials()) != 5 {
		t.Fatalf("%v %+v, %d keys", err, report.Counts(), len(r.world.Cloud(cloud).Credentials()))
	}
}

// TestApply_revokesWhatTheStateCouldNotRecord fills the disk of the state between a mint and
// the storing: the key is revoked at once if the state can be written again by then.
func TestApply_revokesWhatTheStateCouldNotRecord(t *testing.T) {
	r := newRigging()
	r.config.Projects = []config.Project{project("aaa")}
	minted := false
	r.world.After = func(c memory.Call) error { minted = minted || c.Method == "IssueCredential"; return nil }
	r.state.Before = func(method string) error {
		if method == "Begin" && minted {
			minted = false
			return errors.New("no space left on the device")
		}
		return nil
	}
	report, _, err := r.apply(planner.Normal)
	if err != nil || report.OK() || len(r.world.Cloud(cloud).Credentials()) != 0 {
		t.Fatalf("%v %+v, %d keys live", err, report, len(r.world.Cloud(cloud).Credentials()))
	}
	r.state.Before, r.world.After = nil, nil
	mustConverge(t, r)
}

// TestApply_refusedAndUnread: the store wrote an item, lost the answer, and refused the write
// when it came again; then the item cannot be read. Nobody knows what it holds, so the key
// that may be in it is not revoked.
func TestApply_refusedAndUnread(t *testing.T) {
	r := begin(t, func(r *rigging) { r.config.Projects = []config.Project{project("aaa")} })
	r.rotate[aaa] = true
	written := false
	r.world.After = func(c memory.Call) error {
		if c.Method == "UpdateItem" {
			written = true
			return &vendors.Error{Vendor: store, Op: "write item", Kind: vendors.ErrDenied, Message: "no"}
		}
		return nil
	}
	r.world.Before = func(c memory.Call) error {
		if written && c.Method == "GetItem" {
			return &vendors.Error{Vendor: store, Op: "read item", Kind: vendors.ErrUnavailable, Message: "closed"}
		}
		return nil
	}
	report, _, err := r.apply(planner.Normal)
	r.accept()
	if err != nil || report.OK() {
		t.Fatalf("%v %+v", err, report)
	}
	item, _ := r.item(store, "aaa")
	if !r.world.Cloud(cloud).Works(item.Keys, vendors.BucketID{Name: "aaa"}) {
		t.Errorf("the item holds a key that was revoked: %s", fmt.Sprint(report.Results))
	}
	mustConverge(t, r)
}

// applyRefused lets the store fail for the whole of an apply, from some write on.
func (m *machine) applyRefused(t *rapid.T) {
	f := rapid.SampledFrom(refusals).Draw(t, "refusal")
	n, count := rapid.IntRange(1, 4).Draw(t, "write"), 0
	fails := func(c memory.Call, here bool) error {
		if here && (c.Method == "CreateItem" || c.Method == "UpdateItem") {
			if count++; count >= n {
				return f.err
			}
		}
		return nil
	}
	m.hooked(t, func(c memory.Call) error { return fails(c, !f.written) }, func(c memory.Call) error { return fails(c, f.written) })
	m.guard.reset()
	_, _, _ = m.apply(planner.Normal)
	m.unhook(t)
}

// piles says which credentials are too many when nothing runs: a project has a current and
// an older one, and a third whose storing is unknown. Nobody else's are there, unless a name
// that is open or under watch tells whose they are.
func (r *rigging) piles() []string {
	var out []string
	snap, _ := r.snapshot()
	live, known := map[string]bool{}, map[string]bool{}
	for _, c := range r.world.Cloud(cloud).Credentials() {
		live[c.ID] = true
	}
	for p, record := range snap.Records {
		n := 0
		for _, c := range record.Retiring {
			known[c.ID] = true
			if live[c.ID] {
				n++
			}
		}
		if c := record.Active; c != nil {
			known[c.ID] = true
			if live[c.ID] {
				n++
			}
		}
		if record.Pending != nil {
			known[record.Pending.ID] = true
		}
		if n > 2 {
			out = append(out, fmt.Sprintf("%s has %d live keys: %+v, %+v", p, n, record.Active, record.Retiring))
		}
	}
	open := map[string]bool{}
	for _, i := range snap.Intents {
		open[i.Name] = true
	}
	for _, w := range snap.Watches {
		open[w.Name] = true
	}
	for _, c := range r.world.Cloud(cloud).Credentials() {
		if !known[c.ID] && !open[c.Name] && !r.shared && !r.untold {
			out = append(out, "nothing tells of the credential "+c.Name)
		}
	}
	slices.Sort(out)
	return out
}
