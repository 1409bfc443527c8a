package kit

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Config says how a [Server] answers.
type Config struct {
	Now      func() time.Time                           // required
	Sleep    func(context.Context, time.Duration) error // required if Latency is not 0
	Latency  time.Duration                              // of every call
	World    sync.Locker                                // held while a call acts
	ClientIP string                                     // of calls through Transport
	NoDate   bool                                       // answers have no Date header
	Longest  int64                                      // of a body; 0: no limit

	// Read finds out what a request asks for. whole is false if its body is too long
	// or was cut off.
	Read func(r *http.Request, body []byte, whole bool) Job
}

// Job is a request whose operation is known.
type Job struct {
	Call   Call
	Admit  func() (http.Header, *Answer) // a rate limit: headers of any answer, and a refusal; may be nil
	Act    func(Call) Answer             // judges the call and carries it out; called with the World locked
	Fail   func(Call, *Fault) Answer     // the API's own error for a fault of the kind [Status]
	Finish func(Call, *Answer)           // adds what all answers have
}

// Answer is the response to a call. Date and Content-Length are added.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Cut    FaultKind // Reset, Hang or Truncate
}

// NewAnswer returns an answer with a body of a type; "" for no type.
func NewAnswer(status int, mime string, body []byte) Answer {
	a := Answer{Status: status, Header: http.Header{}, Body: body}
	if mime != "" {
		a.Header.Set("Content-Type", mime)
	}
	return a
}

// Server records calls, lets them act one at a time, and answers. A simulator embeds it. It is
// safe for concurrent use.
type Server struct {
	c Config

	mu      sync.Mutex
	onCall  func(Call) *Fault
	log     []Call
	counts  map[string]int
	unknown []string

	telling sync.Mutex
	onDone  func(Call, int, bool)
}

// NewServer returns a server that recorded nothing. It panics if Config lacks a clock.
func NewServer(c Config) *Server {
	if c.Now == nil || c.Latency > 0 && c.Sleep == nil {
		panic("kit: Options lack Now, or Sleep")
	}
	return &Server{c: c, counts: map[string]int{}}
}

// serve answers a request.
func (s *Server) serve(r *http.Request) Answer {
	body, whole := s.body(r)
	j := s.c.Read(r, body, whole)
	call, ask := s.arrive(j.Call)
	a, acted := s.answer(r.Context(), j, call, ask)
	if a.Cut == Reset || a.Cut == Hang {
		a.Status = 0
	} else {
		s.finish(j, call, &a)
	}
	s.telling.Lock()
	defer s.telling.Unlock()
	if s.onDone != nil {
		s.onDone(call, a.Status, acted)
	}
	return a
}

func (s *Server) body(r *http.Request) (body []byte, whole bool) {
	if r.Body == nil {
		return nil, true
	}
	in := io.Reader(r.Body)
	if s.c.Longest > 0 {
		in = io.LimitReader(in, s.c.Longest+1)
	}
	body, err := io.ReadAll(in)
	return body, err == nil && (s.c.Longest == 0 || int64(len(body)) <= s.c.Longest)
}

// answer lets a call act and breaks its response, in the order that its fault says.
func (s *Server) answer(ctx context.Context, j Job, call Call, ask func(Call) *Fault) (a Answer, acted bool) {
	if s.c.Latency > 0 && s.c.Sleep(ctx, s.c.Latency) != nil {
		return Answer{Cut: Hang}, false // the client is gone
	}
	var limits http.Header
	if j.Admit != nil {
		var refusal *Answer
		if limits, refusal = j.Admit(); refusal != nil {
			return refusal.with(limits), false
		}
	}
	var fault *Fault
	if ask != nil && call.Op != "" {
		fault = ask(call)
	}
	if acted = fault == nil || fault.After; acted {
		a = s.act(j, call)
	}
	if fault != nil {
		if fault.Call != nil {
			fault.Call()
		}
		if !acted && fault.kind() == Hook {
			a, acted = s.act(j, call), true
		}
		a = fault.spoil(a, func() Answer { return j.Fail(call, fault) })
	}
	return a.with(limits), acted
}

func (s *Server) act(j Job, call Call) Answer {
	s.c.World.Lock()
	defer s.c.World.Unlock()
	return j.Act(call)
}

// with adds headers.
func (a Answer) with(h http.Header) Answer {
	if a.Header == nil {
		a.Header = http.Header{}
	}
	for name, values := range h {
		a.Header[name] = slices.Clone(values)
	}
	return a
}

func (s *Server) finish(j Job, call Call, a *Answer) {
	if j.Finish != nil {
		j.Finish(call, a)
	}
	a.Header["Date"] = nil // or net/http adds one
	if !s.c.NoDate {
		a.Header.Set("Date", s.c.Now().UTC().Format(http.TimeFormat))
	}
	if a.Status == http.StatusNoContent || a.Status == http.StatusNotModified {
		a.Body = nil
	} else {
		a.Header.Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
}

// Seconds returns a duration as in headers, in whole seconds, rounded up.
func Seconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}
