package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

// Store is a state.Store that is kept in a bucket, with its lock held. What it is told
// is in the working copy when a call returns, and in the bucket by the next
// checkpoint; Begin alone sees to it that what acts is known in the bucket first.
// Safe for concurrent use.
type Store struct {
	File  *bolt.Store // the working copy
	b     *Backend
	lease *lease

	journal   sync.Mutex // over what follows, up to the turn
	announced map[announcement][]promise
	dirty     bool
	ended     int   // operations since the last checkpoint
	fault     error // what the last checkpoint failed with
	broken    error // why the lock is not renewed, or the state not written, any more

	turn   turn         // of one checkpoint at a time
	etag   string       // of the state object; "" before there is one
	copied bytes.Buffer // what was last written; kept because the next is of that size

	wake    chan struct{}
	stop    context.CancelFunc
	stopped sync.WaitGroup
	closing sync.Once
	closed  error
}

var _ state.Store = (*Store)(nil)

func newStore(b *Backend, file *bolt.Store, held *lease, etag string) *Store {
	return &Store{File: file, b: b, lease: held, etag: etag, turn: newTurn(), announced: map[announcement][]promise{}, wake: make(chan struct{}, 1)}
}

// start renews the lock and writes checkpoints until the store is closed, whatever
// becomes of the context that it was opened with.
func (s *Store) start(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = cancel
	s.inBackground(func() {
		for s.b.pause(ctx, s.lease.expiry()/4) {
			_ = s.lease.renew(ctx) // whoever begins a step is told
		}
	})
	s.inBackground(func() {
		tick := time.NewTicker(s.b.o.Pace.Every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			case <-s.wake:
			}
			_ = s.checkpoint(ctx) // whoever begins a step is told
		}
	})
}

// inBackground runs f until the store is closed. A panic in it ends neither the process
// nor the store: nothing new begins, and what was done is written back at the end.
func (s *Store) inBackground(f func()) {
	s.stopped.Go(func() {
		defer func() {
			if fault := recover(); fault != nil {
				s.journal.Lock()
				defer s.journal.Unlock()
				s.broken = fmt.Errorf("internal error in the upkeep of the shared state: this is a bug in bh: %v", fault)
			}
		}()
		f()
	})
}

// Snapshot implements [state.Store].
func (s *Store) Snapshot() (state.Snapshot, error) { return s.File.Snapshot() }

// History implements [state.Store].
func (s *Store) History(project addr.Project, limit int) ([]state.Entry, error) {
	return s.File.History(project, limit)
}

// Copy writes the working copy, as bolt.Store.Copy does.
func (s *Store) Copy(w io.Writer) (state.Meta, error) { return s.File.Copy(w) }

// changed notes that the working copy is ahead of the bucket.
func (s *Store) changed(err error, operations int) error {
	if err != nil {
		return err
	}
	s.journal.Lock()
	defer s.journal.Unlock()
	s.dirty = true
	if s.ended += operations; s.ended >= s.b.o.Pace.Operations {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
	return nil
}

// Commit implements [state.Journal], in the working copy.
func (s *Store) Commit(ctx context.Context, i state.Intent, r state.Record) error {
	return s.changed(errors.Join(s.File.Commit(ctx, i, r), s.dropRetries(ctx, i)), 0)
}

// Abort implements [state.Journal], in the working copy.
func (s *Store) Abort(ctx context.Context, i state.Intent) error {
	return s.changed(s.File.Abort(ctx, i), 0)
}

// Move implements [state.Journal], in the working copy.
func (s *Store) Move(ctx context.Context, from, to addr.Project) error {
	return s.changed(s.File.Move(ctx, from, to), 0)
}

// Settle implements [state.Journal], in the working copy.
func (s *Store) Settle(ctx context.Context, settlement state.Settlement) error {
	return s.changed(s.File.Settle(ctx, settlement), 1)
}

// SetWatches implements [state.Journal], in the working copy.
func (s *Store) SetWatches(ctx context.Context, list []state.Watch) error {
	return s.changed(s.File.SetWatches(ctx, list), 0)
}

// Append implements [state.Journal], in the working copy.
func (s *Store) Append(ctx context.Context, entries ...state.Entry) error {
	return s.changed(s.File.Append(ctx, entries...), 0)
}

// checkpoint writes the working copy to the bucket, where it is ahead. The version
// before is kept, by a copy within the server.
func (s *Store) checkpoint(ctx context.Context) error {
	if err := s.turn.take(ctx); err != nil {
		return err
	}
	defer s.turn.give()
	s.journal.Lock()
	dirty := s.dirty
	s.dirty, s.ended = false, 0
	s.journal.Unlock()
	if !dirty {
		return nil
	}
	err := errUnwritten // after a panic
	defer func() {
		s.journal.Lock()
		defer s.journal.Unlock()
		s.fault = err
		s.dirty = s.dirty || err != nil
	}()
	err = s.write(ctx)
	return err
}

// errUnwritten is the fault of a checkpoint that did not come to its end.
var errUnwritten = errors.New("the state was not written back")

func (s *Store) write(ctx context.Context) error {
	if err := s.lease.confirm(ctx); err != nil {
		return err
	}
	s.copied.Reset()
	meta, err := s.Copy(&s.copied)
	if err != nil {
		return err
	}
	h := header{Stack: meta.Stack, Lineage: meta.Lineage, Serial: meta.Serial, Lock: s.lease.mine.ID, WrittenAt: s.b.o.Now().UTC(), WrittenBy: s.b.o.Holder.Describe()}
	body, err := pack(h, s.copied.Bytes())
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		err := s.replace(ctx, body)
		if !errors.Is(err, errCondition) && !errors.Is(err, errOpen) || try == tries {
			return err
		}
		mine, lookErr := s.recognise(ctx, body)
		switch {
		case lookErr != nil:
			return errors.Join(err, lookErr)
		case mine:
			return nil
		case errors.Is(err, errOpen):
			return err
		}
	}
}

