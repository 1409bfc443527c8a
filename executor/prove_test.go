package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"buckethead/config"
	"buckethead/executor"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

// inBatches is a store that reads several items in one call.
type inBatches struct {
	*memory.Store
	calls *[]int
}

func (s inBatches) GetItems(ctx context.Context, ids []string) (map[string]vendors.Item, error) {
	*s.calls = append(*s.calls, len(ids))
	out := map[string]vendors.Item{}
	for _, id := range ids {
		if item, err := s.GetItem(ctx, id); err == nil {
			out[id] = item
		}
	}
	return out, nil
}

// Every stored key is proved, by its cloud or at its endpoint; the items are read by the
// fifty, and nothing is changed.
func TestProve(t *testing.T) {
	r := newRigging()
	for i := range 60 {
		r.config.Projects = append(r.config.Projects, project(fmt.Sprintf("bucket-%02d", i)))
	}
	waived := registered("waived", "brought")
	waived.Register.Unverified = true
	r.config.Projects = append(r.config.Projects, registered("drop", "brought"), registered("wrong", "wrong"), waived)
	mustConverge(t, r)
	snap, err := r.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var records []state.Record
	for _, d := range r.config.Projects {
		if record := snap.Records[d.Addr]; executor.Provable(record) {
			records = append(records, record)
		}
	}
	if len(records) != 62 {
		t.Fatalf("%d records are provable", len(records))
	}
	r.world.Cloud(cloud).RemoveCredential(records[0].Active.ID)
	if err := r.world.Store(store).DeleteItem(t.Context(), records[1].Item.ID); err != nil {
		t.Fatal(err)
	}
	r.world.RefuseKeys = func(keys vendors.BucketCredentials) error {
		if keys.Bucket == "wrong" {
			return refusedKeys
		}
		return nil
	}
	r.world.ResetCounts()
	var batches []int
	rigs := func(ctx context.Context, c, s string) (orchestrator.Rig, error) {
		rig, err := r.rigs(ctx, c, s)
		rig.Secrets = inBatches{r.world.Store(s), &batches}
		return rig, err
	}
	proofs := executor.Prove(t.Context(), rigs, records, 1)
	for i, p := range proofs {
		if p.Project != records[i].Project {
			t.Fatalf("proof %d is of %s", i, p.Project)
		}
		switch {
		case i == 0 && errors.Is(p.Err, vendors.ErrDenied) && p.Unread == nil:
		case i == 1 && errors.Is(p.Unread, vendors.ErrNotFound):
		case p.Project.Name == "wrong" && errors.Is(p.Err, refusedKeys):
		case i > 1 && p.Project.Name != "wrong" && p.Err == nil && p.Unread == nil:
		default:
			t.Errorf("%+v", p)
		}
	}
	if !slices.Equal(batches, []int{50, 12}) || r.world.Writes() != 0 || r.world.Calls("ProveKeys") != 2 || r.world.Calls("VerifyCredential") != 59 {
		t.Errorf("read %v, %d writes, %d and %d proofs", batches, r.world.Writes(), r.world.Calls("ProveKeys"), r.world.Calls("VerifyCredential"))
	}
}

var refusedKeys = &vendors.Error{Vendor: "s3.example", Op: "prove", Kind: vendors.ErrDenied, Code: "SignatureDoesNotMatch", Message: "wrong"}

// verify = false waives the proof; true again owes it. What --verify=false waived stays so.
func TestApply_registeredProof(t *testing.T) {
	r := newRigging()
	drop := registered("drop", "brought")
	declare := func(unverified bool) {
		flipped := *drop.Register
		flipped.Unverified = unverified
		p := drop
		p.Register = &flipped
		r.config.Projects = []config.Project{p}
	}
	refuse := func(yes bool) {
		r.world.RefuseKeys = nil
		if yes {
			r.world.RefuseKeys = func(vendors.BucketCredentials) error { return refusedKeys }
		}
	}
	step := func(what string, ok bool, proofs int, want state.Proof) {
		t.Helper()
		r.world.ResetCounts()
		report, _, err := r.apply(planner.Normal)
		if err != nil || report.OK() != ok {
			t.Fatalf("%s: %v %+v", what, err, report)
		}
		snap, _ := r.snapshot()
		if got := snap.Records[drop.Addr].Proof; got != want || r.world.Calls("ProveKeys") != proofs {
			t.Errorf("%s: proof %q after %d requests, want %q after %d", what, got, r.world.Calls("ProveKeys"), want, proofs)
		}
		if plan, _, err := r.plan(context.Background(), planner.Normal); err != nil || plan.Empty() != ok {
			t.Errorf("%s: the next plan is %v %v", what, kinds(plan), err)
		}
		if r.world.Calls("ProveKeys") != proofs {
			t.Errorf("%s: a plan made a request", what)
		}
	}
	refuse(true)
	declare(false)
	step("refused", false, 1, state.Unproved)
	step("refused again", false, 1, state.Unproved)
	declare(true)
	step("waived in the block", true, 0, state.Waived)
	declare(false)
	step("no longer waived", false, 1, state.Waived)
	r.verify = false
	step("waived by the flag", true, 0, state.Waived)
	r.verify = true
	step("still waived by the flag", true, 0, state.Waived)
	refuse(false)
	declare(true)
	step("waived in the block again", true, 0, state.Waived)
	declare(false)
	step("proved", true, 1, state.Proved)
	declare(true)
	step("what was proved stays proved", true, 0, state.Proved)
	declare(false)
	step("and owes no proof", true, 0, state.Proved)
}

// refusing is a store that has had too many calls.
type refusing struct {
	*memory.Store
	calls *int
}

func (s refusing) GetItem(context.Context, string) (vendors.Item, error) {
	return vendors.Item{}, s.refuse()
}

func (s refusing) GetItems(context.Context, []string) (map[string]vendors.Item, error) {
	return nil, s.refuse()
}

func (s refusing) refuse() error {
	*s.calls++
	return &vendors.Error{Vendor: "memory", Op: "read item", Kind: vendors.ErrRateLimited, Message: "slow down"}
}

// A store that refuses is asked once, and every project says so.
func TestProve_stopsAtTheFirstRefusal(t *testing.T) {
	r := newRigging()
	var records []state.Record
	for i := range 120 {
		p := project(fmt.Sprintf("bucket-%03d", i))
		records = append(records, state.Record{Project: p.Addr, Cloud: cloud, Secrets: store, Item: &state.ItemRef{ID: p.Addr.Name, Title: "t"}, Active: &state.CredentialRef{ID: "c"}})
	}
	calls := 0
	rigs := func(ctx context.Context, c, s string) (orchestrator.Rig, error) {
		rig, err := r.rigs(ctx, c, s)
		rig.Secrets = refusing{r.world.Store(s), &calls}
		return rig, err
	}
	for _, p := range executor.Prove(t.Context(), rigs, records, 1) {
		if !errors.Is(p.Unread, vendors.ErrRateLimited) {
			t.Errorf("%s: %v", p.Project, p.Unread)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}
