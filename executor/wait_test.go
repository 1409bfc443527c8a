package executor_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/executor"
	"buckethead/planner"
)

// waits plans and applies, and returns the waits that were reported to the user.
func waits(t *testing.T, r *rigging, change func(*executor.Options)) (executor.Report, []executor.Waiting) {
	t.Helper()
	var out []executor.Waiting
	report := applyWith(t, r, context.Background(), func(o *executor.Options) {
		o.Parallelism = 1
		o.Now = func() time.Time { return r.now }
		o.Event = func(e executor.Event) {
			if w, ok := e.(executor.Waiting); ok {
				out = append(out, w)
			}
		}
		change(o)
	})
	return report, out
}

func TestApply_saysWhatItWaitsFor(t *testing.T) {
	r := newRigging()
	r.config.Projects = []config.Project{project("photos")}
	r.world.LateMint = func(string) time.Duration { return 2 * time.Second }
	report, told := waits(t, r, func(*executor.Options) {})
	if !report.OK() || len(told) != 2 {
		t.Fatalf("%+v after %v, want two waits for the proof", report, told)
	}
	if w := told[0]; w.Address.Name != "photos" || w.Why != "the new key does not work everywhere yet" || !w.Until.Equal(start.Add(time.Second)) {
		t.Errorf("got %+v", w)
	}
}

func TestApply_waitsForAMintThatWasRateLimited(t *testing.T) {
	r := newRigging()
	r.config.Projects = []config.Project{project("photos")}
	r.limit = 2
	report, told := waits(t, r, func(*executor.Options) {})
	if !report.OK() || len(told) != 2 || !told[1].Until.Equal(start.Add(40*time.Second)) {
		t.Fatalf("%+v after %v, want two waits of 20 s", report, told)
	}
	snap, _ := r.state.Snapshot()
	for _, record := range snap.Records {
		if name := record.Active.Name; name[len(name)-2:] != ".3" {
			t.Errorf("minted as %s, want the third name", name)
		}
	}
	if len(snap.Intents)+len(snap.Watches) > 0 {
		t.Errorf("left %v and %v, want nothing: the refusals were certain", snap.Intents, snap.Watches)
	}
}

func TestApply_givesUpAMintThatStaysRateLimited(t *testing.T) {
	r := newRigging()
	r.config.Projects = []config.Project{project("photos")}
	r.limit = 3
	report, told := waits(t, r, func(*executor.Options) {})
	if report.Counts()[executor.Failed] != 1 || len(told) != 2 {
		t.Fatalf("%+v after %v, want a failure after two waits", report, told)
	}
	if snap, _ := r.state.Snapshot(); len(snap.Intents) > 1 {
		t.Errorf("left %v open, want the bucket's intent at most", snap.Intents)
	}
	mustConverge(t, r)
}

// A wait for a vendor lasts minutes: a stop ends it, with nothing begun.
func TestApply_stopEndsTheWaitOfAMint(t *testing.T) {
	r := newRigging()
	r.config.Projects = []config.Project{project("photos")}
	r.limit = 1
	stop := make(chan struct{})
	var once sync.Once
	r.slept = func() { once.Do(func() { close(stop) }) }
	report, _ := waits(t, r, func(o *executor.Options) { o.Stop = stop })
	if !report.Interrupted || len(r.world.Cloud(cloud).Credentials()) != 0 {
		t.Fatalf("%+v with %d credentials, want it interrupted before another mint", report, len(r.world.Cloud(cloud).Credentials()))
	}
	r.slept = nil
	if _, plan, err := r.apply(planner.Normal); err != nil {
		t.Fatalf("%v %v", kinds(plan), err)
	}
	mustConverge(t, r)
}
