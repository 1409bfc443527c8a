// Package clitest runs bh for the tests of the command line: in the test's own
// process, and as a process of its own that can be signalled and killed.
//
// # A binary that is bh
//
// A package of tests calls [Main] from its TestMain. Its binary is then bh itself
// wherever BH_TEST_AS_BH is set, and these variables control it:
//
//   - BH_TEST_NOW, a time in RFC 3339, stops the clock at that time.
//   - BH_TEST_TTY says that standard input is a terminal.
//   - BH_TEST_TRANSCRIPT names a file that everything printed is appended to.
//   - BH_TEST_SIGNAL and BH_TEST_KILL, a number n, send SIGTERM or SIGKILL at the
//     n-th boundary (see [cli.Hooks]).
//
// A [Stage] is a folder in which such processes run. [InProcess] is for tests that
// need no second process.
//
// # Where the tests are
//
// The tests are in several packages, so that each of them takes seconds. The folder
// clouds runs bh against simulated vendors, kills runs processes that die and many that
// share one state, action runs the GitHub action, and install runs install.sh. The
// scripts, and the tests of single commands, are beside the commands in cmd/cli.
//
// Only tests import this package.
package clitest

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Every makes the long tests leave nothing out: every call, every boundary, a thousand
// projects, fifty runners at once. Without it, they take samples.
var Every = flag.Bool("every", false, "leave nothing out of the long tests")

// Sampled returns the step at which a test goes through calls or boundaries: 1 with
// -every, n without, and twice that with -short, as under the race detector.
func Sampled(n int) int {
	switch {
	case *Every:
		return 1
	case testing.Short():
		return 2 * n
	}
	return n
}

// Released returns the version that .release-version names.
func Released() string {
	_, here, _, _ := runtime.Caller(0) // a test binary that is run as bh is not in the folder of its package
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", ".release-version"))
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(text))
}

// Canary is a secret that tests bring. It may be found only as ciphertext.
const Canary = "canary-Zo1ohz9aeph3"

// NoRaceSleep keeps processes that are built with the race detector from waiting a
// second before they end, which they do in case a report is still being written.
const NoRaceSleep = "GORACE=atexit_sleep_ms=0"

// Sleep waits for d or until the context ends. In a synctest bubble it takes the
// bubble's time.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
