package cli

import "fmt"

// The exit codes beside 0.
const (
	exitError       = 1
	exitChanges     = 2
	exitInterrupted = 130
	exitTerminated  = 143
)

// exitCode is the error of a command that has shown everything already: only its code is left to return.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }
