package cli

import (
	"context"
	"fmt"
)

// The exit codes other than 0.
const (
	exitError       = 1
	exitChanges     = 2
	exitInterrupted = 130
	exitTerminated  = 143
)

// exitCode is the error of a command that has already shown everything. Only the code is left to return.
type exitCode int

func (e exitCode) Error() string {
	if e == exitInterrupted || e == exitTerminated {
		return "interrupted"
	}
	return fmt.Sprintf("exit code %d", int(e))
}

// Is makes the exit code of a signal match [context.Canceled]. The code is the cause of the context's end, and
// some libraries return the cause instead of the error.
func (e exitCode) Is(target error) bool {
	return target == context.Canceled && (e == exitInterrupted || e == exitTerminated)
}
