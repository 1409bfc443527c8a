package refresh_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

const cloud, store = "memory.main", "memory.eng"

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// stage is a world with n projects, provisioned and recorded.
type stage struct {
	world   *memory.World
	request refresh.Request
}

func newStage(t testing.TB, n int) *stage {
	t.Helper()
	ctx := context.Background()
	s := &stage{world: memory.NewWorld(func() time.Time { return now })}
	s.world.PageSize = 1000
	desired := &config.Config{Stack: "main"}
	snap := state.Snapshot{Meta: state.Meta{Lineage: "L", FingerprintKey: []byte("key")}, Records: map[addr.Address]state.Record{}}
	for i := range n {
		id := vendors.BucketID{Name: fmt.Sprintf("bucket-%04d", i)}
		p := addr.Address{Kind: addr.Project, Name: "tenant", Key: id.Name}
		desired.Projects = append(desired.Projects, config.Project{Addr: p, Cloud: cloud, Secrets: store, Bucket: vendors.BucketSpec{ID: id}, ItemTitle: p.Label()})
		_, err := s.world.Cloud(cloud).CreateBucket(ctx, vendors.BucketSpec{ID: id})
		issued, err2 := s.world.Cloud(cloud).IssueCredential(ctx, vendors.CredentialSpec{Name: "bh/" + id.Name, Bucket: id, Access: vendors.ReadWrite})
		item, err3 := s.world.Store(store).CreateItem(ctx, vendors.ItemSpec{Title: p.Label(), Keys: issued.Keys, Mark: vendors.Mark{Stack: "main", Address: p.String()}})
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		snap.Records[p] = state.Record{Project: p, Cloud: cloud, Secrets: store, Bucket: &id, Proof: state.Proved,
			Item:   &state.ItemRef{ID: item.ID, Title: item.Title, UpdatedAt: item.UpdatedAt},
			Active: &state.CredentialRef{ID: issued.Credential.ID}}
	}
	s.world.ResetCounts()
	s.request = refresh.Request{Desired: desired, Recorded: snap, Mode: planner.Normal}
	return s
}

func (s *stage) observe(t testing.TB) observed.World {
	t.Helper()
	world, diags := refresh.Observe(context.Background(), s.readers(), s.request)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return world
}

func (s *stage) readers() refresh.Readers {
	return refresh.Readers{
		Buckets: func(_ context.Context, c string) (vendors.BucketReader, error) { return s.world.Cloud(c), nil },
		Secrets: func(_ context.Context, c string) (vendors.SecretReader, error) { return s.world.Store(c), nil },
		Resolve: func(_ context.Context, references []string) (map[string]vendors.Secret, map[string]error) {
			values := map[string]vendors.Secret{}
			for _, r := range references {
				values[r] = vendors.NewSecret("read from " + r)
			}
			return values, nil
		},
	}
}

func TestObserve_costsListsNotProjects(t *testing.T) {
	s := newStage(t, 1000)
	world := s.observe(t)
	if len(world.Buckets) != 1000 || len(world.Credentials) != 1000 || len(world.Items) != 1000 || !world.Listed[cloud] {
		t.Fatalf("got %d buckets, %d credentials, %d items", len(world.Buckets), len(world.Credentials), len(world.Items))
	}
	if s.world.Reads() != 3 || s.world.Writes() != 0 {
		t.Errorf("1,000 unchanged projects cost %d reads and %d writes, want three lists", s.world.Reads(), s.world.Writes())
	}
}

// Lists can be partial: what a record names is fetched by id before it counts as
// missing.
func TestObserve_confirmsAbsenceById(t *testing.T) {
	s := newStage(t, 3)
	s.world.HideFromList = func(string, string) bool { return true }
	if world := s.observe(t); len(world.Buckets) != 3 || len(world.Credentials) != 3 || len(world.Items) != 3 {
		t.Errorf("got %d buckets, %d credentials, %d items; want 3 of each", len(world.Buckets), len(world.Credentials), len(world.Items))
	}
	s.world.Cloud(cloud).RemoveBucket(vendors.BucketID{Name: "bucket-0001"})
	s.world.Cloud(cloud).RemoveCredential(s.world.Cloud(cloud).Credentials()[0].ID)
	s.world.Store(store).RemoveItem(s.world.Store(store).Items()[0].ID)
	if world := s.observe(t); len(world.Buckets) != 2 || len(world.Credentials) != 2 || len(world.Items) != 2 {
		t.Errorf("got %d buckets, %d credentials, %d items; want 2 of each", len(world.Buckets), len(world.Credentials), len(world.Items))
	}
}

// A 403 is an error, not an absence.
func TestObserve_takesNoErrorForAnAbsence(t *testing.T) {
	for _, method := range []string{"ListBuckets", "ListCredentials", "ListItems", "GetBucket", "GetCredential", "GetItem"} {
		s := newStage(t, 2)
		s.world.HideFromList = func(string, string) bool { return true }
		s.world.Before = func(c memory.Call) error {
			if c.Method == method {
				return &vendors.Error{Vendor: "memory", Op: "read", Kind: vendors.ErrDenied, Code: "9109", Message: "not allowed"}
			}
			return nil
		}
		_, diags := refresh.Observe(context.Background(), s.readers(), s.request)
		if !diags.HasErrors() || !errors.Is(diags.Err(), vendors.ErrDenied) || !strings.Contains(diags[0].Detail, "9109") {
			t.Errorf("%s denied: got %v, want the vendor's error", method, diags)
		}
	}
}

