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

// migration converts a state of one format to the next. It runs in one transaction with
// those that follow, and need not set the format.
type migration func(*bbolt.Tx) error

// migrations has the steps, by the format that they start from. Format 1 is the first, so
// there are none yet; the one that leads to format 2 belongs under 1.
var migrations = map[int]migration{}

func (o Options) migration(from int) (migration, bool) {
	table := o.migrations
	if table == nil {
		table = migrations
	}
	step, ok := table[from]
	return step, ok
}

// knowsFormat refuses an older format if no steps lead from it to this one.
func (o Options) knowsFormat(format int, path string) error {
	for from := format; from < state.Format; from++ {
		if _, ok := o.migration(from); !ok {
			return damaged(path, fmt.Errorf("it has format %d, which no bh has written", format))
		}
	}
	return nil
}

// isOlder reports whether a state, which was checked before, has to be migrated.
func (s *Store) isOlder() (older bool) {
	_ = s.view(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		older = err == nil && meta.Format < state.Format
		return nil
	})
	return older
}

// migrate copies the state to the folder of backups, where no other copy is removed for
// it, and converts the state to this format in one transaction.
func (s *Store) migrate(o Options) error {
	if _, err := Backup(s, BackupDir(s.path), o.Now(), 0); err != nil {
		return fmt.Errorf("before the conversion to a newer format: %w", err)
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
				return fmt.Errorf("convert it from format %d to the next: %w", from, err)
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

// migratedCopy closes an older state that was opened for reading, and returns a migrated
// copy of it, because reading must not change the file.
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
