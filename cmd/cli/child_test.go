//go:build unix

package cli

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// A Ctrl-C that the terminal sent before the command was there is not lost: bh ends, and
// the command never runs.
func TestRunChild_keepsASignalThatComesEarly(t *testing.T) {
	i := newInterrupts(make(chan os.Signal, 2), func(error) {})
	r := newRun(Process{StdinTTY: true, Stdout: os.Stdout, Stderr: os.Stderr}, i)
	signals, release := forTheCommand(i)
	defer release()
	i.arrived(syscall.SIGINT)
	err := runChild(&session{run: r}, []string{"sh", "-c", "exit 3"}, os.Environ(), signals)
	var code exitCode
	if !errors.As(err, &code) || code != exitInterrupted {
		t.Errorf("got %v, want %d", err, exitInterrupted)
	}
}
