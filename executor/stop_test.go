package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/executor"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

func many(n int) []config.Project {
	var out []config.Project
	for i := range n {
		out = append(out, project(fmt.Sprintf("tenant%03d", i)))
	}
	return out
}

// applyWith plans and applies with options of the test's own.
func applyWith(t *testing.T, r *rigging, ctx context.Context, change func(*executor.Options)) executor.Report {
	t.Helper()
	plan, snap, err := r.plan(ctx, planner.Normal)
	if err != nil {
		t.Fatal(err)
	}
	o := executor.Options{Parallelism: 8, Verify: true, Now: func() time.Time { return start }}
	change(&o)
	return executor.Apply(ctx, plan, r.rigs, snap, r.state, o)
}

func TestApply_runsProjectsInParallelAndOneFailureStopsNoOther(t *testing.T) {
	r := newRigging()
	r.config.Projects = many(40)
	// The first that makes a bucket waits for the second: two run at once.
	var arrived atomic.Int64
	second := make(chan struct{})
	r.world.Before = func(c memory.Call) error {
		if c.Method == "CreateBucket" {
			switch arrived.Add(1) {
			case 1:
				<-second
			case 2:
				close(second)
			}
		}
		if c.Method == "CreateBucket" && c.Target == "tenant007" {
			return &vendors.Error{Vendor: cloud, Op: "create bucket", Kind: vendors.ErrDenied, Code: "10003", RequestID: "ray-1", Message: "no"}
		}
		return nil
	}
	var mu sync.Mutex
	running, most := 0, 0
	report := applyWith(t, r, context.Background(), func(o *executor.Options) {
		o.Event = func(e executor.Event) {
			mu.Lock()
			defer mu.Unlock()
			switch e.(type) {
			case executor.OperationStarted:
				running++
				most = max(most, running)
			case executor.OperationDone:
				running--
			}
		}
	})
	if got := report.Counts(); got[executor.Done] != 39 || got[executor.Failed] != 1 || report.OK() {
		t.Fatalf("got %v, want 39 done and 1 failed", got)
	}
	if most < 2 || most > 8 {
		t.Errorf("%d operations ran at once, want 2 to 8", most)
	}
	d := report.Results[7].Diagnostics[0]
	if report.Results[7].Address.Name != "tenant007" || !strings.Contains(d.Detail, "code 10003, request ray-1") || !errors.Is(d, vendors.ErrDenied) {
		t.Errorf("got %v for %s, want the vendor's code and request id", d, report.Results[7].Address)
	}
	r.world.Before = nil
	mustConverge(t, r)
}

func TestApply_stopsBetweenStepsAndGoesOnNextTime(t *testing.T) {
	r := newRigging()
	r.config.Projects = many(20)
	stop := make(chan struct{})
	var once sync.Once
	report := applyWith(t, r, context.Background(), func(o *executor.Options) {
		o.Parallelism, o.Stop = 1, stop
		o.Event = func(e executor.Event) {
			if s, ok := e.(executor.StepStarted); ok && s.Step == planner.StepIssueCredential && s.Address.Name == "tenant004" {
				once.Do(func() { close(stop) })
			}
		}
	})
	got := report.Counts()
	if !report.Interrupted || got[executor.Done] != 4 || got[executor.Interrupted] != 16 {
		t.Fatalf("got %v, want 4 done and 16 interrupted", got)
	}
	for _, result := range report.Results {
		if result.Address.Name == "tenant004" {
			if _, stored := r.item(store, "tenant004"); !stored {
				t.Error("a stop abandoned a secret that was issued")
			}
		}
	}
	mustConverge(t, r)
	if wrong := r.complaints(); len(wrong) > 0 {
		t.Fatal(strings.Join(wrong, "\n"))
	}
}

func TestApply_endsWhenTheContextDoes(t *testing.T) {
	r := newRigging()
	r.config.Projects = many(20)
	ctx, cancel := context.WithCancel(context.Background())
	plan, snap, err := r.plan(ctx, planner.Normal)
	if err != nil {
		t.Fatal(err)
	}
	r.world.After = func(c memory.Call) error {
		if c.Method == "IssueCredential" {
			cancel()
		}
		return nil
	}
	report := executor.Apply(ctx, plan, r.rigs, snap, r.state, executor.Options{Parallelism: 2, Verify: true, Now: func() time.Time { return start }})
	if !report.Interrupted || len(report.Results) != 20 {
		t.Fatalf("got %v", report.Counts())
	}
	r.world.After = nil
	mustConverge(t, r)
	if wrong := r.complaints(); len(wrong) > 0 {
		t.Fatal(strings.Join(wrong, "\n"))
	}
}

// hanging is a cloud that does not answer until the caller gives up.
type hanging struct {
	vendors.BucketProvider
	asked chan struct{}
}

func (h hanging) CreateBucket(ctx context.Context, _ vendors.BucketSpec) (vendors.Bucket, error) {
	close(h.asked)
	<-ctx.Done()
	return vendors.Bucket{}, &vendors.Error{Vendor: cloud, Op: "create bucket", Kind: vendors.ErrUnavailable, OutcomeUnknown: true, Err: ctx.Err()}
}

