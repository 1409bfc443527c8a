package orchestrator_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// notes is a Recorder that keeps what it was told.
type notes struct {
	begun, open []string
	record      *state.Record
	watch       []state.Watch
	stopAt      string
}

func (n *notes) Begin(_ context.Context, w orchestrator.Work, s planner.Step, name string) (orchestrator.Ticket, error) {
	if s.Name() == n.stopAt && !w.Holding() {
		return orchestrator.Ticket{}, orchestrator.ErrStopped
	}
	n.begun = append(n.begun, s.Name())
	return orchestrator.Ticket{Intent: state.Intent{ID: uint64(len(n.begun)), Name: name}}, nil
}
func (n *notes) Commit(_ context.Context, _ orchestrator.Ticket, _ planner.Step, r state.Record) error {
	n.record = &r
	return nil
}
func (n *notes) Abort(context.Context, orchestrator.Ticket, planner.Step, error) error { return nil }
func (n *notes) LeaveOpen(t orchestrator.Ticket, _ planner.Step, _ error) {
	n.open = append(n.open, t.Intent.Name)
}
func (n *notes) Settle(_ context.Context, s state.Settlement) error {
	n.record, n.watch = s.Record, s.Watch
	return nil
}

func newRig() (orchestrator.Rig, *memory.World, *time.Time) {
	now := start
	world := memory.NewWorld(func() time.Time { return now })
	return orchestrator.Rig{
		Buckets: world.Cloud("c"), Secrets: world.Store("s"), Connection: "s", Stack: "acme",
		Register: func(context.Context, addr.Address) (vendors.BucketCredentials, error) {
			return vendors.BucketCredentials{SecretAccessKey: vendors.NewSecret("brought")}, nil
		},
		Prover:      world.Prover(),
		Fingerprint: func(s vendors.Secret) string { return vendors.Fingerprint([]byte("key"), s) },
		Now:         func() time.Time { return now },
		Sleep:       func(ctx context.Context, d time.Duration) error { now = now.Add(d); return ctx.Err() },
	}, world, &now
}

func photos() orchestrator.Provision {
	return orchestrator.Provision{Project: addr.Address{Kind: addr.Project, Name: "photos"}, Operation: "op1", Cloud: "c", Access: vendors.ReadWrite,
		Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: "photos"}}, ItemTitle: "photos"}
}

func TestEntries_provisionRotateDestroy(t *testing.T) {
	ctx := context.Background()
	rig, world, _ := newRig()
	rec := &notes{}
	reference, err := orchestrator.ProvisionBucket(ctx, rig, photos(), rec)
	if err != nil || reference == "" {
		t.Fatalf("provision: %q %v", reference, err)
	}
	first := world.Store("s").Items()[0]
	if !world.Cloud("c").Works(first.Keys, vendors.BucketID{Name: "photos"}) {
		t.Fatal("the stored keys do not open the bucket")
	}
	if rec.record.Proof != state.Proved || rec.record.Active.Name != "bh/acme/project.photos/op1" {
		t.Fatalf("got record %+v", rec.record)
	}
	if _, err := orchestrator.RotateCredentials(ctx, rig, *rec.record, "op2", 0, rec); err != nil {
		t.Fatal(err)
	}
	items := world.Store("s").Items()
	if len(items) != 1 || items[0].ID != first.ID || items[0].Keys.AccessKeyID == first.Keys.AccessKeyID {
		t.Fatalf("after a rotation: %d items, key %s, before %s", len(items), items[0].Keys.AccessKeyID, first.Keys.AccessKeyID)
	}
	if got := len(world.Cloud("c").Credentials()); got != 1 {
		t.Fatalf("after a rotation: %d credentials, want 1", got)
	}
	world.Cloud("c").PutObjects(vendors.BucketID{Name: "photos"}, 1)
	if err := orchestrator.DestroyProject(ctx, rig, *rec.record, rec); !errors.Is(err, vendors.ErrNotEmpty) || len(world.Cloud("c").Credentials()) != 1 {
		t.Fatalf("destroy of a full bucket: %v, %d credentials", err, len(world.Cloud("c").Credentials()))
	}
	_ = world.Cloud("c").EmptyBucket(ctx, vendors.BucketID{Name: "photos"})
	rec.begun = nil
	if err := orchestrator.DestroyProject(ctx, rig, *rec.record, rec); err != nil {
		t.Fatal(err)
	}
	want := []string{planner.StepProbeEmpty, planner.StepRevokeCredential, planner.StepDeleteBucket, planner.StepDeleteItem}
	if !slices.Equal(rec.begun, want) || len(world.Store("s").Items())+len(world.Cloud("c").Buckets())+len(world.Cloud("c").Credentials()) != 0 {
		t.Fatalf("destroy took %v, want %v, and nothing left", rec.begun, want)
	}
}

