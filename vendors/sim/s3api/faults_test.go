package s3api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors/sim/kit"
	"buckethead/vendors/sim/s3api"
)

func TestFaults(t *testing.T) {
	eachWay(t, options(), func(t *testing.T, w *world) {
		ctx := t.Context()
		fail := func(f s3api.Fault) { w.sim.OnCall(func(s3api.Call) *s3api.Fault { return &f }) }
		var told []string
		w.sim.OnDone(func(c s3api.Call, status int, acted bool) {
			told = append(told, fmt.Sprintf("%d %s %s%s %d %t", c.N, c.Op, c.Key, c.IfNoneMatch, status, acted))
		})
		fail(s3api.Fault{Status: 503})
		_, err := w.put(ctx, "a", "hello", "", "*")
		is(t, err, 503, "SlowDown")
		fail(s3api.Fault{Status: 500, Word: "Odd", After: true})
		_, err = w.put(ctx, "b", "hello", "", "*")
		is(t, err, 500, "Odd")
		fail(s3api.Fault{Kind: kit.Reset})
		if _, err = w.put(ctx, "c", "hello", "", "*"); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v", err)
		}
		fail(s3api.Fault{Kind: kit.Reset, After: true})
		if _, err = w.put(ctx, "d", "hello", "", "*"); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v", err)
		}
		fail(s3api.Fault{Kind: kit.Truncate, After: true})
		if body, err := w.get(ctx, "d"); body != "he" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q, %v", body, err)
		}
		given, giveUp := context.WithCancel(ctx)
		fail(s3api.Fault{Kind: kit.Hang, Call: giveUp})
		if _, err = w.put(given, "e", "hello", "", "*"); err == nil {
			t.Error("an ended call has an answer")
		}
		w.sim.OnCall(nil)
		_, err = w.put(ctx, "f", "hello", "", "*")
		must(t, err)
		w.sim.OnDone(nil) // told is ours from here
		if got := w.sim.Keys(bucket); !slices.Equal(got, []string{"b", "d", "f"}) {
			t.Errorf("%v", got)
		}
		want := []string{"1 PutObject a* 503 false", "2 PutObject b* 500 true", "3 PutObject c* 0 false", "4 PutObject d* 0 true",
			"5 GetObject d 200 true", "6 PutObject e* 0 false", "7 PutObject f* 200 true"}
		if !slices.Equal(told, want) {
			t.Errorf("told of %q", told)
		}
	})
}

// A held call acts late, or not at all, and a context that ended is honoured.
func TestFault_Wait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inProcess(options())
		for name, tt := range map[string]struct {
			kind kit.FaultKind
			acts bool
		}{
			"late":     {kit.Hook, true},
			"given up": {kit.Hang, false},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			w.sim.OnCall(func(s3api.Call) *s3api.Fault { return &s3api.Fault{Kind: tt.kind, Call: func() { <-ctx.Done() }} })
			_, err := w.put(ctx, name, "hello", "", "")
			if _, _, there := w.sim.Object(bucket, name); there != tt.acts || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %t, %v", name, there, err)
			}
			cancel()
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r, err := http.NewRequestWithContext(ctx, "GET", w.endpoint, nil)
		must(t, err)
		if _, err := w.sim.Transport().RoundTrip(r); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

// Of fifty writes with the same condition one has its way.
func TestPutObject_race(t *testing.T) {
	eachWay(t, options(), func(t *testing.T, w *world) {
		match, none := "", "*"
		for round := range 2 {
			var mu sync.Mutex
			var all sync.WaitGroup
			var won []string
			start := make(chan struct{})
			for n := range 50 {
				all.Go(func() {
					<-start
					etag, err := w.put(t.Context(), "k", fmt.Sprint(round, n), match, none)
					if err != nil {
						is(t, err, 412, "PreconditionFailed")
						return
					}
					mu.Lock()
					defer mu.Unlock()
					won = append(won, etag)
				})
			}
			close(start)
			all.Wait()
			if _, etag, _ := w.sim.Object(bucket, "k"); len(won) != 1 || won[0] != etag {
				t.Fatalf("round %d: %v won, and %s is there", round, won, etag)
			}
			match, none = won[0], ""
		}
	})
}
