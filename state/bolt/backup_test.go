package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

func TestBackup_keepsTheNewest(t *testing.T) {
	path := written(t, 3)
	s := open(t, path)
	dir := bolt.BackupDir(path)
	for i := range 13 {
		fill(t, s, 1)
		if _, err := bolt.Backup(s, dir, start.Add(time.Duration(i)*time.Minute), 10); err != nil {
			t.Fatal(err)
		}
	}
	backups, err := bolt.Backups(dir)
	if err != nil || len(backups) != 10 {
		t.Fatalf("got %d copies, %v", len(backups), err)
	}
	snap, _ := s.Snapshot()
	newest := backups[0]
	if newest.Err != nil || newest.Meta.Serial != snap.Meta.Serial || !newest.At.Equal(start.Add(12*time.Minute)) || newest.Size == 0 {
		t.Errorf("the newest is %+v, the state is at serial %d", newest, snap.Meta.Serial)
	}
	if info, err := os.Stat(newest.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v", info.Mode(), err)
	}
}

func TestRestore(t *testing.T) {
	path := written(t, 3)
	s := open(t, path)
	backup, err := bolt.Backup(s, bolt.BackupDir(path), start, 10)
	if err != nil {
		t.Fatal(err)
	}
	for i := 3; i < 9; i++ {
		if err := s.Commit(state.Intent{}, recordOf(i)); err != nil {
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

func records(t *testing.T, path string) int {
	t.Helper()
	s, err := bolt.OpenReadOnly(context.Background(), path, options())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	snap, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return len(snap.Records)
}

// TestCommit_outlivesAKill kills a process that commits without end: every commit
// that it had said to be done is there.
func TestCommit_outlivesAKill(t *testing.T) {
	if path := os.Getenv("BH_TEST_COMMIT_TO"); path != "" {
		s := open(t, path)
		for n := uint64(1); ; n++ {
			if _, err := s.Begin(state.Intent{Project: addr.Project{Name: "p"}, Sequence: n}); err != nil {
				t.Fatal(err)
			}
			fmt.Println("done", n)
		}
	}
	for _, lines := range []int{1, 7, 40} {
		path := filepath.Join(t.TempDir(), "state.db")
		cmd := exec.Command(os.Args[0], "-test.run", "^TestCommit_outlivesAKill$", "-test.v")
		cmd.Env = append(os.Environ(), "BH_TEST_COMMIT_TO="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		last := uint64(0)
		for scanner := bufio.NewScanner(out); lines > 0 && scanner.Scan(); {
			if text, ok := strings.CutPrefix(scanner.Text(), "done "); ok {
				last, _ = strconv.ParseUint(text, 10, 64)
				lines--
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		s := open(t, path)
		snap, err := s.Snapshot()
		if err != nil || last == 0 || snap.Sequences[addr.Project{Name: "p"}] < last || uint64(len(snap.Intents)) < last {
			t.Errorf("%d commits were done, and %d are there: %v", last, len(snap.Intents), err)
		}
	}
}
