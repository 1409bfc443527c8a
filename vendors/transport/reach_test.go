package transport_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// refusing is a network on which some hosts take no connection.
type refusing struct {
	refused map[string]bool
	asked   map[string]*atomic.Int32
	gate    chan struct{} // nil for none
}

func (n refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	n.asked[r.URL.Host].Add(1)
	if n.gate != nil {
		select {
		case <-n.gate:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if n.refused[r.URL.Host] {
		address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: address, Err: syscall.ECONNREFUSED}
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func newRefusing(n *refusing) http.RoundTripper {
	n.asked = map[string]*atomic.Int32{"up.example": {}, "down.example": {}}
	n.refused = map[string]bool{"down.example": true}
	return transport.New(transport.Options{Host: vendors.Host{Now: time.Now, Transport: n,
		Sleep: func(ctx context.Context, d time.Duration) error { time.Sleep(d); return ctx.Err() }},
		Repeat: func(*http.Request) transport.Repeat { return transport.Always },
		Redact: func(*http.Request, []byte) string { return "" }})
}

func get(t *testing.T, rt http.RoundTripper, ctx context.Context, host string) error {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(r)
	if err == nil {
		_ = resp.Body.Close()
	}
	return err
}

// An address that refuses connections is tried once, however many want it, at once or later;
// each is told the cause. Another address is not held up.
func TestReach_asksARefusingAddressOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &refusing{}
		rt := newRefusing(n)
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				err := get(t, rt, t.Context(), "down.example")
				var notSent *transport.NotSentError
				if !errors.As(err, &notSent) || transport.Cause(err) != "dial tcp 127.0.0.1:1: connection refused" {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait() // all of them wait for the first, which sleeps
		if err := get(t, rt, t.Context(), "up.example"); err != nil {
			t.Errorf("another address: %v", err)
		}
		all.Wait()
		before := n.asked["down.example"].Load()
		if err := get(t, rt, t.Context(), "down.example"); err == nil || n.asked["down.example"].Load() != before {
			t.Errorf("later: %v after %d attempts, and %d before", err, n.asked["down.example"].Load(), before)
		}
		if before != 1 {
			t.Errorf("%d attempts, want 1", before)
		}
	})
}

// Requests to an address that answers run side by side, and one that is cut off decides
// nothing for the others.
func TestReach_holdsUpNobodyForLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &refusing{gate: make(chan struct{})}
		rt := newRefusing(n)
		cut, cancel := context.WithCancel(t.Context())
		cancel()
		if err := get(t, rt, cut, "up.example"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		done := make(chan error, 4)
		go func() { done <- get(t, rt, t.Context(), "up.example") }()
		n.gate <- struct{}{}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		for range 3 {
			go func() { done <- get(t, rt, t.Context(), "up.example") }()
		}
		synctest.Wait()
		if asked := n.asked["up.example"].Load(); asked < 4 {
			t.Errorf("%d requests are on their way, want all", asked)
		}
		for range 3 {
			n.gate <- struct{}{}
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// An answer frees the address, whatever it says: who is told to come back later waits
// alone.
func TestReach_isFreeOnceItHasAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		rt := transport.New(transport.Options{Host: vendors.Host{Now: time.Now,
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}
				if asked.Add(1) == 1 {
					resp.StatusCode, resp.Header = http.StatusTooManyRequests, http.Header{"Retry-After": {"300"}}
				}
				return resp, nil
			}),
			Sleep: func(_ context.Context, d time.Duration) error { time.Sleep(d); return nil }},
			Repeat: func(*http.Request) transport.Repeat { return transport.Always },
			Redact: func(*http.Request, []byte) string { return "" }})
		begun := time.Now()
		var told sync.WaitGroup
		told.Go(func() { _ = get(t, rt, t.Context(), "limited.example") })
		synctest.Wait()
		if err := get(t, rt, t.Context(), "limited.example"); err != nil || time.Since(begun) > 0 {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
		told.Wait()
		if time.Since(begun) < 5*time.Minute {
			t.Errorf("the first came back after %s", time.Since(begun))
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A connection frees the address, too: requests to a server that never answers run into
// their own bounds side by side.
func TestReach_isFreeOnceItTakesConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := transport.New(transport.Options{Host: vendors.Host{Now: time.Now,
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}),
			Sleep: func(_ context.Context, d time.Duration) error { time.Sleep(d); return nil }},
			Repeat: func(*http.Request) transport.Repeat { return transport.Always },
			Redact: func(*http.Request, []byte) string { return "" }})
		begun := time.Now()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := get(t, rt, t.Context(), "silent.example"); err == nil {
					t.Error("it answered")
				}
			})
		}
		all.Wait()
		if took := time.Since(begun); took > 10*time.Minute {
			t.Errorf("8 requests took %s, want about as long as one and the first attempt of another", took)
		}
	})
}

// One failure of a request that is never repeated, such as a proof or a mint, is its own:
// the network may be there a second later.
func TestReach_isNotDecidedByWhatIsNeverRepeated(t *testing.T) {
	n := &refusing{}
	newRefusing(n)
	rt := transport.New(transport.Options{Host: vendors.Host{Now: time.Now, Transport: n},
		Repeat: func(*http.Request) transport.Repeat { return transport.Never },
		Redact: func(*http.Request, []byte) string { return "" }})
	if err := get(t, rt, t.Context(), "down.example"); err == nil {
		t.Error("it answered")
	}
	n.refused["down.example"] = false
	if err := get(t, rt, t.Context(), "down.example"); err != nil {
		t.Errorf("a moment later: %v", err)
	}
}

// A panic in the first request leaves the address to the next one.
func TestReach_isFreeAfterAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		rt := transport.New(transport.Options{Host: vendors.Host{Now: time.Now,
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if asked.Add(1) == 1 {
					panic("broken")
				}
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
			})},
			Repeat: func(*http.Request) transport.Repeat { return transport.Always },
			Redact: func(*http.Request, []byte) string { return "" }})
		func() {
			defer func() { _ = recover() }()
			_ = get(t, rt, t.Context(), "broken.example")
		}()
		if err := get(t, rt, t.Context(), "broken.example"); err != nil {
			t.Error(err)
		}
	})
}
