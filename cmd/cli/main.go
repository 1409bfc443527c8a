package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"
)

// The exit codes that are not of an error.
const (
	exitError       = 1
	exitChanges     = 2
	exitInterrupted = 130
	exitTerminated  = 143
)

// exitCode ends a command with a code; everything has been said already.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Main runs one command and returns its exit code: 0 done, 1 error, 2 changes with
// --detailed-exitcode, 130 or 143 interrupted. No panic comes out of it.
//
// The run has one context, which the first signal cancels, with the exit code as its
// cause. The second signal has Main return at once; what still runs is left behind.
func Main(p Process) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	p.interrupts = newInterrupts(p.Signals, cancel)
	defer p.interrupts.watch()()
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, p) }()
	select {
	case code := <-ended:
		return code
	case code := <-p.interrupts.exit:
		return int(code)
	}
}

// run is Main without the second signal.
func run(ctx context.Context, p Process) (code int) {
	out := &result{to: p.Stdout}
	p.Stdout = out
	end := &ending{p: p, out: out}
	p.ending = end
	defer func() {
		if fault := recover(); fault != nil {
			code = end.broken(ctx, fault, debug.Stack())
		}
	}()
	app := newApp(p)
	args, err := arrange(app, p.Args, p.get)
	if err == nil {
		err = app.RunContext(ctx, append([]string{"bh"}, args...))
	}
	return end.ended(ctx, err)
}

// result is standard output. It remembers that something could not be written, for
// a plan that nobody got must not end in success.
type result struct {
	to  io.Writer
	err error
}

func (r *result) Write(b []byte) (int, error) {
	n, err := r.to.Write(b)
	if r.err == nil && err != nil && !errors.Is(err, syscall.EPIPE) {
		r.err = fmt.Errorf("write the result: %w", err)
	}
	return n, err
}

func newApp(p Process) *cli.App {
	app := &cli.App{
		Name: "bh", Usage: "buckets, and the credentials that open them, as declared", HideVersion: true, Suggest: true,
		Writer: p.Stdout, ErrWriter: io.Discard, Reader: p.Stdin, ExitErrHandler: func(*cli.Context, error) {},
		Description: "buckets.hcl declares projects. bh plan compares it with the state and with\n" +
			"what the providers have; bh apply makes the providers match.\n\n" +
			"Exit codes: 0 done; 1 error; 2 with --detailed-exitcode: changes,\nof bh drift: drift; 130 and 143 interrupted, state saved.\n\nTopics of bh help: " + strings.Join(topicNames(), ", ") + ".",
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c)
			}
			return cli.ShowAppHelp(c)
		},
	}
	app.Flags = append(app.Flags, cli.HelpFlag) // which urfave adds only with its own help command
	for _, command := range []func(Process) *cli.Command{initCommand, validateCommand, fmtCommand, planCommand, applyCommand, destroyCommand,
		rotateCommand, showCommand, statusCommand, driftCommand, discoverCommand, importCommand, graphCommand, schemaCommand, execCommand, envCommand, doctorCommand, historyCommand, stateCommand, versionCommand, completionCommand, manCommand, helpCommand} {
		app.Commands = append(app.Commands, command(p))
	}
	for _, c := range app.Commands {
		finishCommand(c)
	}
	return app
}

func finishCommand(c *cli.Command) {
	c.OnUsageError = usageError
	c.HideHelpCommand = true
	for _, f := range c.Flags {
		if f, isBool := f.(*cli.BoolFlag); isBool && !f.Value {
			f.DisableDefaultText = true // that a flag is off by default goes without saying
		}
	}
	for _, sub := range c.Subcommands {
		finishCommand(sub)
	}
}

func usageError(c *cli.Context, err error, _ bool) error {
	name := "bh"
	if c.Command != nil && c.Command.HelpName != "" {
		name = c.Command.HelpName
	}
	return fmt.Errorf("%w; see %s --help", err, name)
}

func unknownCommand(c *cli.Context) error {
	name := c.Args().First()
	hint := ""
	if close := nearest(name, commandNames(c.App.Commands)); close != "" {
		hint = fmt.Sprintf("; did you mean %q", close)
	}
	return fmt.Errorf("there is no command %q%s; see bh --help", name, hint)
}

func commandNames(commands []*cli.Command) []string {
	var out []string
	for _, c := range commands {
		out = append(out, c.Names()...)
	}
	return out
}
