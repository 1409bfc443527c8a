package cli

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
	"time"

	urfave "github.com/urfave/cli/v2"
)

// inProcess is a process without a terminal, whose files are in a folder of its own.
func inProcess(t *testing.T, args ...string) (p Process, out *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "buckets.hcl")
	text := "variable \"db\" {\n  sensitive = true\n  default = \"none\"\n}\ncloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\nproject \"a\" { bucket = \"a-bucket\" }\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out = &bytes.Buffer{}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return Process{Args: append([]string{"--file", file}, args...), Env: func(string) (string, bool) { return "", false },
		Stdin: strings.NewReader(""), Stdout: out, Stderr: out, Now: func() time.Time { return now }, Hooks: Hooks{NoSync: true}}, out
}

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
	walk(nil, newApp(&run{}).Commands)
	for _, words := range append(commands, nil) {
		p, out := inProcess(t)
		p.Args = append(words, "--help")
		if code := Main(p); code != 0 || out.Len() == 0 {
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
	p, out := inProcess(t, "--var", "db=hunter2", "apply", "--auto-approve")
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
	if code := Main(p); code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	if !found {
		t.Error("no note says that bh apply has the state")
	}
}

// TestMain_signalAtPrompt: whoever is asked can walk away.
func TestMain_signalAtPrompt(t *testing.T) {
	for _, tt := range []struct {
		signal syscall.Signal
		want   int
	}{{syscall.SIGINT, exitInterrupted}, {syscall.SIGTERM, exitTerminated}} {
		p, out := inProcess(t, "apply")
		signals := make(chan os.Signal, 1)
		nobody, hold := io.Pipe()
		defer func() { _ = hold.Close() }()
		p.StdinTTY, p.Signals = true, signals
		p.Stdin = readFunc(func(b []byte) (int, error) {
			signals <- tt.signal // comes while bh waits for the answer
			return nobody.Read(b)
		})
		if got := Main(p); got != tt.want {
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
	p, out := inProcess(t, "validate")
	p.Stdout = writeFunc(func([]byte) (int, error) { panic("no paper") })
	if got := Main(p); got != exitError || !strings.Contains(out.String(), "bh met a fault of its own: no paper") || strings.Contains(out.String(), "goroutine ") {
		t.Errorf("exit %d:\n%s", got, out)
	}
}

// TestMain_resultIsLost: a result that cannot be written is an error, but for one
// that its reader did not want to the end.
func TestMain_resultIsLost(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{{syscall.ENOSPC, exitError}, {syscall.EPIPE, 0}} {
		p, out := inProcess(t, "plan")
		p.Stdout = writeFunc(func([]byte) (int, error) { return 0, tt.err })
		if got := Main(p); got != tt.want || strings.Contains(out.String(), "write the result") != (got != 0) {
			t.Errorf("%v: exit %d, want %d:\n%s", tt.err, got, tt.want, out)
		}
	}
}

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(b []byte) (int, error) { return f(b) }
