package planner_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// drawInput draws a world in which declared, recorded and live things overlap in
// every way, consistent or not.
func drawInput(t *rapid.T) planner.Input {
	in := planner.Input{
		Desired:  &config.Config{Stack: "main"},
		Recorded: state.Snapshot{Meta: state.Meta{Lineage: "L"}, Records: map[addr.Address]state.Record{}, Sequences: map[addr.Address]uint64{}},
		Observed: observed.World{Buckets: map[observed.BucketKey]vendors.Bucket{}, Credentials: map[observed.CredentialKey]vendors.Credential{},
			Items: map[observed.ItemKey]observed.Item{}, Emptiness: map[observed.BucketKey]vendors.Emptiness{}, Listed: map[string]bool{cloud: true},
			Settings: map[observed.BucketKey]vendors.BucketSettings{}},
		Mode: rapid.SampledFrom([]planner.Mode{planner.Normal, planner.DestroyAll}).Draw(t, "mode"), Now: now,
		Rotate:    map[addr.Address]bool{},
		Allowance: planner.Allowance{Recreate: rapid.Bool().Draw(t, "recreate"), Empty: rapid.Bool().Draw(t, "empty")},
	}
	yes := func(label string) bool { return rapid.Bool().Draw(t, label) }
	for i := range rapid.IntRange(0, 6).Draw(t, "projects") {
		name := fmt.Sprintf("p%d", i)
		p, bucket, credential, item := addr.Address{Kind: addr.Project, Name: name}, vendors.BucketID{Name: name + "-bucket"}, "K"+name, "I"+name
		if yes("declared") {
			d := config.Project{Addr: p, Cloud: cloud, Secrets: rapid.SampledFrom([]string{store, other}).Draw(t, "store"),
				Bucket: vendors.BucketSpec{ID: bucket}, Access: rapid.SampledFrom([]vendors.Access{vendors.ReadOnly, vendors.ReadWrite}).Draw(t, "access"),
				ItemTitle: name, OnDestroy: config.Refuse, Adopt: yes("adopt"), Protect: yes("protect")}
			d.Bucket.Settings = drawSettings(t, name)
			if yes("rotate") {
				d.Rotate = &config.Rotation{Every: time.Hour, Overlap: time.Duration(rapid.IntRange(0, 1).Draw(t, "overlap")) * time.Hour}
			}
			in.Desired.Projects = append(in.Desired.Projects, d)
		}
		if yes("recorded") {
			r := state.Record{Project: p, Cloud: cloud, Secrets: store, OnDestroy: rapid.SampledFrom([]string{"refuse", "retain", "empty"}).Draw(t, "on_destroy"), Protected: yes("protected")}
			if yes("bucket recorded") {
				r.Bucket = &bucket
				r.Applied.Settings = drawSettings(t, name)
			}
			if yes("stored") {
				r.Item = &state.ItemRef{ID: item, Title: name, Address: p, UpdatedAt: now}
				r.Active = &state.CredentialRef{ID: credential, IssuedAt: now.Add(-time.Duration(rapid.IntRange(0, 3).Draw(t, "age")) * time.Hour), Fingerprint: "F"}
			}
			if yes("pending") {
				r.Pending = &state.CredentialRef{ID: credential + "P", Fingerprint: "FP"}
			}
			in.Recorded.Records[p] = r
		}
		for j, step := range []string{planner.StepCreateBucket, planner.StepIssueCredential, planner.StepStoreCredential} {
			if rapid.IntRange(0, 4).Draw(t, "open") == 0 {
				in.Recorded.Intents = append(in.Recorded.Intents, state.Intent{ID: uint64(10*i + j + 1), Project: p, Step: step, Name: name + "-bucket", Cloud: cloud, Secrets: store, At: now})
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "open settings") == 0 {
			in.Recorded.Intents = append(in.Recorded.Intents, drawChange(t, p, name))
		}
		if yes("bucket lives") {
			if yes("settings read") {
				in.Observed.Settings[observed.BucketKey{Cloud: cloud, ID: bucket}] = together(nothing, drawSettings(t, name))
			}
			in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: bucket}] = vendors.Bucket{ID: bucket, CreatedAt: now}
			in.Observed.Emptiness[observed.BucketKey{Cloud: cloud, ID: bucket}] = vendors.Emptiness{Objects: rapid.IntRange(0, 1).Draw(t, "objects")}
		}
		for _, id := range []string{credential, credential + "P", credential + "S"} {
			if yes("credential lives") {
				in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: id}] = vendors.Credential{ID: id, Name: name + "-bucket", Bucket: bucket, Access: vendors.ReadWrite, Status: vendors.Active}
			}
		}
		if yes("item lives") {
			in.Observed.Items[observed.ItemKey{Secrets: store, ID: item}] = observed.Item{Summary: vendors.ItemSummary{ID: item, Title: name, UpdatedAt: now}, Read: yes("read"), Fingerprint: rapid.SampledFrom([]string{"F", "FP", "X"}).Draw(t, "fingerprint")}
		}
	}
	return in
}

func TestMake_isDeterministicAndDoesNotCareAboutInputOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		first, diags := planner.Make(in)
		shuffled := in
		desired := *in.Desired
		desired.Projects = slices.Clone(desired.Projects)
		r := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed")))
		r.Shuffle(len(desired.Projects), func(i, j int) { desired.Projects[i], desired.Projects[j] = desired.Projects[j], desired.Projects[i] })
		shuffled.Desired = &desired
		second, diagsAgain := planner.Make(shuffled)
		a, _ := json.Marshal(first)
		b, _ := json.Marshal(second)
		if string(a) != string(b) || first.Digest() != second.Digest() {
			t.Fatalf("two plans from one input:\n%s\n%s", a, b)
		}
		if fmt.Sprint(diags) != fmt.Sprint(diagsAgain) {
			t.Fatalf("two lists of diagnostics from one input:\n%v\n%v", diags, diagsAgain)
		}
	})
}

