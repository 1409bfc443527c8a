package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// host is a host whose clock is the test's.
func host() vendors.Host {
	return vendors.Host{Now: time.Now, Sleep: func(ctx context.Context, d time.Duration) error {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
}

// use makes calls from eight workers and returns the times at which they went out.
func use(t *testing.T, l *transport.Limiter, h vendors.Host, calls int, latency func(i int) time.Duration) []time.Time {
	t.Helper()
	var mu sync.Mutex
	var sent []time.Time
	work := make(chan int)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range work {
				done, err := l.Acquire(context.Background(), h)
				if err != nil {
					t.Error(err)
					return
				}
				at := time.Now()
				time.Sleep(latency(i))
				done()
				mu.Lock()
				sent = append(sent, at)
				mu.Unlock()
			}
		})
	}
	for i := range calls {
		work <- i
	}
	close(work)
	wg.Wait()
	return sent
}

// most returns the largest number of events within any span of the window, its end
// not included.
func most(at []time.Time, window time.Duration) int {
	worst := 0
	for _, from := range at {
		n := 0
		for _, x := range at {
			if !x.Before(from) && x.Before(from.Add(window)) {
				n++
			}
		}
		worst = max(worst, n)
	}
	return worst
}

// Whenever the vendor counts a call, when it came in or when it was answered, and in
// fixed windows or in sliding ones: the limit is never reached.
func TestLimiter_staysBelowInAnySpan(t *testing.T) {
	for name, latency := range map[string]func(int) time.Duration{
		"at once":  func(int) time.Duration { return 0 },
		"steady":   func(int) time.Duration { return 20 * time.Millisecond },
		"uneven":   func(i int) time.Duration { return time.Duration(i%37) * 100 * time.Millisecond },
		"some lag": func(i int) time.Duration { return time.Duration(i%101/100) * time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := transport.NewLimiter(200, 5*time.Minute)
				var answered []time.Time
				var mu sync.Mutex
				sent := use(t, l, host(), 1000, func(i int) time.Duration {
					d := latency(i)
					mu.Lock()
					answered = append(answered, time.Now().Add(d))
					mu.Unlock()
					return d
				})
				if n := max(most(sent, 5*time.Minute), most(answered, 5*time.Minute)); n >= 200 {
					t.Errorf("%d calls in one span of five minutes, want fewer than 200", n)
				}
			})
		})
	}
}

func TestLimiter_wastesNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		use(t, transport.NewLimiter(1200, 5*time.Minute), host(), 2021, func(int) time.Duration { return 0 })
		// The least that any pace below 1,200 in 5 minutes allows is one full window.
		if took := time.Since(begun); took > 5*time.Minute*105/100 {
			t.Errorf("2,021 calls took %s", took)
		}
	})
}

func answer(status int, headers ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}
	for i := 0; i < len(headers); i += 2 {
		resp.Header.Set(headers[i], headers[i+1])
	}
	return resp
}

func acquire(t *testing.T, l *transport.Limiter) time.Duration {
	t.Helper()
	begun := time.Now()
	done, err := l.Acquire(context.Background(), host())
	if err != nil {
		t.Fatal(err)
	}
	done()
	return time.Since(begun)
}

func TestLimiter_followsTheVendor(t *testing.T) {
	for name, c := range map[string]struct {
		resp *http.Response
		want time.Duration
	}{
		"plenty left":               {answer(200, "Ratelimit", `"default";r=50;t=30`), 0},
		"others used it up":         {answer(200, "Ratelimit", `"default";r=0;t=30`), 30 * time.Second},
		"a tighter one among two":   {answer(200, "Ratelimit", `"default";r=50;t=30, "burst";r=0;t=12`), 12 * time.Second},
		"a reset that is not told":  {answer(200, "Ratelimit", `"rtwo_gw_apigw";r=0`, "Ratelimit-Policy", `"rtwo_gw_apigw";q=1200;w=300`), 300 * time.Second},
		"neither reset nor window":  {answer(200, "Ratelimit", `"rtwo_gw_apigw";r=0`), 0},
		"a 429":                     {answer(429, "Retry-After", "300"), 300 * time.Second},
		"a 429 without a word":      {answer(429), time.Second},
		"headers of another make":   {answer(200, "Ratelimit", "limit=5, remaining=x"), 0},
		"a reset that is no number": {answer(200, "Ratelimit", `"default";r=0;t=soon`), 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := transport.NewLimiter(1200, 5*time.Minute)
				l.Observe(c.resp, time.Now())
				if got := acquire(t, l); got != c.want {
					t.Errorf("waited %s, want %s", got, c.want)
				}
			})
		})
	}
}

func TestLimiter_takesTheVendorsPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := transport.NewLimiter(1200, 5*time.Minute)
		l.Observe(answer(200, "Ratelimit-Policy", `"burst";q=100;w=60, "tight";q=10;w=60`), time.Now())
		sent := use(t, l, host(), 50, func(int) time.Duration { return 0 })
		if n := most(sent, time.Minute); n >= 10 {
			t.Errorf("%d calls in a minute, want fewer than 10", n)
		}
	})
}

// The calls on their way may have been counted or not: what the vendor grants is
// never overdrawn.
func TestLimiter_countsDownWhatIsGranted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := transport.NewLimiter(1200, 5*time.Minute)
		l.Observe(answer(200, "Ratelimit", `"default";r=5;t=60`), time.Now())
		begun := time.Now()
		for range 6 {
			acquire(t, l)
		}
		if took := time.Since(begun); took != time.Minute {
			t.Errorf("six calls where five were granted took %s", took)
		}
	})
}

func TestLimiter_tellsOnceWhyItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []string
		h := host()
		h.Waiting = func(why string, until time.Time) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprint(why, " until ", time.Until(until)))
		}
		use(t, transport.NewLimiter(1200, 5*time.Minute), h, 1300, func(int) time.Duration { return 0 })
		if want := []string{"1,200 calls in 5 minutes are used up until 5m0s"}; fmt.Sprint(told) != fmt.Sprint(want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

func TestLimiter_endsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := transport.NewLimiter(1200, 5*time.Minute)
		l.Observe(answer(429, "Retry-After", "300"), time.Now())
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if _, err := l.Acquire(ctx, host()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

var errDial = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
