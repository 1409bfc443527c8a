package transport

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"buckethead/config/words"
)

const (
	// patience is how long a call waits in total, unless three windows of its limiter are
	// longer: Cloudflare blocks an identity that exceeded its limit for five minutes.
	patience = 15 * time.Minute
	// longestWindow is the longest window that is accepted from a response.
	longestWindow = time.Hour
	// century is the longest wait that is represented, so that adding times does not overflow.
	century = 100 * 365 * 24 * time.Hour
)

// WaitError says that a server asks for a longer wait than one call may have. Most is that limit,
// and Waited how much of it the call has already used. Vain means that an earlier call waited
// without success, and the server has not answered since.
type WaitError struct {
	Wait         time.Duration
	Until        time.Time
	Most, Waited time.Duration
	Vain         bool
}

func (e *WaitError) Error() string {
	wait := "more than 100 years"
	if e.Wait.Round(time.Hour) < century { // some of it may be over
		wait = words.Length(e.Wait.Round(time.Second)) + ", until " + words.Time(e.Until)
	}
	if e.Vain {
		return "the server asks bh to wait " + wait + "; bh has already waited for it in vain"
	}
	text := fmt.Sprintf("the server asks bh to wait %s; bh waits at most %s", wait, words.Length(e.Most))
	if waited := e.Waited.Round(time.Second); waited > 0 {
		text += ", and has already waited " + words.Length(waited)
	}
	return text
}

// budgetOfWaits is how long one call may wait. Vain means that another call waited for the
// server in vain, and it has not answered since; then no call waits for it again.
type budgetOfWaits struct {
	most, waited time.Duration
	vain         bool
}

// allows reports whether the call may wait for pause.
func (w budgetOfWaits) allows(pause time.Duration) bool { return pause <= w.most-w.waited }

func (w budgetOfWaits) fault(pause time.Duration, now time.Time) *WaitError {
	return &WaitError{Wait: pause, Until: now.Add(pause), Most: w.most, Waited: w.waited,
		Vain: w.vain && pause <= w.most}
}

type tooLongKey struct{}

// withFault attaches to a response why the call did not wait as long as it asked.
func withFault(resp *http.Response, fault *WaitError) *http.Response {
	r := resp.Request
	resp.Request = r.WithContext(context.WithValue(r.Context(), tooLongKey{}, fault))
	return resp
}

// TooLong returns the error for a response that asks for a longer wait than a call may have, or
// nil for any other response.
func TooLong(resp *http.Response) *WaitError {
	if resp == nil || resp.Request == nil {
		return nil
	}
	fault, _ := resp.Request.Context().Value(tooLongKey{}).(*WaitError)
	return fault
}