// TestMake_keepsItsWord checks what holds for every plan of every world.
func TestMake_keepsItsWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		plan, _ := planner.Make(in)
		seen := map[addr.Address]bool{}
		for _, o := range plan.Operations {
			if seen[o.Address] {
				t.Fatalf("two operations for %s", o.Address)
			}
			seen[o.Address] = true
			for _, w := range o.After {
				if !seen[w.Address] {
					t.Fatalf("%s waits for %s, which does not come before it", o.Address, w.Address)
				}
			}
			checkOperation(t, in, o)
		}
		checkSettings(t, in, plan)
	})
}

func checkOperation(t *rapid.T, in planner.Input, o planner.Operation) {
	record := in.Recorded.Records[o.Address]
	at := map[string]int{}
	for i, s := range o.Steps {
		at[s.Name()] = i + 1
		switch s := s.(type) {
		case planner.DeleteBucket, planner.EmptyBucket:
			if o.Kind != planner.Destroy {
				t.Fatalf("a %s deletes a bucket", o.Kind)
			}
			if record.Protected && len(o.Blocked) == 0 {
				t.Fatalf("a protected bucket is deleted")
			}
			if record.OnDestroy == "retain" && record.Bucket != nil {
				t.Fatalf("a retained bucket is deleted")
			}
		case planner.CreateBucket:
			if _, live := in.Observed.Buckets[observed.BucketKey{Cloud: o.Cloud, ID: s.Spec.ID}]; live && len(o.After) == 0 {
				t.Fatalf("a bucket is made over one that lives")
			}
		case planner.RevokeCredential:
			current := record.Active != nil && s.ID == record.Active.ID ||
				at[planner.StepConfirmStored] > 0 && record.Pending != nil && s.ID == record.Pending.ID // which is the current one by then
			if o.Kind != planner.Destroy && at[planner.StepIssueCredential] > 0 && !current {
				t.Fatalf("another credential than the current one is revoked after the new one is issued")
			}
			_, live := in.Observed.Credentials[observed.CredentialKey{Cloud: o.Cloud, ID: s.ID}]
			if o.Kind != planner.Destroy && o.Kind != planner.Heal && record.Active != nil && s.ID == record.Active.ID && live && at[planner.StepVerifyCredential] == 0 {
				t.Fatalf("the active credential is revoked without a proved successor")
			}
		}
	}
	if o.Kind == planner.Destroy && at[planner.StepDeleteItem] > 0 {
		if at[planner.StepRevokeCredential] > at[planner.StepDeleteItem] || at[planner.StepDeleteBucket] > at[planner.StepDeleteItem] {
			t.Fatalf("the item is not deleted last: %v", o.Acts)
		}
	}
}

func BenchmarkMake(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		for _, fresh := range []bool{false, true} {
			b.Run(fmt.Sprintf("projects=%d/fresh=%t", n, fresh), func(b *testing.B) {
				in := large(n, fresh)
				b.ReportAllocs()
				for b.Loop() {
					plan, diags := planner.Make(in)
					if diags.HasErrors() || fresh && len(plan.Operations) != n || !fresh && !plan.Empty() {
						b.Fatal("not the plan that was expected")
					}
				}
			})
		}
	}
}

// large is n projects, all to be provisioned when fresh, else all as recorded.
func large(n int, fresh bool) planner.Input {
	s := newScene()
	in := s.in
	project, record := in.Desired.Projects[0], in.Recorded.Records[photos]
	desired := &config.Config{Stack: "main"}
	in.Desired = desired
	in.Recorded.Records = make(map[addr.Address]state.Record, n)
	in.Observed.Buckets = make(map[observed.BucketKey]vendors.Bucket, n)
	in.Observed.Credentials = make(map[observed.CredentialKey]vendors.Credential, n)
	in.Observed.Items = make(map[observed.ItemKey]observed.Item, n)
	for i := range n {
		p, r := project, record
		p.Addr = addr.Address{Kind: addr.Project, Name: "tenant", Key: fmt.Sprintf("t%06d", i)}
		p.Bucket.ID.Name, p.ItemTitle = fmt.Sprintf("bucket-%06d", i), p.Addr.Label()
		desired.Projects = append(desired.Projects, p)
		if fresh {
			continue
		}
		id, key, item := p.Bucket.ID, fmt.Sprintf("K%d", i), fmt.Sprintf("I%d", i)
		r.Project, r.Bucket = p.Addr, &id
		r.Item = &state.ItemRef{ID: item, Title: p.ItemTitle, Address: p.Addr, UpdatedAt: now}
		r.Active = &state.CredentialRef{ID: key, IssuedAt: now}
		in.Recorded.Records[p.Addr] = r
		in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: id}] = vendors.Bucket{ID: id}
		in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: key}] = vendors.Credential{ID: key, Name: "bh/main/" + p.Addr.String() + "/" + op1, Bucket: id, Access: vendors.ReadWrite, Status: vendors.Active}
		in.Observed.Items[observed.ItemKey{Secrets: store, ID: item}] = observed.Item{Summary: vendors.ItemSummary{ID: item, Title: p.ItemTitle, UpdatedAt: now}}
	}
	return in
}
