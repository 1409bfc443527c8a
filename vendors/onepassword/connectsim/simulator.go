package connectsim

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Options say what the simulated server is like. Zero values are the defaults.
type Options struct {
	Now     func() time.Time                           // required
	Sleep   func(context.Context, time.Duration) error // required when Latency is not 0
	Latency time.Duration                              // of every call; writes to one vault that overlap are in conflict

	// ReadDelay is how long reads show what a write found: a new item is not there
	// yet, a changed one is as it was, a deleted one is still there.
	ReadDelay time.Duration

	DeleteAnswers500 bool // a delete works and says that something went wrong
	CheckVersions    bool // PUT refuses an item of another version than the present one with 409; else it overwrites
	HideArchived     bool // archived items are neither listed nor found; else they are there, with their state
}

// Simulator is one server. Safe for concurrent use.
type Simulator struct {
	o Options

	mu       sync.Mutex
	drawn    int // ids and values given out
	vaults   []*Vault
	tokens   map[string]Token
	unlocked bool // a token was shown
	onCall   func(Call) *Fault
	log      []Call
	counts   map[string]int
	unknown  []string
}

// Token is what a bearer token may do in each vault. One without Write may only read
// all of them.
type Token struct {
	Vaults    []string  // ids
	Write     bool      // it may also write to Vaults
	ReadOnly  []string  // ids of further vaults
	WriteOnly []string  // ids of further vaults
	Expires   time.Time // never when zero
}

// New makes a server without vaults and tokens.
func New(o Options) *Simulator {
	if o.Now == nil || o.Latency > 0 && o.Sleep == nil {
		panic("connectsim: Options lack Now, or Sleep")
	}
	return &Simulator{o: o, tokens: map[string]Token{}, counts: map[string]int{}}
}

// AddToken lets a bearer token in, or changes what it may do.
func (s *Simulator) AddToken(value string, t Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[value] = t
}

// OnCall sets who is asked for a fault, for every call that is an operation; nil:
// nobody. It is called without a lock, and may use the simulator.
func (s *Simulator) OnCall(f func(Call) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onCall = f
}

// Calls says how many calls of an operation arrived; "" counts all, also those that
// are no operation.
func (s *Simulator) Calls(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if op == "" {
		return len(s.log)
	}
	return s.counts[op]
}

// Log gives every call that arrived, in order.
func (s *Simulator) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// ResetCounts forgets Log and Calls, and nothing that was strictly refused.
func (s *Simulator) ResetCounts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log, s.counts = nil, map[string]int{}
}

// Unknown says what was strictly refused: what no client should send.
func (s *Simulator) Unknown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unknown)
}

// arrive keeps a call and numbers it.
func (s *Simulator) arrive(c Call) (Call, func(Call) *Fault) {
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

// refuse answers what no client should send, and keeps it.
func (s *Simulator) refuse(status int, format string, args ...any) answer {
	a := failed(status, format, args...)
	s.unknown = append(s.unknown, a.body.(wireError).Message)
	return a
}

// strange keeps what no client should send, where the real server's words say less.
func (s *Simulator) strange(a answer, format string, args ...any) answer {
	s.unknown = append(s.unknown, fmt.Sprintf(format, args...))
	return a
}
