package bolt_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

func TestOpen_makesAStateOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "state.db")
	o := options()
	o.LockTimeout = time.Minute
	lineages := make([]string, 6)
	var wg sync.WaitGroup
	for i := range lineages {
		wg.Go(func() {
			s, err := bolt.Open(context.Background(), path, o)
			if err != nil {
				t.Error(err)
				return
			}
			snap, err := s.Snapshot()
			lineages[i] = snap.Meta.Lineage
			if err := errors.Join(err, s.Commit(t.Context(), state.Intent{}, recordOf(i)), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, lineage := range lineages {
		if lineage != lineages[0] || len(lineage) != 32 {
			t.Errorf("got lineages %q, want one", lineages)
		}
	}
	if n := records(t, path); n != len(lineages) {
		t.Errorf("got %d records, want the %d that were written", n, len(lineages))
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the state there is %v, %v", entries, err)
	}
	for path, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

func TestOpen_drawsALineageAndAKeyForEachState(t *testing.T) {
	a, b := open(t, filepath.Join(t.TempDir(), "state.db")), open(t, filepath.Join(t.TempDir(), "state.db"))
	inA, _ := a.Snapshot()
	inB, _ := b.Snapshot()
	if len(inA.Meta.FingerprintKey) != 32 || string(inA.Meta.FingerprintKey) == string(inB.Meta.FingerprintKey) || inA.Meta.Lineage == inB.Meta.Lineage {
		t.Errorf("got %+v and %+v", inA.Meta, inB.Meta)
	}
	if inA.Meta.Format != state.Format || inA.Meta.Stack != "main" || inA.Meta.Serial != 0 {
		t.Errorf("got %+v", inA.Meta)
	}
}

// TestOpen_takesAnEmptyFileForDamage: a state is made whole before it has its name, so
// an empty file is one that lost what it had.
func TestOpen_takesAnEmptyFileForDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, err := range both(path) {
		if !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), "the file is empty") {
			t.Errorf("got %v", err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("it was written to: %v", err)
	}
}

func TestStore_refusesOnceClosed(t *testing.T) {
	path := written(t, 2)
	writable := open(t, path)
	if err := errors.Join(writable.Close(), writable.Close()); err != nil {
		t.Fatal(err)
	}
	readable, err := bolt.OpenReadOnly(context.Background(), path, options())
	if err != nil || readable.Close() != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*bolt.Store{"writable": writable, "readable": readable} {
		_, snapErr := s.Snapshot()
		_, historyErr := s.History(addr.Address{}, 0)
		_, beginErr := s.Begin(t.Context(), state.Intent{})
		for method, err := range map[string]error{"Snapshot": snapErr, "History": historyErr, "Begin": beginErr, "Settle": s.Settle(t.Context(), state.Settlement{})} {
			want := "the state is closed"
			if name == "readable" && (method == "Begin" || method == "Settle") {
				want = state.ErrReadOnly.Error()
			}
			if err == nil || err.Error() != want {
				t.Errorf("%s of a %s store that is closed gave %v, want %q", method, name, err, want)
			}
		}
	}
}

func TestStore_closesWhileItIsUsed(t *testing.T) {
	s := open(t, written(t, 20))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				snap, err := s.Snapshot()
				if err != nil {
					return
				}
				if len(snap.Records) != 20 {
					t.Errorf("a store that is being closed has %d records", len(snap.Records))
				}
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestOpen_stopsWaitingWithItsContext(t *testing.T) {
	path := written(t, 1)
	open(t, path)
	o := options()
	o.LockTimeout = time.Hour
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := bolt.Open(ctx, path, o)
	_, readErr := bolt.OpenReadOnly(ctx, path, o)
	for _, err := range []error{err, readErr} {
		if !errors.Is(err, context.Canceled) || !errors.Is(err, state.ErrLocked) || !strings.Contains(err.Error(), "process 4711") {
			t.Errorf("got %v", err)
		}
	}
}

// TestOpen_waitsForItsTurn has a writer and a reader wait for one that is done soon.
func TestOpen_waitsForItsTurn(t *testing.T) {
	path := written(t, 1)
	first := open(t, path)
	o := options()
	o.LockTimeout = time.Minute
	var wg sync.WaitGroup
	for name, opened := range map[string]func(context.Context, string, bolt.Options) (*bolt.Store, error){"writer": bolt.Open, "reader": bolt.OpenReadOnly} {
		wg.Go(func() {
			s, err := opened(context.Background(), path, o)
			if err == nil {
				snap, snapErr := s.Snapshot()
				if len(snap.Records) != 2 {
					t.Errorf("the %s had its turn before the first was done", name)
				}
				err = errors.Join(snapErr, s.Close())
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	if err := errors.Join(first.Commit(t.Context(), state.Intent{}, recordOf(7)), first.Close()); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

// TestOpen_isNotTurnedAwayByAReader: it waits for no other writer, but reading is short.
func TestOpen_isNotTurnedAwayByAReader(t *testing.T) {
	path := written(t, 1)
	reader, err := bolt.OpenReadOnly(context.Background(), path, options())
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	s, err := bolt.Open(context.Background(), path, bolt.OnOpened(options(), func(readOnly bool) {
		if readOnly {
			return
		}
		if tries++; tries == 3 {
			_ = reader.Close()
		}
	}))
	if err != nil || tries < 3 {
		t.Fatalf("after %d tries: %v", tries, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestOpen_writesToTheFileAtItsPath replaces the file between the moment at which it is
// opened and the one at which it is locked.
func TestOpen_writesToTheFileAtItsPath(t *testing.T) {
	path, other := written(t, 1), written(t, 5)
	tries := 0
	s, err := bolt.Open(context.Background(), path, bolt.OnOpened(options(), func(readOnly bool) {
		if readOnly {
			return
		}
		if tries++; tries == 1 {
			if err := os.Rename(other, path); err != nil {
				t.Error(err)
			}
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Commit(t.Context(), state.Intent{}, recordOf(9)), s.Close()); err != nil {
		t.Fatal(err)
	}
	if n := records(t, path); n != 6 || tries != 2 {
		t.Errorf("the file at the path has %d records after %d tries, want 6 after 2", n, tries)
	}
}

func TestOpen_leavesItsNoteWhileItHoldsTheState(t *testing.T) {
	path := written(t, 1)
	note := path + ".holder"
	if err := os.WriteFile(note, []byte("{ half a note of a process that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	text, err := os.ReadFile(note)
	if info, statErr := os.Stat(note); err != nil || statErr != nil || info.Mode().Perm() != 0o600 || !strings.Contains(string(text), `"pid":4711`) {
		t.Errorf("got %s, %v, %v", text, err, statErr)
	}
	if err := os.WriteFile(note, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.OpenReadOnly(context.Background(), path, options()); !errors.Is(err, state.ErrLocked) || !strings.Contains(err.Error(), "held by another process") {
		t.Errorf("without a note that can be read: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(note); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the note is there after the end: %v", err)
	}
	open(t, path) // where no note was left over
	if info, err := os.Stat(note); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the new note: %+v, %v", info, err)
	}
}

// TestStore_letsGoAfterAPanic: the state is not used any more, and is free for others.
func TestStore_letsGoAfterAPanic(t *testing.T) {
	path := written(t, 3)
	s := open(t, path)
	if err := bolt.PanicInWrite(s); !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), "page 7 is not a leaf") {
		t.Errorf("got %v", err)
	}
	_, snapErr := s.Snapshot()
	for _, err := range []error{snapErr, s.Commit(t.Context(), state.Intent{}, recordOf(9))} {
		if !errors.Is(err, state.ErrDamaged) {
			t.Errorf("after the panic: %v", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if n := records(t, path); n != 3 {
		t.Errorf("got %d records", n)
	}
	s = open(t, path)
	if err := errors.Join(bolt.PanicForEver(s), s.Close()); err != nil {
		t.Errorf("where bbolt waits for ever: %v", err)
	}
}

func TestAppend_keepsTheNewest(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	entries := make([]state.Entry, bolt.HistoryKept)
	for i := range entries {
		entries[i] = state.Entry{At: start, Project: recordOf(0).Project, Operation: "old"}
	}
	if err := errors.Join(s.Append(t.Context(), entries...), s.Append(t.Context(), state.Entry{Operation: "newer"}, state.Entry{Operation: "newest"})); err != nil {
		t.Fatal(err)
	}
	got, err := s.History(addr.Address{}, 0)
	if err != nil || len(got) != bolt.HistoryKept || got[0].Operation != "newest" || got[1].Operation != "newer" || got[2].Operation != "old" {
		t.Errorf("got %d entries, %v", len(got), err)
	}
}