// replace puts a new version in the place of the one that was read or written last.
func (s *Store) replace(ctx context.Context, body []byte) error {
	if s.etag != "" {
		if err := s.b.bucket.copy(ctx, s.b.key, s.etag, s.b.previousKey()); err != nil {
			if errors.Is(err, errAbsent) {
				err = fmt.Errorf("%w: %w", errCondition, err)
			}
			return err
		}
	}
	etag, err := s.b.bucket.put(ctx, s.b.key, body, condition{absent: s.etag == "", etag: s.etag})
	if err == nil {
		s.etag = etag
	}
	return err
}

// recognise looks at the version that stands in the way of a write: where it is this
// very one, its answer was lost; where it was written under our lock, it was one of
// ours before, and is replaced.
func (s *Store) recognise(ctx context.Context, body []byte) (same bool, err error) {
	there, err := s.b.bucket.get(ctx, s.b.key)
	if errors.Is(err, errAbsent) && s.etag == "" {
		return false, nil // it is still to be made
	}
	if errors.Is(err, errAbsent) {
		return false, fmt.Errorf("%w: %s: the state was removed meanwhile", state.ErrLost, s.b.Name())
	}
	if err != nil {
		return false, err
	}
	if bytes.Equal(there.body, body) {
		s.etag = there.etag
		return true, nil
	}
	if there.etag == s.etag {
		return false, nil // as it was: the write did not act
	}
	h, _, err := readHeader(there.body)
	if err == nil && h.Lock == s.lease.mine.ID {
		s.etag = there.etag
		return false, nil
	}
	return false, fmt.Errorf("%w: %s was written by %s, at serial %d", state.ErrLost, s.b.Name(), h.WrittenBy, h.Serial)
}

// Close writes what is left to the bucket and lets go of the lock. Where it cannot be
// written, it is saved to Options.Rescue and the error says so. Idempotent.
func (s *Store) Close() error {
	s.closing.Do(func() {
		// Time enough for a server that is slow, whatever ended the command.
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		err := s.dropAnnounced(ctx)
		if err == nil {
			err = s.checkpoint(ctx)
		}
		if err != nil {
			// What is saved goes on from a version that the next one must not follow by
			// small steps, or it would pass for newer than all that is done since.
			s.lease.inherited = true
			err = s.rescue(err)
		}
		if s.stop != nil { // the lock was renewed up to here
			s.stop()
			s.stopped.Wait()
		}
		letGo, over := context.WithTimeout(context.Background(), s.lease.expiry())
		defer over()
		s.closed = errors.Join(err, s.lease.release(letGo), s.File.Close())
	})
	return s.closed
}

// rescue saves the working copy where it could not be written back.
func (s *Store) rescue(cause error) error {
	err := fmt.Errorf("write the state back: %w", cause)
	if s.b.o.Rescue == "" {
		return err
	}
	path, saved := bolt.Backup(s.File, filepath.Join(s.b.o.Rescue, "unwritten"), s.b.o.Now(), 0)
	if saved != nil {
		return errors.Join(err, fmt.Errorf("nor could it be saved here: %w", saved))
	}
	if errors.Is(cause, state.ErrLost) {
		return fmt.Errorf("%w; it is kept in %s, to look at: the next apply finds what was made by its names", err, path)
	}
	return fmt.Errorf("%w; it is saved in %s: when the bucket can be written again, bh state push %s. Without it the next apply finds what was made by its names", err, path, path)
}