func TestObserve_readsOnlyItemsThatChanged(t *testing.T) {
	s := newStage(t, 10)
	edited := s.world.Store(store).Items()[4]
	s.world.Store(store).EditItem(edited.ID, func(_ *string, keys *vendors.BucketCredentials, _ *vendors.Mark) {
		keys.EndpointURL = "https://edited.example"
	})
	world := s.observe(t)
	if got := s.world.Calls("GetItem"); got != 1 {
		t.Errorf("read %d items, want 1", got)
	}
	item := world.Items[observed.ItemKey{Secrets: store, ID: edited.ID}]
	if !item.Read || item.Fields[vendors.FieldEndpointURL] != "https://edited.example" || item.Fingerprint == "" {
		t.Errorf("got %+v", item)
	}
	if text := fmt.Sprintf("%+v", world); strings.Contains(text, edited.Keys.SecretAccessKey.Reveal()) {
		t.Error("the world holds a secret")
	}
}

func TestObserve_probesOnlyWhatMayGo(t *testing.T) {
	s := newStage(t, 3)
	s.world.Cloud(cloud).PutObjects(vendors.BucketID{Name: "bucket-0002"}, 5)
	s.request.Desired.Projects = s.request.Desired.Projects[:2]
	world := s.observe(t)
	if got := world.Emptiness[observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "bucket-0002"}}]; got.Objects != 5 || s.world.Calls("ProbeEmptiness") != 1 {
		t.Errorf("got %+v after %d probes", got, s.world.Calls("ProbeEmptiness"))
	}
}

func TestObserve_readsReferencesOfRegisteredKeys(t *testing.T) {
	s := newStage(t, 0)
	p := addr.Address{Kind: addr.Project, Name: "drop"}
	s.request.Desired.Projects = []config.Project{{Addr: p, Secrets: store, Register: &config.Register{Reference: "age://drop/secret"}}}
	want := vendors.Fingerprint([]byte("key"), vendors.NewSecret("read from age://drop/secret"))
	if got := s.observe(t).Registered[p]; got != want {
		t.Errorf("got fingerprint %q, want %q", got, want)
	}
	s.request.Scope = func(addr.Address) bool { return false }
	if len(s.observe(t).Registered) != 0 {
		t.Error("the reference of a project that is left out was read")
	}
	if s.world.Calls("ListBuckets")+s.world.Calls("ListCredentials") > 0 {
		t.Error("registered keys asked a cloud")
	}
}

// A list may leave the storage class out: it is read where it is declared.
func TestObserve_readsStorageClassesThatAListLeavesOut(t *testing.T) {
	s := newStage(t, 3)
	s.request.Desired.Projects[1].Bucket.StorageClass = "standard"
	s.observe(t)
	if got := s.world.Calls("GetBucket"); got != 1 {
		t.Errorf("read %d buckets, want 1", got)
	}
}

func TestObserve_countsItsCalls(t *testing.T) {
	s := newStage(t, 2)
	got := fmt.Sprint(s.observe(t).Calls)
	if want := "[{memory.eng memory 1 0} {memory.main memory 2 0}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// several is a store that can return many items in one call.
type several struct {
	vendors.SecretStore
	asked *[]int
}

func (s several) GetItems(ctx context.Context, ids []string) (map[string]vendors.Item, error) {
	*s.asked = append(*s.asked, len(ids))
	out := map[string]vendors.Item{}
	for _, id := range ids {
		if item, err := s.GetItem(ctx, id); err == nil {
			out[id] = item
		}
	}
	return out, nil
}

// Items that changed are read fifty at a time where the store can.
func TestObserve_readsItemsInBatches(t *testing.T) {
	s := newStage(t, 120)
	for _, item := range s.world.Store(store).Items()[:110] {
		s.world.Store(store).EditItem(item.ID, func(_ *string, keys *vendors.BucketCredentials, _ *vendors.Mark) { keys.Region = "edited" })
	}
	gone := s.world.Store(store).Items()[3]
	s.world.Store(store).RemoveItem(gone.ID)
	var asked []int
	readers := s.readers()
	readers.Secrets = func(_ context.Context, c string) (vendors.SecretReader, error) {
		return several{s.world.Store(c), &asked}, nil
	}
	s.request.Parallelism = 1
	world, diags := refresh.Observe(context.Background(), readers, s.request)
	if len(diags) > 0 || fmt.Sprint(asked) != "[50 50 10]" {
		t.Errorf("asked for %v items: %v", asked, diags)
	}
	if _, there := world.Items[observed.ItemKey{Secrets: store, ID: gone.ID}]; there || len(world.Items) != 119 {
		t.Errorf("got %d items, and the one that is gone: %t", len(world.Items), there)
	}
}
