package bolt

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
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

// Options are how a state is opened. Stack is checked against the state's own
// where not empty. Now is required.
type Options struct {
	Stack       string
	Holder      Holder
	LockTimeout time.Duration // how long to wait for another process; 0 does not wait
	Now         func() time.Time
	NoSync      bool // for tests that open thousands of states: a crash of the machine may lose it
}

// Store is a state.Store in one file.
type Store struct {
	db       *bbolt.DB // nil for a state that does not exist yet, and once closed
	file     *os.File  // bbolt's own, for its identity; never closed here
	path     string
	readOnly bool
}

var _ state.Store = (*Store)(nil)

var (
	bucketMeta      = []byte("meta")
	bucketProjects  = []byte("projects")
	bucketIntents   = []byte("intents")
	bucketWatches   = []byte("watches")
	bucketSequences = []byte("sequences")
	bucketHistory   = []byte("history")
	keyMeta         = []byte("meta")
)

var allBuckets = [][]byte{bucketMeta, bucketProjects, bucketIntents, bucketWatches, bucketSequences, bucketHistory}

// Open opens the state for writing and makes it, at mode 0600, where there is
// none. It holds the lock until Close. Errors wrap state.ErrLocked, ErrDamaged,
// ErrNewer or ErrStack, in words for people, or are the file system's.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the state: %w", err)
	}
	for {
		s, err := openDB(ctx, path, o, false)
		if err != nil {
			return nil, err
		}
		// A restore may have put another file here while this one was waited for.
		if same, err := s.isStillAt(path); err != nil || !same {
			_ = s.db.Close()
			if err != nil {
				return nil, err
			}
			continue
		}
		if err := s.prepare(o); err != nil {
			_ = s.db.Close()
			return nil, err
		}
		writeHolder(path, o)
		return s, nil
	}
}

// OpenReadOnly opens the state for reading. One that does not exist reads as
// empty, with a zero Meta; nothing is made. Errors as Open's.
func OpenReadOnly(ctx context.Context, path string, o Options) (*Store, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return &Store{path: path, readOnly: true}, nil
	}
	s, err := openDB(ctx, path, o, true)
	if err != nil {
		return nil, err
	}
	if err := s.check(o); err != nil {
		_ = s.db.Close()
		return nil, err
	}
	return s, nil
}

func openDB(ctx context.Context, path string, o Options, readOnly bool) (*Store, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("open the state %s: it is a folder", path)
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("open the state %s: it is not a file", path)
	case err == nil && info.Size() == 0 && readOnly:
		return nil, damaged(path, errors.New("the file is empty"))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("open the state: %w", err)
	}
	// bbolt reads a timeout of zero as "for ever".
	timeout := max(o.LockTimeout, time.Millisecond)
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, max(deadline.Sub(o.Now()), time.Millisecond))
	}
	s := &Store{path: path, readOnly: readOnly}
	err = guarded(path, func() error {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: timeout, ReadOnly: readOnly, NoSync: o.NoSync, FreelistType: bbolt.FreelistMapType,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				file, err := os.OpenFile(name, flag, mode)
				s.file = file
				return file, err
			}})
		s.db = db
		return err
	})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return nil, lockedBy(path, o.Now())
	case errors.Is(err, bbolterrors.ErrInvalid), errors.Is(err, bbolterrors.ErrChecksum), errors.Is(err, bbolterrors.ErrVersionMismatch):
		return nil, damaged(path, err)
	case errors.Is(err, state.ErrDamaged):
		return nil, err
	case err != nil && !fromSystem(err):
		// bbolt has words of its own, without a kind, for a file that is too short.
		return nil, damaged(path, err)
	case err != nil:
		return nil, fmt.Errorf("open the state %s: %w", path, err)
	}
	return s, nil
}

// fromSystem reports whether the operating system refused, not bbolt.
func fromSystem(err error) bool {
	var path *fs.PathError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &number)
}

func (s *Store) isStillAt(path string) (bool, error) {
	there, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open the state: %w", err)
	}
	held, err := s.file.Stat()
	if err != nil {
		return false, fmt.Errorf("open the state: %w", err)
	}
	return os.SameFile(there, held), nil
}

// prepare makes the buckets and the meta value of a new state, migrates an older
// one, and checks one that was there.
func (s *Store) prepare(o Options) error {
	if err := os.Chmod(s.path, 0o600); err != nil {
		return fmt.Errorf("guard the state: %w", err)
	}
	fresh := false
	err := s.view(func(tx *bbolt.Tx) error {
		// A state that lost its meta bucket is damaged, not new.
		first, _ := tx.Cursor().First()
		fresh = first == nil
		return nil
	})
	if err != nil {
		return err
	}
	if !fresh {
		return s.check(o)
	}
	return s.update(func(tx *bbolt.Tx) error {
		for _, name := range allBuckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		lineage, key := make([]byte, 16), make([]byte, 32)
		_, _ = rand.Read(lineage) // never fails, says crypto/rand
		_, _ = rand.Read(key)
		return putMeta(tx, state.Meta{Format: state.Format, Stack: o.Stack, Lineage: hex.EncodeToString(lineage), FingerprintKey: key})
	})
}

// check refuses a state that is not for this bh or this stack, or whose pages do
// not hold together.
func (s *Store) check(o Options) error {
	return s.view(func(tx *bbolt.Tx) error {
		// Pages beyond the end of the file would fault when they are read.
		if info, err := s.file.Stat(); err != nil || info.Size() < tx.Size() {
			return damaged(s.path, fmt.Errorf("the file was cut off: it should have %d bytes", tx.Size()))
		}
		for _, name := range allBuckets {
			if tx.Bucket(name) == nil {
				return damaged(s.path, fmt.Errorf("it has no %s", name))
			}
		}
		meta, err := getMeta(tx)
		switch {
		case err != nil:
			return damaged(s.path, err)
		case meta.Format > state.Format:
			return fmt.Errorf("%w: %s has format %d, and this bh reads format %d; use the newer bh", state.ErrNewer, s.path, meta.Format, state.Format)
		case meta.Format < state.Format || len(meta.FingerprintKey) == 0 || meta.Lineage == "":
			return damaged(s.path, fmt.Errorf("its meta value is not whole (format %d)", meta.Format))
		case o.Stack != "" && meta.Stack != "" && meta.Stack != o.Stack:
			return fmt.Errorf("%w: %s is of stack %q, and the file declares stack %q", state.ErrStack, s.path, meta.Stack, o.Stack)
		}
		return nil
	})
}

func getMeta(tx *bbolt.Tx) (state.Meta, error) {
	var meta state.Meta
	err := json.Unmarshal(tx.Bucket(bucketMeta).Get(keyMeta), &meta)
	return meta, err
}

func putMeta(tx *bbolt.Tx, meta state.Meta) error {
	text, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketMeta).Put(keyMeta, text)
}

// Close releases the state. Idempotent.
func (s *Store) Close() error {
	if s.db == nil {
		return nil
	}
	db := s.db
	s.db = nil
	if !s.readOnly {
		removeHolder(s.path)
	}
	return db.Close()
}
