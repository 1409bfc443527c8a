package kills

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"buckethead/cmd/clitest"
	"buckethead/vendors/sim/s3api"
)

// s3Endpoint is a real server, such as versitygw, that the tests of a shared state use in
// the place of the simulator. It has a bucket "states" and takes the keys of clitest.
var s3Endpoint = flag.String("s3.endpoint", "", "run the tests of a shared state against this S3 server")

// s3Call is a request to the server of the state, as it went by.
type s3Call struct {
	n              int // from 1
	method, key    string
	match, nomatch string // the conditions
	begun, ended   time.Time
	status         int
	etag           string
	body           []byte
}

// s3Fault is what becomes of a call. Act is called before the call acts, or after
// where After is set; Lose cuts the answer off; Status answers with an error and does
// not act, unless After is set.
type s3Fault struct {
	After  bool
	Act    func()
	Lose   bool
	Status int
	Code   string
}

// s3Server is a server of states on loopback that tells of each call, and can fail.
type s3Server struct {
	*httptest.Server
	target http.Handler

	mu    sync.Mutex
	n     int
	fault func(s3Call) *s3Fault
	calls []s3Call
	ahead time.Duration            // of the server's clock
	wrote map[string]time.Duration // by key: how far it was ahead at the last write

	putting sync.Mutex

	total  int // calls ever
	doomed []doom
}

func newS3Server(t *testing.T) *s3Server {
	t.Helper()
	s := &s3Server{wrote: map[string]time.Duration{}}
	if *s3Endpoint == "" {
		s.target = s3api.New(s3api.Options{AccessKeyID: clitest.StatesKeyID, SecretAccessKey: clitest.StatesSecret, Region: "us-east-1", Buckets: []string{clitest.StatesBucket}, Now: time.Now})
	} else {
		to, err := url.Parse(*s3Endpoint)
		if err != nil {
			t.Fatal(err)
		}
		s.target = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host
			r.Out.Host = r.In.Host // it is signed
		}}
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// on says what becomes of the calls from now on, of which the first has the number 1.
func (s *s3Server) on(fault func(s3Call) *s3Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.n = fault, 0
}

// killSoon kills a process at the n-th call from now, whosever it is.
func (s *s3Server) killSoon(n int, victim *os.Process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doomed = append(s.doomed, doom{s.total + n, victim})
}

type doom struct {
	at     int
	victim *os.Process
}

// acted returns the calls that reached the server, in the order in which they ended.
func (s *s3Server) acted() []s3Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// setAhead sets how far the server's clock is ahead, as everyone sees it.
func (s *s3Server) setAhead(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = by
}

func (s *s3Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	call := s3Call{method: r.Method, key: strings.TrimPrefix(r.URL.Path, "/"+clitest.StatesBucket+"/"), match: r.Header.Get("If-Match"), nomatch: r.Header.Get("If-None-Match"),
		body: body}
	if r.Header.Get("X-Amz-Copy-Source") != "" {
		call.method = "COPY"
	}
	s.mu.Lock()
	s.n++
	s.total++
	call.n = s.n
	for _, d := range s.doomed {
		if d.at == s.total {
			_ = d.victim.Kill()
		}
	}
	fault := &s3Fault{}
	if s.fault != nil {
		if given := s.fault(call); given != nil {
			fault = given
		}
	}
	ahead := s.ahead
	if call.method == http.MethodPut || call.method == "COPY" {
		s.wrote[call.key] = ahead
	}
	wrote := s.wrote[call.key]
	s.mu.Unlock()
	if !fault.After && fault.Act != nil {
		fault.Act()
	}
	answer := httptest.NewRecorder()
	if fault.After || fault.Status == 0 && !fault.Lose {
		s.pass(call, answer, r)
	}
	if fault.After && fault.Act != nil {
		fault.Act()
	}
	if fault.Status != 0 {
		answer = httptest.NewRecorder()
		answer.Code = fault.Status
		answer.Body.WriteString("<Error><Code>" + fault.Code + "</Code><Message>as the test wants it</Message></Error>")
	}
	if fault.Lose {
		panic(http.ErrAbortHandler)
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	if at, err := http.ParseTime(w.Header().Get("Date")); err == nil {
		w.Header().Set("Date", at.Add(ahead).Format(http.TimeFormat))
	} else {
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	}
	if at, err := http.ParseTime(w.Header().Get("Last-Modified")); err == nil {
		w.Header().Set("Last-Modified", at.Add(wrote).Format(http.TimeFormat))
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// pass lets a call act, and keeps it. Writes pass one after the other, so that they are
// kept in the order in which they act.
func (s *s3Server) pass(call s3Call, w *httptest.ResponseRecorder, r *http.Request) {
	if call.method == http.MethodPut {
		s.putting.Lock()
		defer s.putting.Unlock()
	}
	call.begun = time.Now()
	// A client that is killed meanwhile does not take back what it sent.
	s.target.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	call.ended, call.status, call.etag = time.Now(), w.Code, w.Header().Get("ETag")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}

// block is the state block of a file that keeps its state here.
func (s *s3Server) block(key, expires string) string {
	return `state "s3" {
    bucket             = "` + clitest.StatesBucket + `"
    key                = "` + key + `"
    region             = "us-east-1"
    endpoint_url       = "` + s.URL + `"
    lock_expires_after = "` + expires + `"
  }`
}

// stateHeader is what the tests read of the first line of a state object.
type stateHeader struct {
	Serial uint64 `json:"serial"`
	Lock   string `json:"lock"`
}

func readStateHeader(t *testing.T, body []byte) (h stateHeader) {
	t.Helper()
	line, _, _ := bytes.Cut(body, []byte("\n"))
	if err := json.Unmarshal(line, &h); err != nil {
		t.Fatalf("no state: %q: %v", line, err)
	}
	return h
}

// lockObject is what the tests read of the lock.
type lockObject struct {
	ID       string `json:"id"`
	Released bool   `json:"released"`
}
