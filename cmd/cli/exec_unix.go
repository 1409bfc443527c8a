//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// passedOn lists the signals that bh passes on to a command. A terminal sends those in fromTerminal to both.
var (
	passedOn = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT,
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH}

	fromTerminal = []os.Signal{os.Interrupt, syscall.SIGQUIT, syscall.SIGWINCH}
)

// unignore lets a process that is started before release get SIGPIPE as usual. A child inherits that a signal is
// ignored, but not that it is caught.
func unignore() (release func()) {
	if !signal.Ignored(syscall.SIGPIPE) {
		return func() {}
	}
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGPIPE)
	return func() { signal.Ignore(syscall.SIGPIPE) }
}
