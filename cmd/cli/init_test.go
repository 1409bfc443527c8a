package cli_test

import (
	"io"
	"os"
	"syscall"
	"testing"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// An interrupt at any question ends bh init with nothing written.
func TestInit_interruptedAtAQuestion(t *testing.T) {
	for answered := range 5 {
		folder := t.TempDir()
		p, out := clitest.InProcess(t)
		p.Args, p.StdinTTY = []string{"init", "--chdir", folder}, true
		t.Chdir(folder) // which --chdir leaves the process in
		signals := make(chan os.Signal)
		stdin, typed := io.Pipe()
		p.Stdin, p.Signals = stdin, signals
		go func() {
			for range answered {
				_, _ = io.WriteString(typed, "\n")
			}
			signals <- syscall.SIGINT
		}()
		code := cli.Main(p)
		left, err := os.ReadDir(folder)
		if code != 130 || err != nil || len(left) > 0 {
			t.Errorf("after %d answers: exit %d, %v, %v\n%s", answered, code, left, err, out)
		}
		_ = typed.Close()
	}
}
