package s3

import (
	"context"
	"errors"
	"slices"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

// announcement is a step that was announced; each of its names is a promise.
type announcement struct {
	project         addr.Address
	operation, step string
}

// promise is an intent that was announced and has not begun yet.
type promise struct {
	id    uint64
	name  string
	retry bool
}

func announcementOf(i state.Intent) announcement {
	return announcement{i.Project, i.Operation, i.Step}
}

// Announce implements [state.Locked]: it writes the intents into the lock, and into the
// state in the bucket. Each stays open until its step is committed or its operation ends.
// Those that were never begun are dropped when the store is closed.
func (s *Store) Announce(ctx context.Context, intents []state.Intent) error {
	if len(intents) == 0 {
		return nil
	}
	if err := s.lease.announce(ctx, intents); err != nil {
		return err
	}
	given, err := s.File.Reserve(ctx, intents)
	if err != nil {
		return err
	}
	s.journal.Lock()
	for _, i := range given {
		key := announcementOf(i)
		s.announced[key] = append(s.announced[key], promise{i.ID, i.Name, i.Retry})
	}
	s.dirty = true
	s.journal.Unlock()
	return s.checkpoint(ctx)
}

// Begin implements [state.Journal]. It confirms the lock, and makes sure that the intent is
// in the bucket: unless it was announced, it is written back first.
func (s *Store) Begin(ctx context.Context, i state.Intent) (state.Intent, error) {
	if err := s.lease.confirm(ctx); err != nil {
		return state.Intent{}, err
	}
	if err := s.lease.mayAct(); err != nil {
		return state.Intent{}, err
	}
	known := s.claim(&i)
	if err := s.lastFault(); err != nil {
		return state.Intent{}, err
	}
	begun, err := s.File.Begin(ctx, i)
	if err := s.changed(err, 0); err != nil {
		return state.Intent{}, err
	}
	if !known {
		if err := s.checkpoint(ctx); err != nil {
			return state.Intent{}, errors.Join(err, s.Abort(ctx, begun))
		}
	}
	return begun, nil
}

// claim sets the id under which an intent was announced, and reports whether it was announced.
func (s *Store) claim(i *state.Intent) bool {
	s.journal.Lock()
	defer s.journal.Unlock()
	key := announcementOf(*i)
	n := slices.IndexFunc(s.announced[key], func(p promise) bool { return p.name == i.Name })
	if n < 0 {
		return false
	}
	i.ID, i.Retry = s.announced[key][n].id, s.announced[key][n].retry
	s.keep(key, slices.Delete(s.announced[key], n, n+1))
	return true
}

// lastFault returns why no step may begin: the server refused a write-back. If the server only
// had a temporary problem, the next checkpoint tries again.
func (s *Store) lastFault() error {
	s.journal.Lock()
	defer s.journal.Unlock()
	if s.broken != nil || s.fault == nil || errors.Is(s.fault, errOpen) {
		return s.broken
	}
	return s.fault
}

// dropRetries drops the other announced names of a step that is done.
func (s *Store) dropRetries(ctx context.Context, done state.Intent) error {
	s.journal.Lock()
	defer s.journal.Unlock()
	var ids []uint64
	key := announcementOf(done)
	s.keep(key, slices.DeleteFunc(s.announced[key], func(p promise) bool {
		if p.retry {
			ids = append(ids, p.id)
		}
		return p.retry
	}))
	return s.drop(ctx, ids)
}

// dropAnnounced drops announced intents that never began.
func (s *Store) dropAnnounced(ctx context.Context) error {
	s.journal.Lock()
	defer s.journal.Unlock()
	var ids []uint64
	for _, promised := range s.announced {
		for _, p := range promised {
			ids = append(ids, p.id)
		}
	}
	clear(s.announced)
	return s.drop(ctx, ids)
}

// keep replaces the promises of a step. The caller holds s.journal.
func (s *Store) keep(key announcement, promised []promise) {
	if len(promised) == 0 {
		delete(s.announced, key)
	} else {
		s.announced[key] = promised
	}
}

// drop drops intents in the working copy. The caller holds s.journal.
func (s *Store) drop(ctx context.Context, ids []uint64) error {
	if len(ids) == 0 {
		return nil
	}
	s.dirty = true
	return s.File.Drop(ctx, ids)
}

// inherit takes over the intents of the previous lock.
func (s *Store) inherit(ctx context.Context, intents []state.Intent) error {
	s.journal.Lock()
	s.dirty = true
	s.journal.Unlock()
	return inherit(ctx, s.File, intents)
}

// inherit adds to a file the intents of operations that are new to it. For the others, the
// file itself says what is open.
func inherit(ctx context.Context, file *bolt.Store, intents []state.Intent) error {
	snap, err := file.Snapshot()
	if err != nil {
		return err
	}
	return announceMissing(ctx, file, notBegun(snap, intents))
}

// notBegun returns the intents of operations that have not begun, according to a state.
func notBegun(snap state.Snapshot, intents []state.Intent) []state.Intent {
	return slices.DeleteFunc(slices.Clone(intents), func(i state.Intent) bool {
		return snap.Sequences[i.Project] >= i.Sequence
	})
}

// announceMissing adds intents that a file does not have yet.
func announceMissing(ctx context.Context, file *bolt.Store, intents []state.Intent) error {
	snap, err := file.Snapshot()
	if err != nil {
		return err
	}
	type named struct {
		announcement
		name string
	}
	known := map[named]bool{}
	for _, i := range snap.Intents {
		known[named{announcementOf(i), i.Name}] = true
	}
	missing := slices.DeleteFunc(slices.Clone(intents), func(i state.Intent) bool {
		return known[named{announcementOf(i), i.Name}]
	})
	if len(missing) == 0 {
		return nil
	}
	_, err = file.Reserve(ctx, missing)
	return err
}
