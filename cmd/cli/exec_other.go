//go:build !unix

package cli

import "os"

// passedOn lists the signals that bh passes on to a command. A terminal sends those in fromTerminal to both.
var (
	passedOn     = []os.Signal{os.Interrupt}
	fromTerminal = []os.Signal{os.Interrupt}
)

func unignore() (release func()) { return func() {} }
