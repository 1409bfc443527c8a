package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/executor"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/state/statetest"
	"buckethead/vendors"
)

// drawnPlan is a plan without steps: each operation has a cloud of its own name, by which its rig
// knows it.
func drawnPlan(t *rapid.T, circles bool) *planner.Plan {
	n := rapid.IntRange(0, 12).Draw(t, "operations")
	p := &planner.Plan{Operations: make([]planner.Operation, n)}
	for i := range p.Operations {
		name := fmt.Sprintf("p%02d", i)
		o := &p.Operations[i]
		*o = planner.Operation{Address: addr.Address{Kind: addr.Project, Name: name}, Kind: planner.Update, Cloud: name, Steps: []planner.Step{planner.Settle{}}}
		if rapid.IntRange(0, 9).Draw(t, "blocked") == 0 {
			o.Blocked = []planner.Objection{{Word: "w", Text: "it is blocked"}}
		}
	}
	for range rapid.IntRange(0, 2*n).Draw(t, "edges") {
		from, to := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
		if from == to {
			continue
		}
		if !circles && from > to {
			from, to = to, from
		}
		o := &p.Operations[to]
		o.After = append(o.After, planner.Wait{Address: p.Operations[from].Address, Reason: planner.Reason{Word: "w", Text: "comes first"}})
	}
	return p
}

// TestApply_runsAlongEdges: an operation starts only when all that it waits for are done; whatever
// is not behind a failure runs, also in a plan with circles; and with any number of slots there is
// an end. In the bubble, a deadlock is a failure.
func TestApply_runsAlongEdges(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		circles := rapid.Bool().Draw(rt, "circles")
		plan, slots := drawnPlan(rt, circles), rapid.IntRange(0, 5).Draw(rt, "slots")
		fails, lasts := map[string]bool{}, map[string]time.Duration{}
		for _, o := range plan.Operations {
			fails[o.Cloud] = rapid.IntRange(0, 5).Draw(rt, "fails") == 0
			lasts[o.Cloud] = time.Duration(rapid.IntRange(0, 3).Draw(rt, "lasts")) * time.Second
		}
		synctest.Test(t, func(t *testing.T) {
			begun := map[string]time.Time{}
			var mu sync.Mutex
			running, most := 0, 0
			rigs := func(_ context.Context, cloud, _ string) (orchestrator.Rig, error) {
				mu.Lock()
				begun[cloud] = time.Now()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(lasts[cloud])
				mu.Lock()
				running--
				mu.Unlock()
				if fails[cloud] {
					return orchestrator.Rig{}, errors.New("it is shut")
				}
				return orchestrator.Rig{Now: time.Now}, nil
			}
			report := executor.Apply(t.Context(), plan, rigs, state.Snapshot{}, statetest.NewMemory(stack), executor.Options{Parallelism: slots, Now: time.Now})
			outcome := map[addr.Address]executor.Result{}
			for _, result := range report.Results {
				outcome[result.Address] = result
			}
			if len(outcome) != len(plan.Operations) || most > max(1, slots) {
				rt.Fatalf("%d results of %d, %d at once with %d slots", len(outcome), len(plan.Operations), most, slots)
			}
			for _, o := range plan.Operations {
				checkOutcome(rt, o, outcome, fails, begun, circles)
			}
		})
	})
}

func checkOutcome(t *rapid.T, o planner.Operation, outcome map[addr.Address]executor.Result, fails map[string]bool, begun map[string]time.Time, circles bool) {
	got, free := outcome[o.Address], true
	for _, w := range o.After {
		before := outcome[w.Address]
		free = free && before.Outcome == executor.Done
		if at, ran := begun[o.Cloud]; ran && (before.Outcome != executor.Done || at.Before(before.Ended)) {
			t.Fatalf("%s began at %s, and %s is %s, ended at %s", o.Address, at, w.Address, before.Outcome, before.Ended)
		}
	}
	want := executor.Done
	switch {
	case len(o.Blocked) > 0 && (free || !circles || got.Outcome == executor.Blocked):
		want = executor.Blocked
	case !free:
		want = executor.Skipped
	case fails[o.Cloud]:
		want = executor.Failed
	}
	if got.Outcome != want {
		t.Fatalf("%s is %s, want %s", o.Address, got.Outcome, want)
	}
	if got.Outcome == executor.Skipped && len(got.Diagnostics) == 1 {
		// It names the operation at the start of the chain, which did not succeed by itself.
		name, _, _ := strings.Cut(strings.TrimPrefix(got.Diagnostics[0].Fix, "Fix project."), " ")
		if cause := outcome[addr.Address{Kind: addr.Project, Name: name}].Outcome; cause != executor.Failed && cause != executor.Blocked {
			t.Fatalf("%s was skipped because of %s, which is %s", o.Address, name, cause)
		}
	} else if got.Outcome == executor.Skipped && !circles {
		t.Fatalf("%s was skipped, and nothing says why", o.Address)
	}
}

