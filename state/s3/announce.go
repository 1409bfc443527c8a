package s3

import (
	"context"
	"errors"
	"slices"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

// announcement is what tells an intent among those that were announced.
type announcement struct {
	project         addr.Project
	operation, step string
	name            string
}

// promise is an intent that was announced and not begun yet.
type promise struct {
	id    uint64
	retry bool
}

func announcementOf(i state.Intent) announcement {
	return announcement{i.Project, i.Operation, i.Step, i.Name}
}

// Announce makes known what an apply is about to do, before any of it acts: the
// intents go into the lock, and into the state in the bucket. Each stays open until its step is
// committed or its operation ends; those that were never begun go when the store is
// closed. Call it once, before the first Begin.
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
		s.announced[key] = append(s.announced[key], promise{i.ID, i.Retry})
	}
	s.dirty = true
	s.journal.Unlock()
	return s.checkpoint(ctx)
}

// Begin implements [state.Journal]: the lock is held, and what is about to act is
// known in the bucket. An intent that was announced is known already; another is
// written back first.
func (s *Store) Begin(ctx context.Context, i state.Intent) (state.Intent, error) {
	if err := s.lease.confirm(ctx); err != nil {
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

// claim gives an intent the id under which it was announced.
func (s *Store) claim(i *state.Intent) bool {
	s.journal.Lock()
	defer s.journal.Unlock()
	key := announcementOf(*i)
	promised := s.announced[key]
	if len(promised) == 0 {
		return false
	}
	i.ID, i.Retry, s.announced[key] = promised[0].id, promised[0].retry, promised[1:]
	return true
}

// lastFault is why nothing new may begin: the bucket refuses what is written back, for
// good. One in trouble is tried again at the next checkpoint.
func (s *Store) lastFault() error {
	s.journal.Lock()
	defer s.journal.Unlock()
	if s.fault == nil || errors.Is(s.fault, errOpen) {
		return nil
	}
	return s.fault
}

// dropRetries ends the other names that were announced for a step that is done.
func (s *Store) dropRetries(ctx context.Context, done state.Intent) error {
	return s.drop(ctx, func(a announcement, p promise) bool {
		return p.retry && a.project == done.Project && a.operation == done.Operation && a.step == done.Step
	})
}

// dropAnnounced ends what was announced and never begun.
func (s *Store) dropAnnounced(ctx context.Context) error {
	return s.drop(ctx, func(announcement, promise) bool { return true })
}

func (s *Store) drop(ctx context.Context, which func(announcement, promise) bool) error {
	s.journal.Lock()
	defer s.journal.Unlock()
	var ids []uint64
	for a, promised := range s.announced {
		s.announced[a] = slices.DeleteFunc(promised, func(p promise) bool {
			if which(a, p) {
				ids = append(ids, p.id)
				return true
			}
			return false
		})
	}
	if len(ids) == 0 {
		return nil
	}
	s.dirty = true
	return s.File.Drop(ctx, ids)
}

// inherit takes over the intents of the lock before.
func (s *Store) inherit(ctx context.Context, intents []state.Intent) error {
	s.journal.Lock()
	s.dirty = true
	s.journal.Unlock()
	return inherit(ctx, s.File, intents)
}

// inherit adds to a file the intents of operations that it does not know to have begun:
// those that it knows stand in it as they are.
func inherit(ctx context.Context, file *bolt.Store, intents []state.Intent) error {
	snap, err := file.Snapshot()
	if err != nil {
		return err
	}
	return announceMissing(ctx, file, notBegun(snap, intents))
}

// notBegun gives the intents whose operations a state does not know to have begun.
func notBegun(snap state.Snapshot, intents []state.Intent) []state.Intent {
	return slices.DeleteFunc(slices.Clone(intents), func(i state.Intent) bool { return snap.Sequences[i.Project] >= i.Sequence })
}

// announceMissing adds intents to a file that does not have them.
func announceMissing(ctx context.Context, file *bolt.Store, intents []state.Intent) error {
	snap, err := file.Snapshot()
	if err != nil {
		return err
	}
	known := map[announcement]bool{}
	for _, i := range snap.Intents {
		known[announcementOf(i)] = true
	}
	missing := slices.DeleteFunc(slices.Clone(intents), func(i state.Intent) bool { return known[announcementOf(i)] })
	if len(missing) == 0 {
		return nil
	}
	_, err = file.Reserve(ctx, missing)
	return err
}
