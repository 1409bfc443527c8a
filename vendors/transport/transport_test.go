package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// script answers one request after the other, and the last for ever.
type script struct {
	acts   []func(*http.Request) (*http.Response, error)
	bodies []string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	text := ""
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		text = string(b)
	}
	s.bodies = append(s.bodies, text)
	return s.acts[min(len(s.bodies), len(s.acts))-1](r)
}

func answers(status int, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return answer(status, headers...), nil }
}

func breaks(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// tears returns an answer whose body ends too early.
func tears(*http.Request) (*http.Response, error) {
	resp := answer(200)
	resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"succ`), &torn{}))
	return resp, nil
}

type torn struct{}

func (*torn) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// hangs until the attempt is given up.
func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func send(t *testing.T, repeat transport.Repeat, s *script, edit func(*vendors.Host)) (*http.Response, error) {
	t.Helper()
	h := host()
	h.Transport = s
	if edit != nil {
		edit(&h)
	}
	client := transport.NewClient(transport.Options{Host: h, Repeat: func(*http.Request) transport.Repeat { return repeat },
		Redact: func(_ *http.Request, body []byte) string { return strings.ReplaceAll(string(body), "secret", "***") }})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://api.example/x", strings.NewReader("a secret body"))
	if err != nil {
		t.Fatal(err)
	}
	return client.Do(r)
}

type acts = []func(*http.Request) (*http.Response, error)

func TestRoundTrip_repeats(t *testing.T) {
	reset := errors.New("connection reset by peer")
	for name, c := range map[string]struct {
		acts                       acts
		never, whenRefused, always int // requests that are sent
		status                     int // of the last answer, where all of them end with one; 0 for an error
		longest                    time.Duration
	}{
		"a good answer":         {acts{answers(200)}, 1, 1, 1, 200, 0},
		"a refusal":             {acts{answers(403)}, 1, 1, 1, 403, 0},
		"a conflict":            {acts{answers(409)}, 1, 1, 1, 409, 0},
		"a redirect":            {acts{answers(307, "Location", "https://elsewhere.example/")}, 1, 1, 1, 307, 0},
		"too many, then good":   {acts{answers(429, "Retry-After", "7"), answers(200)}, 1, 2, 2, 0, 8 * time.Second},
		"too many for ever":     {acts{answers(429, "Retry-After", "300")}, 1, 4, 4, 429, 15 * time.Minute},
		"too long":              {acts{answers(429, "Retry-After", "901"), answers(200)}, 1, 1, 1, 0, 0},
		"too long, as a date":   {acts{answers(503, "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), answers(200)}, 1, 1, 1, 0, 0},
		"for ever":              {acts{answers(429, "Retry-After", "9223372036854775807"), answers(200)}, 1, 1, 1, 0, 0},
		"a fraction":            {acts{answers(429, "Retry-After", "1.5"), answers(200)}, 1, 2, 2, 0, 2 * time.Second},
		"not well, then good":   {acts{answers(503), answers(200)}, 1, 1, 2, 0, time.Second},
		"not well for ever":     {acts{answers(500)}, 1, 1, 6, 500, 20 * time.Second},
		"not implemented":       {acts{answers(501)}, 1, 1, 1, 501, 0},
		"cut, then good":        {acts{breaks(reset), answers(200)}, 1, 1, 2, 0, time.Second},
		"torn, then good":       {acts{tears, answers(200)}, 1, 1, 2, 0, time.Second},
		"hangs, then good":      {acts{hangs, answers(200)}, 1, 1, 2, 0, 62 * time.Second},
		"no connection at all":  {acts{breaks(errDial)}, 1, 6, 6, 0, 20 * time.Second},
		"no connection at once": {acts{breaks(errDial), answers(200)}, 1, 2, 2, 0, time.Second},
	} {
		for repeat, want := range map[transport.Repeat]int{transport.Never: c.never, transport.WhenRefused: c.whenRefused, transport.Always: c.always} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &script{acts: c.acts}
					begun := time.Now()
					resp, err := send(t, repeat, s, nil)
					if len(s.bodies) != want {
						t.Errorf("repeat %d: %d requests, want %d", repeat, len(s.bodies), want)
					}
					for _, b := range s.bodies {
						if b != "a secret body" {
							t.Errorf("sent %q", b)
						}
					}
					if c.status != 0 && (err != nil || resp.StatusCode != c.status) {
						t.Errorf("got %v, %v", resp, err)
					}
					if took := time.Since(begun); took > c.longest {
						t.Errorf("repeat %d took %s", repeat, took)
					}
				})
			})
		}
	}
}

