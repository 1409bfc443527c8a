package cli_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	urfave "github.com/urfave/cli/v2"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// TestHelp_fitsATerminal holds what every command says of itself to 80 columns.
func TestHelp_fitsATerminal(t *testing.T) {
	var commands [][]string
	var walk func(before []string, commands []*urfave.Command)
	walk = func(before []string, below []*urfave.Command) {
		for _, c := range below {
			words := append(slices.Clone(before), c.Name)
			commands = append(commands, words)
			walk(words, c.Subcommands)
		}
	}
	walk(nil, cli.Commands())
	for _, words := range append(commands, nil) {
		p, out := clitest.InProcess(t)
		p.Args = append(words, "--help")
		if code := cli.Main(p); code != 0 || out.Len() == 0 {
			t.Errorf("bh %s --help: exit %d", strings.Join(words, " "), code)
		}
		for _, l := range strings.Split(out.String(), "\n") {
			if len(l) > 80 {
				t.Errorf("bh %s --help: %d columns: %s", strings.Join(words, " "), len(l), l)
			}
		}
	}
	if len(commands) < 18 {
		t.Errorf("only %d commands", len(commands))
	}
}

// TestMain_holderShowsNoArguments: who waits for a state is told who has it, and that
// must not tell what was typed before the command.
func TestMain_holderShowsNoArguments(t *testing.T) {
	p, out := clitest.InProcess(t, "--var", "db=hunter2", "apply", "--auto-approve")
	found, mu := false, sync.Mutex{}
	p.Hooks.Boundary = func(string) {
		mu.Lock()
		defer mu.Unlock()
		notes, _ := filepath.Glob(filepath.Join(filepath.Dir(p.Args[1]), ".bh", "state.db*"))
		for _, note := range notes {
			content, _ := os.ReadFile(note)
			if bytes.Contains(content, []byte("hunter2")) {
				t.Errorf("%s has an argument in it", note)
			}
			found = found || bytes.Contains(content, []byte(`"bh apply"`))
		}
	}
	if code := cli.Main(p); code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	if !found {
		t.Error("no note says that bh apply has the state")
	}
}

// TestMain_signalAtPrompt: a person who is asked can walk away.
func TestMain_signalAtPrompt(t *testing.T) {
	for _, tt := range []struct {
		signal syscall.Signal
		want   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		p, out := clitest.InProcess(t, "apply")
		signals := make(chan os.Signal, 1)
		nobody, hold := io.Pipe()
		defer func() { _ = hold.Close() }()
		p.StdinTTY, p.Signals = true, signals
		p.Stdin = readFunc(func(b []byte) (int, error) {
			signals <- tt.signal // comes while bh waits for the answer
			return nobody.Read(b)
		})
		if got := cli.Main(p); got != tt.want {
			t.Errorf("%v: exit %d, want %d:\n%s", tt.signal, got, tt.want, out)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(p.Args[1]), ".bh", "local")); err == nil {
			t.Errorf("%v: something was made", tt.signal)
		}
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(b []byte) (int, error) { return f(b) }

// TestMain_fault: a fault of bh's own is told in words.
func TestMain_fault(t *testing.T) {
	p, out := clitest.InProcess(t, "validate")
	p.Stdout = writeFunc(func([]byte) (int, error) { panic("no paper") })
	if got := cli.Main(p); got != 1 || !strings.Contains(out.String(), "Internal error: this is a bug in bh [BH5050]") || strings.Contains(out.String(), "goroutine ") {
		t.Errorf("exit %d:\n%s", got, out)
	}
}

// TestMain_resultIsLost: a result that cannot be written is an error, but for one
// that its reader did not want to the end.
func TestMain_resultIsLost(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{{syscall.ENOSPC, 1}, {syscall.EPIPE, 0}} {
		p, out := clitest.InProcess(t, "plan")
		p.Stdout = writeFunc(func([]byte) (int, error) { return 0, tt.err })
		if got := cli.Main(p); got != tt.want || strings.Contains(out.String(), "write the result") != (got != 0) {
			t.Errorf("%v: exit %d, want %d:\n%s", tt.err, got, tt.want, out)
		}
	}
}

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(b []byte) (int, error) { return f(b) }
