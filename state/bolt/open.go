package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	bbolt "go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"buckethead/state"
)

const (
	// lockPoll is how often a lock that another process has is tried.
	lockPoll = 20 * time.Millisecond
	// readerGrace is how long a writer waits at least. A reader has the file for as
	// long as reading takes, and is no reason to turn a writer away.
	readerGrace = 2 * time.Second
)

// Open opens the state for writing and makes it, at mode 0600, where there is
// none. It holds the lock until Close, and reads every page first. A state of an
// older format is brought to this one, after a copy to the folder of backups. Errors
// wrap state.ErrLocked, ErrDamaged, ErrNewer or ErrStack, in words for people, or are
// the file system's; one that ends with ctx wraps ctx's error, too.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	for {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			if err := create(path, o); err != nil {
				return nil, fmt.Errorf("make the state %s: %w", path, err)
			}
		}
		// bbolt reads the list of free pages as soon as it opens a file for writing,
		// so the pages are checked before, by a store for reading.
		checked, err := openFile(ctx, path, o, true)
		if err == nil {
			err = errors.Join(checked.check(o), checked.Close())
		}
		if err != nil {
			return nil, err
		}
		s, err := openFile(ctx, path, o, false)
		if err != nil {
			return nil, err
		}
		// A restore may have put another file here while this one was waited for.
		same, err := s.isStillAtPath()
		if err == nil && same {
			err = s.prepare(o)
		}
		switch {
		case err != nil:
			_ = s.release()
			return nil, err
		case !same:
			_ = s.release()
			continue
		}
		writeHolder(path, o)
		return s, nil
	}
}

// OpenReadOnly opens the state for reading. One that does not exist reads as
// empty, with a zero Meta; nothing is made. One of an older format is read as if it
// were of this one; the file stays as it is. Errors as Open's.
func OpenReadOnly(ctx context.Context, path string, o Options) (*Store, error) {
	s, err := openFile(ctx, path, o, true)
	if errors.Is(err, fs.ErrNotExist) {
		return &Store{path: path, readOnly: true}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := s.check(o); err != nil {
		_ = s.Close()
		return nil, err
	}
	if s.isOlder() {
		return migratedCopy(ctx, s, o)
	}
	return s, nil
}

// openFile takes the lock and opens the file. A store for reading has its pages
// checked.
func openFile(ctx context.Context, path string, o Options, readOnly bool) (*Store, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("open the state: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("open the state %s: it is a folder", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("open the state %s: it is not a file", path)
	case info.Size() == 0:
		return nil, damaged(path, errors.New("the file is empty"))
	}
	s, err := openLocked(ctx, path, o, readOnly)
	switch {
	case err == nil, errors.Is(err, state.ErrLocked), errors.Is(err, state.ErrDamaged):
		return s, err
	case fromSystem(err):
		return nil, fmt.Errorf("open the state %s: %w", path, err)
	}
	// bbolt's words about the file, some of them without a kind.
	return nil, damaged(path, err)
}

// fromSystem reports whether the operating system refused, not bbolt.
func fromSystem(err error) bool {
	var path *fs.PathError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &number)
}

// openLocked tries to have the lock until the time is over.
func openLocked(ctx context.Context, path string, o Options, readOnly bool) (*Store, error) {
	patience := o.LockTimeout
	if !readOnly {
		patience = max(patience, readerGrace)
	}
	waiting, done := context.WithTimeout(ctx, patience)
	defer done()
	for {
		s, err := attempt(path, o, readOnly)
		if !errors.Is(err, bbolterrors.ErrTimeout) {
			return s, err
		}
		select {
		case <-waiting.Done():
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("%w: %w", lockedBy(path, o.Now()), err)
			}
			return nil, lockedBy(path, o.Now())
		case <-time.After(lockPoll):
		}
	}
}

// attempt opens the file if its lock is free, and gives bbolt's ErrTimeout if not.
func attempt(path string, o Options, readOnly bool) (*Store, error) {
	s := &Store{path: path, readOnly: readOnly}
	err := guarded(path, func() (err error) {
		s.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout: time.Millisecond, // bbolt reads zero as "for ever"
			NoSync:  o.NoSync, ReadOnly: readOnly, FreelistType: bbolt.FreelistMapType,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				// Never made here: a file is made whole, and then put in its place.
				file, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
				s.file = file
				if o.opened != nil {
					o.opened(readOnly)
				}
				return file, err
			}})
		return err
	})
	if err != nil {
		if s.file != nil {
			_ = s.file.Close() // bbolt does so, but for a panic
		}
		return nil, err
	}
	if readOnly {
		info, err := s.file.Stat()
		if err == nil {
			err = checkPages(s.file, info.Size())
		}
		if err != nil {
			_ = s.release()
			return nil, damaged(path, err)
		}
	}
	return s, nil
}

// prepare makes a state that is locked ready for writing.
func (s *Store) prepare(o Options) error {
	info, err := s.file.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = os.Chmod(s.path, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the state to its owner: %w", err)
	}
	// Again: another process may have written since the pages were checked.
	if err := s.check(o); err != nil {
		return err
	}
	if s.isOlder() {
		return s.migrate(o)
	}
	return nil
}

// makeFolder makes the folder of a path, for its owner alone.
func makeFolder(path string) error { return os.MkdirAll(filepath.Dir(path), 0o700) }
