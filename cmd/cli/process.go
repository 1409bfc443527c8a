// Package cli implements the commands of bh. Each command has its own file: it turns flags into a plain struct,
// does its work and returns an error, which becomes the exit code.
//
// Together with cmd/connections, which opens what the files declare, it is the only package that joins config, state,
// vendors, planner and executor. Apart from main, it is the only one that knows about the process: arguments,
// environment, terminal, signals and clock.
//
// # Layers
//
// From the bottom up:
//
//   - [Process] describes the process. [OS] returns the real one; tests make their own.
//   - run is one run of bh in a process: its signals (interrupts) and its end (ending), which shows and closes
//     everything even if the run fails early.
//   - session is a run that has read its files: the configuration, the connections, the view and the log. Its methods
//     are what several commands need: to open the state, show faults, and answer with JSON.
//   - Commands are functions of a context, a session and their arguments. Those that plan share plan.go.
//   - [Main] builds the application from all commands and runs one of them.
package cli

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"
)

// Process is what bh knows about the process that it runs in.
type Process struct {
	Args           []string // without the program's own name
	Env            func(name string) (string, bool)
	Environ        func() []string // all of the environment, as NAME=VALUE; nil for only what Env returns
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	StdinTTY       bool
	StdoutTTY      bool
	StderrTTY      bool
	Width          int    // columns of the terminal; 0 for none
	CacheDir       string // for what can be recreated; "" to keep nothing
	Now            func() time.Time
	Sleep          func(ctx context.Context, d time.Duration) error
	Signals        <-chan os.Signal
	Hooks          Hooks
	// Ticks tells the view about once a second that time has passed, until stop is called. It
	// may be nil.
	Ticks func() (ticks <-chan time.Time, stop func())
}

// Hooks let tests act at the boundaries of bh. The real process has none.
type Hooks struct {
	// Boundary is called before and after each call to a vendor and each
	// transaction of the state.
	Boundary func(what string)
	// Transport carries the requests of all vendors; nil for the network.
	Transport http.RoundTripper
	// NoSync keeps the local state from waiting for the disk. If the machine crashes, commits
	// may be lost; if the process is killed, they are not.
	NoSync bool
}

// OS returns the real process. It catches its signals from then on.
func OS() Process {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A reader that exits early, as head does, must not end an apply halfway.
	signal.Ignore(syscall.SIGPIPE)
	width := 0
	for _, stream := range []*os.File{os.Stderr, os.Stdout} {
		if w, _, err := term.GetSize(int(stream.Fd())); err == nil {
			width = w
		}
	}
	cache, err := os.UserCacheDir()
	if err == nil {
		cache = filepath.Join(cache, "bh")
	}
	return Process{
		CacheDir: cache,
		Args:     os.Args[1:], Env: os.LookupEnv, Environ: os.Environ, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		StdinTTY: isTerminal(os.Stdin), StdoutTTY: isTerminal(os.Stdout), StderrTTY: isTerminal(os.Stderr),
		Width: width, Now: time.Now, Sleep: sleep, Signals: signals, Ticks: eachSecond,
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func eachSecond() (ticks <-chan time.Time, stop func()) {
	ticker := time.NewTicker(time.Second)
	return ticker.C, ticker.Stop
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// get returns a variable of the environment, or "" if it is not set.
func (p Process) get(name string) string {
	if p.Env == nil {
		return ""
	}
	value, _ := p.Env(name)
	return value
}

// mayAsk reports whether the environment lets bh ask questions. In CI, nobody could answer.
func (p Process) mayAsk() bool { return !isFalse(p.get("BH_INPUT")) && !p.inCI() }

// inCI reports whether the environment says that bh runs in CI.
func (p Process) inCI() bool {
	ci := p.get("CI")
	return ci != "" && !isFalse(ci)
}

func isFalse(value string) bool { return value == "0" || strings.EqualFold(value, "false") }
