package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"buckethead/vendors"
)

// Repeat says when a request may be sent again.
type Repeat int

// The values of Repeat.
const (
	// Never: not even if it was certainly refused.
	Never Repeat = iota
	// WhenRefused: after a response that says that nothing was done (429).
	WhenRefused
	// Always: repeating it has no further effect. Also after 5xx and broken connections.
	Always
)

// Options configures a transport. Host must have Now and Sleep. Limiter may be nil. Repeat and
// Redact are required; Redact returns a body that is safe to show. MaxBody bounds the body of a
// successful response; zero means 16 MiB.
type Options struct {
	Host    vendors.Host
	Limiter *Limiter
	Repeat  func(*http.Request) Repeat
	Redact  func(r *http.Request, body []byte) string
	MaxBody int64
}

// The limits for one call. An attempt that takes longer than attemptTime is abandoned. Only the
// first maxErrorBody bytes of an error's body are read. A call is sent at most tries times; see
// [WaitError] for the waits in between.
const (
	attemptTime  = 60 * time.Second
	maxBody      = 16 << 20
	maxErrorBody = 64 << 10
	maxHeader    = 256 << 10
	tries        = 6
	firstPause   = 500 * time.Millisecond
	longPause    = 8 * time.Second
)

// ErrTooLarge is the error for a response that is larger than Options.MaxBody or [Dense].
var ErrTooLarge = errors.New("the response is too large")

// tooLargeError is an ErrTooLarge with details.
type tooLargeError string

func (e tooLargeError) Error() string        { return string(e) }
func (e tooLargeError) Is(target error) bool { return target == ErrTooLarge }

// NotSentError wraps the error of a request that certainly never reached the vendor: no connection
// was made, or the context ended while it waited its turn.
type NotSentError struct{ Err error }

func (e *NotSentError) Error() string { return e.Err.Error() }
func (e *NotSentError) Unwrap() error { return e.Err }

// New returns a round tripper that is safe for concurrent use. Answers are complete: the body is in
// memory, and a body that breaks off is an error.
func New(o Options) http.RoundTripper {
	next := o.Host.Transport
	if next == nil {
		next = network()
	}
	if o.MaxBody == 0 {
		o.MaxBody = maxBody
	}
	return &transport{Options: o, next: Guard(next, o.Host.MaySend)}
}

// NewClient returns a client over New that follows no redirect: a response must not decide where
// an Authorization header is sent.
func NewClient(o Options) *http.Client {
	return &http.Client{Transport: New(o),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// network is how requests leave the machine.
func network() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 16
	t.ResponseHeaderTimeout = attemptTime
	t.MaxResponseHeaderBytes = maxHeader
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	return t
}

type transport struct {
	Options
	next  http.RoundTripper
	reach reach
	// vain means that a call waited in vain, and that the server has not answered any since.
	// Without it, each call of a run would wait just as long.
	vain atomic.Bool
}

// RoundTrip sends a request, and again as far as Repeat allows. An address to which no
// connection could be made is not tried again in this run; one that refuses connections, or
// whose host is unknown, is tried only once.
//
// A request that is never repeated does not mark its address as unreachable: a single failure
// may be temporary, and its sender may have reasons to try again.
func (t *transport) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if r.Context().Err() != nil {
		return nil, &NotSentError{context.Cause(r.Context())}
	}
	repeat := t.Repeat(r)
	if repeat == Never {
		return t.repeated(r, repeat, func() {})
	}
	first, err := t.reach.enter(r.Context(), r.URL.Host)
	if err != nil {
		return nil, &NotSentError{err}
	}
	defer func() { first.ended(err) }() // also after a panic
	return t.repeated(r, repeat, first.reached)
}

// repeated makes as many attempts as needed. It calls reached after each attempt that made a
// connection, whatever the result.
func (t *transport) repeated(r *http.Request, repeat Repeat, reached func()) (*http.Response, error) {
	ctx := r.Context()
	w := budgetOfWaits{most: t.Limiter.longest()}
	for try := 1; ; try++ {
		w.vain = t.vain.Load()
		resp, err := t.once(r, &w)
		if notSent := (*NotSentError)(nil); !errors.As(err, &notSent) {
			reached()
		}
		now := t.Host.Now()
		w.most = t.Limiter.longest() // the response may have another window
		pause, why := t.again(repeat, resp, err, try)
		if resp != nil && !refusing(resp) {
			t.vain.Store(false)
		} else if asked := t.asked(resp, now); !w.allows(max(asked, pause)) || asked > 0 && w.vain {
			if w.waited > 0 {
				t.vain.Store(true)
			}
			if resp != nil {
				resp = withFault(resp, w.fault(max(asked, pause), now))
			}
			return resp, err
		}
		if why == "" || ctx.Err() != nil {
			return resp, err
		}
		if t.Host.Waiting != nil && pause >= time.Second {
			t.Host.Waiting(why, now.Add(pause))
		}
		if t.Host.Sleep(ctx, pause) != nil {
			return resp, err // the error of the last attempt says more than the end of the wait
		}
		w.waited += pause
	}
}

// refusing reports whether a response only asks to come back later.
func refusing(resp *http.Response) bool {
	return resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500
}

