package cloudflare

import (
	"fmt"
	"net/http"
	"time"

	"buckethead/vendors/sim/kit"
)

// budget is what an identity has used of its limit.
type budget struct {
	start   time.Time // of the window
	used    int
	blocked time.Time // until then every call is refused
}

// admit counts a REST call towards the limit of its identity, and returns the headers that say
// so. S3 has its own limits, which are not simulated.
// https://developers.cloudflare.com/fundamentals/api/reference/limits/
func (s *Simulator) admit(bearer string) (http.Header, *kit.Answer) {
	if s.o.Limit == 0 {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	identity := s.identity(bearer)
	if identity == "" {
		return nil, nil
	}
	now := s.o.Now()
	b := s.limits[identity]
	switch {
	case b == nil, now.Before(b.blocked):
	case !now.Before(b.start.Add(s.o.Window)), !b.blocked.IsZero():
		b = nil
	}
	if b == nil {
		b = &budget{start: now}
		s.limits[identity] = b
	}
	if b.blocked.IsZero() {
		if b.used++; b.used > s.o.Limit {
			b.blocked = now.Add(s.o.Window)
		}
	}
	if b.blocked.IsZero() {
		return s.rateHeaders(s.o.Limit-b.used, b.start.Add(s.o.Window).Sub(now)), nil
	}
	s.rejected++
	// The code is one of two in https://github.com/alchemy-run/distilled; unverified.
	refusal := s.sent(failed(http.StatusTooManyRequests, 971, "Please wait and consider throttling your request speed"))
	wait := b.blocked.Sub(now)
	refusal.Header.Set("Retry-After", kit.Seconds(wait))
	return s.rateHeaders(0, wait), &refusal
}

// rateHeaders: https://developers.cloudflare.com/changelog/2025-09-03-rate-limiting-improvement/
func (s *Simulator) rateHeaders(left int, reset time.Duration) http.Header {
	return http.Header{
		"Ratelimit":        {fmt.Sprintf(`"default";r=%d;t=%s`, left, kit.Seconds(reset))},
		"Ratelimit-Policy": {fmt.Sprintf(`"burst";q=%d;w=%d`, s.o.Limit, int(s.o.Window/time.Second))},
	}
}

// identity is whose limit a call counts towards: each account token has its own, and all tokens
// of the user share one.
func (s *Simulator) identity(bearer string) string {
	t := s.byValue(bearer)
	switch {
	case t == nil:
		return ""
	case t.User:
		return "user"
	}
	return t.ID
}
