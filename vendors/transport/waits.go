package transport

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"buckethead/config/words"
)

const (
	// patience is how long a call waits in all, unless three windows of its limiter are longer:
	// Cloudflare blocks an identity that passed its limit for five minutes.
	patience = 15 * time.Minute
	// longestWindow is the longest window that an answer is believed.
	longestWindow = time.Hour
	// century is the longest wait that is counted. It keeps sums of times from overflowing.
	century = 100 * 365 * 24 * time.Hour
)

// WaitError says that a server asks for a longer wait than a call may have. Most is that bound, and
// Waited how much of it the call has used already. Vain means that an earlier call waited without
// success, and the server has not answered since.
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
		return "the server asks to wait " + wait + "; bh has waited for it in vain before"
	}
	text := fmt.Sprintf("the server asks to wait %s; bh waits %s at most", wait, words.Length(e.Most))
	if waited := e.Waited.Round(time.Second); waited > 0 {
		text += ", and has waited " + words.Length(waited)
	}
	return text
}

// budgetOfWaits is what one call may wait. Vain means that the server made another call wait
// in vain and has not answered since: then it is not waited for again.
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

// withFault attaches to an answer why it was not waited for what it asks.
func withFault(resp *http.Response, fault *WaitError) *http.Response {
	r := resp.Request
	resp.Request = r.WithContext(context.WithValue(r.Context(), tooLongKey{}, fault))
	return resp
}

// TooLong returns the error of an answer that asks for a longer wait than a call may have, or nil
// for any other answer.
func TooLong(resp *http.Response) *WaitError {
	if resp == nil || resp.Request == nil {
		return nil
	}
	fault, _ := resp.Request.Context().Value(tooLongKey{}).(*WaitError)
	return fault
}
