package agefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"buckethead/vendors"
)

// lockPause is how long to wait before another process's lock is tried again.
const lockPause = 5 * time.Millisecond

// Store is a vendors.SecretStore over one age file, with the ability
// ReferenceResolver. Safe for concurrent use, also beside other processes.
type Store struct {
	path string // absolute
	key  key
	now  func() time.Time
	turn chan struct{}          // held by the one writer of this process
	last atomic.Pointer[loaded] // the newest content that was decrypted
}

// ListItems gives every item; a file that is not there has none.
func (s *Store) ListItems(ctx context.Context) ([]vendors.ItemSummary, error) {
	const op = "list items"
	d, err := s.document(ctx)
	if err != nil {
		return nil, classify(op, err)
	}
	out := make([]vendors.ItemSummary, 0, len(d.entries))
	for _, e := range d.entries {
		out = append(out, e.summary())
	}
	return out, nil
}

// GetItem reads one item; ErrNotFound when the file has none of this id.
func (s *Store) GetItem(ctx context.Context, id string) (vendors.Item, error) {
	const op = "read item"
	d, err := s.document(ctx)
	if err != nil {
		return vendors.Item{}, classify(op, err)
	}
	e, there := d.byID[id]
	if !there {
		return vendors.Item{}, s.noItem(op, id)
	}
	return e.item(), nil
}

func (s *Store) noItem(op, id string) error {
	return refuse(op, vendors.ErrNotFound, fmt.Sprintf("there is no item %s in %s", id, s.path))
}

// document gives what the file holds now.
func (s *Store) document(ctx context.Context) (*document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now, err := load(s.path, s.key, s.last.Load())
	if err != nil {
		return nil, err
	}
	s.last.Store(now)
	return now.document, nil
}

// Reference gives age://TITLE/FIELD, with the id where the title has a slash.
func (s *Store) Reference(id, title, field string) string {
	if title == "" || strings.Contains(title, "/") {
		title = id
	}
	if field == "" {
		return scheme + "://" + title
	}
	return scheme + "://" + title + "/" + field
}

// change is the one way to write: under the lock it reads, lets act say what the
// document becomes, and writes that. Where act gives nil nothing is written.
func (s *Store) change(ctx context.Context, act func(*document) (*document, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	path := s.path
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a rename would replace the link itself
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockPause); err != nil {
		return fmt.Errorf("wait for %s: %w", lock.Path(), err)
	}
	defer func() { _ = lock.Close() }() // it can only fail for a lock that is not held
	return s.changeLocked(path, act)
}

func (s *Store) changeLocked(path string, act func(*document) (*document, error)) error {
	before, err := load(path, s.key, s.last.Load())
	if err != nil {
		return err
	}
	next, err := act(before.document)
	if err != nil || next == nil {
		return err
	}
	if next, err = next.settled(); err != nil {
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
	after, err := replace(path, next, before.armored, readers)
	if after != nil {
		s.last.Store(after)
	}
	return err
}
