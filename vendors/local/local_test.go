package local_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/local"
)

var (
	_ vendors.BucketProvider     = (*local.Cloud)(nil)
	_ vendors.EmptinessProber    = (*local.Cloud)(nil)
	_ vendors.BucketEmptier      = (*local.Cloud)(nil)
	_ vendors.CredentialVerifier = (*local.Cloud)(nil)
)

var (
	photos = vendors.BucketID{Name: "photos"}
	start  = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
)

// fixture is an open cloud, its root, and a clock that a test moves.
type fixture struct {
	vendors.BucketProvider
	root string
	at   time.Time
}

func open(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{root: filepath.Join(t.TempDir(), "clouds"), at: start}
	f.BucketProvider = reopen(t, f.root, func() time.Time { return f.at })
	return f
}

// Unwrap shows the abilities of what the fixture wraps.
func (f *fixture) Unwrap() any { return f.BucketProvider }

func reopen(t *testing.T, root string, now func() time.Time) vendors.BucketProvider {
	t.Helper()
	p, err := local.Vendor.OpenBuckets(context.Background(), vendors.Host{Dir: filepath.Dir(root), Now: now},
		vendors.Settings{"root": {Text: filepath.Base(root)}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (f *fixture) create(t *testing.T, id vendors.BucketID) {
	t.Helper()
	if _, err := f.CreateBucket(context.Background(), vendors.BucketSpec{ID: id}); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) issue(t *testing.T, spec vendors.CredentialSpec) vendors.Issued {
	t.Helper()
	issued, err := f.IssueCredential(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

func TestOpen_touchesNothing(t *testing.T) {
	f := open(t)
	ctx := context.Background()
	if list, err := f.ListBuckets(ctx, ""); err != nil || len(list) != 0 {
		t.Errorf("buckets of a cloud that was not made: %v, %v", list, err)
	}
	if list, err := f.ListCredentials(ctx); err != nil || len(list) != 0 {
		t.Errorf("credentials of a cloud that was not made: %v, %v", list, err)
	}
	if _, err := os.Stat(f.root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made the root: %v", err)
	}
}

func TestBuckets_areFoldersAlsoForeignOnes(t *testing.T) {
	f, ctx := open(t), context.Background()
	f.create(t, photos)
	for _, name := range []string{"foreign", "UPPER", "a", ".hidden", "with.dot"} {
		if err := os.Mkdir(filepath.Join(f.root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(f.root, "afile"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	modified := start.Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(f.root, "foreign"), modified, modified); err != nil {
		t.Fatal(err)
	}
	list, err := f.ListBuckets(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	created := map[string]time.Time{}
	for _, b := range list {
		created[b.ID.Name] = b.CreatedAt
	}
	if len(created) != 2 || !created["photos"].Equal(start) || !created["foreign"].Equal(modified) {
		t.Errorf("got %v", created)
	}
	if _, err := f.CreateBucket(ctx, vendors.BucketSpec{ID: vendors.BucketID{Name: "afile"}}); !errors.Is(err, vendors.ErrExists) {
		t.Errorf("a bucket in a file's place: %v", err)
	}
	if list, err := f.ListBuckets(ctx, "eu"); err != nil || len(list) != 0 {
		t.Errorf("another namespace has %v, %v", list, err)
	}
}

func TestCreateBucket_forgetsAFolderThatAPersonRemoved(t *testing.T) {
	f, ctx := open(t), context.Background()
	f.create(t, photos)
	if err := os.Remove(filepath.Join(f.root, "photos")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.GetBucket(ctx, photos); !errors.Is(err, vendors.ErrNotFound) {
		t.Errorf("a removed folder: %v", err)
	}
	f.at = start.Add(time.Hour)
	f.create(t, photos)
	if b, err := f.GetBucket(ctx, photos); err != nil || !b.CreatedAt.Equal(f.at) {
		t.Errorf("got %v, %v, want it made at %s", b, err, f.at)
	}
}

func TestLinks_leadNowhere(t *testing.T) {
	f, ctx := open(t), context.Background()
	f.create(t, photos)
	outside := t.TempDir()
	kept := filepath.Join(outside, "kept")
	if err := os.WriteFile(kept, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(f.root, "linked")); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	if err := os.Symlink(outside, filepath.Join(f.root, "photos", "link")); err != nil {
		t.Fatal(err)
	}
	linked := vendors.BucketID{Name: "linked"}
	if _, err := f.GetBucket(ctx, linked); !errors.Is(err, vendors.ErrNotFound) {
		t.Errorf("a link is a bucket: %v", err)
	}
	if list, err := f.ListBuckets(ctx, ""); err != nil || len(list) != 1 {
		t.Errorf("got %v, %v, want photos alone", list, err)
	}
	prober, _ := vendors.As[vendors.EmptinessProber](f.BucketProvider)
	if found, err := prober.ProbeEmptiness(ctx, photos); err != nil || found.Objects != 1 {
		t.Errorf("a link in a bucket counts as %v, %v", found, err)
	}
	emptier, _ := vendors.As[vendors.BucketEmptier](f.BucketProvider)
	for _, id := range []vendors.BucketID{photos, linked} {
		if err := emptier.EmptyBucket(ctx, id); err != nil {
			t.Error(err)
		}
		if err := f.DeleteBucket(ctx, id); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("what a link leads to was deleted: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(f.root, "linked")); err != nil {
		t.Errorf("the link itself was deleted: %v", err)
	}
}

func TestProbe_countsToItsLimit(t *testing.T) {
	f, ctx := open(t), context.Background()
	prober, _ := vendors.As[vendors.EmptinessProber](f.BucketProvider)
	f.create(t, photos)
	deep := filepath.Join(f.root, "photos", "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if found, err := prober.ProbeEmptiness(ctx, photos); err != nil || found.Objects != 1 || found.More {
		t.Errorf("empty folders: %v, %v", found, err)
	}
	if err := f.DeleteBucket(ctx, photos); !errors.Is(err, vendors.ErrNotEmpty) {
		t.Errorf("got %v", err)
	}
	one := filepath.Join(t.TempDir(), "object")
	if err := os.WriteFile(one, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 10_001 {
		name := filepath.Join(deep, "f"+hex.EncodeToString([]byte{byte(i >> 8), byte(i)}))
		if err := os.Link(one, name); err != nil { // cheaper than files of their own
			t.Fatal(err)
		}
	}
	if found, err := prober.ProbeEmptiness(ctx, photos); err != nil || found.Objects != 10_000 || found.Bytes != 10_000 || !found.More {
		t.Errorf("10,001 files: %v, %v", found, err)
	}
}

func TestKeys_keepADigestOfTheSecretAlone(t *testing.T) {
	f, ctx := open(t), context.Background()
	f.create(t, photos)
	issued := f.issue(t, vendors.CredentialSpec{Name: "bh/main/p/1", Bucket: photos, Access: vendors.ReadOnly, AllowedIPs: []string{"10.0.0.0/8"}, ExpiresAt: start.Add(time.Hour)})
	secret := issued.Keys.SecretAccessKey.Reveal()
	if len(issued.Keys.AccessKeyID) != 20 || !strings.HasPrefix(issued.Keys.AccessKeyID, "BHL") || len(secret) < 40 {
		t.Errorf("got id %q and a secret of %d characters", issued.Keys.AccessKeyID, len(secret))
	}
	if want := "file://"; !strings.HasPrefix(issued.Keys.EndpointURL, want) || !strings.HasSuffix(issued.Keys.EndpointURL, "/clouds") {
		t.Errorf("got endpoint %q", issued.Keys.EndpointURL)
	}
	path := filepath.Join(f.root, ".keys", issued.Keys.AccessKeyID+".json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(secret))
	if !strings.Contains(string(data), hex.EncodeToString(sum[:])) || strings.Contains(string(data), secret) {
		t.Errorf("got %s", data)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Join(f.root, ".buckets"): 0o700, filepath.Join(f.root, ".lock"): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s has mode %v (%v), want %v", path, info.Mode(), err, want)
			}
		}
	}
	other := reopen(t, f.root, func() time.Time { return f.at })
	got, err := other.GetCredential(ctx, issued.Credential.ID)
	if err != nil || got.Name != "bh/main/p/1" || got.Access != vendors.ReadOnly || got.Status != vendors.Active || !got.ExpiresAt.Equal(start.Add(time.Hour)) {
		t.Errorf("another process reads %v, %v", got, err)
	}
}

func TestVerify_tellsWhyNot(t *testing.T) {
	f, ctx := open(t), context.Background()
	verifier, _ := vendors.As[vendors.CredentialVerifier](f.BucketProvider)
	other := vendors.BucketID{Name: "other"}
	f.create(t, photos)
	f.create(t, other)
	issued := f.issue(t, vendors.CredentialSpec{Name: "n", Bucket: photos, Access: vendors.ReadWrite, ExpiresAt: start.Add(time.Hour)})
	wrong := issued.Keys
	wrong.SecretAccessKey = vendors.NewSecret("wrong")
	unknown := issued.Keys
	unknown.AccessKeyID = "../../etc/passwd"
	for _, c := range []struct {
		name string
		id   vendors.BucketID
		keys vendors.BucketCredentials
		at   time.Time
		want error
	}{
		{"right", photos, issued.Keys, start, nil},
		{"another secret", photos, wrong, start, vendors.ErrDenied},
		{"no secret", photos, vendors.BucketCredentials{AccessKeyID: issued.Keys.AccessKeyID}, start, vendors.ErrDenied},
		{"an unknown id", photos, unknown, start, vendors.ErrDenied},
		{"another bucket", other, issued.Keys, start, vendors.ErrDenied},
		{"expired", photos, issued.Keys, start.Add(time.Hour), vendors.ErrDenied},
		{"no such bucket", vendors.BucketID{Name: "absent"}, issued.Keys, start, vendors.ErrNotFound},
	} {
		f.at = c.at
		if err := verifier.VerifyCredential(ctx, c.id, c.keys); !errors.Is(err, c.want) || (c.want == nil && err != nil) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	if c, err := f.GetCredential(ctx, issued.Credential.ID); err != nil || c.Status != vendors.Active {
		t.Errorf("got %v, %v", c, err)
	}
	f.at = start.Add(time.Hour)
	if c, err := f.GetCredential(ctx, issued.Credential.ID); err != nil || c.Status != vendors.Expired {
		t.Errorf("past its date: %v, %v", c, err)
	}
}

func TestDamagedKey_isNamedAndNeverAbsent(t *testing.T) {
	f, ctx := open(t), context.Background()
	f.create(t, photos)
	issued := f.issue(t, vendors.CredentialSpec{Name: "n", Bucket: photos, Access: vendors.ReadWrite})
	path := filepath.Join(f.root, ".keys", issued.Credential.ID+".json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, listErr := f.ListCredentials(ctx)
	_, getErr := f.GetCredential(ctx, issued.Credential.ID)
	for _, err := range []error{listErr, getErr} {
		if !errors.Is(err, vendors.ErrUnavailable) || errors.Is(err, vendors.ErrNotFound) || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v", err)
		}
	}
	if err := f.RevokeCredential(ctx, issued.Credential.ID); err != nil {
		t.Errorf("it cannot be revoked: %v", err)
	}
}

func TestLeftovers_ofADeadWriterAreReplaced(t *testing.T) {
	f := open(t)
	f.create(t, photos)
	if err := os.MkdirAll(filepath.Join(f.root, ".keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(f.root, ".keys", ".new")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.issue(t, vendors.CredentialSpec{Name: "n", Bucket: photos, Access: vendors.ReadWrite})
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestReadOnlyRoot_isDenied(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("this user may write into every folder")
	}
	f, ctx := open(t), context.Background()
	f.create(t, photos)
	if err := os.Chmod(f.root, 0o555); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(f.root, 0o755) }()
	if _, err := f.CreateBucket(ctx, vendors.BucketSpec{ID: vendors.BucketID{Name: "other"}}); !errors.Is(err, vendors.ErrDenied) || !vendors.Refused(err) {
		t.Errorf("got %v", err)
	}
}

func TestChecks(t *testing.T) {
	long := strings.Repeat("a", 63)
	for name, want := range map[string]int{"abc": 0, "a-b": 0, "123": 0, long: 0, long + "a": 1, "ab": 1, "": 1, "-ab": 1, "ab-": 1, "a.b": 1, "Abc": 1, "a_b": 1, "../x": 1, "äöü": 1} {
		if got := local.Vendor.CheckBucket(vendors.BucketSpec{ID: vendors.BucketID{Name: name}}); len(got) != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	bad := vendors.CredentialSpec{Name: strings.Repeat("n", 121), Access: "admin", AllowedIPs: []string{"10.0.0.1"}}
	if got := local.Vendor.CheckCredential(bad); len(got) != 3 {
		t.Errorf("got %v, want every fault at once", got)
	}
	spec := vendors.BucketSpec{ID: vendors.BucketID{Name: "A", Namespace: "eu"}, StorageClass: "cold"}
	if got := local.Vendor.CheckBucket(spec); len(got) != 3 {
		t.Errorf("got %v, want every fault at once", got)
	}
}
