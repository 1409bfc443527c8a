package connections

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// What was opened, and what could not be, is remembered; who asks meanwhile waits.
func TestOpened_onceForEachKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o opened[string]
		var mu sync.Mutex
		calls := map[string]int{}
		gate := make(chan struct{})
		open := func(key string) func(context.Context) (string, error) {
			return func(context.Context) (string, error) {
				mu.Lock()
				calls[key]++
				mu.Unlock()
				<-gate
				if key == "broken" {
					return "", errors.New("refused")
				}
				return key, nil
			}
		}
		var all sync.WaitGroup
		for range 5 {
			for _, key := range []string{"works", "broken"} {
				all.Go(func() {
					got, err := o.get(t.Context(), key, open(key))
					if key == "works" && (got != key || err != nil) || key == "broken" && (err == nil || err.Error() != "refused") {
						t.Errorf("%s: got %q, %v", key, got, err)
					}
				})
			}
			synctest.Wait()
		}
		// Nothing is held meanwhile: another address opens at once.
		if got, err := o.get(t.Context(), "other", func(context.Context) (string, error) { return "other", nil }); got != "other" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		ended, cancel := context.WithCancelCause(t.Context())
		why := errors.New("the reason")
		cancel(why)
		if _, err := o.get(ended, "works", open("works")); !errors.Is(err, why) {
			t.Errorf("who waits and is cut off gets %v", err)
		}
		close(gate)
		all.Wait()
		if calls["works"] != 1 || calls["broken"] != 1 {
			t.Errorf("opened %v", calls)
		}
	})
}

// An opening that a signal or a panic cut off is not remembered.
func TestOpened_forgetsWhatWasCutOff(t *testing.T) {
	var o opened[int]
	ended, cancel := context.WithCancel(t.Context())
	if _, err := o.get(ended, "key", func(ctx context.Context) (int, error) { cancel(); return 0, ctx.Err() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = o.get(t.Context(), "key", func(context.Context) (int, error) { panic("broken") })
	}()
	if got, err := o.get(t.Context(), "key", func(context.Context) (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}
