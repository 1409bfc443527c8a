// Package kills runs bh as real processes that are killed, stopped, or run out of disk space,
// and many at once that share one state. Whatever happened, the next apply has to repair it.
//
// # What is checked
//
// After a kill, one apply must succeed, and a plan after it must have nothing to do. Each
// project then has one key and one item, and every key opens its bucket. TestKill does so
// with a state on this machine, TestS3_kill with a state in a bucket. TestS3_many starts many
// runners that share one state, kills some of them, and checks what they saw for
// linearizability.
//
// # How processes are killed
//
// The test binary is bh itself (see [clitest.Main]), and kills itself at the n-th boundary: before
// or after a call to a vendor or a transaction of the state. A proxy in front of the server
// of a shared state counts its requests, and can cut each before or after it acts.
//
// By default the tests take samples; with -every they leave nothing out. With -short, the
// ones that start hundreds of processes are skipped.
package kills

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"buckethead/cmd/clitest"
)

// changed rotates one project (its item is deleted), moves one, changes the policy,
// destroys one and registers another secret.
const changed = clitest.Head + `
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
    verify            = false
  }
}
`

// atOnce has old keys end when new ones are stored.
var atOnce = regexp.MustCompile(`{ (bucket = "\w+") }`).ReplaceAllString(clitest.Three,
	"{\n  $1\n  rotate {\n    every   = \"90d\"\n    overlap = \"0s\"\n  }\n}")

func TestMain(m *testing.M) { clitest.Main(m) }

// TestKill kills a real process with SIGKILL at every boundary (before and after
// each journal transaction and each call to a vendor), applies again, and checks:
// nothing left to do, one key a project, one item a project, every key proved.
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
		{"provision", "", clitest.Three, []string{"apply"}, 2, 3},
		{"change", clitest.Three, changed, []string{"apply"}, 1, 2},
		{"rotate", clitest.Three, atOnce, []string{"rotate", "photos", "albums"}, 2, 3},
		{"destroy", clitest.Three, clitest.Head, []string{"apply"}, 0, 0},
	}
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			template := clitest.NewStage(t)
			if sc.before != "" {
				template.Write("buckets.hcl", sc.before)
				template.Must("apply", "--yes", "--quiet")
			}
			template.Write("buckets.hcl", sc.after)
			step := clitest.Sampled(11)
			for n := 1 + len(sc.name)%step; ; n += step {
				s := clitest.NewStage(t)
				if err := os.CopyFS(s.Dir, os.DirFS(template.Dir)); err != nil {
					t.Fatal(err)
				}
				// CopyFS keeps no modes, and bh takes no key that others can read.
				if err := os.Chmod(filepath.Join(s.Dir, ".bh/identity.txt"), 0o600); err != nil && sc.before != "" {
					t.Fatal(err)
				}
				args := append(append([]string{}, sc.args...), "--yes", "--parallelism", "1")
				out, err := s.BH([]string{"BH_TEST_KILL=" + strconv.Itoa(n)}, args...)
				if !clitest.WasKilled(err) {
					if err != nil || n < 20 {
						t.Fatalf("boundary %d: %v\n%s", n, err, out)
					}
					break
				}
				// What bh left half done itself was not done outside of bh.
				if out, err := s.BH(nil, "drift"); err != nil {
					t.Fatalf("boundary %d: the drift: %v\n%s", n, err, out)
				}
				healed(s, n, sc.keys, sc.items)
			}
		})
	}
}

// TestStop sends SIGTERM at every boundary of an apply: it ends with 143, or 0 when
// there was nothing left to stop, and the next apply goes on.
func TestStop(t *testing.T) {
	t.Parallel()
	for n := 1; ; n += clitest.Sampled(11) {
		s := clitest.NewStage(t)
		s.Write("buckets.hcl", clitest.Three)
		out, err := s.BH([]string{"BH_TEST_SIGNAL=" + strconv.Itoa(n)}, "apply", "--yes", "--parallelism", "1")
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit) && exit.ExitCode() == 143:
			if n > 6 && !strings.Contains(out, "Apply interrupted, state saved") {
				t.Fatalf("boundary %d: no word of the interruption:\n%s", n, out)
			}
		case err != nil:
			t.Fatalf("boundary %d: %v\n%s", n, err, out)
		}
		healed(s, n, 2, 3)
		if err == nil && n > 40 {
			break
		}
	}
}

// healed applies again and checks the result.
func healed(s clitest.Stage, n, keys, items int) {
	s.T.Helper()
	out := s.Must("apply", "--yes")
	if out, err := s.BH(nil, "plan", "--detailed-exitcode"); err != nil {
		s.T.Fatalf("boundary %d: the plan after the next apply: %v\n%s", n, err, out)
	}
	if got := s.Count(".bh/local/.keys/*.json"); got != keys {
		s.T.Fatalf("boundary %d: %d keys, want %d, after\n%s", n, got, keys, out)
	}
	if got := len(clitest.AgeItems(filepath.Join(s.Dir, ".bh/secrets.age"))); got != items {
		s.T.Fatalf("boundary %d: %d items, want %d, after\n%s", n, got, items, out)
	}
	for _, item := range clitest.AgeItems(filepath.Join(s.Dir, ".bh/secrets.age")) {
		fields := item["fields"].(map[string]any)
		if item["title"] == "drop" {
			continue
		}
		if s.Count(".bh/local/.keys/"+fields["access_key_id"].(string)+".json") != 1 {
			s.T.Fatalf("boundary %d: the key in item %v is not one of the cloud's", n, item["title"])
		}
	}
}
