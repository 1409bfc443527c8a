package cloudflare_test

import (
	"fmt"
	"testing"
	"time"

	"buckethead/vendors/sim/cloudflare"
)

func TestRateLimit(t *testing.T) {
	w := newWorld(t, func(o *cloudflare.Options) { o.Limit, o.Window = 3, 10*time.Second })
	other := w
	_, other.value = w.sim.AddToken(cloudflare.TokenSpec{Name: "other", Groups: []string{"Workers R2 Storage Read"}})
	try := func(w world) string {
		t.Helper()
		r := w.do("GET", "r2/buckets", "")
		return fmt.Sprint(r.status, " ", r.header.Get("Ratelimit"), " ", r.header.Get("Retry-After"))
	}
	for i, step := range []struct {
		pass time.Duration
		want string
	}{
		{0, `200 "default";r=2;t=10 `},
		{4 * time.Second, `200 "default";r=1;t=6 `},
		{0, `200 "default";r=0;t=6 `},
		{6 * time.Second, `200 "default";r=2;t=10 `}, // the next window
		{0, `200 "default";r=1;t=10 `},
		{0, `200 "default";r=0;t=10 `},
		{time.Second, `429 "default";r=0;t=10 10`},
		{9500 * time.Millisecond, `429 "default";r=0;t=1 1`}, // though the window is over
		{500 * time.Millisecond, `200 "default";r=2;t=10 `},
	} {
		w.pass(step.pass)
		if got := try(w); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
	if got := try(other); got != `200 "default";r=2;t=10 ` {
		t.Errorf("the other token shares the limit: %s", got)
	}
	if n := w.sim.Rejected429(); n != 2 {
		t.Errorf("rejected %d", n)
	}
	if r := w.do("GET", "r2/buckets", ""); r.header.Get("Ratelimit-Policy") != `"burst";q=3;w=10` {
		t.Errorf("policy %q", r.header.Get("Ratelimit-Policy"))
	}
}

// TestRateLimit_user: all tokens of a user are one identity.
func TestRateLimit_user(t *testing.T) {
	w := newWorld(t, func(o *cloudflare.Options) { o.Limit = 2 })
	a, b := w.user(), w.user()
	a.ok("GET", "/user/tokens", "")
	b.ok("GET", "/user/tokens", "")
	r := a.fails(429, 971, "GET", "/user/tokens", "")
	if r.header.Get("Retry-After") != "300" {
		t.Errorf("headers %v", r.header)
	}
	asked := 0
	w.sim.OnCall(func(cloudflare.Call) *cloudflare.Fault { asked++; return nil })
	b.fails(429, 971, "GET", "/user/tokens", "")
	w.ok("GET", "tokens", "")
	if asked != 1 {
		t.Errorf("faults were asked for %d times", asked)
	}
}
