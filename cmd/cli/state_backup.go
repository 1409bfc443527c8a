package cli

import (
	"context"
	"errors"
	"fmt"

	"buckethead/cmd/view"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/state"
)

func stateBackup(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) > 0 {
		return errors.New("bh state backup takes no argument")
	}
	if a.list {
		return listBackups(ctx, s)
	}
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	path, err := place.Backup(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	s.view.Result(fmt.Sprintf("Wrote %s.", path))
	return nil
}

func listBackups(ctx context.Context, s *session) error {
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	backups, err := place.Backups(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	rows := [][]string{{"WHEN", "SERIAL", "BYTES", "PATH"}}
	for _, b := range backups {
		row := []string{words.Time(b.At), fmt.Sprint(b.Meta.Serial), fmt.Sprint(b.Size), b.Path}
		if b.Err != nil {
			row[1], row[3] = "-", b.Path+" (cannot be read)"
		}
		rows = append(rows, row)
	}
	_, err = fmt.Fprint(s.run.Stdout, view.Table(rows))
	return err
}

func stateRestore(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) != 1 {
		return errors.New("bh state restore needs one backup; bh state backup --list shows them")
	}
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	kept, err := place.Restore(ctx, a.named[0])
	switch {
	case errors.Is(err, state.ErrLocked), errors.Is(err, state.ErrStack), errors.Is(err, state.ErrNewer),
		errors.Is(err, state.ErrSecret):
		return s.stateFault(err)
	case err != nil:
		return fmt.Errorf("%w; nothing was changed, and bh state backup --list shows the copies", err)
	}
	s.remember(ctx, place, s.byHand("state restore", addr.Address{}, "from "+a.named[0]))
	s.view.Result(fmt.Sprintf("Restored %s. %s", a.named[0], before(kept)))
	return nil
}

// before says what happened to the state that was replaced.
func before(kept string) string {
	if kept == "" {
		return "There was no state before."
	}
	return "The previous state was saved as " + kept + "."
}
