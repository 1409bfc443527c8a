package kit

import (
	"fmt"
	"slices"
)

// Call is one call that arrived. Fields that a protocol does not have are empty.
type Call struct {
	N            int    // of all calls, from 1
	Nth          int    // of the calls of this Op, from 1
	Op           string // such as "bucket.create"; "" if it is not an operation
	Method, Path string // the path as it was sent, without the query

	Jurisdiction         string // of R2; "default" if the call names none
	Bucket, Key          string // of S3
	IfMatch, IfNoneMatch string // of S3
}

// OnCall sets the function that chooses a fault for each call that is an operation and within
// the rate limit; nil means no faults. It is called without a lock, and may use the simulator.
func (s *Server) OnCall(f func(Call) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onCall = f
}

// OnDone sets the function that is called for each call just before its response is sent, one
// at a time. The status is 0 if there is no response; acted reports whether the call was
// carried out.
func (s *Server) OnDone(f func(c Call, status int, acted bool)) {
	s.telling.Lock()
	defer s.telling.Unlock()
	s.onDone = f
}

// Calls returns how many calls of an operation arrived; "" counts all, including those that are
// not operations.
func (s *Server) Calls(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if op == "" {
		return len(s.log)
	}
	return s.counts[op]
}

// Log returns every call that arrived, in order.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// ResetCounts forgets Log and Calls, but not Unknown.
func (s *Server) ResetCounts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log, s.counts = nil, map[string]int{}
}

// Unknown returns the strictly refused requests, which no client should send.
func (s *Server) Unknown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unknown)
}

// ForgetUnknown empties Unknown.
func (s *Server) ForgetUnknown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown = nil
}

// Strange adds a line to Unknown.
func (s *Server) Strange(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown = append(s.unknown, fmt.Sprintf(format, args...))
}

// arrive records a call and numbers it.
func (s *Server) arrive(c Call) (Call, func(Call) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.N = len(s.log) + 1
	if c.Op != "" {
		s.counts[c.Op]++
		c.Nth = s.counts[c.Op]
	}
	s.log = append(s.log, c)
	return c, s.onCall
}
