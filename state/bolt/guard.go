package bolt

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"syscall"

	bbolt "go.etcd.io/bbolt"

	"buckethead/state"
)

// guarded runs f so that what bbolt does with a damaged file, which is to panic or
// to read beyond the end of the mapping, becomes an error.
func guarded(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, fmt.Errorf("%v", p))
		}
	}()
	return f()
}

// damaged words a file that cannot be read as state, and names the way back.
func damaged(path string, cause error) error {
	advice := "there is no backup in " + BackupDir(path)
	if backups, err := Backups(BackupDir(path)); err == nil {
		for _, b := range backups {
			if b.Err == nil {
				advice = "restore the newest backup: bh state restore " + b.Path
				break
			}
		}
	}
	return fmt.Errorf("%w: %s: %w; %s", state.ErrDamaged, path, cause, advice)
}

// BackupDir is the folder in which the backups of a state are kept.
func BackupDir(path string) string { return filepath.Join(filepath.Dir(path), "backups") }

func (s *Store) view(f func(*bbolt.Tx) error) error {
	return guarded(s.path, func() error { return s.db.View(f) })
}

// update runs one durable transaction.
func (s *Store) update(f func(*bbolt.Tx) error) error {
	if s.readOnly {
		return state.ErrReadOnly
	}
	if s.db == nil {
		return errors.New("the state is closed")
	}
	err := guarded(s.path, func() error { return s.db.Update(f) })
	switch {
	case err == nil, errors.Is(err, state.ErrDamaged):
		return err
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("write the state %s: no space left on the disk; what was written before is whole: %w", s.path, err)
	}
	return fmt.Errorf("write the state %s: %w", s.path, err)
}

// write runs one journal transaction, which raises the serial.
func (s *Store) write(f func(*bbolt.Tx) error) error {
	return s.update(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		if err != nil {
			return damaged(s.path, err)
		}
		if err := f(tx); err != nil {
			return err
		}
		meta.Serial++
		return putMeta(tx, meta)
	})
}
