package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
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

// TestBackup_keepsTheOneJustMade: where the clock was ahead once, the copies of then look
// newer than any that is made, and must not push it out.
func TestBackup_keepsTheOneJustMade(t *testing.T) {
	path := written(t, 8)
	s := open(t, path)
	dir := bolt.BackupDir(path)
	for i := range 3 {
		if _, err := bolt.Backup(s, dir, start.AddDate(10, 0, i), 3); err != nil {
			t.Fatal(err)
		}
	}
	var made []string
	for range 4 { // at the same moment, says the clock; the serials are 9, 10, 11 and 12
		fill(t, s, 1)
		backup, err := bolt.Backup(s, dir, start, 3)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(backup); err != nil {
			t.Errorf("the copy that was just made: %v", err)
		}
		made = append(made, backup)
	}
	backups, err := bolt.Backups(dir)
	if err != nil || len(backups) != 3 || backups[2].Path != made[3] {
		t.Errorf("got %+v, %v; want three, and %s the last", backups, err, made[3])
	}
	dir = filepath.Join(t.TempDir(), "same-moment")
	own := filepath.Join(dir, "state-0-of-mine.db")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(own, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := bolt.Backup(s, dir, start, 0); err != nil {
			t.Fatal(err)
		}
		fill(t, s, 86) // from a serial of two digits to one of three
	}
	backups, err = bolt.Backups(dir)
	if err != nil || len(backups) != 4 || backups[0].Meta.Serial < backups[1].Meta.Serial || backups[1].Meta.Serial < backups[2].Meta.Serial || backups[3].Path != own {
		t.Errorf("got %+v, %v; want the highest serial first", backups, err)
	}
	if _, err := bolt.Backup(s, dir, start.Add(time.Second), 1); err != nil {
		t.Fatal(err)
	}
	if backups, err = bolt.Backups(dir); err != nil || len(backups) != 2 || backups[1].Path != own || !backups[1].At.IsZero() {
		t.Errorf("got %+v, %v; want the newest, and the file that bh did not make", backups, err)
	}
}

func TestBackups_saysWhichCannotBeRestored(t *testing.T) {
	path := written(t, 100)
	dir := bolt.BackupDir(path)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	looping := slices.Clone(good)
	branch := live(good, branchPage)[0]
	native.PutUint64(pageOf(looping, branch)[headerSize+8:], uint64(branch))
	for name, content := range map[string][]byte{"1-1": good, "2-2": nil, "3-3": good[:len(good)/2], "4-4": looping, "5-5": []byte("no state")} {
		if err := os.WriteFile(filepath.Join(dir, "state-20261123T12000"+name[:1]+".000Z-"+name[2:]+".db"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	backups, err := bolt.Backups(dir)
	if err != nil || len(backups) != 5 {
		t.Fatalf("got %+v, %v", backups, err)
	}
	for i, b := range backups {
		if restorable := b.Err == nil; restorable != (i == 4) || !b.At.Equal(start.Add(time.Duration(5-i)*time.Second)) {
			t.Errorf("%s: %v", b.Path, b.Err)
		}
	}
	if err := os.WriteFile(path, looping, 0o600); err != nil {
		t.Fatal(err)
	}
	want := "; bh state restore " + backups[4].Path + " restores the newest backup"
	for _, err := range both(path) {
		if !errors.Is(err, state.ErrDamaged) || !strings.HasSuffix(err.Error(), want) || strings.Count(err.Error(), "bh state restore") != 1 {
			t.Errorf("got %v, want %q once", err, want)
		}
	}
	if err := os.Remove(backups[4].Path); err != nil {
		t.Fatal(err)
	}
	if err := both(path)[0]; !strings.HasSuffix(err.Error(), "no backup in "+dir+" can be read; "+bolt.Rebuild) {
		t.Errorf("without a good copy: %v", err)
	}
}

func TestBackup_ofNoState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := bolt.OpenReadOnly(context.Background(), path, options())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Backup(s, bolt.BackupDir(path), start, 10); err == nil || errors.Is(err, state.ErrDamaged) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(bolt.BackupDir(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it made a folder: %v", err)
	}
}

// TestBackup_whileOthersWrite takes copies of a store that is written to: each is of
// one moment.
func TestBackup_whileOthersWrite(t *testing.T) {
	path := written(t, 0)
	s := open(t, path)
	var wg sync.WaitGroup
	wg.Go(func() { fill(t, s, 60) })
	for i := range 5 {
		backup, err := bolt.Backup(s, bolt.BackupDir(path), start.Add(time.Duration(i)*time.Second), 10)
		if err != nil {
			t.Error(err)
			continue
		}
		r, err := bolt.OpenReadOnly(context.Background(), backup, options())
		if err != nil {
			t.Error(err)
			continue
		}
		if snap, err := r.Snapshot(); err != nil || uint64(len(snap.Records)) != snap.Meta.Serial || !strings.HasSuffix(backup, fmt.Sprintf("-%d.db", snap.Meta.Serial)) {
			t.Errorf("%s has %d records at serial %d, %v", backup, len(snap.Records), snap.Meta.Serial, err)
		}
		_ = r.Close()
	}
	wg.Wait()
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
			if _, err := s.Begin(t.Context(), state.Intent{Project: addr.Address{Kind: addr.Project, Name: "p"}, Sequence: n}); err != nil {
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
		if err != nil || last == 0 || snap.Sequences[addr.Address{Kind: addr.Project, Name: "p"}] < last || uint64(len(snap.Intents)) < last {
			t.Errorf("%d commits were done, and %d are there: %v", last, len(snap.Intents), err)
		}
	}
}
