//go:build unix

package cli

import (
	"os"
	"syscall"
)

// passedOn are the signals that a command gets through bh; a terminal sends some of
// them to both.
var (
	passedOn     = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}
	fromTerminal = []os.Signal{os.Interrupt, syscall.SIGQUIT}
)
