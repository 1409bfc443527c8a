package transport_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	const century = 100 * 365 * 24 * time.Hour
	for _, c := range []struct {
		after, date string
		want        time.Duration
	}{
		{"", "", 0}, {"0", "", 0}, {"7", "", 7 * time.Second}, {" 7 ", "", 7 * time.Second}, {"1.2", "", 2 * time.Second},
		{"-5", "", 0}, {"-9223372036854775808", "", 0}, {"NaN", "", 0}, {"-Inf", "", 0}, {"soon", "", 0}, {"7 s", "", 0},
		{"9223372036854775807", "", century}, {"99999999999999999999999999", "", century}, {"1e400", "", century}, {"+Inf", "", century},
		{"Tue, 01 Dec 2026 12:01:00 GMT", "", time.Minute},
		{"Tue, 01 Dec 2026 11:59:00 GMT", "", 0},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "", century},
		// The server's clock decides, right or wrong, where it has one.
		{"Tue, 01 Dec 2026 12:01:00 GMT", "Tue, 01 Dec 2026 12:00:50 GMT", 10 * time.Second},
		{"Thu, 01 Jan 1970 00:00:30 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", 30 * time.Second},
		{"Tue, 01 Dec 2026 12:01:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", 0},
		{"Tue, 01 Dec 2026 12:01:00 GMT", "yesterday", time.Minute},
	} {
		h := http.Header{}
		h.Set("Retry-After", c.after)
		h.Set("Date", c.date)
		if got := transport.RetryAfter(h, now); got != c.want {
			t.Errorf("Retry-After %q at %q: got %s, want %s", c.after, c.date, got, c.want)
		}
	}
}

// What is beyond the bound is told at once, whether the request would be repeated or not.
func TestRoundTrip_saysWhatWaitWasAskedFor(t *testing.T) {
	for _, c := range []struct {
		after, want string
	}{
		{"12000", "the server asks bh to wait 3h20m, until 2000-01-01T03:20:00Z; bh waits at most 15m"},
		{"9223372036854775807", "the server asks bh to wait more than 100 years; bh waits at most 15m"},
		{"900", ""},
	} {
		for _, repeat := range []transport.Repeat{transport.Never, transport.WhenRefused, transport.Always} {
			synctest.Test(t, func(t *testing.T) {
				resp, err := send(t, repeat, &script{acts: acts{answers(429, "Retry-After", c.after), answers(200)}}, nil)
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				if fault := transport.TooLong(resp); fault != nil {
					got = fault.Error()
				}
				if got != c.want || c.want != "" && time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) != 0 {
					t.Errorf("repeat %d, %s: got %q, want %q", repeat, c.after, got, c.want)
				}
			})
		}
	}
}

// A run with many calls does not wait for a server that never answers with each of them.
func TestRoundTrip_waitsInVainOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host()
		s := &script{acts: acts{answers(429, "Retry-After", "600")}}
		h.Transport = s
		client := transport.NewClient(transport.Options{Host: h, Limiter: transport.NewLimiter(1200, 5*time.Minute),
			Repeat: func(*http.Request) transport.Repeat { return transport.Always }, Redact: func(*http.Request, []byte) string { return "" }})
		begun := time.Now()
		var last error
		for range 1000 {
			resp, err := client.Get("https://api.example/x")
			if last = err; err == nil {
				last = transport.TooLong(resp)
			}
		}
		if took := time.Since(begun); took > 16*time.Minute {
			t.Errorf("1,000 calls waited %s", took)
		}
		var fault *transport.WaitError
		if !errors.As(last, &fault) || !strings.Contains(fault.Error(), "already waited for it in vain") {
			t.Errorf("got %v", last)
		}
		// Once it answers, it is waited for again.
		time.Sleep(10 * time.Minute)
		s.acts = acts{answers(200)}
		if resp, err := client.Get("https://api.example/x"); err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
		s.bodies, s.acts = nil, acts{answers(429, "Retry-After", "600"), answers(200)}
		if resp, err := client.Get("https://api.example/x"); err != nil || resp.StatusCode != 200 {
			t.Errorf("got %v, %v", resp, err)
		}
	})
}

