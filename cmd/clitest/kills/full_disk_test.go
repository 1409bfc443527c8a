//go:build linux

package kills

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"buckethead/cmd/clitest"
)

// TestFullDisk fills the file system that the state is on, and makes it read-only:
// bh says so, and nothing is left behind once there is room again.
func TestFullDisk(t *testing.T) {
	s := clitest.NewStage(t)
	disk := filepath.Join(s.Dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=400k"); err != nil {
		t.Skipf("mounting a small disk needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	s.Write("buckets.hcl", clitest.Three)
	s.Must("init", "--state", "disk/state.db")
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 1<<20), 0o600); err == nil {
		t.Fatal("the disk took more than it has")
	}
	// One file of 8 KB less: the state can be opened, and cannot grow.
	out, err := s.BH(nil, "apply", "--yes", "--state", "disk/state.db")
	if err == nil || !strings.Contains(out, "no space left") {
		t.Fatalf("on a full disk: %v\n%s", err, out)
	}
	if strings.Contains(out, "panic") {
		t.Fatalf("a panic reached the user:\n%s", out)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.Must("apply", "--yes", "--state", "disk/state.db")
	if out, err := s.BH(nil, "plan", "--detailed-exitcode", "--state", "disk/state.db"); err != nil {
		t.Fatalf("the plan after it: %v\n%s", err, out)
	}
	if got := s.Count(".bh/local/.keys/*.json"); got != 2 {
		t.Errorf("%d keys, want 2", got)
	}

	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	s.Write("buckets.hcl", clitest.Head)
	out, err = s.BH(nil, "apply", "--yes", "--state", "disk/state.db")
	if err == nil || !strings.Contains(out, "read-only file system") {
		t.Fatalf("on a read-only disk: %v\n%s", err, out)
	}
	if out, err := s.BH(nil, "plan", "--state", "disk/state.db"); err != nil || !strings.Contains(out, "3 to destroy") {
		t.Fatalf("a plan of a read-only state: %v\n%s", err, out)
	}
	if got := s.Count(".bh/local/.keys/*.json"); got != 2 {
		t.Errorf("a refused apply changed something: %d keys, want 2", got)
	}
}
