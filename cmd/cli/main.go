package cli

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"buckethead/cmd/cli/topics"

	"github.com/urfave/cli/v2"
)

// Main runs one command and returns its exit code: 0 done, 1 error, 2 changes with
// --detailed-exitcode, 130 or 143 interrupted. It does not panic.
//
// The run has one context. The first signal cancels it, with the exit code as its cause. The
// second signal makes Main return at once, whatever is still running.
func Main(p Process) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := newInterrupts(p.Signals, cancel)
	defer signals.watch()()
	ended := make(chan int, 1)
	go func() { ended <- newRun(p, signals).main(ctx) }()
	select {
	case code := <-ended:
		return code
	case code := <-signals.exit:
		return int(code)
	}
}

// main is Main without the second signal.
func (r *run) main(ctx context.Context) (code int) {
	defer r.ending.flush()
	defer func() {
		if value := recover(); value != nil {
			code = r.ending.panicked(ctx, value, debug.Stack())
		}
	}()
	app := newApp(r)
	args, err := arrange(app, r.Args, r.get)
	if err == nil {
		err = app.RunContext(ctx, append([]string{"bh"}, args...))
	}
	return r.ending.end(ctx, err)
}

func newApp(r *run) *cli.App {
	app := &cli.App{
		Name: "bh", Usage: "manage buckets and their credentials from a file", HideVersion: true,
		Writer: r.Stdout, ErrWriter: io.Discard, Reader: r.Stdin, ExitErrHandler: func(*cli.Context, error) {},
		Description: "buckets.hcl declares projects. bh plan compares it with the state and with\n" +
			"what the providers have; bh apply makes the providers match.\n\n" +
			"Exit codes: 0 done; 1 error; 2 changes (with --detailed-exitcode) or drift\n" +
			"(bh drift); 130 and 143 interrupted, state saved.\n\n" +
			"Help topics, which bh help TOPIC shows:\n" + topics.Text(strings.Join(topicNames(), ", ")+".", 0, false) + "\n" +
			"bh help topics says what each is about. bh help codes lists the codes of\n" +
			"errors; bh help BH1005 explains one.",
		OnUsageError: usageError,
		Action:       cli.ShowAppHelp,
	}
	app.Flags = append(app.Flags, cli.HelpFlag)        // urfave adds it only with its own help command
	for _, command := range []func(*run) *cli.Command{ // in the order in which help lists them
		initCommand, validateCommand, fmtCommand,
		planCommand, applyCommand, destroyCommand, rotateCommand,
		showCommand, statusCommand, driftCommand, discoverCommand, importCommand, graphCommand, schemaCommand,
		execCommand, envCommand, doctorCommand, historyCommand, stateCommand,
		versionCommand, completionCommand, completeCommand, manCommand, helpCommand,
	} {
		app.Commands = append(app.Commands, command(r))
	}
	for _, c := range app.Commands {
		finishCommand(c)
	}
	return app
}

// finishCommand sets the options that all commands share.
func finishCommand(c *cli.Command) {
	c.OnUsageError = usageError
	c.HideHelpCommand = true
	for _, f := range c.Flags {
		if f, isBool := f.(*cli.BoolFlag); isBool && !f.Value {
			f.DisableDefaultText = true // flags are off by default, and need not say so
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
