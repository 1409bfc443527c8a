package vendortest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"buckethead/vendors"
)

// Buckets checks a cloud against the contract of [vendors.BucketProvider] and of every
// ability that it has. open returns a cloud on an empty or a shared account. The suite
// deletes whatever it creates; the names begin with the prefix.
func Buckets(t *testing.T, open func(*testing.T) vendors.BucketProvider, o BucketOptions) {
	t.Helper()
	if o.Prefix == "" {
		o.Prefix = "conformance"
	}
	if o.AbsentCredential == "" {
		o.AbsentCredential = "absent0000000000"
	}
	s := &bucketSuite{BucketOptions: o, open: open}
	run(t, slices.Concat(bucketPromises, settingsPromises, credentialPromises, bucketFaults), o.Exempt, s)
}

var bucketPromises = []promise[*bucketSuite]{
	{"create-then-list", createThenList},
	{"create twice = ErrExists", createTwice},
	{"create under an invalid name = ErrInvalid", createInvalid},
	{"delete absent = nil", deleteAbsentBucket},
	{"delete non-empty = ErrNotEmpty and nothing revoked", deleteNonEmpty},
	{"get absent = ErrNotFound", getAbsent},
	{"list sees more than one page of buckets", listManyBuckets},
	{"canonical bucket", canonicalBucket},
	{"update of a bucket", updateBucket},
	{"empty a bucket", emptyBucket},
}

// bucketSuite is what the promises of a cloud share.
type bucketSuite struct {
	BucketOptions
	open func(*testing.T) vendors.BucketProvider
	used atomic.Int64
}

// id returns the id of a bucket that nobody has used.
func (s *bucketSuite) id() vendors.BucketID {
	return vendors.BucketID{Name: fmt.Sprintf("%s-%d", s.Prefix, s.used.Add(1))}
}

// bucket makes a bucket, which goes with the test.
func (s *bucketSuite) bucket(t *testing.T, p vendors.BucketProvider) vendors.BucketID {
	t.Helper()
	id := s.id()
	_, err := p.CreateBucket(context.Background(), vendors.BucketSpec{ID: id})
	expect(t, "create bucket", err, nil)
	s.clean(t, p, id)
	return id
}

// clean removes a bucket at the end of the test.
func (s *bucketSuite) clean(t *testing.T, p vendors.BucketProvider, id vendors.BucketID) {
	t.Cleanup(func() {
		if emptier, able := vendors.As[vendors.BucketEmptier](p); able {
			_ = emptier.EmptyBucket(context.Background(), id)
		}
		_ = p.DeleteBucket(context.Background(), id)
	})
}

func listed(t *testing.T, p vendors.BucketProvider, id vendors.BucketID) (vendors.Bucket, bool) {
	t.Helper()
	list, err := p.ListBuckets(context.Background(), id.Namespace)
	expect(t, "list buckets", err, nil)
	i := slices.IndexFunc(list, func(b vendors.Bucket) bool { return b.ID == id })
	if i < 0 {
		return vendors.Bucket{}, false
	}
	return list[i], true
}

func createThenList(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	id := s.id()
	made, err := p.CreateBucket(t.Context(), vendors.BucketSpec{ID: id})
	expect(t, "create bucket", err, nil)
	s.clean(t, p, id)
	inList, there := listed(t, p, id)
	got, err := p.GetBucket(t.Context(), id)
	expect(t, "read bucket", err, nil)
	if !there || inList != got || made.ID != id || got.ID != id {
		t.Errorf("created %v, listed %v (%t), read %v", made, inList, there, got)
	}
	expect(t, "delete bucket", p.DeleteBucket(t.Context(), id), nil)
	if _, there := listed(t, p, id); there {
		t.Error("a deleted bucket is listed")
	}
	_, err = p.GetBucket(t.Context(), id)
	expect(t, "read a deleted bucket", err, vendors.ErrNotFound)
}

func createTwice(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	id := s.bucket(t, p)
	_, err := p.CreateBucket(t.Context(), vendors.BucketSpec{ID: id})
	expectRefusal(t, "create bucket again", err, vendors.ErrExists)
}

func createInvalid(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	for _, name := range []string{"", "With Capitals", "../" + s.Prefix, s.Prefix + "/x",
		s.Prefix + "?x", s.Prefix + "\n"} {
		_, err := p.CreateBucket(t.Context(), vendors.BucketSpec{ID: vendors.BucketID{Name: name}})
		expectRefusal(t, fmt.Sprintf("create bucket %q", name), err, vendors.ErrInvalid)
	}
}

func deleteAbsentBucket(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	expect(t, "delete a bucket that never was", p.DeleteBucket(t.Context(), s.id()), nil)
	id := s.bucket(t, p)
	expect(t, "delete bucket", p.DeleteBucket(t.Context(), id), nil)
	expect(t, "delete bucket again", p.DeleteBucket(t.Context(), id), nil)
}

func deleteNonEmpty(t *testing.T, s *bucketSuite) {
	need(t, s.PutObject != nil, "PutObject")
	p := s.open(t)
	id := s.bucket(t, p)
	issued := s.issue(t, p, vendors.CredentialSpec{Name: s.Prefix, Bucket: id, Access: vendors.ReadWrite})
	s.PutObject(t, p, id)
	expectRefusal(t, "delete a bucket with an object", p.DeleteBucket(t.Context(), id), vendors.ErrNotEmpty)
	if _, there := listed(t, p, id); !there {
		t.Error("the bucket is gone")
	}
	if c, err := p.GetCredential(t.Context(), issued.Credential.ID); err != nil || c.Status != vendors.Active {
		t.Errorf("its credential is now %v, %v", c, err)
	}
}

