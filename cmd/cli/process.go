// Package cli is the command line: one file a command, each of which turns flags
// into a plain struct, calls, shows, and gives an exit code.
//
// It is the only place that wires config, state, vendors, planner and executor
// together, and the only one beside main that knows the process: arguments,
// environment, terminal, signals, clock.
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

// Process is what a command knows of the process that it runs in.
type Process struct {
	Args           []string // without the program's own name
	Env            func(name string) (string, bool)
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	StdinTTY       bool
	StdoutTTY      bool
	StderrTTY      bool
	Width          int    // columns of the terminal; 0 for none
	CacheDir       string // for what can be made again; "" for none
	Now            func() time.Time
	Sleep          func(ctx context.Context, d time.Duration) error
	Signals        <-chan os.Signal
	Hooks          Hooks
	// Ticks tells the view about once a second that time passes, until stop is
	// called; nil for no ticks.
	Ticks func() (ticks <-chan time.Time, stop func())

	// made by Main
	ending     *ending
	interrupts *interrupts
}

// Hooks let a test stand at the boundaries. Nil in the real process.
type Hooks struct {
	// Boundary is called before and after each call to a vendor and each
	// transaction of the state.
	Boundary func(what string)
	// Transport carries the requests of all vendors; nil for the network.
	Transport http.RoundTripper
	// NoSync keeps the local state from waiting for the disk. A killed process loses
	// nothing by that, a crashed machine does.
	NoSync bool
}

// OS is the process itself.
func OS() Process {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A reader that goes away, as head does, must not end an apply half way.
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
		Args:     os.Args[1:], Env: os.LookupEnv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		StdinTTY: term.IsTerminal(int(os.Stdin.Fd())), StdoutTTY: term.IsTerminal(int(os.Stdout.Fd())), StderrTTY: term.IsTerminal(int(os.Stderr.Fd())),
		Width: width, Now: time.Now, Sleep: sleep, Signals: signals, Ticks: eachSecond,
	}
}

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

// get gives a variable of the environment, "" where it is not set.
func (p Process) get(name string) string {
	if p.Env == nil {
		return ""
	}
	value, _ := p.Env(name)
	return value
}

// mayAsk reports whether the environment lets bh ask questions: CI has nobody who
// could answer.
func (p Process) mayAsk() bool { return !isFalse(p.get("BH_INPUT")) && !p.inCI() }

// inCI reports whether the environment says that a machine runs bh.
func (p Process) inCI() bool {
	ci := p.get("CI")
	return ci != "" && !isFalse(ci)
}

func isFalse(value string) bool { return value == "0" || strings.EqualFold(value, "false") }

// joinRelative returns path as it is seen from dir.
func joinRelative(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
