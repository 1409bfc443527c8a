package refresh_test

import (
	"context"
	"testing"

	"buckethead/planner/refresh"
	"buckethead/vendors"
)

// limited is a cloud that knows how many credentials it may have.
type limited struct {
	vendors.BucketReader
	limit int
}

func (l limited) CredentialLimit() int { return l.limit }

// wrapped hides what it holds from all but vendors.As.
type wrapped struct{ vendors.BucketReader }

func (w wrapped) Unwrap() any { return w.BucketReader }

func TestObserve_asksForTheLimitOfCredentials(t *testing.T) {
	for _, limit := range []int{0, 500} {
		s := newStage(t, 1)
		readers := s.readers()
		readers.Buckets = func(_ context.Context, c string) (vendors.BucketReader, error) {
			return wrapped{limited{s.world.Cloud(c), limit}}, nil
		}
		world, diags := refresh.Observe(context.Background(), readers, s.request)
		if got, known := world.CredentialLimit[cloud]; len(diags) > 0 || got != limit || known != (limit > 0) {
			t.Errorf("limit %d: got %d, known %t, %v", limit, got, known, diags)
		}
	}
}
