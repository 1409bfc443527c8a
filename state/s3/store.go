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
	"buckethead/config/words"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/vendors"
)

// Store is a [state.Store] in a bucket, with its lock held. A change is in the working copy
// when the call returns, and in the bucket after the next checkpoint. Only Begin makes sure
// that an intent is in the bucket before it returns. A Store is safe for concurrent use.
type Store struct {
	File  *bolt.Store // the working copy
	b     *Backend
	lease *lease

	journal   sync.Mutex // guards the fields up to turn
	announced map[announcement][]promise
	dirty     bool
	ended     int   // operations since the last checkpoint
	fault     error // of the last checkpoint
	broken    error // why the lock is no longer renewed, or the state no longer written

	turn   turn         // held while the state object is written; guards etag and copied
	etag   string       // of the state object; "" before there is one
	copied bytes.Buffer // the last version written; kept because the next one has about that size

	wake    chan struct{}
	stop    context.CancelFunc
	stopped sync.WaitGroup
	closing sync.Once
	closed  error
}

var _ state.Store = (*Store)(nil)

func newStore(b *Backend, file *bolt.Store, held *lease, etag string) *Store {
	return &Store{File: file, b: b, lease: held, etag: etag, turn: newTurn(),
		announced: map[announcement][]promise{}, wake: make(chan struct{}, 1)}
}

// start renews the lock and writes checkpoints until the store is closed, even if the
// context that it was opened with has ended.
func (s *Store) start(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = cancel
	s.inBackground(func() {
		for s.b.pause(ctx, s.lease.expiry()/4) {
			_ = s.lease.renew(ctx) // Begin reports what is wrong
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
			_ = s.checkpoint(ctx) // Begin reports what is wrong
		}
	})
}

// inBackground runs f, which ends when the store is closed. A panic in f ends neither the
// process nor the store: no new step begins, and what was done is written back at the end.
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

// Snapshot implements [state.Reader].
func (s *Store) Snapshot() (state.Snapshot, error) { return s.File.Snapshot() }

// History implements [state.Reader].
func (s *Store) History(about addr.Address, limit int) ([]state.Entry, error) {
	return s.File.History(about, limit)
}

// Copy writes the working copy, as bolt.Store.Copy does.
func (s *Store) Copy(w io.Writer) (state.Meta, error) { return s.File.Copy(w) }

// changed records that the working copy is ahead of the bucket.
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
func (s *Store) Move(ctx context.Context, from, to addr.Address, entries ...state.Entry) error {
	return s.changed(s.File.Move(ctx, from, to, entries...), 0)
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

// checkpoint writes the working copy to the bucket if it is ahead. The server keeps a copy of
// the replaced version.
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

// errUnwritten is the error for a checkpoint that was not completed.
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
	body, err := pack(s.b.header(meta, s.lease), s.copied.Bytes())
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

// header returns the header of a version that is written under a lock.
func (b *Backend) header(meta state.Meta, held *lease) header {
	return header{Stack: meta.Stack, Lineage: meta.Lineage, Serial: meta.Serial, Lock: held.mine.ID,
		WrittenAt: b.o.Now().UTC(), WrittenBy: b.o.Holder.Describe()}
}

// replace replaces the last version that was read or written with a new one.
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

// recognise reads the version that blocks a write. If it is this very version, same is true:
// only the response was lost. If it is an earlier one that was written under our lock, the next
// try replaces it.
func (s *Store) recognise(ctx context.Context, body []byte) (same bool, err error) {
	there, err := s.b.bucket.get(ctx, s.b.key)
	if errors.Is(err, errAbsent) && s.etag == "" {
		return false, nil // it still has to be created
	}
	if errors.Is(err, errAbsent) {
		return false, fmt.Errorf("%w: %s: the state was removed in the meantime", state.ErrLost, s.b.Name())
	}
	if err != nil {
		return false, err
	}
	if bytes.Equal(there.body, body) {
		s.etag = there.etag
		return true, nil
	}
	if there.etag == s.etag {
		return false, nil // unchanged: the write was not carried out
	}
	h, _, err := readHeader(there.body)
	if err == nil && h.Lock == s.lease.mine.ID {
		s.etag = there.etag
		return false, nil
	}
	return false, fmt.Errorf("%w: %s was written by %s, at serial %d", state.ErrLost, s.b.Name(), vendors.Excerpt(h.WrittenBy, 300), h.Serial)
}

// Close writes back what is left and releases the lock. If the state cannot be written, it
// is saved in Options.Rescue, and the error says so. Close is idempotent.
func (s *Store) Close() error {
	s.closing.Do(func() {
		// Enough time for a slow server, however the command ended.
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		err := s.dropAnnounced(ctx)
		if err == nil {
			err = s.checkpoint(ctx)
		}
		if err != nil {
			// The next holder must skip ahead. Otherwise the copy saved here could seem newer
			// than what that holder writes.
			s.lease.inherited = true
			err = s.rescue(err)
		}
		if s.stop != nil { // the lock was renewed until now
			s.stop()
			s.stopped.Wait()
		}
		releasing, done := context.WithTimeout(context.Background(), s.lease.expiry())
		defer done()
		s.closed = errors.Join(err, s.lease.release(releasing), s.File.Close())
	})
	return s.closed
}

// rescue saves a working copy that could not be written back, and returns the error of
// Close.
func (s *Store) rescue(cause error) error {
	err := fmt.Errorf("write the state back: %w", cause)
	if s.b.o.Rescue == "" {
		return err
	}
	path, saved := bolt.Backup(s.File, filepath.Join(s.b.o.Rescue, "unwritten"), s.b.o.Now(), 0)
	if saved != nil {
		return errors.Join(err, fmt.Errorf("save it here: %w", saved))
	}
	if errors.Is(cause, state.ErrLost) {
		return fmt.Errorf("%w; a copy for inspection is in %s: the next apply finds what was created by its names", err, path)
	}
	return fmt.Errorf("%w; it was saved in %s: when the bucket can be written again, run bh state push %s. "+
		"Without that, the next apply finds what was created by its names", err, path, words.FileInShell(path))
}
