package bolt

import (
	"context"
	"errors"
	"io"

	bbolt "go.etcd.io/bbolt"

	"buckethead/state"
)

// Reserve stores intents that will begin later, in one transaction, and returns them with their
// ids. It raises the sequences to theirs, so that no other operation uses the same names. Begin
// with the same id begins one. It is for a file that others see only some time after a commit.
func (s *Store) Reserve(ctx context.Context, intents []state.Intent) ([]state.Intent, error) {
	given := make([]state.Intent, len(intents))
	copy(given, intents)
	err := s.write(ctx, func(w *writing) error {
		for n := range given {
			i := &given[n]
			i.ID = 0
			if err := checkAddresses(i.Project); err != nil {
				return err
			}
			if err := giveID(w, i); err != nil {
				return err
			}
			if err := errors.Join(raise(w, i.Project, i.Sequence), s.intents.put(w, number(i.ID), *i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return given, nil
}

// Drop ends intents that were announced and never begun, in one transaction.
func (s *Store) Drop(ctx context.Context, ids []uint64) error {
	return s.record(ctx, func(w *writing) error {
		for _, id := range ids {
			if err := s.intents.remove(w, number(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// SkipSerial raises the serial by n.
func (s *Store) SkipSerial(n uint64) error {
	return s.update(func(w *writing) error {
		w.meta.Serial += n
		return nil
	})
}

// Copy writes a consistent copy of the file, and returns the meta value in it. Others may
// read and write the store meanwhile.
func (s *Store) Copy(w io.Writer) (meta state.Meta, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if meta, err = s.meta(tx); err != nil {
			return err
		}
		_, err := tx.WriteTo(w)
		return err
	})
	return meta, err
}

// RemoveWhenClosed makes Close remove the folder that the file is in.
func (s *Store) RemoveWhenClosed(folder string) { s.temp = folder }
