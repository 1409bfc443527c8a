package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"buckethead/cmd/redact"
	"buckethead/cmd/view"
	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/vendors/parallel"
)

// ending is the end of a run: what must be shown and closed whatever happens. A command can fail before it has a
// session, and after it has closed the session.
type ending struct {
	p   Process
	out *result
	// secrets are not shown by the streams of p, which are flushed before others write.
	secrets *redact.Set
	streams []*redact.Writer
	flags   *common // nil before they are read
	moved   bool    // --chdir is done

	view      view.View      // nil before there is one
	held      *heldLines     // lines that are held back, or nil
	answered  bool           // the command has written its one document
	into      *redact.Writer // --json-into
	summary   bytes.Buffer   // of the step, where GitHub Actions asks for it
	stopTicks func()
}

// streaming lists the commands whose --json writes lines as things happen. Other commands may answer with one
// document instead. Their lines are held back until that is known; if there is a document, the lines go to
// standard error.
var streaming = []string{"bh init", "bh validate", "bh plan", "bh apply", "bh destroy", "bh rotate", "bh doctor"}

// ownOutput lists the commands whose standard output belongs to another program, or is one object.
var ownOutput = []string{"bh exec", "bh env"}

// parsed saves the flags, for a command that fails before it has a session.
func (e *ending) parsed(flags common) {
	if slices.Contains(ownOutput, flags.command) {
		flags.format = "human"
	}
	e.flags = &flags
}

// show makes the view that the flags ask for. The view lasts until the run ends.
func (e *ending) show(ctx context.Context, flags common, o view.Options) (view.View, error) {
	out := e.p.Stdout
	if flags.format == "json" && !slices.Contains(streaming, flags.command) {
		e.held = &heldLines{to: out}
		out = e.held
	}
	made, err := view.New(flags.format, out, e.p.Stderr, o)
	if err != nil {
		return nil, err
	}
	e.view = view.Serial(made)
	if flags.jsonInto != "" {
		path := flags.jsonInto
		if !e.moved {
			path = joinRelative(flags.chdir, path)
		}
		e.into, err = parallel.Await(ctx, func() (*redact.Writer, error) {
			file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
			if err != nil {
				return nil, err
			}
			return e.secrets.Writer(file), nil
		})
		if err != nil {
			return nil, fmt.Errorf("write JSON lines: %w", err)
		}
		lines, err := view.New("json", e.into, e.p.Stderr, o)
		if err != nil {
			return nil, err
		}
		made = view.Tee(made, lines)
	}
	if e.p.get("GITHUB_STEP_SUMMARY") != "" && !slices.Contains(ownOutput, flags.command) {
		summary, err := view.New("markdown", &e.summary, io.Discard, o)
		if err != nil {
			return nil, err
		}
		made = view.Tee(made, summary)
	}
	e.view = view.Serial(made)
	if e.p.Ticks != nil {
		e.tick(e.view)
	}
	return e.view, nil
}

// tick tells a view that time passes, until stopTicks is called.
func (e *ending) tick(v view.View) {
	ticks, stop := e.p.Ticks()
	quit := make(chan struct{})
	var ticking parallel.Group
	ticking.Go(func() {
		for {
			select {
			case <-ticks:
				v.Tick()
			case <-quit:
				return
			}
		}
	})
	e.stopTicks = func() { stop(); close(quit); ticking.Wait() }
}

// stream releases the lines that were held back: the command answers with lines after all.
func (e *ending) stream() {
	if e.held != nil {
		e.held.release(e.p.Stdout)
	}
}

// end ends a run that returned an error, an exit code or neither, and returns the exit code. After a signal, an error
// only shows what the signal interrupted.
func (e *ending) end(ctx context.Context, err error) int {
	e.flush()
	if err == nil {
		err = e.out.err
	}
	var exit exitCode
	if code := interrupted(ctx); code != 0 && err != nil && !errors.As(err, &exit) {
		err = code
	}
	switch {
	case err == nil:
	case errors.As(err, &exit):
		err = nil
	case errors.Is(err, syscall.EPIPE):
		exit, err = exitError, nil // the reader is gone, and need not be told
	default:
		exit = exitError
		e.fallBack(ctx)
		e.view.Fault(err)
	}
	if exit != 0 {
		e.fallBack(ctx)
	}
	lost := e.finish(ctx, int(exit))
	if exit == 0 && lost != nil {
		_, _ = fmt.Fprintf(e.p.Stderr, "Error: %s\n", view.Clean(lost.Error()))
		exit = exitError
	}
	return int(exit)
}

