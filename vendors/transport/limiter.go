package transport

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"buckethead/config/words"
	"buckethead/vendors"
)

// Limiter keeps the calls of one identity below a number in any span of a window,
// whether the vendor counts in fixed windows or in sliding ones: a call counts from
// when it goes out until a window after its answer came. It follows what answers
// say: a policy replaces its own numbers, and when others use up the same budget it
// waits for the reset. Safe for concurrent use; share one between all clients of
// an identity.
type Limiter struct {
	mu       sync.Mutex
	calls    int
	window   time.Duration
	done     []time.Time // when each answered call stops counting, in order
	inFlight int
	left     int       // calls that the vendor grants until reset; counted down here
	reset    time.Time // zero: the vendor has said nothing, or it is past
	blocked  time.Time // no call before this, after a 429
	told     time.Time // waits until then were announced
}

// NewLimiter returns a limiter for calls in each window. It stays one in a hundred
// below, for what others do under the same identity at the same moment.
func NewLimiter(calls int, window time.Duration) *Limiter {
	return &Limiter{calls: calls, window: window}
}

// capacity is how many calls may count at once.
func (l *Limiter) capacity() int { return max(1, l.calls-max(1, l.calls/100)) }

// poll is how long to wait for a call that is on its way when nothing else can
// free a place.
const poll = 50 * time.Millisecond

// Acquire waits for a place and takes it; the caller gives it back with done when
// the answer is there. The error is the context's.
func (l *Limiter) Acquire(ctx context.Context, host vendors.Host) (done func(), err error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pause, why := l.take(host.Now())
		if pause == 0 {
			return func() { l.release(host.Now()) }, nil
		}
		if why != "" && host.Waiting != nil {
			host.Waiting(why, host.Now().Add(pause))
		}
		if err := host.Sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// take takes a place, or says how long to wait, and why where people should know.
func (l *Limiter) take(now time.Time) (pause time.Duration, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.done) > 0 && !l.done[0].After(now) {
		l.done = l.done[1:]
	}
	granted := l.reset.IsZero() || !now.Before(l.reset) || l.left > 0
	switch {
	case now.Before(l.blocked):
		return l.wait(now, l.blocked, "too many calls were made (429)")
	case !granted:
		return l.wait(now, l.reset, "the calls that the vendor grants are used up")
	case len(l.done)+l.inFlight < l.capacity():
		l.inFlight++
		l.left--
		return 0, ""
	case len(l.done) > 0:
		return l.wait(now, l.done[0], fmt.Sprintf("%s calls in %s are used up", words.Number(l.calls), words.Span(l.window)))
	}
	return poll, ""
}

// wait returns the pause until a time; people hear of it once, and only of what they
// would notice.
func (l *Limiter) wait(now, until time.Time, why string) (time.Duration, string) {
	pause := until.Sub(now)
	if pause < 2*time.Second || !l.told.Before(until.Add(-time.Second)) {
		why = ""
	} else {
		l.told = until
	}
	return pause, why
}

func (l *Limiter) release(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
	l.done = append(l.done, now.Add(l.window))
}

// Observe learns from an answer.
func (l *Limiter) Observe(resp *http.Response, now time.Time) {
	b := parseBudget(resp.Header)
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.calls > 0 {
		l.calls, l.window = b.calls, b.window
	}
	if b.known {
		// The calls on their way may have been counted already or not: as if not.
		// This one is among them until it is released.
		l.left, l.reset = b.left-max(0, l.inFlight-1), now.Add(b.reset)
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		until := now.Add(max(RetryAfter(resp.Header, now), time.Second))
		if until.After(l.blocked) {
			l.blocked = until
		}
	}
}
