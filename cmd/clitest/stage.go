package clitest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Head declares a stack with the cloud and the secret store that need no account.
const Head = `
bh { stack = "kill" }
variable "canary" {
  type      = string
  sensitive = true
}
cloud "local" "main" {}
secrets "age_file" "main" {}
`

// Three declares three projects, one of which registers a secret that it is given.
const Three = Head + `
project "photos" { bucket = "photos" }
project "albums" { bucket = "albums" }
project "drop" {
  bucket = "drop"
  register {
    access_key_id     = "AKIA"
    secret_access_key = var.canary
    endpoint_url      = "https://s3.example.com"
    verify            = false
  }
}
`

// Stage is a folder in which real processes run bh.
type Stage struct {
	T   testing.TB
	Dir string
}

// NewStage returns a stage in a folder that goes with the test.
func NewStage(t testing.TB) Stage { return Stage{T: t, Dir: t.TempDir()} }

// Write writes a file of the stage.
func (s Stage) Write(name, text string) {
	s.T.Helper()
	if err := os.WriteFile(filepath.Join(s.Dir, name), []byte(text), 0o600); err != nil {
		s.T.Fatal(err)
	}
}

// Command returns a process that runs bh and has not started yet.
func (s Stage) Command(env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), "BH_TEST_AS_BH=1", "BH_CLI_ARGS_apply=--allow-destroy 100",
		"BH_VAR_canary="+Canary, NoRaceSleep)
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// BH runs bh as a process of its own and returns what it printed.
func (s Stage) BH(env []string, args ...string) (output string, err error) {
	cmd := s.Command(env, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

// Must is BH for a command that has to succeed.
func (s Stage) Must(args ...string) string {
	s.T.Helper()
	out, err := s.BH(nil, args...)
	if err != nil {
		s.T.Fatalf("bh %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// Count returns how many files of the stage match a pattern.
func (s Stage) Count(pattern string) int {
	found, err := filepath.Glob(filepath.Join(s.Dir, pattern))
	if err != nil {
		s.T.Fatal(err)
	}
	return len(found)
}

// WasKilled reports whether SIGKILL ended a process.
func WasKilled(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
