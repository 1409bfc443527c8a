package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"buckethead/config/addr"
	"buckethead/state"
)

// historyKept is how many entries of history are kept; older ones are deleted.
const historyKept = 10_000

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func key(p addr.Address) []byte { return []byte(p.String()) }

// checkAddresses refuses addresses that could not be read back: malformed ones, and those that
// are not of a project.
func checkAddresses(projects ...addr.Address) error {
	for _, p := range projects {
		if err := p.CheckProject(); err != nil {
			return err
		}
	}
	return nil
}

// checkOptional is like checkAddresses, for an address that may be missing.
func checkOptional(p addr.Address) error {
	if p.IsZero() {
		return nil
	}
	return checkAddresses(p)
}

// putRecord writes a record under its address.
func putRecord(w *writing, r state.Record) error {
	if r.Item != nil {
		if err := checkOptional(r.Item.Address); err != nil {
			return err
		}
	}
	return w.put(bucketProjects, key(r.Project), r)
}

// Begin implements [state.Journal].
func (s *Store) Begin(ctx context.Context, i state.Intent) (state.Intent, error) {
	err := s.write(ctx, func(w *writing) error {
		if err := checkAddresses(i.Project); err != nil {
			return err
		}
		if err := giveID(w, &i); err != nil {
			return err
		}
		if err := raise(w, i.Project, i.Sequence); err != nil {
			return err
		}
		return s.intents.put(w, number(i.ID), i)
	})
	if err != nil {
		return state.Intent{}, err
	}
	return i, nil
}

// giveID numbers an intent that has no id yet.
func giveID(w *writing, i *state.Intent) (err error) {
	if i.ID == 0 {
		i.ID, err = w.next(bucketIntents)
	}
	return err
}

// raise raises the sequence of a project to n, unless it is higher.
func raise(w *writing, p addr.Address, n uint64) error {
	if was := w.tx.Bucket(bucketSequences).Get(key(p)); len(was) == 8 && binary.BigEndian.Uint64(was) >= n {
		return nil
	}
	return w.putText(bucketSequences, key(p), number(n))
}

// Commit implements [state.Journal].
func (s *Store) Commit(ctx context.Context, i state.Intent, r state.Record) error {
	return s.record(ctx, func(w *writing) error {
		if err := checkAddresses(r.Project); err != nil {
			return err
		}
		if i.ID != 0 {
			if err := s.intents.remove(w, number(i.ID)); err != nil {
				return err
			}
		}
		return putRecord(w, r)
	})
}

// Abort implements [state.Journal].
func (s *Store) Abort(ctx context.Context, i state.Intent) error {
	return s.record(ctx, func(w *writing) error { return s.intents.remove(w, number(i.ID)) })
}

// Move implements [state.Journal].
func (s *Store) Move(ctx context.Context, from, to addr.Address, entries ...state.Entry) error {
	return s.record(ctx, func(w *writing) error {
		if err := checkAddresses(from, to); err != nil {
			return err
		}
		if text := w.tx.Bucket(bucketProjects).Get(key(from)); text != nil {
			var r state.Record
			if err := new(decoder).entry(bucketProjects, key(from), text, &r); err != nil {
				return s.unreadable(err)
			}
			r.Project = to
			if err := errors.Join(w.remove(bucketProjects, key(from)), w.put(bucketProjects, key(to), r)); err != nil {
				return err
			}
		}
		err := s.intents.move(w, from, to)
		if err == nil {
			err = moveWatches(w, from, to)
		}
		if was := w.tx.Bucket(bucketSequences).Get(key(from)); err == nil && len(was) == 8 {
			err = raise(w, to, binary.BigEndian.Uint64(was))
		}
		if err == nil {
			err = appendHistory(w, entries)
		}
		return err
	})
}

// moveWatches moves the names under watch of one project to another address.
func moveWatches(w *writing, from, to addr.Address) error {
	var moved []state.Watch
	err := each(w.tx, bucketWatches, func(_ []byte, watch state.Watch) {
		if watch.Project == from {
			watch.Project = to
			moved = append(moved, watch)
		}
	})
	if err != nil {
		return err
	}
	return putWatches(w, moved)
}

// Settle implements [state.Journal].
func (s *Store) Settle(ctx context.Context, settlement state.Settlement) error {
	if r := settlement.Record; r != nil && r.Project != settlement.Project {
		return fmt.Errorf("settle %s: the record is of %s", settlement.Project, r.Project)
	}
	return s.record(ctx, func(w *writing) error {
		err := errors.Join(checkAddresses(settlement.Project), s.intents.removeAll(w, settlement.Project, settlement.Keep),
			appendHistory(w, settlement.Entries))
		if err != nil {
			return err
		}
		for _, name := range settlement.Unwatch {
			if err := w.remove(bucketWatches, []byte(name)); err != nil {
				return err
			}
		}
		if err := putWatches(w, settlement.Watch); err != nil {
			return err
		}
		if settlement.Record == nil {
			return w.remove(bucketProjects, key(settlement.Project))
		}
		return putRecord(w, *settlement.Record)
	})
}

// SetWatches implements [state.Journal].
func (s *Store) SetWatches(ctx context.Context, list []state.Watch) error {
	return s.record(ctx, func(w *writing) error {
		if err := w.clear(bucketWatches); err != nil {
			return err
		}
		return putWatches(w, list)
	})
}

func putWatches(w *writing, list []state.Watch) error {
	for _, watch := range list {
		if err := checkOptional(watch.Project); err != nil {
			return err
		}
		if err := w.put(bucketWatches, []byte(watch.Name), watch); err != nil {
			return err
		}
	}
	return nil
}

// Append implements [state.Journal]. The newest 10,000 entries are kept.
func (s *Store) Append(ctx context.Context, entries ...state.Entry) error {
	return s.record(ctx, func(w *writing) error { return appendHistory(w, entries) })
}

func appendHistory(w *writing, entries []state.Entry) error {
	for _, e := range entries {
		if err := checkOptional(e.Project); err != nil {
			return err
		}
		n, err := w.next(bucketHistory)
		if err != nil {
			return err
		}
		if err := w.put(bucketHistory, number(n), e); err != nil {
			return err
		}
		if n > historyKept {
			if err := w.remove(bucketHistory, number(n-historyKept)); err != nil {
				return err
			}
		}
	}
	return nil
}
