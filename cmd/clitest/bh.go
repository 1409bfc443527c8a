package clitest

import (
	"context"
	"flag"
	"io"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	urfave "github.com/urfave/cli/v2"

	"buckethead/cmd/cli"
)

// Main runs the tests, or bh if BH_TEST_AS_BH is set. TestMain calls it.
func Main(m *testing.M) {
	BecomeBH()
	os.Exit(m.Run())
}

// BecomeBH runs bh and exits if BH_TEST_AS_BH is set. Otherwise it does nothing.
func BecomeBH() {
	if os.Getenv("BH_TEST_AS_BH") != "" {
		BH()
	}
}

// BH runs bh in this process, as the environment says, and exits.
func BH() { os.Exit(cli.Main(process())) }

// process is the process itself, except for what a test says in the environment.
func process() cli.Process {
	p := cli.OS()
	p.Hooks.NoSync = true
	p.StdinTTY = os.Getenv("BH_TEST_TTY") != ""
	if text := os.Getenv("BH_TEST_NOW"); text != "" {
		now, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		p.Now = func() time.Time { return now }
		p.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	if path := os.Getenv("BH_TEST_TRANSCRIPT"); path != "" {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		p.Stdout, p.Stderr = io.MultiWriter(p.Stdout, file), io.MultiWriter(p.Stderr, file)
	}
	if text := os.Getenv("BH_TEST_SIGNAL"); text != "" {
		at, _ := strconv.Atoi(text)
		signals := make(chan os.Signal) // without a buffer: it is sent once it is received
		p.Signals = signals
		p.Hooks.Boundary = atBoundary(at, func() { signals <- syscall.SIGTERM })
	}
	if text := os.Getenv("BH_TEST_KILL"); text != "" {
		at, _ := strconv.Atoi(text)
		p.Hooks.Boundary = atBoundary(at, func() {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		})
	}
	return p
}

// atBoundary calls act at the n-th boundary.
func atBoundary(n int, act func()) func(string) {
	var mu sync.Mutex
	count := 0
	return func(string) {
		mu.Lock()
		defer mu.Unlock()
		if count++; count == n {
			act()
		}
	}
}

// Tests run bh several times at once in one process, and all runs share one help flag,
// which a command writes to when it registers the flag. A copy shares nothing.
func init() { urfave.HelpFlag = copiedFlag{urfave.HelpFlag.(*urfave.BoolFlag)} }

type copiedFlag struct{ *urfave.BoolFlag }

func (f copiedFlag) Apply(set *flag.FlagSet) error {
	one := *f.BoolFlag
	return one.Apply(set)
}
