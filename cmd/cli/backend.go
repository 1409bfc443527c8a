package cli

import (
	"context"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/state/s3"
)

// backend is the place of the state: a file of this machine, or an object in a bucket.
// All of it is safe to call at once with other processes.
type backend interface {
	// Place names it for people.
	Place() string
	// Open locks the state until it is closed, and makes it where there is none.
	Open(ctx context.Context) (openState, error)
	// Read opens the state without keeping others from it.
	Read(ctx context.Context) (state.Reader, error)
	// Backup copies the state and gives the path of the copy.
	Backup(ctx context.Context) (string, error)
	// Backups lists the copies, newest first.
	Backups(ctx context.Context) ([]bolt.BackupInfo, error)
	// Restore puts a copy in the place of the state, and says where the present
	// one is kept, "" when there was none.
	Restore(ctx context.Context, path string) (kept string, err error)
	// Pull gives the file of the state. io.EOF where there is none.
	Pull(ctx context.Context) ([]byte, error)
	// Push puts a file in the place of the state, as Restore does, where p lets it.
	Push(ctx context.Context, file string, p bolt.Push) (kept string, err error)
}

// openState is a state that is locked.
type openState interface {
	state.Store
	// Backup copies the state and gives the path of the copy, "" where there is
	// nothing in it yet.
	Backup(ctx context.Context) (string, error)
	// Copy writes the file of the state as it is at one moment.
	Copy(w io.Writer) (state.Meta, error)
	// Retire closes the state for good: it is kept at another place from now on.
	// It gives the path at which the last version is kept.
	Retire(ctx context.Context, to string) (kept string, err error)
}

// stateKinds are the kinds of state beside "local".
func stateKinds() []config.StateKind {
	return []config.StateKind{{Name: s3.Kind, Settings: s3.Settings(), Check: s3.CheckSettings}}
}

// backend gives the place of the state, which --state overrides.
func (s *session) backend() (backend, error) {
	declared := s.config.State
	if s.flags.state != "" || declared.Kind != s3.Kind {
		return localState{s.statePath(), s.stateOptions()}, nil
	}
	if s.place == nil {
		settings, err := s.readSettings(config.Connection{Settings: declared.Settings})
		if err != nil {
			return nil, err
		}
		declared.Settings = settings
		if s.place, err = s.sharedState(declared); err != nil {
			return nil, err
		}
	}
	return s.place, nil
}

// openState locks the state, for as long as the session lasts.
func (s *session) openState(ctx context.Context) (openState, error) {
	place, err := s.backend()
	if err != nil {
		return nil, s.stateFault(err)
	}
	opened, err := place.Open(ctx)
	if err != nil {
		return nil, s.stateFault(err)
	}
	s.closer = append(s.closer, opened)
	return opened, nil
}

// openReader opens the state for reading, for as long as the session lasts.
func (s *session) openReader(ctx context.Context) (state.Reader, error) {
	place, err := s.backend()
	if err != nil {
		return nil, s.stateFault(err)
	}
	opened, err := place.Read(ctx)
	if err != nil {
		return nil, s.stateFault(err)
	}
	s.closer = append(s.closer, opened)
	if shared, is := opened.(*s3.Reader); is {
		s.lock = shared.Lock()
	}
	return opened, nil
}

// readState reads the state and lets go of it, so that a plan holds no lock while
// it talks to vendors.
func (s *session) readState(ctx context.Context) (state.Snapshot, error) {
	opened, err := s.openReader(ctx)
	if err != nil {
		return state.Snapshot{}, err
	}
	snap, err := opened.Snapshot()
	if err = errors.Join(err, opened.Close()); err != nil {
		return snap, s.stateFault(err)
	}
	return snap, nil
}

// stateFault shows a state that cannot be used; the error is an exit code.
func (s *session) stateFault(err error) error {
	d := diag.Diagnostic{Severity: diag.Error, Code: "BH5001", Summary: "The state cannot be used", Detail: sentence(err), Subject: s.config.State.Range, Cause: err}
	var said exitCode
	switch {
	case errors.As(err, &said):
		return said
	case errors.Is(err, context.Canceled):
		return err // what a signal cut off is no fault
	case errors.Is(err, state.ErrLocked):
		d.Code, d.Summary = "BH5002", "The state is locked"
	case errors.Is(err, state.ErrDamaged):
		d.Code, d.Summary = "BH5003", "The state is damaged"
	case errors.Is(err, state.ErrNewer):
		d.Code, d.Summary = "BH5004", "The state is newer than this bh"
		d.Fix = "Use a bh as new as the one that wrote it."
	case errors.Is(err, state.ErrStack):
		d.Code, d.Summary = "BH5005", "The state belongs to another stack"
		d.Fix = "Name the state's own stack in the bh block, or give this one a state of its own."
	case errors.Is(err, s3.ErrUnsafe):
		d.Code, d.Summary = "BH5030", "The server cannot keep a shared state safe"
	case errors.Is(err, s3.ErrLost):
		d.Code, d.Summary = "BH5031", "The lock on the state was lost"
		d.Fix = "Nothing was written after that. Plan again: what was made and not recorded is found by its names."
	case errors.Is(err, s3.ErrMoved):
		d.Code, d.Summary = "BH5032", "The state was migrated"
	case errors.Is(err, s3.ErrServer), errors.Is(err, bolt.ErrLineage), errors.Is(err, bolt.ErrOlder), errors.Is(err, bolt.ErrChanged):
	default:
		d.Fix = "Nothing was changed. Give bh a place that it can write to, with state \"local\" { path = ... } or --state."
	}
	s.view.Diagnostics(diag.List{d})
	return exitCode(exitError)
}

// sentence words an error as a person would begin and end it.
func sentence(err error) string {
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}
