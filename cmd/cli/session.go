package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"buckethead/cmd/connections"
	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/vendors/parallel"
	"buckethead/vendors/registry"
)

// session is one command at work: what was declared, what it is connected to, and how to
// show things.
type session struct {
	p           Process
	flags       common
	config      *config.Config
	connections *connections.Connections
	view        view.View
	log         *slog.Logger
	closers     []io.Closer
}

// open reads the files and makes the view. Faults are shown; the error is then an
// exit code.
func open(ctx context.Context, p Process, flags common) (*session, error) {
	s, diags, err := begin(ctx, p, flags)
	if err != nil {
		return nil, err
	}
	s.view.Diagnostics(diags)
	if diags.HasErrors() {
		_ = s.close()
		return nil, exitCode(exitError)
	}
	return s, nil
}

// begin is open for a command that can work with faulty files: it shows nothing.
func begin(ctx context.Context, p Process, flags common) (*session, diag.List, error) {
	s := &session{p: p, flags: flags, config: &config.Config{}}
	if flags.chdir != "" {
		if err := os.Chdir(flags.chdir); err != nil {
			return nil, nil, fmt.Errorf("work in %s: %w", flags.chdir, errors.Unwrap(err))
		}
		p.ending.moved = true
	}
	if err := s.openLog(ctx); err != nil {
		return nil, nil, err
	}
	diags, err := s.load(ctx)
	if err == nil {
		s.view, err = s.p.ending.show(ctx, s.flags, s.viewOptions(ctx))
	}
	if err != nil {
		return nil, nil, errors.Join(err, s.close())
	}
	s.connect()
	return s, diags, nil
}

// load reads the files. A pipe that nobody writes to and an expression that takes for
// ever are left behind when ctx ends.
func (s *session) load(ctx context.Context) (diag.List, error) {
	type result struct {
		config *config.Config
		diags  diag.List
	}
	loaded, err := parallel.Await(ctx, func() (result, error) {
		c, diags := config.Load(config.Options{Path: s.flags.file, Vars: s.flags.vars, VarFiles: s.flags.varFiles, Env: s.p.Env,
			Vendors: registry.All(), States: connections.StateKinds(), Version: version})
		return result{c, diags}, nil
	})
	if loaded.config != nil {
		s.config = loaded.config
	}
	return loaded.diags, err
}

// connect makes the connections that the files declare; none is opened yet.
func (s *session) connect() {
	host, _ := os.Hostname()
	run := s.run()
	s.connections = connections.New(connections.Options{Config: s.config, Env: s.p.get, Now: s.p.Now, Sleep: s.p.Sleep,
		Transport: s.p.Hooks.Transport, CacheDir: s.p.CacheDir, Log: s.log, Boundary: s.p.Hooks.Boundary, Waiting: s.waiting,
		State: connections.StateOptions{Path: s.flags.state, LockTimeout: s.flags.lockTimeout, NoSync: s.p.Hooks.NoSync,
			Holder: state.Holder{Actor: run.Actor, Host: host, PID: os.Getpid(), Command: s.flags.command, Run: run.URL, Commit: run.Commit}}})
}

// waiting says for what a vendor waits, or, without a title, the state.
func (s *session) waiting(title, why string, until time.Time) {
	if title == "" {
		s.view.Note("Waiting: " + why + "; until " + until.UTC().Format(time.TimeOnly) + " at most")
		return
	}
	s.view.Waiting(title, why, until)
}

// reference names an item without its value, as views and tables show it.
func (s *session) reference(ctx context.Context) func(store, id, title string) string {
	return func(store, id, title string) string { return s.connections.Reference(ctx, store, id, title) }
}

func (s *session) viewOptions(ctx context.Context) view.Options {
	o := view.Options{
		Color: s.colored(s.p.StdoutTTY), ErrColor: s.colored(s.p.StderrTTY), Verbose: s.flags.verbose, Quiet: s.flags.quiet,
		Version: version, Now: s.p.Now, Sources: s.config.Sources, Stack: s.config.Stack, Reference: s.reference(ctx),
		VendorTitle: connections.VendorTitle,
		VendorLimit: func(name string) (int, time.Duration) {
			v, _ := registry.Find(name)
			return v.Limits.Calls, v.Limits.CallsPer
		},
		VendorWrites: func(name string) (int, string) {
			v, _ := registry.Find(name)
			return v.Limits.Writes, v.Limits.WritesNote
		},
	}
	if s.p.StdoutTTY {
		o.Width = s.p.Width
	}
	if s.p.StderrTTY {
		o.ErrWidth = s.p.Width
	}
	o.Live = s.mayBeLive()
	return o
}

// mayBeLive reports whether the last lines of the terminal may be written anew: for
// commands that plan, where nothing else writes there, and no machine keeps it all.
func (s *session) mayBeLive() bool {
	logged := s.p.get("BH_LOG") != "" && s.p.get("BH_LOG_PATH") == ""
	return s.p.StderrTTY && s.p.get("TERM") != "dumb" && !s.p.inCI() && !logged && s.p.Ticks != nil &&
		slices.Contains([]string{"bh plan", "bh apply", "bh destroy", "bh rotate"}, s.flags.command)
}

// colored decides about one stream: flags win, then the environment's wishes, then
// whether there is a terminal.
func (s *session) colored(terminal bool) bool {
	switch s.flags.color {
	case "always":
		return true
	case "never":
		return false
	}
	if s.p.get("NO_COLOR") != "" || s.p.get("TERM") == "dumb" {
		return false
	}
	if force := s.p.get("FORCE_COLOR"); force != "" && force != "0" {
		return true
	}
	return terminal
}

// close closes what was opened, the last first.
func (s *session) close() error {
	var errs []error
	for _, c := range slices.Backward(s.closers) {
		errs = append(errs, c.Close())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// joinClose closes what the session holds; an exit code that was decided stays.
func joinClose(err error, s *session) error {
	closed := s.close()
	if err != nil || closed == nil {
		return err
	}
	return fmt.Errorf("close: %w", closed)
}
