//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// passedOn are the signals that a command gets through bh. A terminal sends some of
// them to both.
var (
	passedOn = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH}

	fromTerminal = []os.Signal{os.Interrupt, syscall.SIGQUIT, syscall.SIGWINCH}
)

// unignore makes a process that is started now take SIGPIPE as others do: what bh
// ignores its child would ignore, and what it catches the child does not.
func unignore() (release func()) {
	if !signal.Ignored(syscall.SIGPIPE) {
		return func() {}
	}
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGPIPE)
	return func() { signal.Ignore(syscall.SIGPIPE) }
}