func TestEntries_register(t *testing.T) {
	rig, world, _ := newRig()
	rec := &notes{}
	_, err := orchestrator.RegisterBucket(context.Background(), rig, orchestrator.Registration{Project: addr.Address{Kind: addr.Project, Name: "drop"}, Operation: "op1",
		AccessKeyID: "AKIA", Bucket: "drop", EndpointURL: "https://s3.example", Region: "auto", ItemTitle: "drop"}, rec)
	if err != nil {
		t.Fatal(err)
	}
	item := world.Store("s").Items()[0]
	if item.Keys.SecretAccessKey.Reveal() != "brought" || item.Keys.AccessKeyID != "AKIA" || rec.record.Registered != true {
		t.Fatalf("got item %+v, record %+v", item, rec.record)
	}
	if err := orchestrator.DestroyProject(context.Background(), rig, *rec.record, rec); err != nil || len(world.Store("s").Items()) != 0 {
		t.Fatalf("destroy: %v", err)
	}
}

// A destroy deletes the items in stores that the project has left, and revokes every key
// that the record names, whatever its state.
func TestDestroyProject_leavesNothingThatTheRecordNames(t *testing.T) {
	rig, world, _ := newRig()
	rec := &notes{}
	ctx := context.Background()
	if _, err := orchestrator.ProvisionBucket(ctx, rig, photos(), rec); err != nil {
		t.Fatal(err)
	}
	if _, err := orchestrator.RotateCredentials(ctx, rig, *rec.record, "op2", time.Hour, rec); err != nil {
		t.Fatal(err)
	}
	record := *rec.record
	pending, err := rig.Buckets.IssueCredential(ctx, vendors.CredentialSpec{Name: "bh/acme/project.photos/op3",
		Bucket: *record.Bucket, Access: vendors.ReadWrite})
	if err != nil {
		t.Fatal(err)
	}
	record.Pending = &state.CredentialRef{ID: pending.Credential.ID, Name: pending.Credential.Name}
	former, err := rig.Secrets.CreateItem(ctx, vendors.ItemSpec{Title: "former"})
	if err != nil {
		t.Fatal(err)
	}
	record.Former = []state.FormerItem{{Secrets: "s", ID: former.ID, Title: "former"}}
	rec.begun = nil
	if err := orchestrator.DestroyProject(ctx, rig, record, rec); err != nil {
		t.Fatal(err)
	}
	want := []string{planner.StepProbeEmpty, planner.StepRevokeCredential, planner.StepRevokeCredential, planner.StepRevokeCredential,
		planner.StepDeleteBucket, planner.StepDeleteItem, planner.StepDeleteItem}
	if !slices.Equal(rec.begun, want) || len(world.Store("s").Items())+len(world.Cloud("c").Credentials()) != 0 {
		t.Fatalf("destroy took %v, want %v; %d items and %d credentials are left", rec.begun, want,
			len(world.Store("s").Items()), len(world.Cloud("c").Credentials()))
	}
}

