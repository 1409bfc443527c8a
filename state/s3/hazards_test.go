package s3_test

// What once went wrong, or could have: each as it was first seen.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/s3"
	"buckethead/vendors/sim/s3api"
)

var docs = addr.Address{Kind: addr.Project, Name: "docs"}

// What a final write could not bring home is pushed, as the error says, and takes the
// place of what was done since.
func TestHazard_rescueOverNewer(t *testing.T) {
	s := realOrNot(t)
	k := key()
	o := s.options(k, "first")
	o.Rescue = t.TempDir()
	must(t, s.open(o).Close())
	first := s.open(o)
	for range 20 {
		must(t, first.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
	}
	s.on(func(c call) *fault {
		if c.method == "PUT" && c.key == k {
			return &fault{status: 403, code: "AccessDenied"}
		}
		return nil
	})
	if err := first.Close(); err == nil {
		t.Error("the first wrote what it may not")
	}
	s.on(nil)
	second := s.open(s.options(k, "second"))
	given, err := second.Begin(t.Context(), state.Intent{Project: docs, Operation: "op2", Sequence: 1, Step: "issue_credential", Name: "bh/docs"})
	must(t, err)
	must(t, second.Commit(t.Context(), given, state.Record{Project: docs}))
	if _, err := second.Begin(t.Context(), state.Intent{Project: docs, Operation: "op2", Sequence: 1, Step: "store_credential", Name: "open"}); err != nil {
		t.Fatal(err)
	}

	must(t, second.Close())
	saved, err := filepath.Glob(filepath.Join(o.Rescue, "unwritten", "*"))
	must(t, err)
	_, err = s.backend(o).Push(t.Context(), saved[0], state.Push{})

	if err == nil {
		t.Errorf("the push without force took the place of a state that has another's work")
	}
}

// A place that was moved from takes any older file without force.
func TestHazard_pushOverMoved(t *testing.T) {
	s := realOrNot(t)
	o := s.options(key(), "ada")
	b := s.backend(o)
	store := s.open(o)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
	must(t, store.Close())
	before, err := b.Pull(t.Context())
	must(t, err)
	store = s.open(o)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: docs}))
	_, err = store.Retire(t.Context(), "s3://elsewhere/x")
	must(t, err)
	_, err = b.Open(t.Context())
	isNot(t, err, state.ErrMoved)
	old := filepath.Join(t.TempDir(), "old.db")
	must(t, os.WriteFile(old, before, 0o600))
	if _, err := b.Push(t.Context(), old, state.Push{}); err == nil {
		t.Error("a state that was migrated is live again, from an older file and without force")
	}
}

// A state that was deleted is restored from a copy, and names come again.
func TestHazard_restoreOfADeleted(t *testing.T) {
	for _, how := range []string{"deleted", "damaged"} {
		t.Run(how, func(t *testing.T) {
			s := newServer(t, s3api.Options{})
			o := s.options(key(), "ada")
			k := o.Settings.Text("key")
			b := s.backend(o)
			use := func(p addr.Address, n uint64) {
				store := s.open(o)
				i, err := store.Begin(t.Context(), state.Intent{Project: p, Operation: fmt.Sprint("op", n), Sequence: n, Step: "issue_credential", Name: "bh/x"})
				must(t, err)
				must(t, store.Commit(t.Context(), i, state.Record{Project: p}))
				must(t, store.Close())
			}
			use(photos, 3)
			path, err := b.Backup(t.Context())
			must(t, err)
			before, err := b.Read(t.Context())
			must(t, err)
			was, _ := before.Snapshot()
			use(photos, 5)
			use(docs, 2)
			if how == "deleted" {
				s.sim.Remove(states, k)
			} else {
				s.spoil(k)
			}
			_, err = b.Restore(t.Context(), path)
			must(t, err)
			after, err := b.Read(t.Context())
			must(t, err)
			snap, _ := after.Snapshot()
			if snap.Meta.Lineage == was.Meta.Lineage && (snap.Sequences[photos] < 5 || snap.Sequences[docs] < 2) {
				t.Errorf("same lineage, sequences %v: photos had 5 and docs 2; their names come again", snap.Sequences)
			}
		})
	}
}

// Backup beside a checkpoint in the background: for -race.
func TestHazard_backupRace(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options(key(), "ada")
	o.Pace = s3.Pace{Every: time.Millisecond, Operations: 1}
	store := s.open(o)
	var all sync.WaitGroup
	all.Go(func() {
		for range 50 {
			must(t, store.Settle(t.Context(), state.Settlement{Project: photos}))
		}
	})
	var failed int
	for range 30 {
		if _, err := store.Backup(t.Context()); err != nil {
			failed++
			t.Log(err)
		}
	}
	all.Wait()
	must(t, store.Close())
	if failed > 0 {
		t.Errorf("%d backups under our own lock failed", failed)
	}
}

