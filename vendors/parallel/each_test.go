package parallel_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"buckethead/vendors/parallel"
)

func TestEach_stopsAtTheFirstFault(t *testing.T) {
	fault := errors.New("fault")
	for _, limit := range []int{1, 4} {
		var calls atomic.Int64
		failed := make(chan struct{})
		err := parallel.Each(t.Context(), limit, 10_000, func(i int) error {
			calls.Add(1)
			switch {
			case i == 5:
				defer close(failed)
				return fault
			case i > 5:
				<-failed
			}
			return nil
		})
		// Those beside it may have begun already.
		if most := int64(6 + limit - 1); !errors.Is(err, fault) || calls.Load() > most {
			t.Errorf("limit %d: %v after %d calls", limit, err, calls.Load())
		}
	}
}

func TestEach_callsAll(t *testing.T) {
	var sum atomic.Int64
	err := parallel.Each(t.Context(), 3, 100, func(i int) error { sum.Add(int64(i)); return nil })
	if err != nil || sum.Load() != 4950 {
		t.Errorf("%v, %d", err, sum.Load())
	}
}

func TestEach_endsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("a signal")
	calls := 0
	err := parallel.Each(ctx, 1, 100, func(i int) error {
		calls++
		cancel(cause)
		return nil
	})
	if !errors.Is(err, cause) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	if err := parallel.Each(ctx, 1, 100, func(int) error { calls++; return nil }); !errors.Is(err, cause) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}
