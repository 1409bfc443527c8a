package cli

import (
	"cmp"
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
	"buckethead/vendors"
	"buckethead/vendors/parallel"
	"buckethead/vendors/registry"
)

// session is a run that has read its files. It holds what every command needs.
type session struct {
	run         *run
	flags       common
	config      *config.Config
	connections *connections.Connections
	view        view.View
	log         *slog.Logger
	closers     []io.Closer
}

func openSession(ctx context.Context, r *run, flags common) (*session, diag.List, error) {
	if err := r.chdir(flags.chdir); err != nil {
		return nil, nil, err
	}
	log, file, err := openLog(ctx, r.Process, r.secrets)
	if err != nil {
		return nil, nil, err
	}
	s := &session{run: r, flags: flags, log: log}
	if file != nil {
		s.closers = append(s.closers, file)
	}
	loaded, faults, err := loadConfig(ctx, fileOptions(r.Process, flags))
	if err == nil {
		learnFrom(r.secrets, loaded)
		s.config = loaded
		look := viewOptions(r.Process, flags, loaded)
		look.Reference = s.reference(ctx)
		s.view, err = r.ending.show(ctx, flags, look)
	}
	if err != nil {
		return nil, nil, errors.Join(err, s.close())
	}
	s.connections = newConnections(s)
	return s, faults, nil
}

// close closes what was opened, in reverse order.
func (s *session) close() error {
	var errs []error
	for _, c := range slices.Backward(s.closers) {
		errs = append(errs, c.Close())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// closeNow closes one thing before the session ends. The caller then handles the error, not the session.
func (s *session) closeNow(c io.Closer) error {
	s.closers = slices.DeleteFunc(s.closers, func(x io.Closer) bool { return x == c })
	return c.Close()
}

// report shows diagnostics. It returns an exit code if one of them is an error.
func (s *session) report(diags diag.List) error {
	s.view.Diagnostics(diags)
	if diags.HasErrors() {
		return exitCode(exitError)
	}
	return nil
}

// lacking shows which values were not given, if the error is about that, and returns an exit code. Otherwise it
// returns nil.
func (s *session) lacking(err error) error {
	var lack *config.LackError
	if errors.As(err, &lack) {
		return s.report(lack.Faults)
	}
	return nil
}

// fail shows an error, and returns an exit code.
func (s *session) fail(d diag.Diagnostic) error {
	d.Severity = diag.Error
	return s.report(diag.List{d})
}

// reference returns a function that names an item without its value, in words if there is no reference for it
// (yet).
func (s *session) reference(ctx context.Context) func(store, id, title string) string {
	return func(store, id, title string) string {
		text, err := s.connections.Reference(ctx, store, id, title, "")
		if errors.Is(err, vendors.ErrInvalid) && !s.flags.json {
			return fmt.Sprintf("item %s in %s", title, store)
		}
		return text
	}
}

// fileOptions says which files the flags ask for, and what they may contain.
func fileOptions(p Process, flags common) config.Options {
	return config.Options{Path: flags.file, Vars: flags.vars, VarFiles: flags.varFiles, Env: p.Env,
		Vendors: registry.All(), States: connections.StateKinds(), Version: version, Partial: flags.partial}
}

// loadConfig reads the files. If ctx ends, it stops waiting for a pipe that nobody writes to, or for an
// expression that takes forever.
func loadConfig(ctx context.Context, o config.Options) (*config.Config, diag.List, error) {
	type result struct {
		config *config.Config
		faults diag.List
	}
	loaded, err := parallel.Await(ctx, func() (result, error) {
		c, faults := config.Load(o)
		return result{c, faults}, nil
	})
	return cmp.Or(loaded.config, &config.Config{}), loaded.faults, err
}

// newConnections returns the connections that the files declare. It opens none of them.
func newConnections(s *session) *connections.Connections {
	p, flags, by := s.run, s.flags, onBehalfOf(s.run.Process)
	host, _ := os.Hostname()
	holder := state.Holder{Actor: by.Actor, Host: host, PID: os.Getpid(), Command: flags.command,
		Run: by.URL, Commit: by.Commit}
	return connections.New(connections.Options{Config: s.config, Env: p.get, Now: p.Now, Sleep: p.Sleep,
		Transport: p.Hooks.Transport, CacheDir: p.CacheDir, Log: s.log, Secrets: p.secrets, Boundary: p.Hooks.Boundary,
		// Without a title it is the state that waits.
		Waiting: func(title, why string, until time.Time) {
			if title == "" {
				s.view.Note("Waiting: " + why + "; until " + until.UTC().Format(time.TimeOnly) + " at most")
				return
			}
			s.view.Waiting(title, why, until)
		},
		State: connections.StateOptions{Path: flags.state, LockTimeout: flags.lockTimeout, NoSync: p.Hooks.NoSync,
			Holder: holder}})
}
