package parallel_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"buckethead/vendors/parallel"
)

// caught returns what f panics with, nil for no panic.
func caught(f func()) (fault any) {
	defer func() { fault = recover() }()
	f()
	return nil
}

func boom() { panic("boom") }

func TestGroup_raisesAPanicWhereItIsWaitedFor(t *testing.T) {
	var ran atomic.Int32
	outer := parallel.NewGroup(2)
	outer.Go(func() {
		var inner parallel.Group
		inner.Go(boom)
		inner.Wait()
	})
	for range 5 {
		outer.Go(func() { ran.Add(1) })
	}
	fault, is := caught(outer.Wait).(*parallel.Panic)
	if !is || fault.Value != "boom" || !strings.Contains(string(fault.Stack), "parallel_test.boom") {
		t.Errorf("got %v with the stack\n%s", fault, fault.Stack)
	}
	if ran.Load() != 5 {
		t.Errorf("%d of 5 others ran", ran.Load())
	}
}

func TestGroup_keepsToItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := parallel.NewGroup(3)
		gate := make(chan struct{})
		var running atomic.Int32
		go func() {
			for range 9 {
				g.Go(func() { running.Add(1); <-gate; running.Add(-1) })
			}
			g.Wait()
		}()
		for range 3 {
			synctest.Wait()
			if n := running.Load(); n != 3 {
				t.Errorf("%d run at once, want 3", n)
			}
			for range 3 {
				gate <- struct{}{}
			}
		}
	})
}

func TestAwait(t *testing.T) {
	got, err := parallel.Await(t.Context(), func() (int, error) { return 7, context.DeadlineExceeded })
	if got != 7 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %d, %v", got, err)
	}
	if fault, is := caught(func() { _, _ = parallel.Await(t.Context(), func() (int, error) { boom(); return 0, nil }) }).(*parallel.Panic); !is || fault.Value != "boom" {
		t.Errorf("got the panic %v", fault)
	}
	why := errors.New("the reason")
	ctx, cancel := context.WithCancelCause(t.Context())
	never := make(chan struct{})
	defer close(never)
	_, err = parallel.Await(ctx, func() (int, error) { cancel(why); <-never; return 0, nil })
	if !errors.Is(err, why) {
		t.Errorf("got %v, want the cause", err)
	}
	_, err = parallel.Await(ctx, func() (int, error) { t.Error("called after the end"); return 0, nil })
	if !errors.Is(err, why) {
		t.Errorf("got %v, want the cause", err)
	}
}
