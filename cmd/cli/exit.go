package cli

import (
	"context"
	"fmt"
)

// The exit codes beside 0.
const (
	exitError       = 1
	exitChanges     = 2
	exitInterrupted = 130
	exitTerminated  = 143
)

// exitCode is the error of a command that has shown everything already: only its code is left to return.
type exitCode int

func (e exitCode) Error() string {
	if e == exitInterrupted || e == exitTerminated {
		return "interrupted"
	}
	return fmt.Sprintf("exit code %d", int(e))
}

// Is reports that the code of a signal, which is the cause of the context's end, stands for context.Canceled: some
// libraries return the cause instead.
func (e exitCode) Is(target error) bool {
	return target == context.Canceled && (e == exitInterrupted || e == exitTerminated)
}
