package s3sim

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"
)

// Call is one request. N counts all of them from 1, in the order of their arrival. Op
// is the name of the operation, and empty where there is none such. Key is decoded.
type Call struct {
	N                    int
	Op, Bucket, Key      string
	IfMatch, IfNoneMatch string
}

// Fault changes how a call is answered.
type Fault struct {
	// Status and Code are of the S3 error that is the answer, unless Status is 0. An
	// empty Code is SlowDown for a 503, and else InternalError.
	Status int
	Code   string
	// Reset cuts the connection without an answer.
	Reset bool
	// After lets the call act before Status or Reset has its turn: an answer is lost.
	After bool
	// Half lets the body of a GetObject end half way.
	Half bool
	// Wait is called before anything else, and holds this call alone. An error of its
	// own ends the call, which does not act. With nil it acts, even for a client that
	// has gone meanwhile: so a request lands late.
	Wait func(ctx context.Context) error
}

// SetFaults sets what is asked before each call, one call at a time; nil is for no
// faults. It may look into the server and change it, but send it no request.
func (s *Server) SetFaults(faults func(Call) *Fault) {
	s.arrival.Lock()
	defer s.arrival.Unlock()
	s.faults = faults
}

// Deny sets which calls are answered 403 AccessDenied, although they are signed well;
// nil is for none. It is asked one call at a time, as faults are.
func (s *Server) Deny(deny func(Call) bool) {
	s.arrival.Lock()
	defer s.arrival.Unlock()
	s.deny = deny
}

// OnDone sets what is told of each call, one at a time, just before its answer leaves:
// who has an answer knows that it was told. The status is 0 where there was none. The
// etag is that of the object as the call left or found it, also where the answer was
// lost, and empty where it did not act. Times are those of Options.Now.
func (s *Server) OnDone(done func(c Call, status int, etag string, begun, ended time.Time)) {
	s.telling.Lock()
	defer s.telling.Unlock()
	s.onDone = done
}

// callOf finds the operation by the method and the path, which is /bucket or /bucket/key.
func callOf(r *http.Request) Call {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	c := Call{Bucket: bucket, Key: key, IfMatch: r.Header.Get("If-Match"), IfNoneMatch: r.Header.Get("If-None-Match")}
	_, copies := r.Header["X-Amz-Copy-Source"]
	query := r.URL.Query()
	switch {
	case bucket == "":
	case key == "" && r.Method == http.MethodHead:
		c.Op = "HeadBucket"
	case key == "" && r.Method == http.MethodGet && query.Get("list-type") == "2":
		c.Op = "ListObjectsV2"
	case key == "" && r.Method == http.MethodPost && query.Has("delete"):
		c.Op = "DeleteObjects"
	case key == "":
	case r.Method == http.MethodGet:
		c.Op = "GetObject"
	case r.Method == http.MethodHead:
		c.Op = "HeadObject"
	case r.Method == http.MethodPut && copies:
		c.Op = "CopyObject"
	case r.Method == http.MethodPut:
		c.Op = "PutObject"
	case r.Method == http.MethodDelete:
		c.Op = "DeleteObject"
	}
	return c
}

// arrive counts a call and asks what is to become of it.
func (s *Server) arrive(r *http.Request) (c Call, f Fault, denied bool) {
	c = callOf(r)
	s.arrival.Lock()
	defer s.arrival.Unlock()
	s.n++
	c.N = s.n
	if s.faults != nil {
		if given := s.faults(c); given != nil {
			f = *given
		}
	}
	return c, f, s.deny != nil && s.deny(c)
}

// serve answers a request whose body was read.
func (s *Server) serve(r *http.Request, body []byte) answer {
	begun := s.o.Now()
	c, f, denied := s.arrive(r)
	var a answer
	if f.Wait != nil {
		a.err = f.Wait(r.Context())
	}
	if c.Op == "PutObject" && a.err == nil {
		s.in.Add(int64(len(body)))
	}
	etag := ""
	if failed := f.Reset || f.Status != 0; a.err == nil && (f.After || !failed) {
		a = s.admitted(r, c, body, denied)
		etag = cmp.Or(a.etag, a.header.Get("Etag"))
	}
	switch {
	case a.err != nil:
	case f.Reset:
		a = answer{reset: true}
	case f.Status != 0:
		a = f.refusal().answer()
	case f.Half && c.Op == "GetObject" && a.status == http.StatusOK:
		a.half = true
	}
	if c.Op == "GetObject" && a.status == http.StatusOK {
		s.out.Add(int64(len(a.sent())))
	}
	s.finish(r, c, &a)
	s.tell(c, a.status, etag, begun)
	return a
}

// sent is the part of the body that leaves.
func (a answer) sent() []byte {
	if a.half {
		return a.body[:len(a.body)/2]
	}
	return a.body
}

func (f Fault) refusal() *refusal {
	code := f.Code
	switch {
	case code != "":
	case f.Status == http.StatusServiceUnavailable:
		code = "SlowDown"
	default:
		code = "InternalError"
	}
	return &refusal{f.Status, code, "a fault that a test asked for"}
}

func (s *Server) tell(c Call, status int, etag string, begun time.Time) {
	s.telling.Lock()
	defer s.telling.Unlock()
	if s.onDone != nil {
		s.onDone(c, status, etag, begun, s.o.Now())
	}
}

// admitted lets a call act that is in order, signed, and not denied.
func (s *Server) admitted(r *http.Request, c Call, body []byte, denied bool) answer {
	refused := check(r, c)
	if refused == nil {
		refused = s.verify(r, body)
	}
	if refused == nil && denied {
		refused = &refusal{http.StatusForbidden, "AccessDenied", "Access Denied"}
	}
	if refused == nil {
		refused = digests(r, c, body)
	}
	if refused != nil {
		return refused.answer()
	}
	a, refused := s.act(r, c, body)
	if refused != nil {
		return refused.answer()
	}
	return a
}
