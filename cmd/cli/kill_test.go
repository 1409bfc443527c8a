package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// noRaceSleep keeps processes that are built with the race detector from waiting a
// second before they end, which they do in case a report is still being written.
const noRaceSleep = "GORACE=atexit_sleep_ms=0"

// stage is a folder in which real processes run bh.
type stage struct {
	t   *testing.T
	dir string
}

func (s stage) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// bh runs bh as a process of its own and gives what it printed.
func (s stage) bh(env []string, args ...string) (output string, err error) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), append([]string{"BH_TEST_AS_BH=1", "BH_CLI_ARGS_apply=--allow-destroy 100", "BH_VAR_canary=" + canary, noRaceSleep}, env...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

func (s stage) must(args ...string) string {
	s.t.Helper()
	out, err := s.bh(nil, args...)
	if err != nil {
		s.t.Fatalf("bh %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

const head = `
bh { stack = "kill" }
variable "canary" {
  type      = string
  sensitive = true
}
cloud "local" "main" {}
secrets "age_file" "main" {}
`

const three = head + `
project "photos" { bucket = "photos" }
project "albums" { bucket = "albums" }
project "drop" {
  bucket = "drop"
  register {
    access_key_id     = "AKIA"
    secret_access_key = var.canary
    endpoint_url      = "https://s3.example.com"
  }
}
`

// changed rotates one project (its item is deleted), moves one, changes the policy,
// destroys one and registers another secret.
const changed = head + `
project "pictures" {
  bucket = "photos"
  access = "read_only"
}
moved {
  from = project.photos
  to   = project.pictures
}
project "drop" {
  bucket = "drop"
  register {
    access_key_id     = "AKIB"
    secret_access_key = var.canary
    endpoint_url      = "https://s3.example.com"
  }
}
`

// TestKill kills a real process with SIGKILL at every boundary (before and after
// each journal transaction and each call to a vendor), applies once more, and looks:
// nothing to do, one key a project, one item a project, every key proved.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts hundreds of processes")
	}
	scenarios := []struct {
		name        string
		before      string
		after       string
		args        []string
		keys, items int
	}{
		{"provision", "", three, []string{"apply"}, 2, 3},
		{"change", three, changed, []string{"apply"}, 1, 2},
		{"rotate", three, three, []string{"rotate", "photos", "albums"}, 2, 3},
		{"destroy", three, head, []string{"apply"}, 0, 0},
	}
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			template := stage{t, t.TempDir()}
			if sc.before != "" {
				template.write("buckets.hcl", sc.before)
				template.must("apply", "--yes", "--quiet")
			}
			template.write("buckets.hcl", sc.after)
			step := sampled(7)
			for n := 1 + len(sc.name)%step; ; n += step {
				s := stage{t, t.TempDir()}
				if err := os.CopyFS(s.dir, os.DirFS(template.dir)); err != nil {
					t.Fatal(err)
				}
				// CopyFS keeps no modes, and bh takes no key that others can read.
				if err := os.Chmod(filepath.Join(s.dir, ".bh/identity.txt"), 0o600); err != nil && sc.before != "" {
					t.Fatal(err)
				}
				args := append(append([]string{}, sc.args...), "--yes", "--parallelism", "1")
				out, err := s.bh([]string{"BH_TEST_KILL=" + strconv.Itoa(n)}, args...)
				if !wasKilled(err) {
					if err != nil || n < 20 {
						t.Fatalf("boundary %d: %v\n%s", n, err, out)
					}
					break
				}
				// What bh left half done itself was not done outside of bh.
				if out, err := s.bh(nil, "drift"); err != nil {
					t.Fatalf("boundary %d: the drift: %v\n%s", n, err, out)
				}
				s.healed(n, sc.keys, sc.items)
			}
		})
	}
}

// TestStop sends SIGTERM at every boundary of an apply: it ends with 143, or 0 when
// there was nothing left to stop, and the next apply goes on.
func TestStop(t *testing.T) {
	t.Parallel()
	for n := 1; ; n += sampled(7) {
		s := stage{t, t.TempDir()}
		s.write("buckets.hcl", three)
		out, err := s.bh([]string{"BH_TEST_SIGNAL=" + strconv.Itoa(n)}, "apply", "--yes", "--parallelism", "1")
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit) && exit.ExitCode() == exitTerminated:
			if n > 6 && !strings.Contains(out, "Apply interrupted, state saved") {
				t.Fatalf("boundary %d: no word of the interruption:\n%s", n, out)
			}
		case err != nil:
			t.Fatalf("boundary %d: %v\n%s", n, err, out)
		}
		s.healed(n, 2, 3)
		if err == nil && n > 40 {
			break
		}
	}
}

func wasKilled(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// healed applies once more and looks at what is there.
func (s stage) healed(n, keys, items int) {
	s.t.Helper()
	out := s.must("apply", "--yes")
	if out, err := s.bh(nil, "plan", "--detailed-exitcode"); err != nil {
		s.t.Fatalf("boundary %d: the plan after the next apply: %v\n%s", n, err, out)
	}
	if got := s.count(".bh/local/.keys/*.json"); got != keys {
		s.t.Fatalf("boundary %d: %d keys, want %d, after\n%s", n, got, keys, out)
	}
	if got := len(ageItems(filepath.Join(s.dir, ".bh/secrets.age"))); got != items {
		s.t.Fatalf("boundary %d: %d items, want %d, after\n%s", n, got, items, out)
	}
	for _, item := range ageItems(filepath.Join(s.dir, ".bh/secrets.age")) {
		fields := item["fields"].(map[string]any)
		if item["title"] == "drop" {
			continue
		}
		if s.count(".bh/local/.keys/"+fields["access_key_id"].(string)+".json") != 1 {
			s.t.Fatalf("boundary %d: the key in item %v is not one of the cloud's", n, item["title"])
		}
	}
}

func (s stage) count(pattern string) int {
	found, err := filepath.Glob(filepath.Join(s.dir, pattern))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(found)
}
