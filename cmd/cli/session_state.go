package cli

import (
	"context"
	"errors"
	"strings"

	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/executor"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// place returns the place of the state. If it fails, it shows why and returns an exit code, like all methods here.
func (s *session) place(ctx context.Context) (state.Place, error) {
	place, err := s.connections.Place(ctx)
	if err != nil {
		return nil, s.stateFault(err)
	}
	return place, nil
}

// usablePlace returns the place of the state, unless the state is still in the default place.
func (s *session) usablePlace(ctx context.Context) (state.Place, error) {
	place, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	if from, projects := s.notMigrated(ctx, place); from != "" {
		return nil, s.fail(diag.Diagnostic{Kind: stateNotMigrated, Subject: s.config.State.Range,
			Detail: "There is no state at " + place.Name() + " yet, and " + from + " has one, with " +
				words.Count(projects, "project") + ".",
			Fix: "Bring it to the declared place: bh state migrate. If it is not the state of this stack, move the file away."})
	}
	return place, nil
}

// openState opens and locks the state until the session is closed.
func (s *session) openState(ctx context.Context) (state.Locked, error) {
	place, err := s.usablePlace(ctx)
	if err != nil {
		return nil, err
	}
	opened, err := place.Open(ctx)
	if err != nil {
		return nil, s.stateFault(err)
	}
	s.closers = append(s.closers, opened)
	return opened, nil
}

// openReader opens the state for reading until the session is closed.
func (s *session) openReader(ctx context.Context) (state.View, error) {
	place, err := s.usablePlace(ctx)
	if err != nil {
		return nil, err
	}
	opened, err := parallel.Await(ctx, func() (state.View, error) { return place.Read(ctx) })
	if err != nil {
		return nil, s.stateFault(err)
	}
	s.closers = append(s.closers, opened)
	return opened, nil
}

// readState reads the state and closes it again, so that a plan holds no lock while it talks to vendors. It also
// returns the lock of another run at that time, if any.
func (s *session) readState(ctx context.Context) (state.Snapshot, state.Lock, error) {
	opened, err := s.openReader(ctx)
	if err != nil {
		return state.Snapshot{}, state.Lock{}, err
	}
	snap, err := opened.Snapshot()
	if err = errors.Join(err, s.closeNow(opened)); err != nil {
		return snap, state.Lock{}, s.stateFault(err)
	}
	return snap, opened.Lock(), nil
}

// stateInBucket reports whether the state is not a file on this machine.
func (s *session) stateInBucket() bool {
	if s.flags.state != "" {
		return strings.HasPrefix(s.flags.state, "s3://")
	}
	return len(s.config.State.Settings) > 0
}

// stateFault shows why the state cannot be used. It returns an exit code, or the error if a signal caused it.
func (s *session) stateFault(err error) error {
	if told := s.lacking(err); told != nil {
		return told
	}
	d := diag.Diagnostic{Kind: stateUnusable, Detail: sentence(err),
		Subject: s.config.State.Range, Cause: err}
	var said exitCode
	var store *vendors.Error
	var host *vendors.HostError
	switch {
	case errors.As(err, &said):
		return said
	case errors.As(err, &host):
		d.Kind, d.Detail, d.Fix = refresh.SecretWithheld, host.Cause(), host.Fix()
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, state.ErrLocked):
		d.Kind = stateLocked
	case errors.Is(err, state.ErrDamaged):
		d.Kind = stateDamaged
	case errors.Is(err, state.ErrSecret):
		d.Kind, d.Fix = executor.SecretInState, twoUses
	case errors.Is(err, state.ErrNewer):
		d.Kind = stateNewer
		d.Fix = "Use a bh at least as new as the one that wrote it."
	case errors.Is(err, state.ErrStack):
		d.Kind = stateOfOtherStack
		d.Fix = "Set the bh block to the state's own stack, or give this stack its own state."
	case errors.Is(err, state.ErrUnsafe):
		d.Kind = serverUnsafe
	case errors.Is(err, state.ErrLost):
		d.Kind = lockLost
		d.Fix = "Nothing was written after that. Run bh plan: it finds what was created and not recorded by its names."
	case errors.Is(err, state.ErrMoved):
		d.Kind = stateMigrated
	case errors.Is(err, state.ErrServer), errors.Is(err, state.ErrLineage), errors.Is(err, state.ErrOlder),
		errors.Is(err, state.ErrChanged):
	case errors.As(err, &store):
		d.Fix = "Nothing was changed. Check the credentials for that store; bh doctor says what is missing."
	case s.stateInBucket():
		d.Fix = "Nothing was changed. Correct the state block, or the environment variables that stand for what it leaves " +
			"out; bh doctor says where they come from."
	default:
		d.Fix = "Nothing was changed. Choose a path that bh can write to, with state \"local\" { path = ... } or --state."
	}
	return s.fail(d)
}
