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

// Limiter keeps the calls of one identity below a limit in any window, whether the vendor
// counts in fixed windows or in sliding ones: a call counts from when it is sent until one
// window after its response. It follows what responses say: a policy replaces its own numbers,
// and if others use up the same budget, it waits for the reset. It is safe for concurrent use;
// share one between all clients of an identity.
type Limiter struct {
	published pace          // what the vendor publishes
	turn      chan struct{} // held by the call that waits for a place; the others queue for it

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

// pace is a number of calls in each window.
type pace struct {
	calls  int
	window time.Duration
}

// NewLimiter returns a limiter for calls in each window. It stays one percent below, to leave room
// for others with the same identity.
func NewLimiter(calls int, window time.Duration) *Limiter {
	return &Limiter{published: pace{calls, window}, turn: make(chan struct{}, 1), calls: calls, window: window}
}

// believable returns a policy from a response, kept within bounds: more than ten times what the
// vendor publishes, or less than a hundredth, must be a mistake.
func (p pace) believable(calls int, window time.Duration) int {
	usual := float64(p.calls) * window.Seconds() / p.window.Seconds()
	return int(min(max(float64(calls), usual/100, 1), max(usual*10, 1)))
}

// longest returns how long a call may wait in total.
func (l *Limiter) longest() time.Duration {
	if l == nil {
		return patience
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(patience, 3*l.window)
}

// capacity is how many calls may count at the same time.
func (l *Limiter) capacity() int { return max(1, l.calls-max(1, l.calls/100)) }

// poll is how long to wait for a call in flight if nothing else can free a place.
const poll = 50 * time.Millisecond

// Acquire waits for a place and takes it. The caller calls done when the answer has arrived,
// which returns the place. The error is the context's, or, without waiting, a [*WaitError] if
// the wait would exceed the bound on one call.
func (l *Limiter) Acquire(ctx context.Context, host vendors.Host) (done func(), err error) {
	return l.acquire(ctx, host, &budgetOfWaits{most: l.longest()})
}

func (l *Limiter) acquire(ctx context.Context, host vendors.Host, w *budgetOfWaits) (done func(), err error) {
	queued := host.Now()
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w.waited += host.Now().Sub(queued)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now := host.Now()
		pause, why := l.take(now)
		if pause == 0 {
			return func() { l.release(host.Now()) }, nil
		}
		if !w.allows(pause) || w.vain && l.refusing(now) {
			return nil, w.fault(pause, now)
		}
		if why != "" && host.Waiting != nil {
			host.Waiting(why, now.Add(pause))
		}
		if err := host.Sleep(ctx, pause); err != nil {
			return nil, err
		}
		w.waited += pause
	}
}

// take takes a place, or says how long to wait, and why if people should know.
func (l *Limiter) take(now time.Time) (pause time.Duration, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.done) > 0 && !l.done[0].After(now) {
		l.done = l.done[1:]
	}
	granted := l.reset.IsZero() || !now.Before(l.reset) || l.left > 0
	switch {
	case now.Before(l.blocked):
		return l.wait(now, l.blocked, "too many calls (429)")
	case !granted:
		return l.wait(now, l.reset, "the calls that the vendor allows are used up")
	case len(l.done)+l.inFlight < l.capacity():
		l.inFlight++
		l.left--
		return 0, ""
	case len(l.done) > 0:
		return l.wait(now, l.done[0], fmt.Sprintf("%s calls in %s are used up", words.Number(l.calls), words.Span(l.window)))
	}
	return poll, ""
}

// wait returns the pause until a time. It is announced once, and only if people would notice
// it.
func (l *Limiter) wait(now, until time.Time, why string) (time.Duration, string) {
	pause := until.Sub(now)
	if pause < 2*time.Second || !l.told.Before(until.Add(-time.Second)) {
		why = ""
	} else {
		l.told = until
	}
	return pause, why
}

// refusing reports whether the server has refused all calls until some time in the future.
func (l *Limiter) refusing(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.blocked)
}

func (l *Limiter) release(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
	l.done = append(l.done, now.Add(l.window))
}

// Observe learns from a response.
func (l *Limiter) Observe(resp *http.Response, now time.Time) {
	b := parseBudget(resp.Header)
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.calls > 0 {
		l.calls, l.window = l.published.believable(b.calls, b.window), b.window
	}
	if b.known && b.reset <= l.window { // a budget is full again after a window
		// The calls in flight may or may not have been counted already; assume not. This one is
		// among them until it is released.
		l.left, l.reset = b.left-max(0, l.inFlight-1), now.Add(b.reset)
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		until := now.Add(max(RetryAfter(resp.Header, now), time.Second))
		if until.After(l.blocked) {
			l.blocked = until
		}
	}
}
