package bolt

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
)

// Snapshot keeps state.Store's word.
func (s *Store) Snapshot() (state.Snapshot, error) {
	snap := state.Snapshot{Records: map[addr.Project]state.Record{}, Sequences: map[addr.Project]uint64{}}
	if s.db == nil {
		return snap, nil
	}
	err := s.view(func(tx *bbolt.Tx) (err error) {
		if snap.Meta, err = getMeta(tx); err != nil {
			return damaged(s.path, err)
		}
		snap.Records = make(map[addr.Project]state.Record, tx.Bucket(bucketProjects).Stats().KeyN)
		return s.readInto(tx, &snap)
	})
	return snap, err
}

func (s *Store) readInto(tx *bbolt.Tx, snap *state.Snapshot) error {
	err := each(tx.Bucket(bucketProjects), func(_ []byte, r state.Record) { snap.Records[r.Project] = r })
	if err == nil {
		err = each(tx.Bucket(bucketIntents), func(_ []byte, i state.Intent) { snap.Intents = append(snap.Intents, i) })
	}
	if err == nil {
		err = each(tx.Bucket(bucketWatches), func(_ []byte, w state.Watch) { snap.Watches = append(snap.Watches, w) })
	}
	if err == nil {
		snap.Sequences, err = readSequences(tx)
	}
	if err != nil {
		return damaged(s.path, err)
	}
	return nil
}

func readSequences(tx *bbolt.Tx) (map[addr.Project]uint64, error) {
	out := map[addr.Project]uint64{}
	err := tx.Bucket(bucketSequences).ForEach(func(k, v []byte) error {
		p, err := addr.Parse(string(k))
		if err == nil && len(v) != 8 {
			err = fmt.Errorf("the sequence of %s is not whole", p)
		}
		if err == nil {
			out[p] = binary.BigEndian.Uint64(v)
		}
		return err
	})
	return out, err
}

// each decodes the values of a bucket, in the order of its keys.
func each[T any](b *bbolt.Bucket, take func(key []byte, value T)) error {
	return b.ForEach(func(k, text []byte) error {
		var value T
		if err := json.Unmarshal(text, &value); err != nil {
			return fmt.Errorf("%q: %w", k, err)
		}
		take(k, value)
		return nil
	})
}

// History keeps state.Store's word.
func (s *Store) History(project addr.Project, limit int) ([]state.Entry, error) {
	var out []state.Entry
	if s.db == nil {
		return nil, nil
	}
	err := s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketHistory).Cursor()
		for k, text := c.Last(); k != nil && (limit == 0 || len(out) < limit); k, text = c.Prev() {
			var e state.Entry
			if err := json.Unmarshal(text, &e); err != nil {
				return damaged(s.path, err)
			}
			if project.IsZero() || e.Project == project {
				out = append(out, e)
			}
		}
		return nil
	})
	return out, err
}
