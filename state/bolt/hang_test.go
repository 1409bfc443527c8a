package bolt_test

import (
	"context"
	"errors"
	"maps"
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
	if _, err := s.Begin(ended, state.Intent{Project: addr.Address{Kind: addr.Project, Name: "photos"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	close(release)
}

// A transaction that was left behind ends later, well or not, and so does one that waited
// for it and was left behind as well. What the store remembers of its open intents is what
// the file holds, so that settling a project leaves none of its intents.
func TestStore_remembersIntentsOfWhatWasLeftBehind(t *testing.T) {
	photos, albums := addr.Address{Kind: addr.Project, Name: "photos"}, addr.Address{Kind: addr.Project, Name: "albums"}
	late, queued := addr.Address{Kind: addr.Project, Name: "late"}, addr.Address{Kind: addr.Project, Name: "queued"}
	for _, how := range []string{bolt.Succeeds, bolt.FailsInside, bolt.FailsWhenItIsStored} {
		t.Run(how, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "state.db"))
			for _, p := range []addr.Address{photos, albums, photos} {
				begin(t, s, p)
			}
			settle(t, s, addr.Address{Kind: addr.Project, Name: "other"}) // from here on, the store remembers
			if used, err := bolt.CheckOpenIntents(s); !used || err != nil {
				t.Fatalf("before: used is %t, %v", used, err)
			}
			finish := bolt.LeaveBehind(t, s, state.Intent{Project: late}, photos, how)
			ctx, cancel := context.WithCancel(t.Context())
			waiting := &watched{Context: ctx, asked: cancel}
			if _, err := s.Begin(waiting, state.Intent{Project: queued}); !errors.Is(err, context.Canceled) {
				t.Errorf("the one that waits returned %v", err)
			}
			finish()
			if _, err := bolt.CheckOpenIntents(s); err != nil {
				t.Error(err)
			}
			want := map[addr.Address]int{albums: 1, queued: 1}
			if how == bolt.Succeeds {
				want[late] = 1
			} else {
				want[photos] = 2
			}
			if got := openIntents(t, s); !maps.Equal(got, want) {
				t.Errorf("the file has %v, want %v", got, want)
			}
			for _, p := range []addr.Address{photos, late, queued} {
				settle(t, s, p)
			}
			if got := openIntents(t, s); !maps.Equal(got, map[addr.Address]int{albums: 1}) {
				t.Errorf("after the end of the others the file has %v", got)
			}
		})
	}
}

// watched calls asked when somebody asks when it is done.
type watched struct {
	context.Context
	asked func()
}

func (w *watched) Done() <-chan struct{} {
	w.asked()
	return w.Context.Done()
}

func begin(t *testing.T, s *bolt.Store, p addr.Address) {
	t.Helper()
	if _, err := s.Begin(t.Context(), state.Intent{Project: p}); err != nil {
		t.Fatal(err)
	}
}

func settle(t *testing.T, s *bolt.Store, p addr.Address) {
	t.Helper()
	if err := s.Settle(t.Context(), state.Settlement{Project: p}); err != nil {
		t.Fatal(err)
	}
}

// openIntents counts the intents in the file, by project.
func openIntents(t *testing.T, s *bolt.Store) map[addr.Address]int {
	t.Helper()
	snap, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	count := map[addr.Address]int{}
	for _, i := range snap.Intents {
		count[i.Project]++
	}
	return count
}
