package cli

import (
	"context"
	"fmt"

	"buckethead/config/diag"
)

// inSession opens a session, carries out a command in it and closes it. If the files are faulty, it shows that instead.
func inSession(ctx context.Context, r *run, flags common, command func(s *session) error) error {
	return inSessionWithFaults(ctx, r, flags, func(s *session, faults diag.List) error {
		if err := s.report(faults); err != nil {
			return err
		}
		return command(s)
	})
}

// inSessionWithFaults is inSession for a command that can work with faulty files. It shows no faults.
func inSessionWithFaults(ctx context.Context, r *run, flags common,
	command func(s *session, faults diag.List) error) (err error) {
	s, faults, err := openSession(ctx, r, flags)
	if err != nil {
		return err
	}
	defer func() {
		switch closed := s.close(); {
		case closed == nil:
		case err == nil:
			err = fmt.Errorf("close: %w", closed)
		default: // whatever else went wrong, the user must know that the state could not be written back
			err = s.stateFault(closed)
		}
	}()
	return command(s, faults)
}
