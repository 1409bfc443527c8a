//go:build unix

package clouds

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"buckethead/cmd/clitest"
	simulator "buckethead/vendors/sim/cloudflare"
)

// TestR2_tryOut does what the README says for R2 without an account: the simulator
// as a process of its own, and the file that is there for it. Its port is a free one.
func TestR2_tryOut(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the simulator")
	}
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	simulated := filepath.Join(t.TempDir(), "r2")
	build := exec.Command("go", "build", "-o", simulated, "./vendors/sim/r2")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	declared, err := os.ReadFile(filepath.Join(root, "testdata", "r2", "buckets.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	const usual = "http://127.0.0.1:8787"
	if strings.Count(string(declared), usual) != 2 || !strings.Contains(string(declared), simulator.DefaultAccountID) {
		t.Fatalf("the file does not name the simulator's address and account:\n%s", declared)
	}
	help, _ := exec.Command(simulated, "--help").CombinedOutput()
	if !strings.Contains(string(help), strings.TrimPrefix(usual, "http://")) {
		t.Errorf("the simulator's usual address is another:\n%s", help)
	}

	at, stop := startSimulator(t, simulated)
	s := clitest.NewStage(t)
	s.Write("buckets.hcl", strings.ReplaceAll(string(declared), usual, at))
	run := func(args ...string) string {
		t.Helper()
		out, err := s.BH([]string{"CLOUDFLARE_API_TOKEN=r2sim", "CLOUDFLARE_ACCOUNT_ID=" + simulator.DefaultAccountID}, args...)
		if err != nil {
			t.Fatalf("bh %v: %v\n%s", args, err, out)
		}
		return out
	}
	for _, step := range []struct{ command, want string }{
		{"apply --auto-approve", "Apply complete: 2 done"}, {"apply --auto-approve", "No changes."}, {"plan --detailed-exitcode", "No changes."},
		{"destroy --auto-approve", "Apply complete: 2 done"}, {"destroy --auto-approve", "No changes."},
	} {
		if out := run(strings.Fields(step.command)...); !strings.Contains(out, step.want) {
			t.Errorf("bh %s lacks %q:\n%s", step.command, step.want, out)
		}
	}
	log := stop()
	if !strings.Contains(log, "DELETE /r2/buckets/acme-invoices (eu) 200\n") || strings.Contains(log, " 0\n") {
		t.Errorf("the simulator saw\n%s", log)
	}
	for _, line := range strings.Split(log, "\n") {
		if len(line) > 80 {
			t.Errorf("a line of the simulator's is too long for a terminal: %s", line)
		}
	}
}

// startSimulator starts the simulator and returns its address, and a function that stops it
// with a signal and returns its log.
func startSimulator(t *testing.T, path string) (at string, stop func() string) {
	t.Helper()
	cmd := exec.Command(path, "--listen", "127.0.0.1:0")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // nothing where it was stopped
	for lines := bufio.NewScanner(out); at == "" && lines.Scan(); {
		if base, ok := strings.CutPrefix(lines.Text(), "export CLOUDFLARE_API_BASE_URL='"); ok {
			at = strings.TrimSuffix(base, "/client/v4'")
		}
	}
	if at == "" {
		t.Fatalf("the simulator does not say where it is: %s", &log)
	}
	return at, func() string {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the simulator ended with %v\n%s", err, &log)
		}
		return log.String()
	}
}
