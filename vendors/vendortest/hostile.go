package vendortest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
)

// The bounds on a call to a hostile server. A call may wait 15 minutes or three
// windows if the server asks for that, and sends six attempts of a minute. It allocates a few times
// the largest body that it reads.
const (
	LongestCall   = 46 * time.Minute
	MemoryOfCall  = 128 << 20 // in all, and not at one time
	messageOfCall = 2000      // characters
)

// Hostile is one way in which a server misbehaves. It answers every request alike.
type Hostile struct {
	Name   string
	Answer func(*http.Request) (*http.Response, error)
	// Harmless: a call may also succeed.
	Harmless bool
	// Within is how long a call may take, if the server publishes a long window.
	Within time.Duration
}

// Call makes one call of an adapter, which sends its requests through way.
type Call func(ctx context.Context, way http.RoundTripper) error

// HostileOptions configures [Survive]. Now is the clock of the bubble, time.Now, and is required.
// Each error must contain one of Names and none of Secrets. Within and Memory replace the default
// bounds. Calls multiplies them: it is how many requests one call of the adapter makes, if that is
// more than one.
type HostileOptions struct {
	Now     func() time.Time
	Names   []string
	Secrets []string
	Within  time.Duration
	Memory  uint64
	Calls   int
}

// Survive makes a call against each hostile server, in a bubble of its own. The call must end in
// time, with an error that is short, names the vendor and shows no secret, and with a bounded amount
// of memory.
func Survive(t *testing.T, cases []Hostile, o HostileOptions, call Call) {
	t.Helper()
	if o.Within == 0 {
		o.Within = LongestCall
	}
	if testing.Short() {
		t.Skip("it measures memory, of which the race detector takes more")
	}
	if o.Memory == 0 {
		o.Memory = MemoryOfCall
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { survive(t, c, o, call) })
		})
	}
}

func survive(t *testing.T, c Hostile, o HostileOptions, call Call) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := o.Now()
	err := call(t.Context(), carrier(func(r *http.Request) (*http.Response, error) {
		resp, err := c.Answer(r)
		if resp != nil && resp.Header["Date"] == nil {
			resp.Header.Set("Date", o.Now().UTC().Format(http.TimeFormat))
		}
		return resp, err
	}))
	took := o.Now().Sub(begun)
	runtime.ReadMemStats(&after)
	calls := max(o.Calls, 1)
	if within := max(o.Within, c.Within) * time.Duration(calls); took > within {
		t.Errorf("took %s, want %s at most", took, within)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > o.Memory*uint64(calls) {
		t.Errorf("took %d MiB, want %d at most", used>>20, o.Memory>>20*uint64(calls))
	}
	if err == nil {
		if !c.Harmless {
			t.Error("it is taken for a good answer")
		}
		return
	}
	text := err.Error()
	if len([]rune(text)) > messageOfCall {
		t.Errorf("an error of %d characters: %.200s...", len([]rune(text)), text)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' }); i >= 0 {
		t.Errorf("the error has a character that acts on a terminal: %.300q", text)
	}
	if !containsAny(text, o.Names) {
		t.Errorf("%.300q has none of %q", text, o.Names)
	}
	if containsAny(text, o.Secrets) {
		t.Errorf("the error shows a secret: %.300s", text)
	}
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// StopsWhenCancelled makes a call that is cancelled while its n-th request is under way, and fails
// the test if it sends another after that, or succeeds. answer is how a good server answers.
func StopsWhenCancelled(t *testing.T, n, beside int, call Call, answer http.RoundTripper) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var sent atomic.Int64
	err := call(ctx, carrier(func(r *http.Request) (*http.Response, error) {
		if sent.Add(1) == int64(n) {
			cancel()
		}
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return answer.RoundTrip(r)
	}))
	if !errors.Is(err, context.Canceled) || sent.Load() > int64(n+beside) {
		t.Errorf("got %v after %d requests, cancelled in the %dth", err, sent.Load(), n)
	}
}

// StopsAtTheFirstFault makes a call whose n-th request is refused for good, and fails the test if
// more than beside others are sent after that.
func StopsAtTheFirstFault(t *testing.T, n, beside int, call Call, answer http.RoundTripper) {
	t.Helper()
	var sent atomic.Int64
	err := call(t.Context(), carrier(func(r *http.Request) (*http.Response, error) {
		switch number := sent.Add(1); {
		case number == int64(n):
			return respond(r, http.StatusForbidden, "{}"), nil
		case number > int64(n):
			<-time.NewTimer(time.Second).C // in the bubble's time: the refusal arrives first, however goroutines are scheduled
		}
		return answer.RoundTrip(r)
	}))
	if err == nil || sent.Load() > int64(n+beside) {
		t.Errorf("got %v after %d requests, refused in the %dth", err, sent.Load(), n)
	}
}

// carrier carries requests as a network does: it reads their bodies.
type carrier func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		text, err := io.ReadAll(r.Body)
		_ = r.Body.Close() // it is read
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(strings.NewReader(string(text)))
	}
	resp, err := c(r)
	if resp != nil && resp.Request == nil {
		resp.Request = r
	}
	return resp, err
}

// respond returns an answer of a status with a body of JSON, and more headers by name and value.
func respond(r *http.Request, status int, body string, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}
}

// Answers returns a case that answers with a status, a body and headers.
func Answers(name string, status int, body string, headers ...string) Hostile {
	return Hostile{Name: name, Answer: func(r *http.Request) (*http.Response, error) {
		return respond(r, status, body, headers...), nil
	}}
}

// InTurn returns a case that answers each request by its number, from 1, with 200 and what body
// returns.
func InTurn(name string, body func(n int, r *http.Request) string) Hostile {
	n := 0
	return Hostile{Name: name, Answer: func(r *http.Request) (*http.Response, error) {
		n++
		return respond(r, http.StatusOK, body(n, r)), nil
	}}
}
