//go:build unix

package cli

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"buckethead/config"
)

// The command's end is bh's: its code, and the signal that ended it; signals that
// come to bh alone reach it.
func TestExec_endsAsItsCommandDoes(t *testing.T) {
	s := stage{t, t.TempDir()}
	s.write("buckets.hcl", three)
	s.must("apply", "--yes", "--quiet")
	for script, want := range map[string]int{"exit 3": 3, "kill -9 $$": 128 + 9, "kill -TERM $$": 128 + 15, "true": 0} {
		out, err := s.bh(nil, "exec", "photos", "--", "sh", "-c", script)
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() != want || (err == nil) != (want == 0) {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
	if out, err := s.bh(nil, "exec", "photos", "--", "/"); err == nil || !strings.Contains(out, "cannot be run") {
		t.Errorf("a folder for a command: %v\n%s", err, out)
	}
}

func TestExec_passesSignalsOn(t *testing.T) {
	s := stage{t, t.TempDir()}
	s.write("buckets.hcl", three)
	s.must("apply", "--yes", "--quiet")
	for _, sent := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGINT} {
		cmd := exec.Command(os.Args[0], "exec", "photos", "--", "sh", "-c", "trap 'echo passed on; exit 5' TERM HUP USR1 INT; echo ready; while :; do sleep 0.05; done")
		cmd.Dir = s.dir
		cmd.Env = append(os.Environ(), "BH_TEST_AS_BH=1", "BH_VAR_canary="+canary, noRaceSleep)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		text := make([]byte, len("ready\n"))
		if _, err := stdout.Read(text); err != nil || string(text) != "ready\n" {
			t.Fatalf("%q, %v", text, err)
		}
		_ = cmd.Process.Signal(sent)
		rest := make([]byte, 100)
		n, _ := stdout.Read(rest)
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 5 || !strings.Contains(string(rest[:n]), "passed on") {
			t.Errorf("%v: %v, %q", sent, err, rest[:n])
		}
	}
}

// The command gets no token that bh works with, and no setting of AWS's that would
// win over its own.
func TestChildEnvironment(t *testing.T) {
	s := &session{config: &config.Config{Clouds: []config.Connection{{Vendor: "cloudflare_r2", Name: "main"}}, Secrets: []config.Connection{{Vendor: "onepassword", Name: "eng"}}}}
	given := []string{"PATH=/bin", "CLOUDFLARE_API_TOKEN=x", "CLOUDFLARE_ACCOUNT_ID=y", "OP_SERVICE_ACCOUNT_TOKEN=x", "OP_CONNECT_TOKEN=x", "OP_CONNECT_HOST=z",
		"AWS_PROFILE=p", "AWS_SESSION_TOKEN=s", "AWS_ENDPOINT_URL=e", "AWS_MAX_ATTEMPTS=3"}
	if got, want := s.childEnvironment(given, false), []string{"PATH=/bin", "CLOUDFLARE_ACCOUNT_ID=y", "OP_CONNECT_HOST=z", "AWS_MAX_ATTEMPTS=3"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := s.childEnvironment(given, true); !slices.Contains(got, "CLOUDFLARE_API_TOKEN=x") || slices.Contains(got, "AWS_PROFILE=p") {
		t.Errorf("with everything kept: %v", got)
	}
}
