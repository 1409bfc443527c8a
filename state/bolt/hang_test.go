package bolt_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

// A disk that does not answer holds nobody: the transaction is left behind, those that
// follow end with their contexts, and the store closes. The lock goes with the process.
func TestStore_leavesATransactionBehind(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	started, release := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan error, 1)
	go func() { cancelled <- bolt.WriteUntil(ctx, s, started, release) }()
	<-started
	cancel()
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := s.Begin(ended, state.Intent{Project: addr.Project{Name: "photos"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	close(release)
}
