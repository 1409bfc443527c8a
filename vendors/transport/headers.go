package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"buckethead/vendors"
)

// RequestID returns the vendor's id of a request, for people who ask the vendor about it.
func RequestID(h http.Header) string {
	for _, name := range []string{"Cf-Ray", "X-Amz-Request-Id", "X-Request-Id"} {
		if id := h.Get(name); id != "" {
			return vendors.Excerpt(id, 100)
		}
	}
	return ""
}

// RetryAfter returns how long a response asks to wait, given in seconds or as a date, and at most a
// century. It returns zero if the response does not ask, or the value is not a time. A date is
// compared with the server's own clock if the response has one, since ours may be wrong.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(text, 64); err == nil || math.IsInf(seconds, 1) {
		switch {
		case seconds >= century.Seconds():
			return century
		case seconds > 0:
			return time.Duration(math.Ceil(seconds)) * time.Second
		}
		return 0 // also for NaN
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		now = theirs
	}
	return min(max(at.Sub(now), 0), century)
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

// parseBudget reads `Ratelimit: "default";r=50;t=30` and `Ratelimit-Policy:
// "burst";q=100;w=60`. It ignores what it cannot parse, and a window of zero or more than
// longestWindow. If there are several policies, the tightest counts. R2's own paths give no
// time; then the calls last for the window.
func parseBudget(h http.Header) budget {
	var b budget
	untold := false
	for _, item := range items(h.Get("Ratelimit")) {
		p := parameters(item)
		left, hasLeft := p["r"]
		reset, told := p["t"]
		if hasLeft && (!b.known || left < b.left) {
			b.known, b.left, b.reset, untold = true, left, time.Duration(reset)*time.Second, !told
		}
	}
	for _, item := range items(h.Get("Ratelimit-Policy")) {
		p := parameters(item)
		calls, window := p["q"], p["w"]
		if calls > 0 && window > 0 && window <= int(longestWindow/time.Second) && (b.calls == 0 || calls*int(b.window/time.Second) < b.calls*window) {
			b.calls, b.window = calls, time.Duration(window)*time.Second
		}
	}
	if untold {
		b.known, b.reset = b.calls > 0, b.window
	}
	return b
}

// items splits a header; an unreasonable one is ignored.
func items(header string) []string {
	if len(header) > 4<<10 {
		return nil
	}
	return strings.Split(header, ",")
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
