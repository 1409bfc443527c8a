package transport

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RequestID returns what a vendor calls the request, for people who ask it about it.
func RequestID(h http.Header) string {
	for _, name := range []string{"Cf-Ray", "X-Amz-Request-Id", "X-Request-Id"} {
		if id := h.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// RetryAfter returns how long an answer asks to wait, in seconds or as a date; zero
// where it does not, or asks for what is no time.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// budget is what the Ratelimit and Ratelimit-Policy headers say. Known says that
// there was a Ratelimit header; calls and window are zero without a policy.
// https://developers.cloudflare.com/fundamentals/api/reference/limits/
type budget struct {
	known  bool
	left   int
	reset  time.Duration
	calls  int
	window time.Duration
}

// parseBudget reads `Ratelimit: "default";r=50;t=30` and
// `Ratelimit-Policy: "burst";q=100;w=60`. What it cannot read is as if it were not
// there. Of several policies the tightest counts.
func parseBudget(h http.Header) budget {
	var b budget
	for _, item := range strings.Split(h.Get("Ratelimit"), ",") {
		p := parameters(item)
		left, hasLeft := p["r"]
		reset, hasReset := p["t"]
		if hasLeft && hasReset && (!b.known || left < b.left) {
			b.known, b.left, b.reset = true, left, time.Duration(reset)*time.Second
		}
	}
	for _, item := range strings.Split(h.Get("Ratelimit-Policy"), ",") {
		p := parameters(item)
		calls, window := p["q"], p["w"]
		if calls > 0 && window > 0 && (b.calls == 0 || calls*int(b.window/time.Second) < b.calls*window) {
			b.calls, b.window = calls, time.Duration(window)*time.Second
		}
	}
	return b
}

// parameters reads the numbers of `"name";a=1;b=2`.
func parameters(item string) map[string]int {
	out := map[string]int{}
	for _, part := range strings.Split(item, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31); ok && err == nil {
			out[strings.TrimSpace(name)] = int(n)
		}
	}
	return out
}
