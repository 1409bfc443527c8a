package s3_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"buckethead/state"
	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/sim/s3api"
)

// endpoint is a real server, such as versitygw, used instead of the simulator. It has a
// bucket "states" and takes the keys below.
var endpoint = flag.String("s3.endpoint", "", "run the tests against this S3 server")

var every = flag.Bool("every", false, "leave nothing out of the long tests")

const (
	keyID  = "stateserver"
	secret = "state-server-secret"
	states = "states"
)

// server is the server of a test: the simulator, or a real one. It counts calls, and
// can fail them.
type server struct {
	t    *testing.T
	sim  *s3api.Server // nil for a real one
	next http.RoundTripper

	mu    sync.Mutex
	n     int
	fault func(call) *fault
	clock clock // of the simulator
	calls []string
}

// call is a request on its way.
type call struct {
	n      int // from 1
	method string
	key    string
}

// fault is what becomes of it: with lose no answer comes, with status an error does; in
// both cases it acts first where after is set. act is called before, or after.
type fault struct {
	after  bool
	lose   bool
	status int
	code   string
	act    func()
}

func newServer(t *testing.T, o s3api.Options) *server {
	t.Helper()
	o.AccessKeyID, o.SecretAccessKey, o.Region, o.Buckets = keyID, secret, "us-east-1", []string{states}
	s := &server{t: t}
	o.Now = s.clock.now
	s.sim = s3api.New(o)
	s.next = s.sim.Transport()
	return s
}

// realOrNot returns the real server if there is one, and the simulator otherwise.
func realOrNot(t *testing.T) *server {
	t.Helper()
	s := newServer(t, s3api.Options{})
	if *endpoint != "" {
		to, err := url.Parse(*endpoint)
		if err != nil {
			t.Fatal(err)
		}
		s.sim, s.next = nil, onward{to}
	}
	return s
}

// onward sends requests to a server whose address they do not have.
type onward struct{ to *url.URL }

func (o onward) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.Host = r.URL.Host // it is signed
	out.URL.Scheme, out.URL.Host = o.to.Scheme, o.to.Host
	return http.DefaultTransport.RoundTrip(out)
}

// on says what becomes of the calls from now on.
func (s *server) on(f func(call) *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.n = f, 0
}

// clock is one that a test sets.
type clock struct {
	mu  sync.Mutex
	off time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.off)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off += d
}

// RoundTrip is the way of every request.
func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	c := call{method: r.Method, key: strings.TrimPrefix(r.URL.Path, "/"+states+"/")}
	if r.Header.Get("X-Amz-Copy-Source") != "" {
		c.method = "COPY"
	}
	s.mu.Lock()
	s.n++
	c.n = s.n
	s.calls = append(s.calls, c.method+" "+c.key)
	f := &fault{}
	if s.fault != nil {
		if given := s.fault(c); given != nil {
			f = given
		}
	}
	s.mu.Unlock()
	if f.act != nil && !f.after {
		f.act()
	}
	var answer *http.Response
	var err error
	if f.after || f.status == 0 && !f.lose {
		if answer, err = s.next.RoundTrip(r); err != nil {
			return nil, err
		}
	}
	if f.act != nil && f.after {
		f.act()
	}
	switch {
	case f.lose:
		return nil, fmt.Errorf("the test cut it off: %w", syscall.ECONNRESET)
	case f.status != 0:
		body := "<Error><Code>" + f.code + "</Code><Message>as the test wants it</Message></Error>"
		answer = &http.Response{StatusCode: f.status, Header: http.Header{"Date": {s.clock.now().UTC().Format(http.TimeFormat)}}, Request: r,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	}
	return answer, nil
}

var drawn atomic.Int64

// key draws the name of a state, for a real server keeps those of other runs.
func key() string { return fmt.Sprintf("t/%d-%d.state", time.Now().UnixNano(), drawn.Add(1)) }

// options are those of a holder called name.
func (s *server) options(key, name string) s3.Options {
	return s3.Options{Stack: "main", Now: time.Now, Transport: s, Holder: state.Holder{Actor: name, Run: "https://ci.example/" + name, Commit: "0123456789abcdef"},
		Settings: vendors.Settings{"bucket": {Text: states}, "key": {Text: key}, "endpoint_url": {Text: "http://127.0.0.1:1"}, "region": {Text: "us-east-1"},
			"access_key_id": {Text: keyID}, "secret_access_key": {Secret: vendors.NewSecret(secret)}, "lock_expires_after": {Text: "1m"}}}
}

func (s *server) backend(o s3.Options) *s3.Backend {
	s.t.Helper()
	b, err := s3.New(context.Background(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

func (s *server) open(o s3.Options) *s3.Store {
	s.t.Helper()
	store, err := s.backend(o).Open(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	return store.(*s3.Store)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// object reads what is there by way of the simulator.
func (s *server) object(key string) []byte {
	body, _, _ := s.sim.Object(states, key)
	return body
}

// spoil changes one byte in the middle of an object.
func (s *server) spoil(key string) {
	body := bytes.Clone(s.object(key))
	body[len(body)/2] ^= 0x55
	s.sim.Put(states, key, body)
}

func isNot(t *testing.T, err error, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}
