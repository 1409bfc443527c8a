//go:build !unix

package cli

import "os"

// passedOn are the signals that a command gets through bh. A terminal sends some of
// them to both.
var (
	passedOn     = []os.Signal{os.Interrupt}
	fromTerminal = []os.Signal{os.Interrupt}
)

func unignore() (release func()) { return func() {} }