func getAbsent(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	id := s.id()
	_, err := p.GetBucket(t.Context(), id)
	expect(t, "read an absent bucket", err, vendors.ErrNotFound)
	_, err = p.GetCredential(t.Context(), s.AbsentCredential)
	expect(t, "read an absent credential", err, vendors.ErrNotFound)
	expect(t, "update an absent credential", p.UpdateCredential(t.Context(), s.AbsentCredential,
		vendors.CredentialSpec{Name: s.Prefix, Bucket: s.bucket(t, p), Access: vendors.ReadOnly}), vendors.ErrNotFound)
	if prober, able := vendors.As[vendors.EmptinessProber](p); able {
		_, err = prober.ProbeEmptiness(t.Context(), id)
		expect(t, "probe an absent bucket", err, vendors.ErrNotFound)
	}
	if updater, able := vendors.As[vendors.BucketUpdater](p); able {
		_, err = updater.UpdateBucket(t.Context(), vendors.BucketSpec{ID: id})
		expect(t, "update an absent bucket", err, vendors.ErrNotFound)
	}
	if verifier, able := vendors.As[vendors.CredentialVerifier](p); able {
		gone := s.bucket(t, p)
		issued := s.issue(t, p, vendors.CredentialSpec{Name: s.Prefix, Bucket: gone, Access: vendors.ReadWrite})
		expect(t, "delete bucket", p.DeleteBucket(t.Context(), gone), nil)
		expect(t, "verify the keys of a bucket that is gone", verifier.VerifyCredential(t.Context(), gone, issued.Keys),
			vendors.ErrNotFound)
	}
}

func listManyBuckets(t *testing.T, s *bucketSuite) {
	need(t, s.Many > 0, "Many")
	p := s.open(t)
	made := map[vendors.BucketID]bool{}
	for range s.Many {
		made[s.bucket(t, p)] = true
	}
	list, err := p.ListBuckets(t.Context(), "")
	expect(t, "list buckets", err, nil)
	seen := map[vendors.BucketID]bool{}
	for _, b := range list {
		if seen[b.ID] {
			t.Errorf("%v is listed twice", b.ID)
		}
		seen[b.ID] = true
		delete(made, b.ID)
	}
	if len(made) > 0 {
		t.Errorf("%d of %d buckets are not listed", len(made), s.Many)
	}
}

func canonicalBucket(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	spec := vendors.BucketSpec{ID: s.id()}
	if s.has("location") {
		spec.Location = s.Location
	}
	if s.has("storage_class") {
		spec.StorageClass = s.StorageClass
	}
	made, err := p.CreateBucket(t.Context(), spec)
	expect(t, "create bucket", err, nil)
	s.clean(t, p, spec.ID)
	got, err := p.GetBucket(t.Context(), spec.ID)
	expect(t, "read bucket", err, nil)
	inList, _ := listed(t, p, spec.ID)
	for _, b := range []vendors.Bucket{made, got, inList} {
		if b.Location != spec.Location || b.StorageClass != spec.StorageClass || b.ID != spec.ID ||
			!b.CreatedAt.Equal(got.CreatedAt) {
			t.Errorf("got %+v, sent %+v", b, spec)
		}
	}
}

func updateBucket(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	updater, able := vendors.As[vendors.BucketUpdater](p)
	if !able {
		t.Skip("this cloud has no BucketUpdater")
	}
	spec := vendors.BucketSpec{ID: s.bucket(t, p), StorageClass: s.StorageClass}
	for range 2 {
		updated, err := updater.UpdateBucket(t.Context(), spec)
		expect(t, "update bucket", err, nil)
		got, err := p.GetBucket(t.Context(), spec.ID)
		expect(t, "read bucket", err, nil)
		if updated != got || got.StorageClass != spec.StorageClass {
			t.Errorf("got %+v and %+v, sent %+v", updated, got, spec)
		}
	}
}

func emptyBucket(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	prober, proves := vendors.As[vendors.EmptinessProber](p)
	emptier, empties := vendors.As[vendors.BucketEmptier](p)
	if !proves && !empties {
		t.Skip("this cloud has neither EmptinessProber nor BucketEmptier")
	}
	need(t, s.PutObject != nil, "PutObject")
	id := s.bucket(t, p)
	empty := func(want bool) {
		t.Helper()
		if !proves {
			return
		}
		found, err := prober.ProbeEmptiness(t.Context(), id)
		expect(t, "probe", err, nil)
		if found.Empty() != want {
			t.Errorf("found %+v, want empty %t", found, want)
		}
	}
	empty(true)
	s.PutObject(t, p, id)
	empty(false)
	if empties {
		expect(t, "empty bucket", emptier.EmptyBucket(t.Context(), id), nil)
		empty(true)
		expect(t, "empty bucket again", emptier.EmptyBucket(t.Context(), id), nil)
		expect(t, "delete bucket", p.DeleteBucket(t.Context(), id), nil)
		expect(t, "empty an absent bucket", emptier.EmptyBucket(t.Context(), id), nil)
	}
}
