package bolt_test

import (
	"context"
	"errors"
	"fmt"
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

func TestRestore(t *testing.T) {
	path := written(t, 3)
	s := open(t, path)
	backup, err := bolt.Backup(s, bolt.BackupDir(path), start, 10)
	if err != nil {
		t.Fatal(err)
	}
	for i := 3; i < 9; i++ {
		if err := s.Commit(t.Context(), state.Intent{}, recordOf(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bolt.Restore(context.Background(), path, backup, options()); !errors.Is(err, state.ErrLocked) {
		t.Errorf("over a state that is held: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := bolt.Restore(context.Background(), path, backup, options())
	if err != nil {
		t.Fatal(err)
	}
	if n := records(t, path); n != 3 {
		t.Errorf("got %d records, want the 3 of the copy", n)
	}
	if n := records(t, kept); n != 9 {
		t.Errorf("what was there before has %d records, want 9", n)
	}

	// Over a damaged state, whose error names the copy.
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := both(path)[0]; !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), "bh state restore "+backup) {
		t.Errorf("got %v, want the copy named", err)
	}
	if _, err := bolt.Restore(context.Background(), path, backup, options()); err != nil {
		t.Fatal(err)
	}
	if n := records(t, path); n != 3 {
		t.Errorf("got %d records, want 3", n)
	}

	// A damaged copy is refused, and nothing is touched.
	if err := os.WriteFile(backup, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Restore(context.Background(), path, backup, options()); err == nil || records(t, path) != 3 {
		t.Errorf("a damaged copy: %v", err)
	}
}

// TestRestore_usesNoNameTwice: names of credentials follow from sequences, so these
// must not fall behind, whatever is restored.
func TestRestore_usesNoNameTwice(t *testing.T) {
	gone, stays := addr.Address{Kind: addr.Project, Name: "gone"}, addr.Address{Kind: addr.Project, Name: "stays"}
	begin := func(s *bolt.Store, p addr.Address, n uint64) {
		if _, err := s.Begin(t.Context(), state.Intent{Project: p, Sequence: n, Operation: fmt.Sprint(n), Name: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	begin(s, stays, 3)
	backup, err := bolt.Backup(s, bolt.BackupDir(path), start, 10)
	if err != nil {
		t.Fatal(err)
	}
	begin(s, stays, 5)
	begin(s, gone, 2)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	restored := func() state.Snapshot {
		if _, err := bolt.Restore(context.Background(), path, backup, options()); err != nil {
			t.Fatal(err)
		}
		r, err := bolt.OpenReadOnly(context.Background(), path, options())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		snap, err := r.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		return snap
	}
	if snap := restored(); snap.Sequences[stays] != 5 || snap.Sequences[gone] != 2 || len(snap.Intents) != 3 || snap.Meta.Serial != 4 {
		t.Errorf("got %+v; want the sequences of before and what is open, each once, and a serial above both", snap)
	}
	lineage := restored().Meta.Lineage
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if snap := restored(); snap.Meta.Lineage == lineage || snap.Meta.Serial != 2 {
		t.Errorf("over a damaged state: %+v; want a lineage that draws other names", snap)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if snap := restored(); snap.Meta.Lineage == lineage {
		t.Errorf("where there is none: %+v; want a lineage that draws other names", snap)
	}
}

func TestRestore_whereThereIsNoState(t *testing.T) {
	backup := written(t, 4)
	path := filepath.Join(t.TempDir(), "new", "state.db")
	kept, err := bolt.Restore(context.Background(), path, backup, options())
	if err != nil || kept != "" {
		t.Fatalf("got %q, %v", kept, err)
	}
	if n := records(t, path); n != 4 {
		t.Errorf("got %d records", n)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if info, statErr := os.Stat(path); err != nil || statErr != nil || len(entries) != 1 || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, %v", entries, err, statErr)
	}
}

func TestRestore_losesNothingThatWasThere(t *testing.T) {
	backup, path := written(t, 1), written(t, 2)
	seen := map[string]int{}
	for range 3 { // at the same moment, says the clock
		kept, err := bolt.Restore(context.Background(), path, backup, options())
		if err != nil {
			t.Fatal(err)
		}
		seen[kept] = records(t, kept)
	}
	if len(seen) != 3 || seen[path+".before-restore-20261123T120000.000Z"] != 2 {
		t.Errorf("got %v", seen)
	}
	o := options()
	o.Stack = "other"
	if _, err := bolt.Restore(context.Background(), path, backup, o); !errors.Is(err, state.ErrStack) {
		t.Errorf("a backup of another stack: %v", err)
	}
	setMeta(t, backup, string(bolt.Seal([]byte(`{"format":99,"stack":"main","lineage":"l","fingerprint_key":"a2V5"}`))))
	if _, err := bolt.Restore(context.Background(), path, backup, options()); !errors.Is(err, state.ErrNewer) {
		t.Errorf("a newer backup: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 4 {
		t.Errorf("got %v, %v; want the state and three that were kept", entries, err)
	}
}

// TestOpen_findsTheRestoredState has writers wait for the lock while another file
// takes the place of the one that they wait for.
func TestOpen_findsTheRestoredState(t *testing.T) {
	backup, path := written(t, 5), written(t, 1)
	o := options()
	o.LockTimeout = time.Minute
	first := open(t, path)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			s, err := bolt.Open(context.Background(), path, o)
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(s.Commit(t.Context(), state.Intent{}, recordOf(100+i)), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	kept := ""
	wg.Go(func() {
		var err error
		if kept, err = bolt.Restore(context.Background(), path, backup, o); err != nil {
			t.Error(err)
		}
	})
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	// Every record was written before the restore, or after it: none between.
	if before, after := records(t, kept)-1, records(t, path)-5; before+after != 4 {
		t.Errorf("%d records were written before and %d after, want 4 in all", before, after)
	}
}

// TestRestore_replacesOnlyWhatItLocked puts another file at the path between the moment at
// which the present one is opened and the one at which it is locked.
func TestRestore_replacesOnlyWhatItLocked(t *testing.T) {
	backup, path, other := written(t, 1), written(t, 2), written(t, 5)
	tries := 0
	kept, err := bolt.Restore(context.Background(), path, backup, bolt.OnOpened(options(), func(readOnly bool) {
		if readOnly {
			return
		}
		if tries++; tries == 1 {
			if err := os.Rename(other, path); err != nil {
				t.Error(err)
			}
		}
	}))
	if err == nil || kept != "" || !strings.Contains(err.Error(), "the state was replaced in the meantime") {
		t.Errorf("got %q, %v", kept, err)
	}
	if n := records(t, path); n != 5 {
		t.Errorf("the file at the path has %d records, want its own 5", n)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("it left %v, %v", entries, err)
	}
}
