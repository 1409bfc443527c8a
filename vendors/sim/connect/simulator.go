package connect

import (
	"context"
	"sync"
	"time"

	"buckethead/vendors/sim/kit"
)

// What tests need to watch calls and inject faults.
type (
	Call  = kit.Call
	Fault = kit.Fault
)

// The kinds of faults, see package kit.
const (
	Status, Reset, Hang     = kit.Status, kit.Reset, kit.Hang
	Truncate, NonJSON, Hook = kit.Truncate, kit.NonJSON, kit.Hook
)

// Options describe the simulated server. Zero values are the defaults.
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

// Simulator is one server. It is safe for concurrent use.
type Simulator struct {
	*kit.Server
	o Options

	mu       sync.Mutex
	draws    kit.Draws
	vaults   []*Vault
	tokens   map[string]Token
	unlocked bool // a token was shown
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

// New returns a server without vaults and tokens.
func New(o Options) *Simulator {
	s := &Simulator{o: o, tokens: map[string]Token{}}
	s.Server = kit.NewServer(kit.Config{Now: o.Now, Sleep: o.Sleep, Latency: o.Latency, World: &s.mu,
		Longest: longestBody, Read: s.job})
	return s
}

// AddToken adds a bearer token, or changes its permissions.
func (s *Simulator) AddToken(value string, t Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[value] = t
}

// refuse returns the error for a request that no client should send, and records it.
func (s *Simulator) refuse(status int, format string, args ...any) answer {
	a := failed(status, format, args...)
	s.Strange("%s", a.body.(wireError).Message)
	return a
}

// strange records a request that no client should send, if the real server's error says less.
func (s *Simulator) strange(a answer, format string, args ...any) answer {
	s.Strange(format, args...)
	return a
}
