//go:build !unix

package cli

import "os"

// passedOn lists the signals that a command gets through bh. A terminal sends those of fromTerminal to both.
var (
	passedOn     = []os.Signal{os.Interrupt}
	fromTerminal = []os.Signal{os.Interrupt}
)

func unignore() (release func()) { return func() {} }
