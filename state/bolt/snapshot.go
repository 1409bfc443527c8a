package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
)

// Snapshot implements [state.Reader].
func (s *Store) Snapshot() (snap state.Snapshot, err error) {
	if s.db == nil {
		return state.Snapshot{Records: map[addr.Address]state.Record{}, Sequences: map[addr.Address]uint64{}}, nil
	}
	err = s.view(func(tx *bbolt.Tx) (err error) {
		if snap, err = readAll(tx); err != nil {
			return s.unreadable(err)
		}
		return nil
	})
	return snap, err
}

// readAll reads everything but the history.
func readAll(tx *bbolt.Tx) (snap state.Snapshot, err error) {
	meta, err := getMeta(tx)
	snap.Meta = meta.Meta
	if err == nil {
		snap.Records, err = readRecords(tx)
	}
	if err == nil {
		err = each(tx, bucketIntents, func(_ []byte, i state.Intent) { snap.Intents = append(snap.Intents, i) })
	}
	if err == nil {
		err = each(tx, bucketWatches, func(_ []byte, w state.Watch) { snap.Watches = append(snap.Watches, w) })
	}
	if err == nil {
		snap.Sequences, err = readSequences(tx)
	}
	if err != nil {
		return state.Snapshot{}, err
	}
	return snap, nil
}

// atOnce is how many entries are worth a separate goroutine.
const atOnce = 500

// readRecords decodes the records on all processors, because that is most of the work of a
// snapshot.
func readRecords(tx *bbolt.Tx) (map[addr.Address]state.Record, error) {
	var keys, texts [][]byte // valid only during the transaction
	err := tx.Bucket(bucketProjects).ForEach(func(k, text []byte) error {
		keys, texts = append(keys, k), append(texts, text)
		return nil
	})
	if err != nil {
		return nil, err
	}
	records := make([]state.Record, len(keys))
	err = inParts(len(keys), func(from, to int) error {
		var d decoder
		for i := from; i < to; i++ {
			if err := d.entry(bucketProjects, keys[i], texts[i], &records[i]); err != nil {
				return err
			}
			if of := records[i].Project.String(); of != string(keys[i]) {
				return fmt.Errorf("%q in %s: the record is of %q", keys[i], bucketProjects, of)
			}
		}
		return nil
	})
	byProject := make(map[addr.Address]state.Record, len(records))
	for _, r := range records {
		byProject[r.Project] = r
	}
	return byProject, err
}

// inParts splits n entries into parts and calls act with the bounds of each, on all processors.
// It returns a panic as an error.
func inParts(n int, act func(from, to int) error) error {
	faults := make([]error, 1+n/max(atOnce, n/runtime.GOMAXPROCS(0)+1))
	var workers sync.WaitGroup
	for w := range faults {
		workers.Go(func() {
			asItIs := func(cause error) error { return cause }
			faults[w] = guarded(asItIs, func() error { return act(w*n/len(faults), (w+1)*n/len(faults)) })
		})
	}
	workers.Wait()
	return errors.Join(faults...)
}

func readSequences(tx *bbolt.Tx) (map[addr.Address]uint64, error) {
	out := map[addr.Address]uint64{}
	err := tx.Bucket(bucketSequences).ForEach(func(k, v []byte) error {
		p, err := addr.ParseProject(string(k))
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
func each[T any](tx *bbolt.Tx, bucket []byte, take func(key []byte, value T)) error {
	var d decoder
	return tx.Bucket(bucket).ForEach(func(k, text []byte) error {
		var value T
		if err := d.entry(bucket, k, text, &value); err != nil {
			return err
		}
		take(k, value)
		return nil
	})
}

// History implements [state.Reader].
func (s *Store) History(about addr.Address, limit int) (out []state.Entry, err error) {
	if s.db == nil {
		return nil, nil
	}
	err = s.view(func(tx *bbolt.Tx) error {
		err := eachEntry(tx, func(e state.Entry) bool {
			if about.IsZero() || e.Address() == about {
				out = append(out, e)
			}
			return limit == 0 || len(out) < limit
		})
		if err != nil {
			return s.unreadable(err)
		}
		return nil
	})
	return out, err
}

// eachEntry calls take with the entries of the history, newest first, until it returns false.
func eachEntry(tx *bbolt.Tx, take func(state.Entry) bool) error {
	var d decoder
	c := tx.Bucket(bucketHistory).Cursor()
	for k, text := c.Last(); k != nil; k, text = c.Prev() {
		var e state.Entry
		if err := d.entry(bucketHistory, k, text, &e); err != nil {
			return err
		}
		if !take(e) {
			return nil
		}
	}
	return nil
}
