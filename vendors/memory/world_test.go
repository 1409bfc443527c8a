package memory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/memory"
)

var (
	_ vendors.BucketProvider     = (*memory.Cloud)(nil)
	_ vendors.BucketUpdater      = (*memory.Cloud)(nil)
	_ vendors.EmptinessProber    = (*memory.Cloud)(nil)
	_ vendors.BucketEmptier      = (*memory.Cloud)(nil)
	_ vendors.CredentialVerifier = (*memory.Cloud)(nil)
	_ vendors.SecretStore        = (*memory.Store)(nil)
	_ vendors.ReferenceResolver  = (*memory.Store)(nil)
)

var photos = vendors.BucketID{Name: "photos"}

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newWorld() (*memory.World, *clock) {
	c := &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	return memory.NewWorld(c.now), c
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestWorld_faults(t *testing.T) {
	ctx, lost := context.Background(), errors.New("lost")
	w, _ := newWorld()
	cloud := w.Cloud("main")
	w.Before = func(c memory.Call) error {
		if c.Method == "CreateBucket" {
			return lost
		}
		return nil
	}
	if _, err := cloud.CreateBucket(ctx, vendors.BucketSpec{ID: photos}); err != lost {
		t.Errorf("got %v, want what Before returned", err)
	}
	if got := cloud.Buckets(); len(got) != 0 {
		t.Errorf("a call refused by Before made %v", got)
	}
	w.Before, w.After = nil, func(memory.Call) error { return lost }
	if _, err := cloud.CreateBucket(ctx, vendors.BucketSpec{ID: photos}); err != lost {
		t.Errorf("got %v, want what After returned", err)
	}
	if got := cloud.Buckets(); len(got) != 1 {
		t.Errorf("a call whose answer was lost made %v", got)
	}
	w.After = nil
	func() {
		w.Before = func(memory.Call) error { panic("killed") }
		defer func() { _ = recover() }()
		_ = cloud.DeleteBucket(ctx, photos)
		t.Error("a panic in Before did not reach the caller")
	}()
	w.Before = nil
	if got := must[[]vendors.Bucket](t)(cloud.ListBuckets(ctx, "")); len(got) != 1 {
		t.Errorf("after a kill before the delete there is %v", got)
	}
}

func TestWorld_aCancelledCallDoesNothing(t *testing.T) {
	w, _ := newWorld()
	ctx, cancel := context.WithCancel(context.Background())
	w.Before = func(memory.Call) error { cancel(); return nil }
	_, err := w.Cloud("main").CreateBucket(ctx, vendors.BucketSpec{ID: photos})
	if !errors.Is(err, context.Canceled) || !vendors.Refused(err) || len(w.Cloud("main").Buckets()) != 0 {
		t.Errorf("got %v and %v", err, w.Cloud("main").Buckets())
	}
}

func TestWorld_credentialLimit(t *testing.T) {
	ctx := context.Background()
	w, _ := newWorld()
	w.CredentialLimit = 2
	w.LateMint = func(string) time.Duration { return time.Hour }
	cloud := w.Clone().Cloud("main")
	must[vendors.Bucket](t)(cloud.CreateBucket(ctx, vendors.BucketSpec{ID: photos}))
	mint := func() (vendors.Issued, error) {
		return cloud.IssueCredential(ctx, vendors.CredentialSpec{Name: "n", Bucket: photos, Access: vendors.ReadWrite})
	}
	first := must[vendors.Issued](t)(mint())
	must[vendors.Issued](t)(mint())
	var refused *vendors.Error
	if _, err := mint(); !errors.As(err, &refused) || refused.Code != memory.CodeLimit || !vendors.Refused(err) || len(cloud.Credentials()) != 2 {
		t.Errorf("got %v and %d credentials, want the third refused", err, len(cloud.Credentials()))
	}
	if err := cloud.RevokeCredential(ctx, first.Credential.ID); err != nil {
		t.Fatal(err)
	}
	must[vendors.Issued](t)(mint())
	if limiter, able := vendors.As[vendors.CredentialLimiter](cloud); !able || limiter.CredentialLimit() != 2 {
		t.Error("the cloud does not say how many credentials it may have")
	}
}

func TestWorld_lateMint(t *testing.T) {
	ctx := context.Background()
	w, clock := newWorld()
	w.LateMint = func(string) time.Duration { return time.Minute }
	cloud := w.Cloud("main")
	must[vendors.Bucket](t)(cloud.CreateBucket(ctx, vendors.BucketSpec{ID: photos}))
	issued := must[vendors.Issued](t)(cloud.IssueCredential(ctx, vendors.CredentialSpec{Name: "n", Bucket: photos, Access: vendors.ReadWrite}))
	for _, step := range []struct {
		after time.Duration
		known bool
	}{{0, false}, {time.Minute - 1, false}, {time.Minute, true}} {
		clock.at = issued.Credential.IssuedAt.Add(step.after)
		listed := must[[]vendors.Credential](t)(cloud.ListCredentials(ctx))
		_, err := cloud.GetCredential(ctx, issued.Credential.ID)
		if (len(listed) == 1) != step.known || (err == nil) != step.known || cloud.Works(issued.Keys, photos) != step.known {
			t.Errorf("after %s: listed %v, read %v, works %t, want known %t", step.after, listed, err, cloud.Works(issued.Keys, photos), step.known)
		}
		if len(cloud.Credentials()) != 1 {
			t.Error("the inspection does not show it")
		}
	}
}

func TestWorld_partialLists(t *testing.T) {
	ctx := context.Background()
	w, _ := newWorld()
	w.HideFromList = func(kind, id string) bool { return true }
	cloud, store := w.Cloud("main"), w.Store("main")
	must[vendors.Bucket](t)(cloud.CreateBucket(ctx, vendors.BucketSpec{ID: photos}))
	issued := must[vendors.Issued](t)(cloud.IssueCredential(ctx, vendors.CredentialSpec{Name: "n", Bucket: photos, Access: vendors.ReadWrite}))
	item := must[vendors.Item](t)(store.CreateItem(ctx, vendors.ItemSpec{Title: "t"}))
	buckets, credentials, items := must[[]vendors.Bucket](t)(cloud.ListBuckets(ctx, "")), must[[]vendors.Credential](t)(cloud.ListCredentials(ctx)), must[[]vendors.ItemSummary](t)(store.ListItems(ctx))
	if len(buckets)+len(credentials)+len(items) != 0 {
		t.Errorf("listed %v, %v, %v", buckets, credentials, items)
	}
	must[vendors.Bucket](t)(cloud.GetBucket(ctx, photos))
	must[vendors.Credential](t)(cloud.GetCredential(ctx, issued.Credential.ID))
	must[vendors.Item](t)(store.GetItem(ctx, item.ID))
}

func TestWorld_cloneSharesNothing(t *testing.T) {
	ctx := context.Background()
	w, _ := newWorld()
	cloud, store := w.Cloud("main"), w.Store("main")
	must[vendors.Bucket](t)(cloud.CreateBucket(ctx, vendors.BucketSpec{ID: photos}))
	issued := must[vendors.Issued](t)(cloud.IssueCredential(ctx, vendors.CredentialSpec{Name: "n", Bucket: photos, Access: vendors.ReadWrite, AllowedIPs: []string{"10.0.0.0/8"}}))
	item := must[vendors.Item](t)(store.CreateItem(ctx, vendors.ItemSpec{Title: "t", Keys: issued.Keys}))
	store.AddField(item.ID, "note", "before")

	branch := w.Clone()
	other, otherStore := branch.Cloud("main"), branch.Store("main")
	if !other.Works(issued.Keys, photos) || otherStore.Field(item.ID, "note") != "before" {
		t.Error("the clone lacks what was there")
	}
	other.PutObjects(photos, 3)
	other.EditCredential(issued.Credential.ID, func(c *vendors.Credential) { c.AllowedIPs[0] = "changed" })
	other.SetStatus(issued.Credential.ID, vendors.Exposed)
	otherStore.AddField(item.ID, "note", "after")
	otherStore.EditItem(item.ID, func(title *string, keys *vendors.BucketCredentials, _ *vendors.Mark) {
		*title, keys.SecretAccessKey = "edited", vendors.NewSecret("edited")
	})
	if cloud.Objects(photos) != 0 || !cloud.Works(issued.Keys, photos) || cloud.Credentials()[0].AllowedIPs[0] != "10.0.0.0/8" {
		t.Errorf("the clone's cloud shows in the original: %d, %v", cloud.Objects(photos), cloud.Credentials())
	}
	kept, _ := store.Item(item.ID)
	if kept.Title != "t" || !kept.Keys.SecretAccessKey.Equal(issued.Keys.SecretAccessKey) || store.Field(item.ID, "note") != "before" {
		t.Errorf("the clone's store shows in the original: %v", kept)
	}
}

func TestWorld_counts(t *testing.T) {
	ctx := context.Background()
	w, _ := newWorld()
	w.PageSize = 2
	for _, name := range []string{"a", "b", "c"} {
		must[vendors.Bucket](t)(w.Cloud("main").CreateBucket(ctx, vendors.BucketSpec{ID: vendors.BucketID{Name: name}}))
	}
	must[[]vendors.Bucket](t)(w.Cloud("main").ListBuckets(ctx, ""))
	must[[]vendors.ItemSummary](t)(w.Store("main").ListItems(ctx))
	if w.Writes() != 3 || w.Reads() != 2 || w.Calls("CreateBucket") != 3 || w.Pages() != 3 {
		t.Errorf("got %d writes, %d reads, %d pages", w.Writes(), w.Reads(), w.Pages())
	}
	w.ResetCounts()
	if w.Writes()+w.Reads()+w.Pages() != 0 {
		t.Error("counts were not reset")
	}
}

func TestStore_timesRiseWhileTheClockStands(t *testing.T) {
	ctx := context.Background()
	w, _ := newWorld()
	store := w.Store("main")
	first := must[vendors.Item](t)(store.CreateItem(ctx, vendors.ItemSpec{Title: "t"}))
	second := must[vendors.Item](t)(store.UpdateItem(ctx, first.ID, first.Version, vendors.ItemSpec{Title: "t"}))
	if !second.UpdatedAt.After(first.UpdatedAt) {
		t.Errorf("%s is not after %s", second.UpdatedAt, first.UpdatedAt)
	}
}

func BenchmarkWorld(b *testing.B) {
	ctx := context.Background()
	for b.Loop() {
		w, _ := newWorld()
		_, _ = w.Cloud("main").CreateBucket(ctx, vendors.BucketSpec{ID: photos})
		issued, _ := w.Cloud("main").IssueCredential(ctx, vendors.CredentialSpec{Name: "n", Bucket: photos, Access: vendors.ReadWrite})
		item, _ := w.Store("main").CreateItem(ctx, vendors.ItemSpec{Title: "t", Keys: issued.Keys})
		_, _ = w.Clone().Store("main").GetItem(ctx, item.ID)
	}
}

func TestCloud_settings(t *testing.T) {
	ctx := t.Context()
	w, _ := newWorld()
	c, id := w.Cloud("main"), vendors.BucketID{Name: "photos"}
	if _, err := c.CreateBucket(ctx, vendors.BucketSpec{ID: id}); err != nil {
		t.Fatal(err)
	}
	lock := vendors.BucketSettings{Lock: []vendors.LockRule{{ID: "law", Enabled: true, Indefinite: true}}}
	domains := vendors.BucketSettings{Domains: []vendors.CustomDomain{{Domain: "a.example", ZoneID: "z"}, {Domain: "b.example", ZoneID: "z"}}}
	for _, change := range []vendors.SettingsChange{{Kind: vendors.LockSettings, Settings: lock}, {Kind: vendors.DomainSettings, Settings: domains}} {
		if err := c.WriteBucketSettings(ctx, id, change); err != nil {
			t.Fatal(err)
		}
	}
	if reads, writes := w.Calls("ReadBucketSettings"), w.Calls("WriteBucketSettings"); reads != 1 || writes != 3 {
		t.Errorf("%d reads and %d writes, want one read and one write of domains, and three in all", reads, writes)
	}
	for name, change := range map[string]vendors.SettingsChange{
		"another group":       {Kind: vendors.CORSSettings, Settings: lock},
		"no group":            {Kind: vendors.LockSettings},
		"domains with a lock": {Kind: vendors.LockSettings, Settings: lock, Detach: []string{"a.example"}},
	} {
		if err := c.WriteBucketSettings(ctx, id, change); !errors.Is(err, vendors.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.PutObjects(id, 1)
	if err := c.EmptyBucket(ctx, id); !errors.Is(err, vendors.ErrDenied) || c.Objects(id) != 1 {
		t.Errorf("emptying a locked bucket: %v", err)
	}
	copied := w.Clone().Cloud("main")
	copied.EditSettings(id, func(s *vendors.BucketSettings) { s.Domains[0].Domain = "x.example"; s.Lock[0].Enabled = false })
	if s := c.Settings(id); s.Domains[0].Domain != "a.example" || !s.Lock[0].Enabled {
		t.Errorf("a change in a copy of the world is in the world: %+v", s)
	}
	if s := copied.Settings(id); s.Domains[0].Domain != "x.example" || s.Lock[0].Enabled {
		t.Errorf("the copy has %+v", s)
	}
	if err := copied.EmptyBucket(ctx, id); err != nil || copied.EditSettings(vendors.BucketID{Name: "none"}, nil) {
		t.Errorf("a lock that is off keeps objects: %v", err)
	}
}
