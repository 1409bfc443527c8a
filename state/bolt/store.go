package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bbolt "go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"buckethead/state"
)

// Options say how a state is opened. Stack, if it is not empty, must be the stack of the
// state. Now is required.
type Options struct {
	Stack       string
	Holder      state.Holder
	LockTimeout time.Duration // how long to wait for another process; 0 does not wait
	Now         func() time.Time
	NoSync      bool // for tests that open thousands of states: a crash of the machine may lose it

	// May, if it is not nil, must return nil before Restore replaces the current state. It is
	// called with the lock held, and gets the state's meta value, or a zero one if there is no
	// state.
	May func(present state.Meta) error
	// Moves says that the file given to Restore is this state, from another place.
	Moves bool
	// Damaged, if it is not nil, returns the error for a damaged file, which wraps
	// state.ErrDamaged. It is for a file that is a working copy of something else.
	Damaged func(cause error) error
	// Secret, if it is not nil, reports whether one of the texts contains a secret. Then
	// neither the entry nor the rest of its transaction is written, and the error is
	// state.ErrSecret.
	Secret func(texts ...[]byte) bool
	// Name is the name of such a copy in errors; "" means its path.
	Name string

	migrations map[int]migration   // nil for those of this package; tests have others
	opened     func(readOnly bool) // for tests: the file is open and not locked yet
}

// Store is a state.Store in one file. It is safe for concurrent use.
type Store struct {
	db       *bbolt.DB // nil for a state that does not exist yet
	file     *os.File  // bbolt's own: for its identity, and to close it if bbolt cannot
	path     string
	options  Options
	readOnly bool
	temp     string       // a folder to remove at the end, or ""
	broken   atomic.Bool  // bbolt panicked in a write
	stuck    atomic.Bool  // and could not end its transaction, so it would wait forever
	left     atomic.Int32 // transactions left behind that still wait for the disk
	intents  openIntents  // for write transactions

	closing sync.Once
	closed  error
}

func (s *Store) name() string { return cmp.Or(s.options.Name, s.path) }

var _ state.Store = (*Store)(nil)

// errClosed is the error of a closed store, which must not read as empty.
var errClosed = errors.New("the state is closed")

func (s *Store) view(f func(*bbolt.Tx) error) error {
	if s.broken.Load() {
		return s.damaged(errors.New("an earlier write found the damage"))
	}
	err := guarded(s.damaged, func() error { return s.db.View(f) })
	if errors.Is(err, bbolterrors.ErrDatabaseNotOpen) {
		return errClosed
	}
	return err
}

// noSpace reports a disk that is full, a quota or a limit on the size of files.
func noSpace(err error) bool {
	for _, number := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		// If a file cannot grow, bbolt returns the text of the system's error, not the error.
		if errors.Is(err, number) || err != nil && strings.HasSuffix(err.Error(), ": "+number.Error()) {
			return true
		}
	}
	return false
}

// write runs one journal transaction, which raises the serial. It returns at the latest when
// ctx ends. If the disk has not answered by then, the transaction is left behind: it may still
// be committed, and later ones wait for it until their own contexts end.
func (s *Store) write(ctx context.Context, act func(*writing) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write the state %s: %w", s.name(), err)
	}
	written := make(chan error, 1)
	go func() {
		written <- s.update(func(w *writing) error {
			w.meta.Serial++
			return act(w)
		})
	}()
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
	}
	s.left.Add(1)
	go func() {
		<-written
		s.left.Add(-1)
	}()
	return fmt.Errorf("write the state %s: the disk did not answer in time: %w", s.name(), ctx.Err())
}

// record is like write, for what was already done: it continues after ctx has ended, for at
// most RecordTimeout.
func (s *Store) record(ctx context.Context, act func(*writing) error) error {
	ctx, cancel := state.Lasting(ctx, state.RecordTimeout)
	defer cancel()
	return s.write(ctx, act)
}

// isStillAtPath reports whether the open file is the one at the path.
func (s *Store) isStillAtPath() (bool, error) {
	there, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	held, err := s.file.Stat()
	return err == nil && os.SameFile(there, held), err
}

// Close releases the state. It is idempotent, and returns the same error each time.
func (s *Store) Close() error {
	s.closing.Do(func() {
		if s.db == nil {
			return
		}
		if !s.readOnly {
			removeHolder(s.path)
		}
		s.closed = s.release()
		if s.temp != "" {
			s.closed = errors.Join(s.closed, os.RemoveAll(s.temp))
		}
	})
	return s.closed
}

// release closes the file, which releases its lock.
func (s *Store) release() error {
	if s.stuck.Load() || s.left.Load() > 0 {
		// bbolt would wait for the write that panicked or hangs. Its pages stay mapped, so
		// the kernel may keep the lock until the process ends.
		return s.file.Close()
	}
	return s.db.Close()
}