// TestApply_namesTheFirstCause: what waits for an operation that was skipped names the one that failed.
func TestApply_namesTheFirstCause(t *testing.T) {
	plan := &planner.Plan{}
	for i, name := range []string{"a", "b", "c"} {
		o := planner.Operation{Address: addr.Address{Kind: addr.Project, Name: name}, Kind: planner.Update, Cloud: name, Steps: []planner.Step{planner.Settle{}}}
		if i > 0 {
			o.After = []planner.Wait{{Address: plan.Operations[i-1].Address, Reason: planner.Reason{Word: "bucket_name", Text: "frees the name of the bucket"}}}
		}
		plan.Operations = append(plan.Operations, o)
	}
	rigs := func(context.Context, string, string) (orchestrator.Rig, error) {
		return orchestrator.Rig{}, errors.New("it is shut")
	}
	report := executor.Apply(t.Context(), plan, rigs, state.Snapshot{}, statetest.NewMemory(stack), executor.Options{Now: time.Now})
	var got []string
	for _, result := range report.Results {
		got = append(got, string(result.Outcome)+": "+result.Diagnostics[0].Detail+" "+result.Diagnostics[0].Fix)
	}
	want := []string{"failed: it is shut. Correct the block, then apply again.",
		"skipped: It waits for project.a, which frees the name of the bucket. That one did not succeed. Fix project.a and apply again.",
		"skipped: It waits for project.b, which frees the name of the bucket. That one was skipped because of project.a. Fix project.a and apply again."}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestApply_movesAwayBeforeAnotherMovesIn: a record that another one moves to is moved first, however
// long that takes, and whatever becomes of the other one.
func TestApply_movesAwayBeforeAnotherMovesIn(t *testing.T) {
	for name, release := range map[string]bool{"the other one is destroyed": false, "the other one is released": true} {
		for _, slots := range []int{1, 4} {
			t.Run(fmt.Sprint(name, slots), func(t *testing.T) {
				r := newRigging()
				r.config.Projects = []config.Project{project("a"), project("b")}
				mustConverge(t, r)
				p := func(name string) addr.Address { return addr.Address{Kind: addr.Project, Name: name} }
				moved := project("c")
				moved.Bucket.ID.Name, moved.ItemTitle = "b", "b"
				r.config.Projects = []config.Project{moved}
				r.config.Moved = []config.Moved{{From: p("b"), To: p("c")}, {From: p("a"), To: p("b")}}
				if release {
					r.config.Removed = []config.Removed{{From: p("b")}}
				}
				away := false // a kill between the two would lose the record
				report := applyWith(t, r, t.Context(), func(o *executor.Options) {
					o.Parallelism = slots
					o.Event = func(e executor.Event) {
						switch e := e.(type) {
						case executor.OperationDone:
							away = away || e.Result.Address == p("c")
						case executor.OperationStarted:
							if e.Address == p("b") && !away {
								t.Error("the record is replaced before it has moved away")
							}
						}
					}
				})
				snap, err := r.snapshot()
				if err != nil || !report.OK() || len(snap.Records) != 1 || snap.Records[p("c")].Bucket == nil || snap.Records[p("c")].Bucket.Name != "b" {
					t.Fatalf("%v, %v: the state has %+v", report.Counts(), err, snap.Records)
				}
				if _, err := r.world.Cloud(cloud).GetBucket(t.Context(), vendors.BucketID{Name: "a"}); (err == nil) != release {
					t.Errorf("the bucket of what moved in: %v", err)
				}
				mustConverge(t, r)
			})
		}
	}
}
