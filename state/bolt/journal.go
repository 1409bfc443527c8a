package bolt

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
)

// historyKept is how many entries of history are kept; older ones are deleted.
const historyKept = 10_000

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func put(b *bbolt.Bucket, key []byte, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return b.Put(key, text)
}

func key(p addr.Project) []byte { return []byte(p.String()) }

// checkAddresses refuses malformed addresses, which could not be read again.
func checkAddresses(projects ...addr.Project) error {
	for _, p := range projects {
		if _, err := addr.Parse(p.String()); err != nil {
			return err
		}
	}
	return nil
}

// checkOptional is checkAddresses for an address that may be missing.
func checkOptional(p addr.Project) error {
	if p.IsZero() {
		return nil
	}
	return checkAddresses(p)
}

// putRecord writes a record under its address.
func putRecord(tx *bbolt.Tx, r state.Record) error {
	if r.Item != nil {
		if err := checkOptional(r.Item.Address); err != nil {
			return err
		}
	}
	return put(tx.Bucket(bucketProjects), key(r.Project), r)
}

// Begin implements [state.Journal].
func (s *Store) Begin(ctx context.Context, i state.Intent) (state.Intent, error) {
	err := s.write(ctx, func(tx *bbolt.Tx) error {
		if err := checkAddresses(i.Project); err != nil {
			return err
		}
		if err := giveID(tx.Bucket(bucketIntents), &i); err != nil {
			return err
		}
		if err := raise(tx, i.Project, i.Sequence); err != nil {
			return err
		}
		return s.intents.put(tx, number(i.ID), i)
	})
	if err != nil {
		return state.Intent{}, err
	}
	return i, nil
}

// giveID numbers an intent that has no id yet.
func giveID(intents *bbolt.Bucket, i *state.Intent) (err error) {
	if i.ID == 0 {
		i.ID, err = intents.NextSequence()
	}
	return err
}

// raise raises the sequence of a project to n, unless it is higher.
func raise(tx *bbolt.Tx, p addr.Project, n uint64) error {
	sequences := tx.Bucket(bucketSequences)
	if was := sequences.Get(key(p)); len(was) == 8 && binary.BigEndian.Uint64(was) >= n {
		return nil
	}
	return sequences.Put(key(p), number(n))
}

// Commit implements [state.Journal].
func (s *Store) Commit(ctx context.Context, i state.Intent, r state.Record) error {
	return s.record(ctx, func(tx *bbolt.Tx) error {
		if err := checkAddresses(r.Project); err != nil {
			return err
		}
		if i.ID != 0 {
			if err := s.intents.remove(tx, number(i.ID)); err != nil {
				return err
			}
		}
		return putRecord(tx, r)
	})
}

// Abort implements [state.Journal].
func (s *Store) Abort(ctx context.Context, i state.Intent) error {
	return s.record(ctx, func(tx *bbolt.Tx) error { return s.intents.remove(tx, number(i.ID)) })
}

// Move implements [state.Journal].
func (s *Store) Move(ctx context.Context, from, to addr.Project, entries ...state.Entry) error {
	return s.record(ctx, func(tx *bbolt.Tx) error {
		if err := checkAddresses(from, to); err != nil {
			return err
		}
		projects := tx.Bucket(bucketProjects)
		if text := projects.Get(key(from)); text != nil {
			var r state.Record
			if err := json.Unmarshal(text, &r); err != nil {
				return damaged(s.path, err)
			}
			r.Project = to
			if err := projects.Delete(key(from)); err != nil {
				return err
			}
			if err := put(projects, key(to), r); err != nil {
				return err
			}
		}
		err := s.intents.move(tx, from, to)
		if err == nil {
			err = moveWatches(tx.Bucket(bucketWatches), from, to)
		}
		if was := tx.Bucket(bucketSequences).Get(key(from)); err == nil && len(was) == 8 {
			err = raise(tx, to, binary.BigEndian.Uint64(was))
		}
		if err == nil {
			err = appendHistory(tx, entries)
		}
		return err
	})
}

// moveWatches moves the names under watch of one project to another address.
func moveWatches(watches *bbolt.Bucket, from, to addr.Project) error {
	var moved []state.Watch
	err := each(watches, func(_ []byte, w state.Watch) {
		if w.Project == from {
			w.Project = to
			moved = append(moved, w)
		}
	})
	if err != nil {
		return err
	}
	return putWatches(watches, moved)
}

// Settle implements [state.Journal].
func (s *Store) Settle(ctx context.Context, settlement state.Settlement) error {
	if r := settlement.Record; r != nil && r.Project != settlement.Project {
		return fmt.Errorf("settle %s: the record is of %s", settlement.Project, r.Project)
	}
	return s.record(ctx, func(tx *bbolt.Tx) error {
		err := errors.Join(checkAddresses(settlement.Project), s.intents.removeAll(tx, settlement.Project),
			appendHistory(tx, settlement.Entries))
		if err != nil {
			return err
		}
		watches := tx.Bucket(bucketWatches)
		for _, name := range settlement.Unwatch {
			if err := watches.Delete([]byte(name)); err != nil {
				return err
			}
		}
		if err := putWatches(watches, settlement.Watch); err != nil {
			return err
		}
		if settlement.Record == nil {
			return tx.Bucket(bucketProjects).Delete(key(settlement.Project))
		}
		return putRecord(tx, *settlement.Record)
	})
}

// SetWatches implements [state.Journal].
func (s *Store) SetWatches(ctx context.Context, list []state.Watch) error {
	return s.record(ctx, func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket(bucketWatches); err != nil {
			return err
		}
		watches, err := tx.CreateBucket(bucketWatches)
		if err != nil {
			return err
		}
		return putWatches(watches, list)
	})
}

func putWatches(b *bbolt.Bucket, list []state.Watch) error {
	for _, w := range list {
		if err := checkOptional(w.Project); err != nil {
			return err
		}
		if err := put(b, []byte(w.Name), w); err != nil {
			return err
		}
	}
	return nil
}

// Append implements [state.Journal]. The newest 10,000 entries are kept.
func (s *Store) Append(ctx context.Context, entries ...state.Entry) error {
	return s.record(ctx, func(tx *bbolt.Tx) error { return appendHistory(tx, entries) })
}

func appendHistory(tx *bbolt.Tx, entries []state.Entry) error {
	history := tx.Bucket(bucketHistory)
	for _, e := range entries {
		if err := checkOptional(e.Project); err != nil {
			return err
		}
		n, err := history.NextSequence()
		if err != nil {
			return err
		}
		if err := put(history, number(n), e); err != nil {
			return err
		}
		if n > historyKept {
			if err := history.Delete(number(n - historyKept)); err != nil {
				return err
			}
		}
	}
	return nil
}
