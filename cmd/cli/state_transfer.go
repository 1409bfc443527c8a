package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
)

// statePull writes the file of the state. It does not write it to a terminal, because it is not text.
func statePull(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) > 1 || len(a.named) == 0 && s.run.StdoutTTY {
		return errors.New("bh state pull needs a file to write to; " +
			"the state is not text, so it is not written to a terminal")
	}
	file, err := pull(ctx, s)
	if err != nil {
		return err
	}
	if len(a.named) == 0 {
		s.run.ending.answered = true
		_, err = s.run.clear.Stdout.Write(file) // the file must not change
		return err
	}
	err = createFile(a.named[0], file, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s already exists; nothing was written", a.named[0])
	}
	if err != nil {
		return err
	}
	s.view.Result(fmt.Sprintf("Wrote %s.", a.named[0]))
	return nil
}

// pull reads the file of the state.
func pull(ctx context.Context, s *session) ([]byte, error) {
	place, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	file, err := place.Pull(ctx)
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("there is no state at %s yet", place.Name())
	}
	if err != nil {
		return nil, s.stateFault(err)
	}
	return file, nil
}

// statePush replaces the state with a file.
func statePush(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) != 1 {
		return errors.New("bh state push needs one file")
	}
	if _, err := os.Stat(a.named[0]); err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	kept, err := place.Push(ctx, a.named[0], state.Push{Force: a.force})
	if errors.Is(err, state.ErrOffered) {
		return fmt.Errorf("%w; nothing was changed", err)
	}
	if err != nil {
		return s.stateFault(err)
	}
	s.remember(ctx, place, s.byHand("state push", addr.Address{}, "from "+a.named[0]))
	s.view.Result(fmt.Sprintf("Pushed %s to %s. %s", a.named[0], place.Name(), before(kept)))
	return nil
}

// stateMigrate moves a state to the place that is declared, and retires the old place: if both were in use, each would
// lose track of the other's credentials.
func stateMigrate(ctx context.Context, s *session, a stateArgs) (err error) {
	if len(a.named) > 0 {
		return errors.New("bh state migrate takes no argument; --from names the place where the state is now")
	}
	to, err := s.place(ctx)
	if err != nil {
		return err
	}
	from, err := s.connections.PlaceAt(ctx, a.from)
	if err != nil {
		return err
	}
	if from.Name() == to.Name() {
		return fmt.Errorf("the state is already at %s; "+
			"declare the new place in the bh block, and run bh state migrate again", to.Name())
	}
	// Opening it would create it if it does not exist.
	switch _, err := from.Pull(ctx); {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("there is no state at %s; nothing was changed", from.Name())
	case err != nil:
		return s.stateFault(err)
	}
	kept, retired, err := move(ctx, from, to, a.force)
	if err != nil && ctx.Err() != nil {
		s.view.Note("Interrupted: both places may have the state now. Run bh state migrate again before you do anything else.")
	}
	if err != nil {
		return s.stateFault(err)
	}
	s.remember(ctx, to, s.byHand("state migrate", addr.Address{}, "from "+from.Name()))
	s.view.Result(fmt.Sprintf("Migrated %s to %s. %s The last version in the old place is %s.",
		from.Name(), to.Name(), before(kept), retired))
	return nil
}

// retireTimeout bounds how long closing the old place may take.
const retireTimeout = 2 * time.Minute

// move copies a state from one place to another while it holds the lock of the old place, and then retires the old
// place.
func move(ctx context.Context, from, to state.Place, force bool) (kept, retired string, err error) {
	opened, err := from.Open(ctx)
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	var file bytes.Buffer
	if _, err := opened.Copy(&file); err != nil {
		return "", "", err
	}
	folder, err := os.MkdirTemp("", "bh-migrate-*")
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "state.db")
	if err := createFile(path, file.Bytes(), 0o600); err != nil {
		return "", "", err
	}
	if kept, err = to.Push(ctx, path, state.Push{Force: force, Moves: true}); err != nil {
		return "", "", err
	}
	// Once the copy exists, no signal may keep the old place from being closed.
	retiring, cancel := state.Lasting(ctx, retireTimeout)
	defer cancel()
	if retired, err = opened.Retire(retiring, to.Address()); err != nil {
		err = fmt.Errorf("%w; both places have the state now: run bh state migrate again before you do anything else", err)
	}
	return kept, retired, err
}
