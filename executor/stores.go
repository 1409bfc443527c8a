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

// stores holds what this run knows of the stores: whether they take credentials. The first
// credential for a store is issued alone, and others only when that one is stored. If a write
// fails, nothing more is issued for that store in this run, so a store that refuses costs one
// credential, or as many as were on their way when it began to.
type stores struct {
	mu    sync.Mutex
	known map[string]*storeGate
}

type storeGate struct {
	turn chan struct{} // holds a token while nobody is the first

	mu     sync.Mutex
	takes  bool  // it has taken a credential
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
// first one; then leave has to be called.
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

// wrote notes how the write of a project's credential into an item ended, "" for a new one.
// If an item was changed or removed by others meanwhile, that says nothing of the store.
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

// storeError is why no credential was issued for a project: the store did not take one
// before.
type storeError struct {
	store string
	of    addr.Address
	err   error
}

func (e *storeError) Error() string {
	return fmt.Sprintf("no credential was issued, because %s did not take the one of %s", e.store, e.of.Label())
}

func (e *storeError) Unwrap() error { return e.err }
