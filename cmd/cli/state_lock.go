package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config/words"
	"buckethead/state"
)

// lockCommand returns bh state lock, with bh state lock list below it.
func lockCommand(command func(name, usage, args string, do stateRun, flags ...cli.Flag) *cli.Command) *cli.Command {
	hour := length(time.Hour)
	lock := command("lock", "keep others from changing the state for a while", "", stateLock,
		&cli.GenericFlag{Name: "for", Value: &hour, Usage: "release it after `TIME`"})
	lock.Subcommands = []*cli.Command{command("list", "show who holds the state", "", stateLocks)}
	return lock
}

// lockable returns the place of the state if it has a lock of its own.
func lockable(ctx context.Context, s *session) (state.Locker, error) {
	place, err := s.place(ctx)
	if err != nil {
		return nil, err
	}
	locker, able := place.(state.Locker)
	if !able {
		return nil, fmt.Errorf("the state %s is a file on this machine: the process that uses it holds it, "+
			"and the system releases it when that process ends", place.Name())
	}
	return locker, nil
}

func stateLock(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) > 0 {
		return errors.New("bh state lock takes no argument")
	}
	place, err := lockable(ctx, s)
	if err != nil {
		return err
	}
	held, err := place.Lock(ctx, a.last)
	if err != nil {
		return s.stateFault(err)
	}
	if s.flags.json {
		return s.writeJSON(held)
	}
	s.view.Result(fmt.Sprintf("Locked until %s. To release it: bh state unlock %s", words.Time(held.ExpiresAt), inShell(held.ID)))
	return nil
}

func stateUnlock(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) != 1 {
		return errors.New("bh state unlock needs the id of the lock; bh state lock list shows it")
	}
	place, err := lockable(ctx, s)
	if err != nil {
		return err
	}
	released, err := place.Unlock(ctx, a.named[0])
	if err != nil {
		return s.stateFault(err)
	}
	if !released {
		return fmt.Errorf("there is no lock %s, or not any more; bh state lock list shows who holds the state", a.named[0])
	}
	s.view.Result("Unlocked. The run that held it stops before its next change; the next apply continues from there.")
	return nil
}

func stateLocks(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) > 0 {
		return errors.New("bh state lock list takes no argument")
	}
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	watched, able := place.(state.Watched)
	if !able {
		return fmt.Errorf("the state %s does not say who holds it", place.Name())
	}
	held, err := watched.Locked(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	if s.flags.json {
		locks := []state.Lock{}
		if held.Held {
			locks = append(locks, held)
		}
		return s.writeJSON(map[string]any{"format": view.LinesFormat, "locks": locks})
	}
	if !held.Held {
		_, err := fmt.Fprintln(s.run.Stdout, "Nobody holds the state.")
		return err
	}
	if held.ID == "" { // the lock of a file
		_, err := fmt.Fprint(s.run.Stdout, s.table([][]string{{"HOLDER", "SINCE"}, {held.Holder.Describe(), words.Time(held.AcquiredAt)}}))
		return err
	}
	expires := words.Time(held.ExpiresAt)
	if held.Expired {
		expires += " (expired: the next apply takes over)"
	}
	_, err = fmt.Fprint(s.run.Stdout, s.table([][]string{{"ID", "HOLDER", "SINCE", "EXPIRES"},
		{held.ID, held.Holder.Describe(), words.Time(held.AcquiredAt), expires}}))
	return err
}