func TestApply_boundsAStepThatHangsAfterAStop(t *testing.T) {
	r := newRigging()
	r.config.Projects = many(1)
	stop := make(chan struct{})
	plan, snap, err := r.plan(context.Background(), planner.Normal)
	if err != nil {
		t.Fatal(err)
	}
	rigs := func(ctx context.Context, cloud, secrets string) (orchestrator.Rig, error) {
		rig, err := r.rigs(ctx, cloud, secrets)
		rig.Buckets = hanging{rig.Buckets, stop}
		return rig, err
	}
	report := executor.Apply(context.Background(), plan, rigs, snap, r.state, executor.Options{
		Now: func() time.Time { return start }, Stop: stop, StepTimeout: time.Millisecond})
	if !report.Interrupted {
		t.Fatalf("got %v", report.Counts())
	}
	if snap, _ := r.state.Snapshot(); len(snap.Intents) != 1 {
		t.Errorf("got intents %v, want the open one", snap.Intents)
	}
	mustConverge(t, r)
}

func TestApply_endsOneOperationByAPanic(t *testing.T) {
	r := newRigging()
	r.config.Projects = many(3)
	r.world.After = func(c memory.Call) error {
		if c.Method == "IssueCredential" && strings.Contains(c.Target, "tenant001") {
			panic("planted")
		}
		return nil
	}
	report := applyWith(t, r, context.Background(), func(*executor.Options) {})
	if got := report.Counts(); got[executor.Failed] != 1 || got[executor.Done] != 2 || !strings.Contains(report.Results[1].Diagnostics[0].Detail, "planted") {
		t.Fatalf("got %v, %v", got, report.Results[1].Diagnostics)
	}
	r.world.After = nil
	mustConverge(t, r)
	if wrong := r.complaints(); len(wrong) > 0 {
		t.Fatal(strings.Join(wrong, "\n"))
	}
}

func TestApply_writesHistory(t *testing.T) {
	r := newRigging()
	r.config.Projects = many(2)
	applyWith(t, r, context.Background(), func(o *executor.Options) {
		o.Run = executor.Run{Actor: "ada", Commit: "c0ffee", URL: "https://ci.example/1"}
	})
	entries, _ := r.state.History(many(1)[0].Addr, 0)
	want := state.Entry{At: start, Actor: "ada", Commit: "c0ffee", Run: "https://ci.example/1", Project: many(1)[0].Addr, Operation: "provision", Reason: "new", Outcome: "done"}
	if len(entries) != 1 || entries[0].PlanDigest == "" {
		t.Fatalf("got %+v", entries)
	}
	entries[0].PlanDigest = ""
	if entries[0] != want {
		t.Errorf("got %+v, want %+v", entries[0], want)
	}
}

func TestApply_withoutProofAsksForNoneLater(t *testing.T) {
	r := newRigging()
	r.config.Projects = many(1)
	applyWith(t, r, context.Background(), func(o *executor.Options) { o.Verify = false })
	if r.world.Calls("VerifyCredential") != 0 {
		t.Error("the proof was made all the same")
	}
	plan, _, err := r.plan(context.Background(), planner.Normal)
	if err != nil || !plan.Empty() {
		t.Errorf("the next plan: %v %v, want it empty", kinds(plan), err)
	}
}

func TestApply_runsDestroysBeforeWhatNeedsTheirNames(t *testing.T) {
	r := newRigging()
	r.config.Projects = []config.Project{project("photos")}
	mustConverge(t, r)
	taker := project("albums")
	taker.Bucket.ID.Name = "photos"
	r.config.Projects = []config.Project{taker, project("other")}
	var order []string
	report := applyWith(t, r, context.Background(), func(o *executor.Options) {
		o.Parallelism = 1
		o.Event = func(e executor.Event) {
			if done, ok := e.(executor.OperationDone); ok {
				order = append(order, string(done.Result.Kind)+" "+done.Result.Address.Name)
			}
		}
	})
	if want := []string{"provision other", "destroy photos", "provision albums"}; !slices.Equal(order, want) || !report.OK() {
		t.Errorf("got %v, want %v", order, want)
	}
	// And when the destroy does not succeed, what comes after it is skipped.
	r.config.Projects = []config.Project{func() config.Project { p := project("third"); p.Bucket.ID.Name = "photos"; return p }(), project("other")}
	r.world.Before = func(c memory.Call) error {
		if c.Method == "DeleteBucket" {
			return &vendors.Error{Vendor: cloud, Op: "delete bucket", Kind: vendors.ErrDenied, Message: "no"}
		}
		return nil
	}
	report = applyWith(t, r, context.Background(), func(*executor.Options) {})
	if got := report.Counts(); got[executor.Failed] != 1 || got[executor.Skipped] != 1 {
		t.Errorf("got %v, want one failed and one skipped", got)
	}
}
