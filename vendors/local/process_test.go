package local_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/local"
)

const childRoot = "LOCAL_TEST_ROOT"

// TestMain lets the test binary be the other processes.
func TestMain(m *testing.M) {
	if root := os.Getenv(childRoot); root != "" {
		if err := beChild(root); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// beChild competes for ten buckets, and mints a credential in each; the one that made the
// bucket says so.
func beChild(root string) error {
	ctx := context.Background()
	p, err := local.Vendor.OpenBuckets(ctx, vendors.Host{Dir: root, Now: time.Now}, vendors.Settings{"root": {Text: root}})
	if err != nil {
		return err
	}
	for i := range 10 {
		id := vendors.BucketID{Name: fmt.Sprintf("bucket-%d", i)}
		_, err := p.CreateBucket(ctx, vendors.BucketSpec{ID: id, Location: "weur"})
		if err == nil {
			fmt.Println(id.Name)
		} else if !errors.Is(err, vendors.ErrExists) {
			return err
		}
		issued, err := p.IssueCredential(ctx, vendors.CredentialSpec{Name: "of all", Bucket: id, Access: vendors.ReadOnly})
		if err != nil {
			return err
		}
		if i%2 == 0 {
			if err := p.RevokeCredential(ctx, issued.Credential.ID); err != nil {
				return err
			}
		} else if err := p.UpdateCredential(ctx, issued.Credential.ID, vendors.CredentialSpec{Bucket: id, Access: vendors.ReadWrite}); err != nil {
			return err
		}
	}
	return nil
}

func TestProcesses_shareOneCloud(t *testing.T) {
	f := open(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const processes = 4
	var cmds []*exec.Cmd
	for range processes {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), childRoot+"="+f.root)
		cmd.Stdout = &bytes.Buffer{}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, cmd)
	}
	made := 0
	for _, cmd := range cmds {
		err := cmd.Wait()
		out := cmd.Stdout.(*bytes.Buffer)
		if err != nil {
			t.Fatalf("a process failed: %v\n%s", err, out)
		}
		made += bytes.Count(out.Bytes(), []byte("\n"))
	}
	if made != 10 {
		t.Errorf("ten buckets were made %d times", made)
	}
	buckets, err := f.ListBuckets(t.Context(), "")
	if err != nil || len(buckets) != 10 {
		t.Errorf("there are %d buckets, %v", len(buckets), err)
	}
	for _, b := range buckets {
		if b.Location != "weur" {
			t.Errorf("what bh knows of %s is lost: %+v", b.ID.Name, b)
		}
	}
	credentials, err := f.ListCredentials(t.Context())
	if err != nil || len(credentials) != 5*processes {
		t.Errorf("there are %d credentials, %v, want %d", len(credentials), err, 5*processes)
	}
	for _, c := range credentials {
		if c.Access != vendors.ReadWrite {
			t.Errorf("an update is lost: %+v", c)
		}
	}
}