func TestRoundTrip_saysWhatWasNeverSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var notSent *transport.NotSentError
		if _, err := send(t, transport.Never, &script{acts: acts{breaks(errDial)}}, nil); !errors.As(err, &notSent) {
			t.Errorf("no connection: got %v", err)
		}
		notSent = nil
		if _, err := send(t, transport.Never, &script{acts: acts{breaks(io.ErrUnexpectedEOF)}}, nil); err == nil || errors.As(err, &notSent) {
			t.Errorf("cut: got %v", err)
		}
	})
}

func TestRoundTrip_boundsAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{acts: acts{func(*http.Request) (*http.Response, error) {
			resp := answer(200)
			resp.Body = io.NopCloser(bytes.NewReader(make([]byte, 17<<20)))
			return resp, nil
		}}}
		if _, err := send(t, transport.Always, s, nil); !errors.Is(err, transport.ErrTooLarge) || len(s.bodies) != 1 {
			t.Errorf("got %v after %d requests", err, len(s.bodies))
		}
	})
}

func TestRoundTrip_tellsAndTraces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		var traced []vendors.Exchange
		_, err := send(t, transport.Always, &script{acts: acts{answers(429, "Retry-After", "30", "Cf-Ray", "ray-1"), answers(200)}}, func(h *vendors.Host) {
			h.Waiting = func(why string, until time.Time) { told = append(told, why+" "+time.Until(until).String()) }
			h.Trace = func(e vendors.Exchange) { traced = append(traced, e) }
		})
		if err != nil || len(told) != 1 || told[0] != "too many calls (429) 30s" {
			t.Errorf("%v, told %q", err, told)
		}
		if len(traced) != 2 || traced[0].Status != 429 || traced[0].RequestID != "ray-1" || traced[0].Request != "a *** body" || traced[1].Answer != "{}" {
			t.Errorf("traced %+v", traced)
		}
	})
}

func TestRoundTrip_endsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := host()
		s := &script{acts: acts{answers(503, "Retry-After", "60")}}
		h.Transport = s
		client := transport.NewClient(transport.Options{Host: h, Repeat: func(*http.Request) transport.Repeat { return transport.Always },
			Redact: func(*http.Request, []byte) string { return "" }})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example/x", nil)
		begun := time.Now()
		_, _ = client.Do(r)
		if time.Since(begun) != time.Second || len(s.bodies) != 1 {
			t.Errorf("took %s and %d requests", time.Since(begun), len(s.bodies))
		}
	})
}

// Over real connections: what net/http sends again by itself is no POST, and
// Authorization goes nowhere else.
func TestClient_overLoopback(t *testing.T) {
	var posts, elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case r.Method == http.MethodPost:
			posts.Add(1)
			panic(http.ErrAbortHandler)
		}
	}))
	defer server.Close()
	h := host()
	client := transport.NewClient(transport.Options{Host: h, Repeat: func(*http.Request) transport.Repeat { return transport.WhenRefused },
		Redact: func(*http.Request, []byte) string { return "" }})
	for range 3 { // so that a connection is used again
		if resp, err := client.Get(server.URL + "/"); err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
	}
	if _, err := client.Post(server.URL, "text/plain", strings.NewReader("x")); err == nil || posts.Load() != 1 {
		t.Errorf("a POST whose answer was lost was sent %d times: %v", posts.Load(), err)
	}
	if resp, err := client.Get(server.URL + "/away"); err != nil || resp.StatusCode != http.StatusTemporaryRedirect || elsewhere.Load() != 0 {
		t.Errorf("a redirect was followed: %v %v", resp, err)
	}
}

func FuzzHeaders(f *testing.F) {
	f.Add(`"default";r=50;t=30`, `"burst";q=100;w=60`, "120")
	f.Add(`"a";r=1;t=2, "b";r=0;t=9`, `x;q=;w=`, "Wed, 21 Oct 2026 07:28:00 GMT")
	f.Fuzz(func(t *testing.T, limit, policy, after string) {
		l := transport.NewLimiter(1200, time.Minute)
		now := time.Unix(1e9, 0)
		l.Observe(&http.Response{StatusCode: 200, Header: http.Header{"Ratelimit": {limit}, "Ratelimit-Policy": {policy}}}, now)
		if d := transport.RetryAfter(http.Header{"Retry-After": {after}}, now); d < 0 {
			t.Errorf("waits %s", d)
		}
	})
}
