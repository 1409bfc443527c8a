package executor_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors/memory"
)

// rotateDue plans and applies as bh rotate --due does.
func (r *rigging) rotateDue() (executor.Report, *planner.Plan, error) {
	r.onlyDue = true
	defer func() { r.onlyDue = false }()
	return r.apply(planner.Normal)
}

// drawMachine draws a world in which anything may have happened, also to runs that were killed.
func drawMachine(t *rapid.T) *machine {
	m := &machine{rigging: newRigging(), data: map[string]bool{}}
	if !testing.Short() && rapid.IntRange(0, 39).Draw(t, "shared") == 0 { // with all that is announced before a run begins
		m.bucket = newBucket(rapid.SampledFrom([]int{1, 2, 1000}).Draw(t, "operations between two writes of the state"))
	}
	m.allow = planner.Allowance{Recreate: true, Reissue: true}
	m.guard = newGuard(m.rigging)
	for range rapid.IntRange(1, 10).Draw(t, "events") {
		m.event(t)
	}
	m.rotate, m.ends = map[addr.Address]bool{}, false
	return m
}

// TestApply_expectedLater: a plan keeps its digest while only time passes, and carried out later as
// it was expected, it does what it said. What is left then are rotations that are due.
func TestApply_expectedLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMachine(t)
		m.moved = ""
		plan, _, err := m.plan(context.Background(), planner.Normal)
		if err != nil || m.hidden() || len(m.data) > 0 {
			return // nobody can expect it, or a destroy fails for what a bucket holds
		}
		digest := plan.Digest()
		m.now = m.now.Add(time.Duration(rapid.IntRange(1, 72).Draw(t, "hours later")) * time.Hour)
		later, _, err := m.plan(context.Background(), planner.Normal)
		if err != nil || later.Digest() != digest {
			t.Fatalf("later the plan is another one (%v):\n%v\n%v", err, kinds(plan), kinds(later))
		}
		m.leaveDue = func(addr.Address) bool { return true }
		report, later, err := m.apply(planner.Normal)
		if err != nil || later.Digest() != digest || !report.OK() && later.Blocked() == 0 {
			t.Fatalf("%v %+v:\n%v\n%v", err, report, kinds(plan), kinds(later))
		}
		if later.Blocked() > 0 {
			return
		}
		rest, _, err := m.plan(context.Background(), planner.Normal)
		if err != nil || !rest.Empty() {
			t.Fatalf("not all that was expected is done: %v\n%v\n%v", err, kinds(later), kinds(rest))
		}
		m.leaveDue = nil
		rest, snap, err := m.plan(context.Background(), planner.Normal)
		for i := range rest.Operations {
			if o := &rest.Operations[i]; err != nil || !o.IsDue() || o.Lasting() != "" {
				t.Fatalf("%v is left of %v: %v", kinds(rest), kinds(later), err)
			}
		}
		if wrong := dues(m.rigging, snap); len(wrong) > len(rest.Operations) {
			t.Fatalf("due are %v, and planned is %v", wrong, kinds(rest))
		}
	})
}

// dues returns the projects of which bh status says that something is due.
func dues(r *rigging, snap state.Snapshot) []string {
	var out []string
	for _, p := range r.config.Projects {
		record, known := snap.Records[p.Addr]
		if !known || !record.Finished() || record.Registered || p.Register != nil {
			continue
		}
		expires, every := record.Active.ExpiresAt, p.Rotate != nil && p.Rotate.Every > 0
		ended := slices.ContainsFunc(record.Retiring, func(c state.CredentialRef) bool { return !c.RetireAfter.After(r.now) })
		if ended || !expires.IsZero() && !expires.After(r.now) || every && !record.Active.IssuedAt.Add(p.Rotate.Every).After(r.now) {
			out = append(out, p.Addr.Label())
		}
	}
	return out
}

// TestApply_onlyDue: whatever happened before, what is due is done, and nothing that the files
// changed: no bucket is made or deleted, none of its settings is written, nothing is forgotten. The
// second time, nothing is written, and an apply finishes what was left to it.
func TestApply_onlyDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMachine(t)
		m.moved = ""
		m.now = m.now.Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "hours later")) * time.Hour)
		before, _ := m.snapshot()
		calls := 0
		m.world.Before = func(c memory.Call) error {
			switch c.Method {
			case "CreateBucket", "DeleteBucket", "EmptyBucket", "UpdateBucket", "WriteBucketSettings":
				t.Fatalf("%s %s is called", c.Method, c.Target)
			}
			return nil
		}
		m.guard.reset()
		m.world.After = func(memory.Call) error { m.guard.look(true); return nil }
		report, plan, err := m.rotateDue()
		m.world.After = nil
		if wrong := append(m.guard.broken, m.piles()...); len(wrong) > 0 {
			t.Fatalf("%v\n%v", wrong, kinds(plan))
		}
		if err != nil {
			return // a store that lost its items, say
		}
		if !report.OK() && plan.Blocked() == 0 {
			t.Fatalf("%+v\n%v", report, kinds(plan))
		}
		after, _ := m.snapshot()
		if len(after.Records) != len(before.Records) {
			t.Fatalf("had %v, has %v", before.Records, after.Records)
		}
		for _, i := range before.Intents {
			rotation := []string{planner.StepIssueCredential, planner.StepStoreCredential, planner.StepRevokeCredential}
			if !slices.Contains(rotation, i.Step) && !slices.ContainsFunc(after.Intents, func(x state.Intent) bool { return x.ID == i.ID }) {
				t.Fatalf("%+v is forgotten after %v", i, kinds(plan))
			}
		}
		for p, r := range after.Records {
			if was := before.Records[p]; !sameDeclared(was, r) {
				t.Fatalf("%s was %+v, and is %+v", p, was, r)
			}
		}
		if plan.Blocked() > 0 {
			return
		}
		if due := dues(m.rigging, after); len(due) > 0 {
			t.Fatalf("%v are still due after %v", due, kinds(plan))
		}
		for range 3 {
			m.now = m.now.Add(10 * time.Minute)
			if _, late, err := m.rotateDue(); err != nil || slices.ContainsFunc(late.Operations, func(o planner.Operation) bool {
				return o.Kind != planner.Heal && !o.IsDue() && o.Reason.Word != "overlap_passed"
			}) {
				t.Fatalf("%v: then %v, %v", kinds(plan), kinds(late), err)
			}
		}
		if m.hidden() {
			return
		}
		m.state.Before = func(string) error { calls++; return nil }
		m.now = m.now.Add(time.Second)
		if _, again, err := m.rotateDue(); err != nil || !again.Empty() || calls > 0 && m.bucket == nil {
			t.Fatalf("a second time: %v, %v, %d transactions", kinds(again), err, calls)
		}
		m.world.Before, m.state.Before = nil, nil
		m.finish(t) // nothing was forgotten that an apply has to know
	})
}

// sameDeclared reports whether two records agree in what they take from the files.
func sameDeclared(a, b state.Record) bool {
	return a.Cloud == b.Cloud && a.Secrets == b.Secrets && a.Protected == b.Protected && a.OnDestroy == b.OnDestroy &&
		a.Applied.Access == b.Applied.Access && a.Applied.ExpiresAfter == b.Applied.ExpiresAfter &&
		reflect.DeepEqual(a.Applied.Settings, b.Applied.Settings)
}
