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

// migration converts a state from one format to the next. It runs in one transaction with the
// following ones, and need not set the format.
type migration func(*writing) error

// migrations holds the steps, by the format that they start from. Format 1 had no tally; every
// conversion ends by adding one.
var migrations = map[int]migration{1: func(*writing) error { return nil }}

func (o Options) migration(from int) (migration, bool) {
	table := o.migrations
	if table == nil {
		table = migrations
	}
	step, ok := table[from]
	return step, ok
}

// knowsFormat refuses an older format if no steps lead from it to this one.
func (s *Store) knowsFormat(o Options, format int) error {
	for from := format; from < state.Format; from++ {
		if _, ok := o.migration(from); !ok {
			return s.damaged(fmt.Errorf("it has format %d, which no bh ever wrote", format))
		}
	}
	return nil
}

// isOlder reports whether a checked state has to be migrated.
func (s *Store) isOlder() (older bool) {
	_ = s.view(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		older = err == nil && meta.Format < state.Format
		return nil
	})
	return older
}

// migrate converts the state to this format in one transaction. Before the commit, it copies
// the state to the folder of backups, without removing another copy.
func (s *Store) migrate(o Options) error {
	return s.update(func(w *writing) error {
		if err := s.convert(w, o); err != nil {
			return err
		}
		if _, err := Backup(s, BackupDir(s.path), o.Now(), 0); err != nil {
			return fmt.Errorf("before the conversion to a newer format: %w", err)
		}
		return nil
	})
}

// convert runs the steps that lead to this format, and then reads everything, so that damage is
// not sealed as intact.
func (s *Store) convert(w *writing, o Options) error {
	for from := w.meta.Format; from < state.Format; from++ {
		step, ok := o.migration(from)
		if !ok {
			return s.knowsFormat(o, from)
		}
		if err := step(w); err != nil {
			return fmt.Errorf("convert it from format %d to the next: %w", from, err)
		}
	}
	w.meta.Format, w.meta.Serial = state.Format, w.meta.Serial+1
	err := checkParts(w.tx, w.meta)
	if err == nil {
		err = w.recount()
	}
	if err == nil {
		_, err = readAll(w.tx)
	}
	if err == nil {
		err = eachEntry(w.tx, func(state.Entry) bool { return true })
	}
	if err != nil {
		return s.damaged(fmt.Errorf("%v", err)) // it has no seal that would distinguish a newer bh from damage
	}
	return nil
}

// migratedCopy returns a migrated copy of an older state, open for reading, because
// reading must not change the file.
func (s *Store) migratedCopy(ctx context.Context, o Options) (copied *Store, err error) {
	folder, err := os.MkdirTemp("", "bh-state-*")
	if err != nil {
		return nil, fmt.Errorf("read a state of an older format: %w", err)
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
	if err != nil {
		return nil, fmt.Errorf("read a state of an older format: %w", err)
	}
	o.NoSync, o.Damaged, o.Name = true, s.damaged, s.name()
	if err = updateCopy(path, o, func(w *writing) error { return s.convert(w, o) }); err != nil {
		return nil, err
	}
	copied, err = openFile(ctx, path, o, true)
	if err != nil {
		return nil, err
	}
	copied.temp = folder
	return copied, nil
}
