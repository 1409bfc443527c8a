package refresh_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"buckethead/planner/refresh"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

// After the first read that fails, and after a signal, no other is begun: the plan cannot be
// made, whatever else there is.
func TestObserve_stopsAtTheFirstFault(t *testing.T) {
	for _, method := range []string{"GetBucket", "GetCredential", "GetItem"} {
		for _, how := range []string{"fault", "signal"} {
			for _, parallelism := range []int{1, 4} {
				s := newStage(t, 100)
				s.world.HideFromList = func(string, string) bool { return true }
				s.request.Parallelism = parallelism
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var after atomic.Int64
				var over atomic.Bool
				s.world.Before = func(c memory.Call) error {
					if over.Load() {
						after.Add(1)
					}
					if c.Method != method {
						return nil
					}
					defer over.Store(true)
					if how == "signal" {
						cancel()
						return &vendors.Error{Vendor: "memory", Op: "read", Kind: vendors.ErrUnavailable, Err: context.Canceled}
					}
					return &vendors.Error{Vendor: "memory", Op: "read", Kind: vendors.ErrUnavailable, Message: "down"}
				}
				_, diags := refresh.Observe(ctx, s.readers(), s.request)
				// Those that were under way beside it may still be counted.
				if n := after.Load(); n > int64(3*(parallelism-1)) || !diags.HasErrors() {
					t.Errorf("%s in %s, %d at once: %d calls after it, %v", how, method, parallelism, n, diags)
				}
			}
		}
	}
}

// A run that ends between two reads does not take what it has for the whole world.
func TestObserve_isNotCompleteAfterASignal(t *testing.T) {
	s := newStage(t, 20)
	s.world.HideFromList = func(string, string) bool { return true }
	s.request.Parallelism = 1
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reads := 0
	s.world.Before = func(c memory.Call) error {
		if c.Method == "GetBucket" {
			if reads++; reads == 3 {
				cancel() // and this read still succeeds
			}
		}
		return nil
	}
	_, diags := refresh.Observe(ctx, s.readers(), s.request)
	if reads != 3 || !errors.Is(diags.Err(), context.Canceled) {
		t.Errorf("%d reads, %v", reads, diags)
	}
}
