package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"buckethead/state/s3"
)

// lockCommand is bh state lock, with bh state lock list below it.
func lockCommand(command func(name, usage, args string, run func(*session, []string) error, flags ...cli.Flag) *cli.Command) *cli.Command {
	lock := command("lock", "keep everyone from changing the state for a while", "", stateLock,
		&cli.DurationFlag{Name: "for", Value: time.Hour, Usage: "let go of it after `LONG`"})
	lock.Subcommands = []*cli.Command{command("list", "show who holds the state", "", stateLocks)}
	return lock
}

// lockable gives the place of the state, which has to be one with a lock of its own.
func (s *session) lockable() (*s3.Backend, error) {
	place, err := s.backend()
	if err != nil {
		return nil, s.stateFault(err)
	}
	shared, is := place.(sharedState)
	if !is {
		return nil, fmt.Errorf("the state %s is a file of this machine: whoever works with it holds it, and the system frees it when that process ends", place.Place())
	}
	return shared.Backend, nil
}

func stateLock(s *session, args []string) error {
	if len(args) > 0 {
		return errors.New("bh state lock takes no argument")
	}
	place, err := s.lockable()
	if err != nil {
		return err
	}
	ctx, interrupted, stop := s.untilSignal()
	defer stop()
	held, err := place.Lock(ctx, s.last)
	if err != nil {
		return orInterrupted(s.stateFault(err), interrupted)
	}
	if s.flags.json {
		return s.writeJSON(held)
	}
	s.view.Result(fmt.Sprintf("Locked until %s. To let go of it: bh state unlock %s", day(held.ExpiresAt), held.ID))
	return nil
}

func stateUnlock(s *session, args []string) error {
	if len(args) != 1 {
		return errors.New("bh state unlock wants the id of the lock; bh state lock list shows it")
	}
	place, err := s.lockable()
	if err != nil {
		return err
	}
	ctx, interrupted, stop := s.untilSignal()
	defer stop()
	released, err := place.Unlock(ctx, args[0])
	if err != nil {
		return orInterrupted(s.stateFault(err), interrupted)
	}
	if !released {
		return fmt.Errorf("there is no lock %s (any more); bh state lock list shows who holds the state", args[0])
	}
	s.view.Result("Unlocked. Whoever held it stops before the next change; the next apply goes on from what is open.")
	return nil
}

func stateLocks(s *session, args []string) error {
	if len(args) > 0 {
		return errors.New("bh state lock list takes no argument")
	}
	place, err := s.lockable()
	if err != nil {
		return err
	}
	ctx, interrupted, stop := s.untilSignal()
	defer stop()
	return orInterrupted(s.showLock(ctx, place), interrupted)
}

func (s *session) showLock(ctx context.Context, place *s3.Backend) error {
	held, err := place.Locked(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	if s.flags.json {
		locks := []s3.LockInfo{}
		if held.Held {
			locks = append(locks, held)
		}
		return s.writeJSON(map[string]any{"format": 1, "locks": locks})
	}
	if !held.Held {
		_, err := fmt.Fprintln(s.p.Stdout, "Nobody holds the state.")
		return err
	}
	expires := day(held.ExpiresAt)
	if held.Expired {
		expires += " (expired: the next apply takes over)"
	}
	_, err = fmt.Fprint(s.p.Stdout, s.table([][]string{{"ID", "HOLDER", "SINCE", "EXPIRES"}, {held.ID, held.Holder.Describe(), day(held.AcquiredAt), expires}}))
	return err
}
