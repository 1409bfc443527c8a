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
	"buckethead/vendors/folder"
)

const (
	// lockPoll is how often to try a lock that another process holds.
	lockPoll = 20 * time.Millisecond
	// readerGrace is how long a writer always waits, so that it does not fail because of a
	// reader, which holds the file only while it reads.
	readerGrace = 2 * time.Second
)

// Open opens the state for writing and creates it, with mode 0600, if it does not exist. It
// reads every page first, and holds the lock until Close. A state of an older format is copied
// to the folder of backups and converted. Errors wrap state.ErrLocked, ErrDamaged, ErrNewer or
// ErrStack and are written for people, or they come from the file system. If ctx ends, the
// error also wraps ctx's error.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	for {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			if err := create(path, o); err != nil {
				return nil, fmt.Errorf("create the state %s: %w", path, err)
			}
		}
		// When bbolt opens a file for writing, it immediately reads the list of free pages. So
		// the pages are checked first, through a store for reading.
		checked, err := openFile(ctx, path, o, true)
		if err == nil {
			err = errors.Join(checked.checkMeta(o), checked.Close())
		}
		if err != nil {
			return nil, err
		}
		s, err := openFile(ctx, path, o, false)
		if err != nil {
			return nil, err
		}
		// A restore may have put another file here during the wait.
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

// OpenReadOnly opens the state for reading and changes nothing. A state that does not
// exist reads as empty, with a zero Meta, and one of an older format as if it had been
// converted. Errors are those of Open.
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
		copied, err := s.migratedCopy(ctx, o)
		return copied, errors.Join(err, s.Close())
	}
	return s, nil
}

// openFile takes the lock and opens the file. If it is for reading, its pages are checked.
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
		return nil, o.damaged(path, errors.New("the file is empty"))
	}
	s, err := openLocked(ctx, path, o, readOnly)
	switch {
	case err == nil, errors.Is(err, state.ErrLocked), errors.Is(err, state.ErrDamaged):
		return s, err
	case fromSystem(err):
		return nil, fmt.Errorf("open the state %s: %w", path, err)
	}
	// What is left is an error of bbolt about the file.
	return nil, o.damaged(path, err)
}

// fromSystem reports whether an error comes from the operating system and not from bbolt.
func fromSystem(err error) bool {
	var path *fs.PathError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &number)
}

// openLocked opens the file, and waits for its lock for as long as the options allow.
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

// attempt opens the file if its lock is free, and returns bbolt's ErrTimeout if not.
func attempt(path string, o Options, readOnly bool) (*Store, error) {
	s := &Store{path: path, options: o, readOnly: readOnly}
	err := guarded(s.damaged, func() (err error) {
		s.db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			Timeout: time.Millisecond, // zero would mean forever
			NoSync:  o.NoSync, ReadOnly: readOnly, FreelistType: bbolt.FreelistMapType,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				// It is never created here: create completes a file before it is opened.
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
			_ = s.file.Close() // bbolt has closed it, unless it panicked
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
			return nil, s.damaged(err)
		}
	}
	return s, nil
}

// prepare makes a locked state ready for writing.
func (s *Store) prepare(o Options) error {
	info, err := s.file.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = os.Chmod(s.path, 0o600)
	}
	if err != nil {
		return fmt.Errorf("restrict the state to its owner: %w", err)
	}
	// Again, with the lock held, because another process may have written since the pages were
	// checked.
	if err := s.check(o); err != nil {
		return err
	}
	if s.isOlder() {
		return s.migrate(o)
	}
	return nil
}

// makeFolder creates the folder of a path, for its owner only.
func makeFolder(path string) error { return folder.Make(filepath.Dir(path), 0o700) }
