package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bbolt "go.etcd.io/bbolt"

	"buckethead/state"
)

// migration makes a state of one format into one of the next. It runs in a
// transaction with the others that follow, and need not set the format.
type migration func(*bbolt.Tx) error

// migrations are the steps by the format that they start from. Format 1 is the
// first, so there is none yet; one that reaches format 2 belongs under 1.
var migrations = map[int]migration{}

func (o Options) migration(from int) (migration, bool) {
	table := o.migrations
	if table == nil {
		table = migrations
	}
	step, ok := table[from]
	return step, ok
}

// knowsFormat refuses an older format from which no steps lead to this one.
func (o Options) knowsFormat(format int, path string) error {
	for from := format; from < state.Format; from++ {
		if _, ok := o.migration(from); !ok {
			return damaged(path, fmt.Errorf("it has format %d, which no bh has written", format))
		}
	}
	return nil
}

// isOlder reports whether a state that was checked has to be migrated.
func (s *Store) isOlder() (older bool) {
	_ = s.view(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		older = err == nil && meta.Format < state.Format
		return nil
	})
	return older
}

// migrate copies the state to the folder of backups, which loses none of its copies
// for it, and brings it to this format in one transaction.
func (s *Store) migrate(o Options) error {
	if _, err := Backup(s, BackupDir(s.path), o.Now(), 0); err != nil {
		return fmt.Errorf("before it is brought to a newer format: %w", err)
	}
	return s.runMigrations(o)
}

func (s *Store) runMigrations(o Options) error {
	return s.update(func(tx *bbolt.Tx) error {
		before, err := getMeta(tx)
		if err != nil {
			return err
		}
		for from := before.Format; from < state.Format; from++ {
			step, _ := o.migration(from)
			if err := step(tx); err != nil {
				return fmt.Errorf("bring it from format %d to the next: %w", from, err)
			}
		}
		meta, err := getMeta(tx) // a step may have changed it
		if err != nil {
			return err
		}
		meta.Format, meta.Serial = state.Format, meta.Serial+1
		return putMeta(tx, meta)
	})
}

// migratedCopy closes an older state that was opened for reading, and gives a copy
// of it that was migrated: reading writes nothing.
func migratedCopy(ctx context.Context, s *Store, o Options) (copied *Store, err error) {
	folder, err := os.MkdirTemp("", "bh-state-*")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read a state of an older format: %w", err), s.Close())
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(folder)
		}
	}()
	path := filepath.Join(folder, "state.db")
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = s.view(func(tx *bbolt.Tx) error {
			_, err := tx.WriteTo(out)
			return err
		})
		err = errors.Join(err, out.Close())
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return nil, fmt.Errorf("read a state of an older format: %w", err)
	}
	o.NoSync = true
	writable, err := openFile(ctx, path, o, false)
	if err != nil {
		return nil, err
	}
	if err = errors.Join(writable.runMigrations(o), writable.release()); err != nil {
		return nil, err
	}
	copied, err = openFile(ctx, path, o, true)
	if err != nil {
		return nil, err
	}
	copied.temp = folder
	return copied, nil
}
