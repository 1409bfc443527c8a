package bolt

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	bbolt "go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"buckethead/state"
)

// writing is a transaction that writes to a state. Nothing else writes to one: its methods
// keep the tally in step with the entries, and the meta value is stored at its end.
type writing struct {
	tx   *bbolt.Tx
	meta metaValue
	digester
	secret func(texts ...[]byte) bool // Options.Secret
}

// begin returns the writing of a transaction.
func begin(tx *bbolt.Tx) (*writing, error) {
	meta, err := getMeta(tx)
	return &writing{tx: tx, meta: meta}, err
}

// end stores the meta value with what the transaction made of it.
func (w *writing) end() error {
	text, err := w.meta.encode()
	if err != nil {
		return err
	}
	if err := w.mayWrite(bucketMeta, keyMeta, text); err != nil {
		return err
	}
	return w.tx.Bucket(bucketMeta).Put(keyMeta, text)
}

// mayWrite returns state.ErrSecret for an entry that contains a secret.
func (w *writing) mayWrite(bucket, key, text []byte) error {
	if w.secret == nil || !w.secret(key, text) {
		return nil
	}
	return fmt.Errorf("%w, in an entry of %q; nothing of it was written", state.ErrSecret, bucket)
}

// mayKeep returns state.ErrSecret if an existing entry contains a secret.
func (w *writing) mayKeep() error {
	for _, bucket := range allBuckets {
		err := w.tx.Bucket(bucket).ForEach(func(key, text []byte) error { return w.mayWrite(bucket, key, text) })
		if err != nil {
			return err
		}
	}
	return nil
}

// put stores a value as JSON.
func (w *writing) put(bucket, key []byte, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.putText(bucket, key, text)
}

func (w *writing) putText(bucket, key, text []byte) error {
	if err := w.mayWrite(bucket, key, text); err != nil {
		return err
	}
	b := w.tx.Bucket(bucket)
	was := b.Get(key)
	if was == nil {
		w.meta.Entries++
	} else {
		w.meta.Sum.subtract(w.entry(bucket, key, was))
	}
	w.meta.Sum.add(w.entry(bucket, key, text))
	return b.Put(key, text)
}

// remove deletes an entry. It is not an error if there is no such entry.
func (w *writing) remove(bucket, key []byte) error {
	b := w.tx.Bucket(bucket)
	was := b.Get(key)
	if was == nil {
		return nil
	}
	w.meta.Entries--
	w.meta.Sum.subtract(w.entry(bucket, key, was))
	return b.Delete(key)
}

// clear deletes all entries of a bucket.
func (w *writing) clear(bucket []byte) error {
	var keys [][]byte
	err := w.tx.Bucket(bucket).ForEach(func(k, _ []byte) error {
		keys = append(keys, slices.Clone(k))
		return nil
	})
	for _, k := range keys {
		err = errors.Join(err, w.remove(bucket, k))
	}
	return err
}

// next returns a number that a bucket has not given out before.
func (w *writing) next(bucket []byte) (uint64, error) {
	b := w.tx.Bucket(bucket)
	w.meta.Sum.subtract(w.sequence(bucket, b.Sequence()))
	n, err := b.NextSequence()
	w.meta.Sum.add(w.sequence(bucket, n))
	return n, err
}

// recount replaces the tally by one that is computed from the entries.
func (w *writing) recount() (err error) {
	w.meta.tally, err = count(w.tx)
	return err
}

// update runs one durable transaction.
func (s *Store) update(act func(*writing) error) error {
	switch {
	case s.readOnly:
		return state.ErrReadOnly
	case s.broken.Load():
		return s.damaged(errors.New("an earlier write found the damage"))
	}
	ended, open := false, (*bbolt.Tx)(nil)
	err := guarded(s.damaged, func() error {
		err := s.db.Update(func(tx *bbolt.Tx) error {
			open = tx
			w, err := begin(tx)
			if err != nil {
				return s.unreadable(err)
			}
			w.secret = s.options.Secret
			if err := s.intents.during(w, act); err != nil {
				return err
			}
			return w.end()
		})
		ended = true
		return err
	})
	if !ended {
		s.broken.Store(true)
		s.stuck.Store(open == nil || open.DB() != nil)
	}
	switch {
	case err == nil, errors.Is(err, state.ErrDamaged):
		return err
	case errors.Is(err, bbolterrors.ErrDatabaseNotOpen):
		return errClosed
	case noSpace(err):
		return fmt.Errorf("write the state %s: no space left; what was written before is intact: %w", s.name(), err)
	}
	return fmt.Errorf("write the state %s: %w", s.name(), err)
}

// updateCopy changes a file that nobody else uses yet.
func updateCopy(path string, o Options, act func(*writing) error) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: o.NoSync, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		w, err := begin(tx)
		if err != nil {
			return err
		}
		if err := act(w); err != nil {
			return err
		}
		return w.end()
	})
	return errors.Join(err, db.Close())
}

// fill creates the buckets and the meta value of an empty state in an empty file.
func fill(path string, o Options, meta state.Meta) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: o.NoSync, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range allBuckets {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		w := &writing{tx: tx, meta: metaValue{Meta: meta}, secret: o.Secret}
		return errors.Join(w.recount(), w.end())
	})
	return errors.Join(err, db.Close())
}
