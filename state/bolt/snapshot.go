package bolt

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
)

// Snapshot implements [state.Reader].
func (s *Store) Snapshot() (state.Snapshot, error) {
	snap := state.Snapshot{Records: map[addr.Project]state.Record{}, Sequences: map[addr.Project]uint64{}}
	if s.db == nil {
		return snap, nil
	}
	err := s.view(func(tx *bbolt.Tx) (err error) {
		if snap.Meta, err = getMeta(tx); err != nil {
			return damaged(s.path, err)
		}
		return s.readInto(tx, &snap)
	})
	if err != nil {
		return state.Snapshot{}, err
	}
	return snap, nil
}

func (s *Store) readInto(tx *bbolt.Tx, snap *state.Snapshot) error {
	err := s.readRecords(tx, snap)
	if err == nil {
		err = each(tx.Bucket(bucketIntents), func(_ []byte, i state.Intent) { snap.Intents = append(snap.Intents, i) })
	}
	if err == nil {
		err = each(tx.Bucket(bucketWatches), func(_ []byte, w state.Watch) { snap.Watches = append(snap.Watches, w) })
	}
	if err == nil {
		snap.Sequences, err = readSequences(tx)
	}
	if err != nil && !errors.Is(err, state.ErrDamaged) {
		return damaged(s.path, err)
	}
	return err
}

// atOnce is how many records are worth a goroutine of their own.
const atOnce = 500

// readRecords decodes the records on all processors, because that is most of what a
// snapshot costs.
func (s *Store) readRecords(tx *bbolt.Tx, snap *state.Snapshot) error {
	var keys, texts [][]byte // valid only during the transaction
	err := tx.Bucket(bucketProjects).ForEach(func(k, text []byte) error {
		keys, texts = append(keys, k), append(texts, text)
		return nil
	})
	if err != nil {
		return err
	}
	records := make([]state.Record, len(keys))
	faults := make([]error, 1+len(keys)/max(atOnce, len(keys)/runtime.GOMAXPROCS(0)+1))
	var workers sync.WaitGroup
	for w := range faults {
		from, to := w*len(keys)/len(faults), (w+1)*len(keys)/len(faults)
		workers.Go(func() {
			faults[w] = guarded(s.path, func() error {
				for i := from; i < to; i++ {
					if err := json.Unmarshal(texts[i], &records[i]); err != nil {
						return fmt.Errorf("%q: %w", keys[i], err)
					}
					if of := records[i].Project.String(); of != string(keys[i]) {
						return fmt.Errorf("%q: the record is of %q", keys[i], of)
					}
				}
				return nil
			})
		})
	}
	workers.Wait()
	snap.Records = make(map[addr.Project]state.Record, len(records))
	for _, r := range records {
		snap.Records[r.Project] = r
	}
	return errors.Join(faults...)
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

// History implements [state.Reader].
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
