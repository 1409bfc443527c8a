package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/redact"
)

// run is one run of bh in a process.
type run struct {
	Process
	ending     *ending
	interrupts *interrupts
	secrets    *redact.Set // not shown by the streams of Process
	clear      Process     // with unfiltered streams, for other programs and for files
}

func newRun(p Process, i *interrupts) *run {
	own, out, secrets := p, &result{to: p.Stdout}, secretsOf(p)
	stdout, stderr := secrets.Writer(out), secrets.Writer(p.Stderr)
	p.Stdout, p.Stderr, own.Stdout = stdout, stderr, out
	return &run{Process: p, interrupts: i, secrets: secrets, clear: own,
		ending: &ending{p: p, out: out, secrets: secrets, streams: []*redact.Writer{stdout, stderr}}}
}

// flags reads the flags of a command.
func (r *run) flags(c *cli.Context) (common, error) {
	flags, err := parseFlags(c, r.Process)
	r.ending.parsed(flags)
	return flags, err
}

// flagsOnly reads the flags of a command that takes no argument.
func (r *run) flagsOnly(c *cli.Context) (common, error) {
	flags, err := r.flags(c)
	if err == nil {
		err = noArguments(c)
	}
	return flags, err
}

// chdir changes to the folder of --chdir, if there is one.
func (r *run) chdir(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.Chdir(dir); err != nil {
		return fmt.Errorf("work in %s: %w", dir, errors.Unwrap(err))
	}
	r.ending.moved = true
	return nil
}
