package executor

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"buckethead/config/addr"
	"buckethead/executor/orchestrator"
	"buckethead/vendors"
)

// stores holds what this run knows about the stores: whether they accept credentials. The first
// credential for a store is issued alone, and others only once that one is stored. If a write
// fails, no more are issued for that store in this run. So a store that refuses costs one
// credential, or as many as were in progress when it began to refuse.
type stores struct {
	mu    sync.Mutex
	known map[string]*storeGate
}

type storeGate struct {
	turn chan struct{} // holds a token while nobody is the first

	mu     sync.Mutex
	takes  bool  // it has accepted a credential
	failed error // why no more are issued for it
}

func (s *stores) gate(store string) *storeGate {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, met := s.known[store]
	if !met {
		if s.known == nil {
			s.known = map[string]*storeGate{}
		}
		g = &storeGate{turn: make(chan struct{}, 1)}
		g.turn <- struct{}{}
		s.known[store] = g
	}
	return g
}

// enter waits until a credential may be issued for the store. It reports whether it is the
// first one; then the caller must call leave.
func (g *storeGate) enter(ctx context.Context, stop <-chan struct{}) (first bool, err error) {
	if takes, err := g.answer(); takes || err != nil {
		return false, err
	}
	select {
	case <-g.turn:
	case <-stop:
		return false, orchestrator.ErrStopped
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	if takes, err := g.answer(); takes || err != nil {
		g.turn <- struct{}{}
		return false, err
	}
	return true, nil
}

// leave lets the next one in.
func (g *storeGate) leave() { g.turn <- struct{}{} }

func (g *storeGate) answer() (takes bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.takes, g.failed
}

// wrote records how the write of a project's credential into an item ("" for a new one) ended.
// If others changed or removed the item in the meantime, that says nothing about the store.
func (g *storeGate) wrote(store, item string, p addr.Address, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	ofItem := errors.Is(err, vendors.ErrExists) ||
		item != "" && (errors.Is(err, vendors.ErrConflict) || errors.Is(err, vendors.ErrNotFound))
	switch {
	case err == nil:
		g.takes = true
	case !ofItem && g.failed == nil:
		g.takes, g.failed = false, &storeError{store: store, of: p, err: err}
	}
}

// storeError says why no credential was issued for a project: the store did not accept an
// earlier one.
type storeError struct {
	store string
	of    addr.Address
	err   error
}

func (e *storeError) Error() string {
	return fmt.Sprintf("no credential was issued, because %s did not accept the one of %s", e.store, e.of.Label())
}

func (e *storeError) Unwrap() error { return e.err }
