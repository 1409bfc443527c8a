package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
)

func TestClassify(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrPermission}
	for _, c := range []struct {
		name    string
		err     error
		kind    error
		unknown bool
	}{
		{"the vendor's own", refuse("op", vendors.ErrNotEmpty, "m"), vendors.ErrNotEmpty, false},
		{"no permission", fmt.Errorf("wait: %w", denied), vendors.ErrDenied, false},
		{"a full disk", errors.New("no space left on device"), vendors.ErrUnavailable, false},
		{"a cancelled call", context.Canceled, vendors.ErrUnavailable, false},
		{"after the act", fmt.Errorf("%w: %w", errUnsynced, errors.New("no space left on device")), vendors.ErrUnavailable, true},
		{"after the act, without permission", fmt.Errorf("%w: %w", errUnsynced, denied), vendors.ErrDenied, true},
	} {
		err := settled("op", c.err)
		var own *vendors.Error
		if !errors.As(err, &own) || !errors.Is(err, c.kind) || own.OutcomeUnknown != c.unknown || own.Vendor != "local" {
			t.Errorf("%s: got %#v", c.name, err)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the text has several lines: %q", c.name, err)
		}
	}
	if err := settled("op", nil); err != nil {
		t.Errorf("no error became %v", err)
	}
}

// TestCreateBucket_cutAfterTheFolder: when bh's own file cannot be written the
// bucket is there all the same, so the outcome must stay open.
func TestCreateBucket_cutAfterTheFolder(t *testing.T) {
	ctx, root := context.Background(), t.TempDir()
	c := &Cloud{root: root, now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }}
	// A folder where the temporary file should be stops the write.
	if err := os.MkdirAll(filepath.Join(root, bucketsDir, temporary, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	id := vendors.BucketID{Name: "photos"}
	_, err := c.CreateBucket(ctx, vendors.BucketSpec{ID: id})
	if err == nil || vendors.Refused(err) || errors.Is(err, vendors.ErrExists) {
		t.Fatalf("got %v, want an error that leaves the outcome open", err)
	}
	if err := os.RemoveAll(filepath.Join(root, bucketsDir)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetBucket(ctx, id); err != nil {
		t.Errorf("the bucket is not there: %v", err)
	}
	if err := c.DeleteBucket(ctx, id); err != nil {
		t.Errorf("it cannot be deleted: %v", err)
	}
}

// TestCreateBucket_cutAfterAFolderThatWasRemoved: what is left of a folder that a
// person removed must not date the new one, or it would look like someone else's.
func TestCreateBucket_cutAfterAFolderThatWasRemoved(t *testing.T) {
	ctx, root := context.Background(), t.TempDir()
	old := time.Date(2001, 1, 2, 3, 4, 5, 0, time.UTC)
	c := &Cloud{root: root, now: func() time.Time { return old }}
	spec := vendors.BucketSpec{ID: vendors.BucketID{Name: "photos"}}
	if _, err := c.CreateBucket(ctx, spec); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(root, "photos")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(root, bucketsDir, temporary, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateBucket(ctx, spec); err == nil || vendors.Refused(err) {
		t.Fatalf("got %v, want an error that leaves the outcome open", err)
	}
	if b, err := c.GetBucket(ctx, spec.ID); err != nil || !b.CreatedAt.After(old) {
		t.Errorf("got %+v, %v", b, err)
	}
}

// TestIssueCredential_refusedLeavesNothing: when the file cannot be written there
// is no credential, and the error says that nothing was done.
func TestIssueCredential_refusedLeavesNothing(t *testing.T) {
	ctx, root := context.Background(), t.TempDir()
	c := &Cloud{root: root, now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }}
	id := vendors.BucketID{Name: "photos"}
	if _, err := c.CreateBucket(ctx, vendors.BucketSpec{ID: id}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, keysDir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := c.IssueCredential(ctx, vendors.CredentialSpec{Name: "n", Bucket: id, Access: vendors.ReadWrite})
	if err == nil || !vendors.Refused(err) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestDraws_areWellFormedAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id, secret := drawID(), drawSecret()
		if !validID(id) || len(secret) != 2*secretBytes || seen[id] || seen[secret] {
			t.Fatalf("got %q and a secret of %d characters, seen before: %t", id, len(secret), seen[id] || seen[secret])
		}
		seen[id], seen[secret] = true, true
	}
	for _, id := range []string{"", "BHL", "BHLAAAAAAAAAAAAAAAAA/", "BHLaaaaaaaaaaaaaaaaa", "BHLAAAAAAAAAAAAAAAA", "BHLAAAAAAAAAAAAAAAAAA", "../AAAAAAAAAAAAAAAAA", "BHL0AAAAAAAAAAAAAAAA"} {
		if validID(id) {
			t.Errorf("%q is taken for an id", id)
		}
	}
}
