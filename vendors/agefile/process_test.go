package agefile_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/agefile"
)

const (
	writers  = 4
	creates  = 10
	childDir = "AGEFILE_TEST_DIR"
)

// TestMain lets the test binary be the other processes.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := beChild(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// beChild makes items, tells of each one on its own line, and counts in an item
// that all processes share.
func beChild(dir string) error {
	ctx := context.Background()
	s, err := agefile.Vendor.OpenSecrets(ctx, vendors.Host{Dir: dir, Now: time.Now}, vendors.Settings{"path": {Text: "secrets.age"}, "identity_file": {Text: "identity.txt"}})
	if err != nil {
		return err
	}
	for i := range creates {
		made, err := s.CreateItem(ctx, vendors.ItemSpec{Title: fmt.Sprintf("of %d, %d", os.Getpid(), i)})
		if err != nil {
			return err
		}
		fmt.Println(made.ID)
		if shared := os.Getenv("AGEFILE_TEST_SHARED"); shared != "" {
			if err := countUp(ctx, s, shared); err != nil {
				return err
			}
		}
	}
	return nil
}

func countUp(ctx context.Context, s vendors.SecretStore, id string) error {
	for {
		item, err := s.GetItem(ctx, id)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(item.Title)
		if err != nil {
			return err
		}
		_, err = s.UpdateItem(ctx, id, item.Version, vendors.ItemSpec{Title: strconv.Itoa(n + 1)})
		if !errors.Is(err, vendors.ErrConflict) {
			return err
		}
	}
}

func child(t *testing.T, f *fixture, shared string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childDir+"="+f.dir, "AGEFILE_TEST_SHARED="+shared)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestProcesses_loseNothing: several real processes make items and count in one
// item, all of them beginning with no file and no identity.
func TestProcesses_loseNothing(t *testing.T) {
	f, ctx := open(t), context.Background()
	type process struct {
		cmd *exec.Cmd
		out *bufio.Scanner
	}
	var first, all []process
	for range writers {
		cmd, out := child(t, f, "")
		first = append(first, process{cmd, out})
	}
	told := map[string]bool{}
	wait := func(list []process) {
		t.Helper()
		for _, p := range list {
			var lines []string
			for p.out.Scan() {
				lines = append(lines, p.out.Text())
				told[p.out.Text()] = true
			}
			if err := p.cmd.Wait(); err != nil {
				t.Fatalf("a process failed: %v\n%s", err, strings.Join(lines, "\n"))
			}
		}
	}
	wait(first)
	shared := f.create(t, "0", "s")
	for range writers {
		cmd, out := child(t, f, shared.ID)
		all = append(all, process{cmd, out})
	}
	wait(all)
	for id := range told {
		if _, err := f.GetItem(ctx, id); err != nil {
			t.Errorf("an item that a process made is lost: %v", err)
		}
	}
	if len(told) != 2*writers*creates {
		t.Errorf("%d items were made, want %d", len(told), 2*writers*creates)
	}
	if now, err := f.GetItem(ctx, shared.ID); err != nil || now.Title != strconv.Itoa(writers*creates) {
		t.Errorf("the processes counted to %s (%v), want %d", now.Title, err, writers*creates)
	}
}

// TestKilledProcess_leavesAWholeFile: whatever a process was doing when it was
// killed, the file opens, and what the process was told to be stored is stored.
func TestKilledProcess_leavesAWholeFile(t *testing.T) {
	f, ctx := open(t), context.Background()
	for lines := range creates {
		cmd, out := child(t, f, "")
		var told []string
		for range lines {
			if out.Scan() {
				told = append(told, out.Text())
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		for _, id := range told {
			if _, err := f.GetItem(ctx, id); err != nil {
				t.Fatalf("after a kill: %v", err)
			}
		}
		f.create(t, "after the kill", "s")
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "secrets.age.new") {
			t.Errorf("a leftover stays: %s", e.Name())
		}
	}
}
