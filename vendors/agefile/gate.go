package agefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"buckethead/vendors/folder"
)

const (
	// lockPause is how long to wait before trying another process's lock again.
	lockPause = 5 * time.Millisecond
	// A write waits for others as many times as long as the last replacement of the file
	// took, and no longer than gatherLimit.
	patience    = 10
	gatherLimit = 2 * time.Second
)

// gate orders the readers and writers of this process. Writers queue. One of them leads: it
// takes the lock on the file, applies every write that has queued up by then, replaces the file
// once, and tells each writer the result of its write. Readers wait only while the file is
// being replaced, and then find the new content in memory.
type gate struct {
	lead     chan struct{} // held by the writer that leads; guards the next two
	took     time.Duration // how long the last replacement of the file took
	expected int           // how many writes to wait for

	file  chan struct{} // held while the file is read or replaced; guards known
	known *loaded       // the newest content that was read or written; nil if unknown

	mu      sync.Mutex // guards waiting
	waiting []*write
	joined  chan struct{} // has a value if a write has joined them
}

// write is a change that waits for its turn. err is set before done is closed.
type write struct {
	act  func(*document) error
	err  error
	done chan struct{}
}

func newGate() *gate {
	return &gate{lead: make(chan struct{}, 1), file: make(chan struct{}, 1), joined: make(chan struct{}, 1)}
}

// read calls look with the current content of the file. look must not keep the document.
func (s *Store) read(ctx context.Context, look func(*document)) error {
	return s.look(ctx, func(now *loaded) { look(now.document) })
}

// look calls see with the file as it is now.
func (s *Store) look(ctx context.Context, see func(*loaded)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.gate.file <- struct{}{}:
		defer func() { <-s.gate.file }()
	case <-ctx.Done():
		return ctx.Err()
	}
	now, err := s.load(s.path)
	if err != nil {
		return err
	}
	see(now)
	return nil
}

// load returns the file's content, from memory unless another process has written.
// The caller holds gate.file.
func (s *Store) load(path string) (*loaded, error) {
	now, err := load(path, s.key, s.gate.known)
	if err != nil {
		return nil, err
	}
	s.gate.known = now
	return now, nil
}

// change is the only way to write. act changes the document, or returns an error and
// leaves it as it is. It may run more than once. If ctx ends before the write is taken
// up, nothing is done; after that, change waits for the result.
func (s *Store) change(ctx context.Context, act func(*document) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{act: act, done: make(chan struct{})}
	s.gate.join(w)
	err := s.await(ctx, w)
	if err != nil && s.gate.withdraw(w) {
		return err
	}
	<-w.done
	return w.err
}

// await returns once a write was carried out, by the leading writer or by leading itself. If it
// returns an error, the write may still be in the queue.
func (s *Store) await(ctx context.Context, w *write) error {
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case s.gate.lead <- struct{}{}:
		defer func() { <-s.gate.lead }()
	}
	select {
	case <-w.done: // the previous leader has carried it out
		return nil
	default:
		return s.writeWaiting(ctx)
	}
}

// join adds a write to the queue.
func (g *gate) join(w *write) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, w)
	select {
	case g.joined <- struct{}{}:
	default:
	}
}

// withdraw removes a write from the queue. It returns false if the write was already taken up.
func (g *gate) withdraw(w *write) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, w)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// gather waits until as many writes as expected have queued up, for a limited time, because
// a replacement costs as much for many writes as for one. The caller holds g.lead.
func (g *gate) gather(ctx context.Context) error {
	if g.queued() >= g.expected {
		return nil
	}
	timer := time.NewTimer(min(patience*g.took, gatherLimit))
	defer timer.Stop()
	for g.queued() < g.expected {
		select {
		case <-g.joined:
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (g *gate) queued() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// learn records a replacement of the file. The same number of writes is expected next time, and
// fewer each time they do not arrive, so a single writer soon waits for nobody. The caller
// holds g.lead.
func (g *gate) learn(took time.Duration, writes int) {
	g.took, g.expected = took, max(writes, g.expected/2)
}

// writeWaiting takes the lock and carries out all writes in the queue. An error means
// that none was taken up. The caller holds gate.lead.
func (s *Store) writeWaiting(ctx context.Context) error {
	if err := s.gate.gather(ctx); err != nil {
		return err
	}
	path := s.path
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a rename would replace the link itself
	}
	if err := folder.Make(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockPause); err != nil {
		return fmt.Errorf("wait for %s: %w", lock.Path(), err)
	}
	defer func() { _ = lock.Close() }() // it can only fail for a lock that is not held
	select {
	case s.gate.file <- struct{}{}:
		defer func() { <-s.gate.file }()
	case <-ctx.Done():
		return ctx.Err()
	}
	s.gate.mu.Lock()
	writes := s.gate.waiting
	s.gate.waiting = nil
	s.gate.mu.Unlock()
	defer endUnfinished(writes)
	begun := s.now()
	s.carryOut(path, writes)
	s.gate.learn(s.now().Sub(begun), len(writes))
	return nil
}

// endUnfinished ends the writes that a panic in one of them left unfinished, so that nobody
// waits forever.
func endUnfinished(writes []*write) {
	for _, w := range writes {
		select {
		case <-w.done:
		default:
			w.err = errPanicked
			close(w.done)
		}
	}
}

var errPanicked = errors.New("internal error in another write of the same file: this is a bug in bh")

// carryOut replaces the file once for several writes and ends them. If the file would be too
// large, each write replaces it separately.
func (s *Store) carryOut(path string, writes []*write) {
	err := s.replace(path, writes)
	if errors.Is(err, errTooLarge) && len(writes) > 1 {
		for _, w := range writes {
			s.carryOut(path, []*write{w})
		}
		return
	}
	for _, w := range writes {
		if err != nil {
			w.err = err // even if the write itself had failed, perhaps because of another one
		}
		close(w.done)
	}
}

// replace applies writes to the content of the file and replaces the file, unless nothing
// changed. It sets the error of each write. The error that it returns is about the file, and so
// applies to every write.
func (s *Store) replace(path string, writes []*write) error {
	before, err := s.load(path)
	if err != nil {
		return err
	}
	d := before.document
	s.gate.known = nil // from here on the document may be ahead of the file
	for _, w := range writes {
		w.err = w.act(d)
	}
	if !d.changed {
		s.gate.known = before
		return nil
	}
	if err := d.settle(); err != nil {
		return err
	}
	identities, err := s.key.identities()
	if errors.Is(err, fs.ErrNotExist) {
		if before.info != nil {
			return s.key.lost(path)
		}
		identities, err = s.key.make(s.now())
	}
	if err != nil {
		return err
	}
	readers, err := s.key.readers(identities)
	if err != nil {
		return err
	}
	s.gate.known, err = replace(path, d, before.armored, readers)
	return err
}