// A server that is no S3 server and answers 404 with a page.
func TestHazard_htmlNotFound(t *testing.T) {
	s := newServer(t, s3api.Options{})
	for _, body := range []string{"NoBody", "AccessDenied", ""} {
		s.on(func(c call) *fault { return &fault{status: 404, code: body} })
		r, err := s.backend(s.options(key(), "ada")).Read(t.Context())
		if err == nil {
			t.Errorf("404 with code %q reads as an empty state: %+v", body, r)
		}
	}
}

// A takeover that fails and had no intents to inherit leaves no fence for the next.
func TestHazard_failedTakeoverForgets(t *testing.T) {
	s := newServer(t, s3api.Options{})
	k := key()
	paused := &clock{}
	o := s.options(k, "paused")
	o.Now, o.Rescue = paused.now, t.TempDir()
	must(t, s.open(o).Close())
	first := s.open(o)
	for range 20 {
		must(t, first.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
	}
	s.clock.advance(2 * time.Minute)
	paused.advance(2 * time.Minute)
	s.on(func(c call) *fault {
		if c.key == k && c.method == "PUT" {
			return &fault{status: 403, code: "AccessDenied"}
		}
		return nil
	})
	if _, err := s.backend(s.options(k, "second")).Open(t.Context()); err == nil {
		t.Error("the second was let in")
	}

	s.on(nil)
	third := s.open(s.options(k, "third"))
	snap, err := third.Snapshot()
	must(t, err)
	if snap.Meta.Serial < 1<<20 {
		t.Errorf("the third takes over without skipping: serial %d", snap.Meta.Serial)
	}
	must(t, third.Commit(t.Context(), state.Intent{}, state.Record{Project: docs}))
	must(t, third.Close())
	isNot(t, first.Close(), state.ErrLost)
	saved, _ := filepath.Glob(filepath.Join(o.Rescue, "unwritten", "*"))
	if len(saved) > 0 {
		if _, err := s.backend(o).Push(t.Context(), saved[0], state.Push{}); err == nil {
			t.Error("what the first had replaces what the third did, without force")
		}
	}
}

// A key that CheckSettings takes, with a plus.
func TestHazard_plus(t *testing.T) {
	s := realOrNot(t)
	o := s.options(strings.Replace(key(), ".state", "+a=b.state", 1), "ada")
	for range 2 {
		store := s.open(o)
		must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// The working copy's place is full or cannot be written to.
func TestHazard_noTemp(t *testing.T) {
	s := realOrNot(t)
	o := s.options(key(), "ada")
	must(t, s.open(o).Close())
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "absent"))
	if _, err := s.backend(o).Open(context.Background()); err == nil {
		t.Error("it was opened")
	}
	if l, err := s.backend(o).Locked(t.Context()); err != nil || l.Held {
		t.Errorf("left locked %+v %v", l, err)
	}
}

// A copy of another state, whose key begins with this one's and a dot.
func TestHazard_restoreOfAnother(t *testing.T) {
	s := newServer(t, s3api.Options{})
	other := s.options("a.prod", "ada")
	store := s.open(other)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: docs}))
	must(t, store.Close())
	mine := s.options("a", "ada")
	must(t, s.open(mine).Close())
	if _, err := s.backend(mine).Restore(t.Context(), "s3://states/a.prod"); err == nil {
		t.Error("the live state of a.prod is in the place of a")
	}
}

// A lock by hand was taken, and what it says cannot be read back.
func TestHazard_lockLookFails(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options(key(), "ada")
	b := s.backend(o)
	puts := 0
	s.on(func(c call) *fault {
		if c.method == "PUT" {
			puts++
		}
		if puts == 3 && c.method == "GET" {
			return &fault{status: 403, code: "AccessDenied"}
		}
		return nil
	})
	_, err := b.Lock(t.Context(), time.Hour)
	s.on(nil)
	now, _ := b.Locked(t.Context())

	if err != nil && now.Held && !strings.Contains(err.Error(), now.ID) {
		t.Errorf("it failed, and holds the state for an hour under an id that nobody was told")
	}
}

// A bug in what works in the background ends nothing but new steps: what was done is
// written back when the store is closed.
func TestHazard_panicInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, s3api.Options{})
		k := key()
		o := s.options(k, "ada")
		var broken atomic.Bool
		o.Now = func() time.Time {
			if broken.Load() {
				panic("no clock")
			}
			return time.Now()
		}
		store := s.open(o)
		must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos, Generation: 7}))
		broken.Store(true)
		time.Sleep(20 * time.Second) // a checkpoint is due
		synctest.Wait()
		broken.Store(false)
		if _, err := store.Begin(t.Context(), intent("bh/x")); err == nil || !strings.Contains(err.Error(), "this is a bug in bh: no clock") {
			t.Errorf("got %v", err)
		}
		must(t, store.Close())
		next := s.open(s.options(k, "bob"))
		snap, err := next.Snapshot()
		must(t, errors.Join(err, next.Close()))
		if snap.Records[photos].Generation != 7 {
			t.Errorf("got %+v", snap.Records)
		}
	})
}