// panicked ends a run in which bh panicked, and returns the exit code.
func (e *ending) panicked(ctx context.Context, value any, stack []byte) int {
	if raised, is := value.(*parallel.Panic); is {
		stack = raised.Stack // of the goroutine that panicked
	}
	d := diag.Diagnostic{Severity: diag.Error, Kind: runPanicked,
		Detail: fmt.Sprintf("What went wrong: %v. The state is as the last saved step left it; the next apply continues from there.", value),
		Fix:    "Run it again with BH_LOG=debug to see where it happened, and report it."}
	told := false
	func() {
		defer func() { _ = recover() }() // it may be the view that panics
		e.fallBack(ctx)
		e.view.Diagnostics(diag.List{d})
		told = true
		_ = e.finish(ctx, exitError)
	}()
	if !told {
		_, _ = fmt.Fprintf(e.p.Stderr, "Error: %s\n\n  %s\n  %s\n", d.Summary, d.Detail, d.Fix)
	}
	if e.p.get("BH_LOG") == "debug" || e.p.get("BH_LOG") == "trace" {
		_, _ = e.p.Stderr.Write(stack)
	}
	return exitError
}

// finish tells the view that the run has ended, and closes what is open. It returns an error if the result could not
// be written.
func (e *ending) finish(ctx context.Context, exit int) error {
	if stop := e.stopTicks; stop != nil {
		e.stopTicks = nil
		stop()
	}
	if e.view != nil && !e.quiet() {
		e.view.Done(view.End{Command: strings.TrimPrefix(e.command(), "bh "), Exit: exit})
	}
	if e.summary.Len() > 0 {
		if err := appendTo(ctx, e.p.get("GITHUB_STEP_SUMMARY"), e.secrets.Replace(e.summary.String())); err != nil {
			_, _ = fmt.Fprintf(e.p.Stderr, "Cannot write the step's summary: %s\n", view.Clean(err.Error()))
		}
	}
	if e.held != nil {
		to := e.p.Stdout
		if e.answered {
			to = e.p.Stderr
		}
		e.held.release(to)
	}
	e.flush()
	err := e.out.err
	if e.into != nil {
		if closed := e.into.Close(); err == nil && closed != nil {
			err = fmt.Errorf("write JSON lines: %w", closed)
		}
		e.into = nil
	}
	return err
}

// flush writes what the streams hold back. The result stream remembers its own errors.
func (e *ending) flush() {
	for _, stream := range e.streams {
		_ = stream.Flush()
	}
}

// quiet reports whether the command wrote nothing but its document.
func (e *ending) quiet() bool {
	return e.answered && e.held != nil && e.held.kept.Len() == 0 && e.into == nil
}

func (e *ending) command() string {
	if e.flags == nil {
		return ""
	}
	return e.flags.command
}

// fallBack makes a view for an error that occurred before there was one.
func (e *ending) fallBack(ctx context.Context) {
	if e.view != nil {
		return
	}
	if e.flags == nil {
		e.flags = &common{format: formatOf(append(strings.Fields(e.p.get("BH_CLI_ARGS")), e.p.Args...))}
	}
	ctx, cancel := state.Lasting(ctx, time.Second) // it may be a signal that has to be shown
	defer cancel()
	o := view.Options{Version: version, Now: e.p.Now}
	if _, err := e.show(ctx, *e.flags, o); err != nil && e.view == nil {
		e.view, _ = view.New("human", e.p.Stdout, e.p.Stderr, o)
	}
}

// formatOf looks for the format in arguments that could not be parsed.
func formatOf(args []string) string {
	format := "human"
	for i, arg := range args {
		name, value, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case arg == "--", arg == "exec", arg == "env":
			return format
		case !strings.HasPrefix(arg, "-"):
		case name == "json" && (!hasValue || value == "true"):
			format = "json"
		case name == "format" && hasValue:
			format = value
		case name == "format" && i+1 < len(args):
			format = args[i+1]
		}
	}
	return format
}
