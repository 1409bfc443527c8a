package kit

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Command is what the commands share: where they listen, which faults they inject, and what
// they print. The process (arguments, signals, the clock) belongs to the command itself.
type Command struct {
	*flag.FlagSet
	listen string
	faults faults
	stderr io.Writer
}

// NewCommand returns a command with the flags --listen and --fault.
func NewCommand(name, listen string, operations []string, stderr io.Writer) *Command {
	c := &Command{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), faults: faults{known: operations}, stderr: stderr}
	c.SetOutput(stderr)
	c.StringVar(&c.listen, "listen", listen, "loopback `address` to listen on")
	c.Var(&c.faults, "fault", "`OP:before|after:KIND[:N]`, can be repeated: KIND is a status such as 503, reset,\n"+
		"hang, truncate or nonjson; N is which call of OP fails, by default every one. OP is a word such as "+operations[0])
	return c
}

// Parse reads the flags, and refuses arguments and addresses that others can reach.
func (c *Command) Parse(args []string) error {
	if err := c.FlagSet.Parse(args); err != nil {
		return err
	}
	if c.NArg() > 0 {
		return fmt.Errorf("%q is not a flag", c.Arg(0))
	}
	host, _, err := net.SplitHostPort(c.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	// A name could come to mean another machine's address, so only the one is taken.
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen: %s is not a loopback address: others could reach it", c.listen)
	}
	return nil
}

// Main runs a command until a signal ends it, and returns its exit code. Everything about the
// process is an argument.
func Main(notify func(context.Context, ...os.Signal) (context.Context, context.CancelFunc), args []string,
	stdout, stderr io.Writer, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) int {
	ctx, stop := notify(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, args[1:], stdout, stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(stderr, "%s: %v\n", filepath.Base(args[0]), err)
		return 1
	}
	return 0
}

// Serve answers until the context ends. It prints the variables to export, and for each call a
// line: method, path and status (0 if there was no response). It does not print queries,
// headers and bodies, which may hold secrets. path may shorten the printed path.
func (c *Command) Serve(ctx context.Context, s *Server, stdout io.Writer, path func(Call) string,
	exports func(at string) [][2]string) error {
	if len(c.faults.list) > 0 {
		s.OnCall(c.faults.pick)
	}
	s.OnDone(func(call Call, status int, _ bool) {
		fmt.Fprintf(c.stderr, "%s %s %d\n", call.Method, path(call), status)
	})
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.listen)
	if err != nil {
		return err
	}
	// The end of the context also ends what hangs.
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	for _, e := range exports("http://" + listener.Addr().String()) {
		if _, err := fmt.Fprintf(stdout, "export %s='%s'\n", e[0], strings.ReplaceAll(e[1], "'", `'\''`)); err != nil {
			_ = listener.Close()
			return err
		}
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Sleep waits, unless the context ends.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// faults are the --fault flags.
type faults struct {
	known []string // operations
	list  []flagged
}

type flagged struct {
	op  string
	nth int // 0: every call
	Fault
}

// String is for package flag.
func (f *faults) String() string { return "" }

// Set reads OP:before|after:KIND[:N].
func (f *faults) Set(text string) error {
	parts := strings.Split(text, ":")
	if len(parts) < 3 || len(parts) > 4 {
		return fmt.Errorf("%q is not OP:before|after:KIND[:N]", text)
	}
	if !slices.Contains(f.known, parts[0]) {
		return fmt.Errorf("%q is not an operation; the operations are %s", parts[0], strings.Join(f.known, ", "))
	}
	out := flagged{op: parts[0], Fault: Fault{After: parts[1] == "after", Kind: FaultKind(parts[2])}}
	if parts[1] != "before" && parts[1] != "after" {
		return fmt.Errorf("%q is neither before nor after", parts[1])
	}
	if status, err := strconv.Atoi(parts[2]); err == nil && status >= 400 && status < 600 {
		out.Kind, out.Status = Status, status
	}
	kinds := []FaultKind{Status, Reset, Hang, Truncate, NonJSON}
	if !slices.Contains(kinds, out.Kind) {
		return fmt.Errorf("%q is not a kind: a status from 400, or one of %q", parts[2], kinds)
	}
	if len(parts) == 4 {
		n, err := strconv.Atoi(parts[3])
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a number from 1", parts[3])
		}
		out.nth = n
	}
	f.list = append(f.list, out)
	return nil
}

// pick returns the first fault that hits a call.
func (f *faults) pick(c Call) *Fault {
	for i := range f.list {
		if f.list[i].op == c.Op && (f.list[i].nth == 0 || f.list[i].nth == c.Nth) {
			return &f.list[i].Fault
		}
	}
	return nil
}
