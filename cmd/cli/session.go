package cli

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/state/bolt"
	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// session is one command at work: what was declared, and how to show things.
type session struct {
	p      Process
	flags  common
	config *config.Config
	view   view.View
	log    *slog.Logger
	closer []io.Closer

	stateArgs
	place backend     // of the state, once it is known
	lock  s3.LockInfo // as it was when the state was read

	openingCloud sync.Mutex
	clouds       map[string]vendors.BucketProvider
	openingStore sync.Mutex
	stores       map[string]vendors.SecretStore
	resolving    sync.Mutex
	resolved     map[string]vendors.Secret // by reference
	sharing      sync.Mutex
	shared       map[string]any
}

// open reads the files and makes the view. Faults are shown; the error is then an
// exit code.
func open(p Process, flags common) (*session, error) {
	s, diags, err := begin(p, flags)
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
func begin(p Process, flags common) (*session, diag.List, error) {
	s := &session{p: p, flags: flags, clouds: map[string]vendors.BucketProvider{}, stores: map[string]vendors.SecretStore{}, shared: map[string]any{}}
	if flags.chdir != "" {
		if err := os.Chdir(flags.chdir); err != nil {
			return nil, nil, fmt.Errorf("work in %s: %w", flags.chdir, errors.Unwrap(err))
		}
		p.ending.moved = true
	}
	if err := s.openLog(); err != nil {
		return nil, nil, err
	}
	loaded, diags := config.Load(config.Options{Path: flags.file, Vars: flags.vars, VarFiles: flags.varFiles, Env: p.Env,
		Vendors: registry.All(), States: stateKinds(), Version: version})
	if loaded == nil {
		loaded = &config.Config{}
	}
	s.config = loaded
	if err := s.makeView(); err != nil {
		return nil, nil, errors.Join(err, s.close())
	}
	return s, diags, nil
}

func (s *session) makeView() error {
	made, err := s.p.ending.show(s.flags, s.viewOptions())
	s.view = made
	return err
}

func (s *session) viewOptions() view.Options {
	o := view.Options{
		Color: s.colored(s.p.StdoutTTY), ErrColor: s.colored(s.p.StderrTTY), Verbose: s.flags.verbose, Quiet: s.flags.quiet,
		Version: version, Now: s.p.Now, Sources: s.config.Sources, Stack: s.config.Stack, Reference: s.reference,
		VendorTitle: vendorTitle,
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

func (s *session) close() error {
	var errs []error
	for _, c := range s.closer {
		errs = append(errs, c.Close())
	}
	s.closer = nil
	return errors.Join(errs...)
}

// statePath is where the state is, relative paths from the folder of the files.
func (s *session) statePath() string {
	if s.flags.state != "" {
		return s.flags.state
	}
	if filepath.IsAbs(s.config.State.Path) {
		return s.config.State.Path
	}
	return filepath.Join(s.config.Dir, s.config.State.Path)
}

func (s *session) stateOptions() bolt.Options {
	host, _ := os.Hostname()
	return bolt.Options{Stack: s.config.Stack, LockTimeout: s.flags.lockTimeout, Now: s.p.Now, NoSync: s.p.Hooks.NoSync,
		Holder: bolt.Holder{Actor: s.run().Actor, Host: host, PID: os.Getpid(), Command: s.flags.command, Run: s.run().URL}}
}
