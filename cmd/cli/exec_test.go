//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// execStage has the keys of three projects, one of which someone brought.
func execStage(t *testing.T) clitest.Stage {
	t.Helper()
	s := clitest.NewStage(t)
	s.Write("buckets.hcl", clitest.Three)
	s.Must("apply", "--yes", "--quiet")
	return s
}

// start runs a shell's script by bh exec, whose process another shell prepares, and
// waits until it says that it is ready.
func start(s clitest.Stage, prepare string, env []string, script string) (*exec.Cmd, *bufio.Reader) {
	s.T.Helper()
	cmd := exec.Command("sh", "-c", prepare+`exec "$0" "$@"`, os.Args[0], "exec", "photos", "--", "sh", "-c", script)
	cmd.Dir, cmd.WaitDelay = s.Dir, time.Second
	cmd.Env = append(os.Environ(), append([]string{"BH_TEST_AS_BH=1", "BH_VAR_canary=" + clitest.Canary, clitest.NoRaceSleep}, env...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		s.T.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.T.Fatal(err)
	}
	out := bufio.NewReader(stdout)
	if line, err := out.ReadString('\n'); err != nil || line != "ready\n" {
		s.T.Fatalf("%q, %v", line, err)
	}
	return cmd, out
}

func codeOfExit(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// The command's end is bh's: its code, or the signal that ended it.
func TestExec_endsAsItsCommandDoes(t *testing.T) {
	s := execStage(t)
	s.Write("no-program", "text")
	s.Write("broken", "#!/no/such/interpreter\n")
	if err := os.Chmod(s.Dir+"/broken", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want    int
		command []string
	}{
		{0, []string{"true"}},
		{3, []string{"sh", "-c", "exit 3"}},
		{255, []string{"sh", "-c", "exit 255"}},
		{128 + 9, []string{"sh", "-c", "kill -9 $$"}},
		{128 + 15, []string{"sh", "-c", "kill -TERM $$"}},
		// bh ignores this one, and its command does not.
		{128 + 13, []string{"sh", "-c", "kill -PIPE $$"}},
		{126, []string{"/"}},
		{126, []string{"./no-program"}},
		{127, []string{"./broken"}},
		{127, []string{"./nothing-there"}},
		{127, []string{"no-such-command-anywhere"}},
	} {
		out, err := s.BH(nil, append([]string{"exec", "photos", "--"}, tt.command...)...)
		if got := codeOfExit(err); got != tt.want {
			t.Errorf("%q: exit %d, want %d\n%s", tt.command, got, tt.want, out)
		}
		if runs := tt.want != 126 && tt.want != 127; runs == strings.Contains(out, "BH5007") {
			t.Errorf("%q: %s", tt.command, out)
		}
	}
}

// Signals that come to bh alone reach the command, and bh outlives it, even where
// nothing is between the command's first word and the signal.
func TestExec_passesSignalsOn(t *testing.T) {
	s := execStage(t)
	for round := range 3 {
		for _, sent := range cli.PassedOn {
			if signal.Ignored(sent) {
				continue // the tests run under nohup, and the command would, too
			}
			cmd, out := start(s, "", nil, "trap 'echo passed on; exit 5' INT TERM HUP QUIT USR1 USR2 WINCH; echo ready; n=0; while [ $n -lt 400 ]; do n=$((n+1)); sleep 0.05; done")
			if err := cmd.Process.Signal(sent); err != nil {
				t.Fatal(err)
			}
			rest, _ := io.ReadAll(out)
			if got := codeOfExit(cmd.Wait()); got != 5 || string(rest) != "passed on\n" {
				t.Errorf("round %d, %v: exit %d, %q", round, sent, got, rest)
			}
		}
	}
}

// What a terminal sends comes to the command from there, and once; the rest is
// passed on all the same.
func TestExec_onATerminal(t *testing.T) {
	s := execStage(t)
	cmd, out := start(s, "", []string{"BH_TEST_TTY=1"}, "trap 'echo twice' INT QUIT; trap 'echo ended; exit 5' TERM; echo ready; n=0; while [ $n -lt 400 ]; do n=$((n+1)); sleep 0.05; done")
	for _, sent := range []os.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		_ = cmd.Process.Signal(sent)
	}
	time.Sleep(300 * time.Millisecond)
	_ = cmd.Process.Signal(syscall.SIGTERM)
	rest, _ := io.ReadAll(out)
	if got := codeOfExit(cmd.Wait()); got != 5 || string(rest) != "ended\n" {
		t.Errorf("exit %d, %q", got, rest)
	}
}

// nohup stays one: what bh was started to ignore its command ignores.
func TestExec_keepsIgnored(t *testing.T) {
	s := execStage(t)
	cmd, out := start(s, "trap '' HUP; ", nil, "echo ready; kill -HUP $$; kill -HUP $PPID; sleep 0.2; echo still here")
	rest, _ := io.ReadAll(out)
	if got := codeOfExit(cmd.Wait()); got != 0 || string(rest) != "still here\n" {
		t.Errorf("exit %d, %q", got, rest)
	}
}

// A signal that comes before the command runs ends bh, and the command never does.
func TestExec_interruptedBefore(t *testing.T) {
	p, out := clitest.InProcess(t, "apply", "--auto-approve")
	if code := cli.Main(p); code != 0 {
		t.Fatal(out)
	}
	// The loop that watches for signals is started once, and not in the bubble.
	outside := make(chan os.Signal, 1)
	signal.Notify(outside, syscall.SIGUSR1)
	signal.Stop(outside)
	out.Reset()
	p.Args = []string{p.Args[0], p.Args[1], "exec", "a", "--", "echo", "ran"}
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 1)
		p.Signals = signals
		p.Hooks.Boundary = func(what string) {
			if strings.HasPrefix(what, "after ") { // the keys are read
				signals <- syscall.SIGTERM
				synctest.Wait() // until it has had its effect
			}
		}
		if code := cli.Main(p); code != 143 || out.Len() > 0 {
			t.Errorf("exit %d: %s", code, out)
		}
	})
}

// The secret is in the command's environment and nowhere else: not in what bh shows
// and logs, and on no command line.
func TestExec_showsNoSecret(t *testing.T) {
	s := execStage(t)
	log := s.Dir + "/trace.log"
	env := []string{"BH_LOG=trace", "BH_LOG_PATH=" + log}
	out, err := s.BH(env, "exec", "--verbose", "photos", "--", "sh", "-c", `printf %s "$AWS_SECRET_ACCESS_KEY" > secret; tr '\0' ' ' < /proc/$PPID/cmdline > commandline 2>&1; tr '\0' ' ' < /proc/$PPID/environ >> commandline 2>&1; true`)
	if err != nil {
		t.Fatal(out)
	}
	secret, _ := os.ReadFile(s.Dir + "/secret")
	logged, _ := os.ReadFile(log)
	line, _ := os.ReadFile(s.Dir + "/commandline")
	if len(secret) < 20 || len(logged) == 0 {
		t.Fatalf("a secret of %d bytes and a log of %d", len(secret), len(logged))
	}
	for _, command := range [][]string{{"/"}, {"no-such-command"}, {"sh", "-c", "kill -9 $$"}} {
		more, _ := s.BH(env, append([]string{"exec", "--verbose", "photos", "--"}, command...)...)
		out += more
	}
	logged, _ = os.ReadFile(log)
	for name, text := range map[string][]byte{"output": []byte(out), "log": logged, "command line": line} {
		if bytes.Contains(text, secret) {
			t.Errorf("the %s has the secret", name)
		}
	}
}
