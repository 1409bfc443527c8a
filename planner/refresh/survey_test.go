package refresh_test

import (
	"context"
	"errors"
	"testing"

	"buckethead/config"
	"buckethead/planner/refresh"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

// spaced is a cloud with namespaces, of which the account is not let into one.
type spaced struct {
	vendors.BucketReader
	refused error
}

func (s spaced) Namespaces() []string { return []string{"", "eu", "fedramp"} }

func (s spaced) ListBuckets(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
	if namespace == "fedramp" {
		return nil, s.refused
	}
	return s.BucketReader.ListBuckets(ctx, namespace)
}

func surveyStage(t *testing.T, refused vendors.Error) (*stage, refresh.Readers) {
	s := newStage(t, 2)
	s.request.Desired.Clouds = []config.Connection{{Vendor: "memory", Name: "main"}}
	s.request.Desired.Secrets = []config.Connection{{Vendor: "memory", Name: "eng"}}
	if _, err := s.world.Cloud(cloud).CreateBucket(context.Background(), vendors.BucketSpec{ID: vendors.BucketID{Name: "other", Namespace: "eu"}}); err != nil {
		t.Fatal(err)
	}
	readers := s.readers()
	readers.Buckets = func(_ context.Context, c string) (vendors.BucketReader, error) {
		return spaced{s.world.Cloud(c), &refused}, nil
	}
	return s, readers
}

// A survey looks where no project is, and reads of items those alone that have our
// mark and belong to nobody.
func TestSurvey(t *testing.T) {
	s, readers := surveyStage(t, vendors.Error{Vendor: "memory", Op: "list", Kind: vendors.ErrDenied, Message: "not entitled"})
	for title, mark := range map[string]vendors.Mark{"stray": {Stack: "prod", Address: "project.x"}} {
		if _, err := s.world.Store(store).CreateItem(context.Background(), vendors.ItemSpec{Title: title, Mark: mark}); err != nil {
			t.Fatal(err)
		}
	}
	s.world.ResetCounts()
	world, unlisted, diags := refresh.Survey(context.Background(), readers, s.request)
	if len(diags) > 0 || len(world.Buckets) != 3 || len(world.Credentials) != 2 || len(world.Items) != 3 {
		t.Fatalf("got %v, %d buckets, %d credentials, %d items", diags, len(world.Buckets), len(world.Credentials), len(world.Items))
	}
	if len(unlisted) != 1 || unlisted[0].Namespace != "fedramp" || unlisted[0].Why == "" {
		t.Errorf("not listed: %+v, want fedramp and why", unlisted)
	}
	read := 0
	for _, item := range world.Items {
		if item.Read {
			read++
			if item.Mark.Stack != "prod" {
				t.Errorf("read %+v, which has a record", item)
			}
		}
	}
	if read != 1 || s.world.Writes() != 0 {
		t.Errorf("%d items were read and %d writes made, want 1 and none", read, s.world.Writes())
	}
}

// One list that cannot be read hides none of the others; that the vendor is down is
// never taken for a namespace that the account may not have.
func TestSurvey_partly(t *testing.T) {
	s, readers := surveyStage(t, vendors.Error{Vendor: "memory", Op: "list", Kind: vendors.ErrUnavailable, Message: "down"})
	s.world.Before = func(c memory.Call) error {
		if c.Method == "ListItems" {
			return &vendors.Error{Vendor: "memory", Op: "list", Kind: vendors.ErrDenied, Message: "no"}
		}
		return nil
	}
	world, unlisted, diags := refresh.Survey(context.Background(), readers, s.request)
	if !errors.Is(diags.Err(), vendors.ErrUnavailable) || !errors.Is(diags.Err(), vendors.ErrDenied) || len(unlisted) != 0 {
		t.Errorf("got %v and %v, want both faults", diags, unlisted)
	}
	if len(world.Buckets) != 3 || len(world.Credentials) != 2 {
		t.Errorf("got %d buckets and %d credentials, want what could be listed", len(world.Buckets), len(world.Credentials))
	}
}