// Three windows of a vendor may be longer than the usual patience.
func TestRoundTrip_waitsForThreeWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		resp, err := send(t, transport.Always, &script{acts: acts{answers(429, "Retry-After", "7200", "Ratelimit-Policy", `"hour";q=5000;w=3600`), answers(200)}},
			func(h *vendors.Host) {})
		_ = resp
		if err != nil || time.Since(begun) != 0 { // without a limiter there are no windows
			t.Errorf("%v after %s", err, time.Since(begun))
		}
		h := host()
		h.Transport = &script{acts: acts{answers(429, "Retry-After", "7200", "Ratelimit-Policy", `"hour";q=5000;w=3600`), answers(200)}}
		client := transport.NewClient(transport.Options{Host: h, Limiter: transport.NewLimiter(1200, 5*time.Minute),
			Repeat: func(*http.Request) transport.Repeat { return transport.Always }, Redact: func(*http.Request, []byte) string { return "" }})
		if resp, err := client.Get("https://api.example/x"); err != nil || resp.StatusCode != 200 || time.Since(begun) != 2*time.Hour {
			t.Errorf("%v, %v after %s", resp, err, time.Since(begun))
		}
	})
}

// Numbers that no vendor means neither stop bh, nor open the gates, nor cost memory.
func TestLimiter_survivesAbsurdNumbers(t *testing.T) {
	for _, c := range []struct {
		limit, policy string
		longest       time.Duration // of 100 calls
		most          int           // calls within a second
	}{
		{`"a";r=0;t=2147483647`, "", 0, 100},
		{`"a";r=0;t=99999999999999999999`, "", 0, 100},
		{`"a";r=-1;t=-1`, "", 0, 100},
		{`"a";r=NaN;t=1e9`, "", 0, 100},
		{`"a";r=0;t=0`, "", 0, 100},
		{strings.Repeat(`"a";r=0;t=300,`, 1e5), "", 0, 100},
		{"", `"a";q=0;w=60`, 0, 100},
		{"", `"a";q=1;w=0`, 0, 100},
		{"", `"a";q=1;w=2147483647`, 0, 100},
		{"", `"a";q=9223372036854775807;w=1`, 0, 100},
		{"", `"a";q=2147483647;w=1`, 10 * time.Second, 40},
		{"", `"a";q=2147483647;w=3600`, 0, 100},
		{"", `"a";q=1;w=3600`, time.Hour, 100},
		{`"a";r=2147483647;t=1`, `"a";q=2147483647;w=2147483647`, 0, 100},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := transport.NewLimiter(1200, 5*time.Minute)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			l.Observe(answer(200, "Ratelimit", c.limit, "Ratelimit-Policy", c.policy), time.Now())
			begun := time.Now()
			sent := use(t, l, host(), 100, func(int) time.Duration { return 0 })
			runtime.ReadMemStats(&after)
			if took := time.Since(begun); took > c.longest {
				t.Errorf("%.40s %s: 100 calls took %s", c.limit, c.policy, took)
			}
			if n := most(sent, time.Second); n > c.most {
				t.Errorf("%.40s %s: %d calls in a second", c.limit, c.policy, n)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
				t.Errorf("%.40s %s: took %d bytes", c.limit, c.policy, took)
			}
		})
	}
}

// A wait that is too long is an error before it begins, and one that is cancelled makes no call.
func TestRoundTrip_makesNoCallForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host()
		s := &script{acts: acts{answers(429, "Retry-After", "2000"), answers(200)}}
		h.Transport = s
		client := transport.NewClient(transport.Options{Host: h, Limiter: transport.NewLimiter(1200, 5*time.Minute),
			Repeat: func(*http.Request) transport.Repeat { return transport.Always }, Redact: func(*http.Request, []byte) string { return "" }})
		begun := time.Now()
		for range 10 {
			_, _ = client.Get("https://api.example/x")
		}
		if len(s.bodies) != 1 || time.Since(begun) != 0 {
			t.Errorf("%d requests and %s", len(s.bodies), time.Since(begun))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example/x", nil)
		_, err := client.Do(r)
		var notSent *transport.NotSentError
		if !errors.As(err, &notSent) || !errors.Is(err, context.Canceled) || len(s.bodies) != 1 {
			t.Errorf("got %v after %d requests", err, len(s.bodies))
		}
	})
}

// The longest wait of all is told alike when a little of it is over.
func TestWaitError_longest(t *testing.T) {
	const century = 100 * 365 * 24 * time.Hour
	for _, wait := range []time.Duration{century, century - time.Second} {
		if got := (&transport.WaitError{Wait: wait, Most: time.Minute}).Error(); got != "the server asks bh to wait more than 100 years; bh waits at most 1m" {
			t.Errorf("%s: got %q", wait, got)
		}
	}
}