// A mint whose answer is lost goes on under a new name, and what the old name
// turned out to have made is revoked at the end.
func TestRun_goesOnUnderANewNameAfterALostAnswer(t *testing.T) {
	for _, late := range []time.Duration{0, time.Hour} {
		rig, world, _ := newRig()
		world.After = func(c memory.Call) error {
			if c.Method == "IssueCredential" && c.Target == "bh/acme/project.photos/op1" {
				return &vendors.Error{Vendor: "c", Op: "issue", Kind: vendors.ErrUnavailable, OutcomeUnknown: true}
			}
			return nil
		}
		world.LateMint = func(name string) time.Duration {
			if name == "bh/acme/project.photos/op1" {
				return late
			}
			return 0
		}
		rec := &notes{}
		if _, err := orchestrator.ProvisionBucket(context.Background(), rig, photos(), rec); err != nil {
			t.Fatal(err)
		}
		if rec.record.Active.Name != "bh/acme/project.photos/op1.2" || !slices.Equal(rec.open, []string{"bh/acme/project.photos/op1"}) {
			t.Fatalf("got active %s, open %v", rec.record.Active.Name, rec.open)
		}
		if late == 0 && (len(world.Cloud("c").Credentials()) != 1 || len(rec.watch) != 0) {
			t.Fatalf("%d credentials and watch %v, want one and none", len(world.Cloud("c").Credentials()), rec.watch)
		}
		if late > 0 && (len(rec.watch) != 1 || rec.watch[0].Name != "bh/acme/project.photos/op1") {
			t.Fatalf("got watch %v, want the name that was left open", rec.watch)
		}
	}
}

func TestRun_givesUpAfterThreeLostAnswers(t *testing.T) {
	rig, world, _ := newRig()
	world.Before = func(c memory.Call) error {
		if c.Method == "IssueCredential" {
			return &vendors.Error{Vendor: "c", Op: "issue", Kind: vendors.ErrUnavailable, OutcomeUnknown: true}
		}
		return nil
	}
	rec := &notes{}
	if _, err := orchestrator.ProvisionBucket(context.Background(), rig, photos(), rec); err == nil || len(rec.open) != 3 {
		t.Fatalf("got %v with %v open, want a fault and three names", err, rec.open)
	}
}

// A vendor that refuses a mint for too many calls is given the time that it asks
// for, a second or more. What would last longer than 15 minutes is not begun.
func TestRun_restsAfterARateLimit(t *testing.T) {
	for _, test := range []struct{ asked, want time.Duration }{{0, time.Second}, {30 * time.Second, 30 * time.Second}, {15 * time.Minute, 15 * time.Minute}} {
		rig, world, now := newRig()
		refused := false
		world.Before = func(c memory.Call) error {
			if c.Method != "IssueCredential" || refused {
				return nil
			}
			refused = true
			return &vendors.Error{Vendor: "c", Op: "issue", Kind: vendors.ErrRateLimited, RetryAfter: test.asked}
		}
		rec := &notes{}
		if _, err := orchestrator.ProvisionBucket(context.Background(), rig, photos(), rec); err != nil {
			t.Fatal(err)
		}
		if rec.record.Active.Name != "bh/acme/project.photos/op1.2" || len(rec.open) != 0 || now.Sub(start) != test.want {
			t.Errorf("asked for %s: minted as %s after %s, open %v", test.asked, rec.record.Active.Name, now.Sub(start), rec.open)
		}
	}
}

func TestRun_restIsBounded(t *testing.T) {
	for _, test := range []struct{ asked, want time.Duration }{{16 * time.Minute, 0}, {math.MaxInt64, 0}, {8 * time.Minute, 8 * time.Minute}} {
		rig, world, now := newRig()
		world.Before = func(c memory.Call) error {
			if c.Method != "IssueCredential" {
				return nil
			}
			return &vendors.Error{Vendor: "c", Op: "issue", Kind: vendors.ErrRateLimited, RetryAfter: test.asked}
		}
		rec := &notes{}
		_, err := orchestrator.ProvisionBucket(context.Background(), rig, photos(), rec)
		if !errors.Is(err, vendors.ErrRateLimited) || len(rec.open) != 0 || now.Sub(start) != test.want {
			t.Errorf("asked for %s: %v after %s, open %v", test.asked, err, now.Sub(start), rec.open)
		}
	}
}