// asked returns how long a refusal asks to wait.
func (t *transport) asked(resp *http.Response, now time.Time) time.Duration {
	if resp == nil {
		return 0
	}
	return RetryAfter(resp.Header, now)
}

// again says how long to wait before the next attempt, and why. Without a reason, there is no
// next attempt.
func (t *transport) again(repeat Repeat, resp *http.Response, err error, try int) (pause time.Duration, why string) {
	switch {
	case repeat == Never || try == tries:
		return 0, ""
	case err != nil:
		var notSent *NotSentError
		switch {
		case errors.Is(err, ErrTooLarge), errors.Is(err, errConnections), errors.Is(err, context.Canceled),
			errors.As(err, &notSent) && !retryable(notSent.Err):
			return 0, ""
		case repeat == Always || notSent != nil:
			return backoff(try), "the connection broke"
		}
		return 0, ""
	case resp.StatusCode == http.StatusTooManyRequests:
		return max(RetryAfter(resp.Header, t.Host.Now()), backoff(try)), "too many calls (429)"
	case repeat == Always && resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented:
		return max(RetryAfter(resp.Header, t.Host.Now()), backoff(try)),
			fmt.Sprintf("the server answered %d", resp.StatusCode)
	}
	return 0, ""
}

// retryable reports whether a failed connection may succeed soon.
func retryable(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && !vendors.Unreachable(err)
}

// backoff grows from half a second to eight, with 25 % jitter, so that several processes do not
// come back at the same time.
func backoff(try int) time.Duration {
	pause := min(firstPause<<(try-1), longPause)
	return pause*3/4 + rand.N(pause/2)
}

// once makes one attempt.
func (t *transport) once(r *http.Request, w *budgetOfWaits) (*http.Response, error) {
	sent, body, err := prepare(r)
	if err != nil {
		return nil, &NotSentError{err}
	}
	if t.Limiter != nil {
		done, err := t.Limiter.acquire(r.Context(), t.Host, w)
		if err != nil {
			return nil, &NotSentError{err}
		}
		defer done()
	}
	ctx, end := boundConnections(r.Context())
	defer end(nil)
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	begun := t.Host.Now()
	resp, err := t.next.RoundTrip(sent.WithContext(ctx))
	var answer []byte
	if err == nil {
		answer, err = readAll(resp, t.MaxBody)
		if t.Limiter != nil {
			t.Limiter.Observe(resp, t.Host.Now())
		}
	}
	t.trace(r, body, resp, answer, err, t.Host.Now().Sub(begun))
	if err != nil {
		if errors.Is(context.Cause(ctx), errConnections) {
			err = errConnections
		}
		if notSent := (*NotSentError)(nil); !errors.As(err, &notSent) && neverConnected(err) {
			err = &NotSentError{err}
		}
		return nil, err
	}
	resp.Request = r
	return resp, nil
}

// prepare returns a copy of the request whose body can be read.
func prepare(r *http.Request) (*http.Request, []byte, error) {
	sent := r.Clone(r.Context())
	if r.Body == nil || r.Body == http.NoBody {
		return sent, nil, nil
	}
	source := r.Body
	if r.GetBody != nil {
		var err error
		if source, err = r.GetBody(); err != nil {
			return nil, nil, err
		}
	}
	body, err := io.ReadAll(source)
	if err != nil {
		return nil, nil, err
	}
	if r.GetBody == nil {
		// So that another attempt can read it again.
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	sent.Body, sent.ContentLength, sent.GetBody = io.NopCloser(bytes.NewReader(body)), int64(len(body)), r.GetBody
	return sent, body, nil
}

// readAll reads the whole body and restores it. For an error, it reads only the first part.
func readAll(resp *http.Response, most int64) ([]byte, error) {
	good := resp.StatusCode < 300
	if !good {
		most = min(most, maxErrorBody)
	}
	var body bytes.Buffer
	_, err := body.ReadFrom(io.LimitReader(resp.Body, most+1))
	closed := resp.Body.Close()
	cut := int64(body.Len()) > most
	switch {
	case err != nil:
		return body.Bytes(), err
	case cut && good:
		return nil, tooLargeError(fmt.Sprintf("the response is larger than %d KiB", most>>10))
	case good && Dense(body.Bytes(), bytesOfObject):
		return nil, tooLargeError("the response has too many objects for its size")
	case cut:
		body.Truncate(int(most))
	case closed != nil:
		return body.Bytes(), closed
	}
	resp.Body = io.NopCloser(bytes.NewReader(body.Bytes()))
	return body.Bytes(), nil
}

// neverConnected reports whether an error occurred before anything was sent.
func neverConnected(err error) bool {
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &certificate)
}

// trace traces the exchange.
func (t *transport) trace(r *http.Request, body []byte, resp *http.Response, answer []byte, err error,
	took time.Duration) {
	if t.Host.Trace == nil {
		return
	}
	e := vendors.Exchange{Method: r.Method, URL: r.URL.Redacted(), Took: took, Request: Hide(r, t.Redact(r, body)), Err: err}
	if resp != nil {
		e.Status, e.RequestID, e.Answer = resp.StatusCode, RequestID(resp.Header), Hide(r, t.Redact(r, answer))
	}
	t.Host.Trace(e)
}
