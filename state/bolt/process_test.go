//go:build unix

package bolt_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"buckethead/state"
	"buckethead/state/bolt"
)

// child runs one test of this binary as a process of its own, which finds path in
// the environment. It returns what that process printed, up to the line for which last is
// true, and then kills it.
func child(t *testing.T, test, path string, last func(line string) bool) (lines []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), "BH_TEST_CHILD="+path)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		if text, ok := strings.CutPrefix(scanner.Text(), "child: "); ok {
			lines = append(lines, text)
			if last(text) {
				break
			}
		}
	}
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()
	return lines
}

// asChild returns the path that child passed, or "" in a process that child did not start.
func asChild() string { return os.Getenv("BH_TEST_CHILD") }

func say(words ...any) { fmt.Println("child:", strings.TrimSuffix(fmt.Sprintln(words...), "\n")) }

// TestOpen_leavesNoHalfAState kills a process that makes one state after the other.
func TestOpen_leavesNoHalfAState(t *testing.T) {
	if dir := asChild(); dir != "" {
		for n := 0; ; n++ {
			s := open(t, filepath.Join(dir, fmt.Sprintf("%d.db", n)))
			say("made", n)
			_ = s.Close()
		}
	}
	for round := range 8 {
		dir := t.TempDir()
		left := round
		child(t, "TestOpen_leavesNoHalfAState", dir, func(string) bool { left--; return left < 0 })
		found, err := filepath.Glob(filepath.Join(dir, "*.db"))
		if err != nil || len(found) <= round {
			t.Fatalf("got %v, %v", found, err)
		}
		for _, path := range found {
			s, err := bolt.OpenReadOnly(context.Background(), path, options())
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if snap, err := s.Snapshot(); err != nil || snap.Meta.Lineage == "" {
				t.Errorf("%s: %+v, %v", path, snap, err)
			}
			_ = s.Close()
		}
	}
}

// TestCommit_onAFullDisk lets files grow no further, which is a full disk to bbolt,
// until a write fails; then there is room again.
func TestCommit_onAFullDisk(t *testing.T) {
	if path := asChild(); path != "" {
		fillDisk(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "state.db")
	said := strings.Join(child(t, "TestCommit_onAFullDisk", path, func(line string) bool { return line == "end" }), "\n")
	for _, want := range []string{"again: write the state ", "commit: write the state " + path + ": no space left; what was written before is intact: ",
		"backup: write the backup to " + filepath.Join(filepath.Dir(path), "backups") + ": no space left: ", "backups: 0", "there: all", "with room: <nil>",
		"restore: restore " + path + ": write ", "file too large []", "end"} {
		if !strings.Contains(said, want) {
			t.Errorf("got\n%s\nwant %q", said, want)
		}
	}
	s := open(t, path)
	if snap, err := s.Snapshot(); err != nil || fmt.Sprint("committed: ", len(snap.Records)) != strings.SplitN(said, "\n", 2)[0] {
		t.Errorf("got %d records, %v; the process said\n%s", len(snap.Records), err, said)
	}
}

func fillDisk(t *testing.T, path string) {
	signal.Ignore(syscall.SIGXFSZ)
	s := open(t, path)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	allow := func(size uint64) {
		limit := before
		limit.Cur = min(size, before.Cur)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
	}
	allow(200_000)
	n, err := 0, error(nil)
	for ; err == nil && n < 1000; n++ {
		err = s.Commit(t.Context(), state.Intent{}, recordOf(n))
	}
	n-- // the last one failed
	snap, snapErr := s.Snapshot()
	again := s.Commit(t.Context(), state.Intent{}, recordOf(n))
	allow(10_000)
	_, backupErr := bolt.Backup(s, filepath.Join(filepath.Dir(path), "backups"), start, 10)
	backups, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "backups", "*"))
	allow(before.Cur)
	withRoom := s.Commit(t.Context(), state.Intent{}, recordOf(n))
	say("committed:", n+1)
	say("commit:", err)
	say("again:", again)
	say("backup:", backupErr)
	say("backups:", len(backups))
	if snapErr == nil && len(snap.Records) == n && n > 10 {
		say("there: all")
	}
	say("with room:", withRoom)
	say("close:", s.Close())
	allow(10_000)
	other := filepath.Join(filepath.Dir(path), "other", "state.db")
	_, restoreErr := bolt.Restore(t.Context(), other, path, options())
	left, _ := os.ReadDir(filepath.Dir(other))
	say("restore:", restoreErr, left)
	say("end")
}

// TestOpen_withoutPermission runs without root's privileges, which know no permission.
func TestOpen_withoutPermission(t *testing.T) {
	if dir := asChild(); dir != "" {
		if os.Getuid() == 0 {
			if err := syscall.Setuid(65534); err != nil {
				t.Fatal(err)
			}
		}
		for name, err := range map[string]error{
			"make":   firstOf(both(filepath.Join(dir, "closed", "new", "state.db"))),
			"beside": firstOf(both(filepath.Join(dir, "closed", "new.db"))),
			"read":   secondOf(both(filepath.Join(dir, "closed", "unreadable.db"))),
			"write":  firstOf(both(filepath.Join(dir, "closed", "readable.db"))),
			"plan":   secondOf(both(filepath.Join(dir, "closed", "readable.db"))),
		} {
			say(name, errors.Is(err, fs.ErrPermission), errors.Is(err, state.ErrDamaged), err)
		}
		say("end")
		return
	}
	dir, err := os.MkdirTemp("", "bh-permission-*") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	closed := filepath.Join(dir, "closed")
	content, err := os.ReadFile(written(t, 3))
	err = errors.Join(err, os.Mkdir(closed, 0o755), os.Chmod(dir, 0o755))
	for name, mode := range map[string]fs.FileMode{"unreadable.db": 0, "readable.db": 0o444} {
		path := filepath.Join(closed, name)
		err = errors.Join(err, os.WriteFile(path, content, 0o600), os.Chmod(path, mode))
	}
	if err := errors.Join(err, os.Chmod(closed, 0o555)); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(child(t, "TestOpen_withoutPermission", dir, func(line string) bool { return line == "end" }), "\n") + "\n"
	for _, want := range []string{"make true false ", "beside true false ", "read true false ", "write true false ", "plan false false <nil>\n", "permission denied"} {
		if !strings.Contains(said, want) {
			t.Errorf("got\n%swant %q", said, want)
		}
	}
}

func firstOf(errs []error) error  { return errs[0] }
func secondOf(errs []error) error { return errs[1] }
