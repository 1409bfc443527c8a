package s3

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/vendors"
)

// skipped is how far the serial skips ahead if a lock is taken over: more than any apply
// writes, so that anything the previous holder still has is certainly older.
const skipped = 1 << 20

// Open takes the lock and reads the state, or creates it if there is none. Close writes it back
// and releases the lock. If a previous lock expired or was broken, its open intents are added
// to the state, which is then written at once, so that the previous holder cannot write any
// more. Errors wrap state.ErrLocked, ErrDamaged, ErrNewer, ErrStack or ErrUnsafe.
func (b *Backend) Open(ctx context.Context) (state.Locked, error) {
	expiry, err := expiry(b.o.Settings)
	if err != nil {
		return nil, err
	}
	held, before, err := b.acquire(ctx, expiry, false)
	if err != nil {
		return nil, errors.Join(err, releaseIf(ctx, held))
	}
	s, err := b.openHeld(ctx, held, before)
	if err != nil {
		return nil, errors.Join(err, held.release(context.WithoutCancel(ctx)))
	}
	s.start(ctx)
	return s, nil
}

func (b *Backend) openHeld(ctx context.Context, held *lease, before seen) (*Store, error) {
	got, err := b.fetch(ctx, b.key)
	if err != nil {
		return nil, err
	}
	file, err := b.openFile(ctx, got.file)
	if err != nil {
		return nil, err
	}
	s := newStore(b, file, held, got.etag)
	s.dirty = got.etag == "" // a new state has to be written
	// A state without a lock once had one, and its holder does not know that it is gone.
	if removed := !before.there && got.etag != ""; !before.unfinished() && !removed {
		return s, nil
	}
	err = s.inherit(ctx, held.mine.Intents)
	if err == nil && before.BrokenBy != nil {
		err = s.File.Append(ctx, before.unlocked())
	}
	if err == nil {
		err = s.File.SkipSerial(skipped)
	}
	if err == nil {
		err = s.checkpoint(ctx)
	}
	if err == nil {
		held.inherited = false
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("take over from %s: %w", before.Holder.Describe(), err), file.Close())
	}
	return s, nil
}

// Read reads the state without taking the lock, and writes nothing. If the lock is held, or
// has expired, its intents are part of what is read. A state that does not exist reads as
// empty, with a zero Meta.
func (b *Backend) Read(ctx context.Context) (state.View, error) {
	// The lock first: anything that ends between the two reads is in the state by then.
	held, err := b.look(ctx)
	if err != nil {
		return nil, err
	}
	got, err := b.fetch(ctx, b.key)
	if err != nil {
		return nil, err
	}
	if got.etag == "" && len(held.Intents) == 0 {
		return &reader{held: held.info()}, nil
	}
	file, err := b.openFile(ctx, got.file)
	if err != nil {
		return nil, err
	}
	if held.unfinished() {
		if err := inherit(ctx, file, held.Intents); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return &reader{Store: file, held: held.info()}, nil
}

// reader is a state that was read. Store is nil if there is none.
type reader struct {
	*bolt.Store
	held state.Lock
}

var _ state.View = (*reader)(nil)

// Lock implements [state.View]: the lock as it was when the state was read.
func (r *reader) Lock() state.Lock { return r.held }

// Snapshot implements [state.Reader].
func (r *reader) Snapshot() (state.Snapshot, error) {
	if r.Store == nil {
		return state.Snapshot{Records: map[addr.Address]state.Record{}, Sequences: map[addr.Address]uint64{}}, nil
	}
	return r.Store.Snapshot()
}

// History implements [state.Reader].
func (r *reader) History(about addr.Address, limit int) ([]state.Entry, error) {
	if r.Store == nil {
		return nil, nil
	}
	return r.Store.History(about, limit)
}

// Close implements [state.Reader].
func (r *reader) Close() error {
	if r.Store == nil {
		return nil
	}
	return r.Store.Close()
}

// fetched is a state object that was read and is intact. etag is "" if there is none.
type fetched struct {
	header
	file []byte
	etag string
}

// fetch reads a state object.
func (b *Backend) fetch(ctx context.Context, key string) (fetched, error) {
	got, err := b.bucket.get(ctx, key)
	if errors.Is(err, errAbsent) {
		return fetched{}, nil
	}
	if err != nil {
		return fetched{}, err
	}
	h, file, err := unpack(got.body)
	switch {
	case errors.Is(err, errNewer):
		return fetched{}, fmt.Errorf("s3://%s/%s: %w; use the newer bh", b.bucket.name, key, err)
	case err != nil:
		return fetched{}, b.damaged(ctx, key, err)
	case h.MovedTo != "":
		return fetched{header: h}, fmt.Errorf("s3://%s/%s: %w: it has been at %s since %s; declare that",
			b.bucket.name, key, state.ErrMoved, vendors.Excerpt(h.MovedTo, 2000), words.Day(h.WrittenAt))
	}
	return fetched{h, file, got.etag}, nil
}

// damaged returns the error for a damaged state object, with the newest intact copy.
func (b *Backend) damaged(ctx context.Context, key string, cause error) error {
	advice := "there is no copy of it"
	if key == b.key {
		advice += "; " + bolt.Rebuild
		if copies, err := b.Backups(ctx); err != nil {
			advice = "cannot list its copies: " + err.Error()
		} else {
			for _, c := range copies {
				advice = "none of its copies can be read; " + bolt.Rebuild
				if c.Err == nil {
					advice = "bh state restore " + words.FileInShell(c.Path) + " restores the newest intact copy"
					break
				}
			}
		}
	}
	return fmt.Errorf("%w: s3://%s/%s: %w; %s", state.ErrDamaged, b.bucket.name, key, cause, advice)
}

// openFile opens a working copy of a file, or creates a new state if file is empty. On most
// systems the copy loses its name once it is open, so that a killed process leaves nothing
// behind.
func (b *Backend) openFile(ctx context.Context, file []byte) (opened *bolt.Store, err error) {
	folder, err := os.MkdirTemp("", "bh-state-*")
	if err != nil {
		return nil, fmt.Errorf("create a working copy of %s: %w", b.Name(), err)
	}
	defer func() {
		if removed := os.RemoveAll(folder); err == nil && removed != nil && opened != nil {
			opened.RemoveWhenClosed(folder)
		}
	}()
	path := filepath.Join(folder, "state.db")
	if len(file) > 0 {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			return nil, fmt.Errorf("create a working copy of %s: %w", b.Name(), err)
		}
	}
	o := b.boltOptions()
	o.Damaged = func(cause error) error {
		looking, done := state.Lasting(ctx, callTimeout)
		defer done()
		return b.damaged(looking, b.key, cause)
	}
	return bolt.Open(ctx, path, o)
}

// fetchWhole reads the state object as fetch does, and checks the file in it.
func (b *Backend) fetchWhole(ctx context.Context) (fetched, error) {
	got, err := b.fetch(ctx, b.key)
	if err != nil || got.etag == "" {
		return got, err
	}
	anyStack := *b
	anyStack.o.Stack = ""
	opened, err := anyStack.openFile(ctx, got.file)
	if err != nil {
		return fetched{header: got.header}, err
	}
	return got, opened.Close()
}