// sleepForReal waits for the context, as a pause of minutes would.
func sleepForReal(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() }

func TestRun_restEndsWithAStopOrItsContext(t *testing.T) {
	for _, how := range []string{"stop", "context"} {
		rig, world, _ := newRig()
		world.Before = func(c memory.Call) error {
			if c.Method == "IssueCredential" {
				return &vendors.Error{Vendor: "c", Op: "issue", Kind: vendors.ErrRateLimited, RetryAfter: time.Minute}
			}
			return nil
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		stop := make(chan struct{})
		rig.Stop, rig.Sleep = stop, sleepForReal
		rec := &notes{}
		rig.Waiting = func(string, time.Time) {
			if how == "stop" {
				rec.stopAt = planner.StepIssueCredential
				close(stop)
			} else {
				cancel()
			}
		}
		_, err := orchestrator.ProvisionBucket(ctx, rig, photos(), rec)
		if want := map[string]error{"stop": orchestrator.ErrStopped, "context": vendors.ErrRateLimited}[how]; !errors.Is(err, want) || len(rec.open) > 0 {
			t.Errorf("%s: got %v with %v open, want %v", how, err, rec.open, want)
		}
	}
}

// A new key may take a minute to work: the proof waits, but not forever.
func TestRun_provesUntilItWorks(t *testing.T) {
	for _, test := range []struct {
		late time.Duration
		ok   bool
	}{{30 * time.Second, true}, {10 * time.Minute, false}} {
		rig, world, now := newRig()
		world.LateMint = func(string) time.Duration { return test.late }
		waited := 0
		rig.Waiting = func(string, time.Time) { waited++ }
		_, err := orchestrator.ProvisionBucket(context.Background(), rig, photos(), &notes{})
		if test.ok != (err == nil) || !test.ok && !errors.Is(err, orchestrator.ErrUnproved) || waited == 0 {
			t.Errorf("late by %s: %v after %d waits", test.late, err, waited)
		}
		if took := now.Sub(start); took > 90*time.Second {
			t.Errorf("late by %s: the proof took %s, want at most 90 s", test.late, took)
		}
	}
}

// A stop never abandons a secret that is not stored.
func TestRun_stopsOnlyWithoutASecretAtHand(t *testing.T) {
	for _, step := range []string{planner.StepIssueCredential, planner.StepStoreCredential} {
		rig, world, _ := newRig()
		_, err := orchestrator.ProvisionBucket(context.Background(), rig, photos(), &notes{stopAt: step})
		stored := len(world.Store("s").Items()) == 1
		if step == planner.StepIssueCredential && (!errors.Is(err, orchestrator.ErrStopped) || stored) {
			t.Errorf("stop before %s: %v, stored %t", step, err, stored)
		}
		if step == planner.StepStoreCredential && (err != nil || !stored) {
			t.Errorf("stop before %s: %v, stored %t", step, err, stored)
		}
	}
}

func TestRun_writesAgainWhenTheItemChangedInBetween(t *testing.T) {
	rig, world, _ := newRig()
	rec := &notes{}
	if _, err := orchestrator.ProvisionBucket(context.Background(), rig, photos(), rec); err != nil {
		t.Fatal(err)
	}
	id, edits := rec.record.Item.ID, 0
	world.After = func(c memory.Call) error {
		if c.Method == "GetItem" && edits < 2 {
			edits++
			world.Store("s").AddField(id, "note", "by a person")
		}
		return nil
	}
	if _, err := orchestrator.RotateCredentials(context.Background(), rig, *rec.record, "op2", time.Hour, rec); err != nil || edits != 2 {
		t.Fatalf("%v after %d edits", err, edits)
	}
	if world.Store("s").Field(id, "note") != "by a person" {
		t.Error("what a person added is gone")
	}
	if len(rec.record.Retiring) != 1 {
		t.Errorf("got %d retiring, want the old one", len(rec.record.Retiring))
	}
}
