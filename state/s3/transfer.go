package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"buckethead/state"
	"buckethead/state/bolt"
)

// Pull implements [state.Place]. It reads the state as it is in the bucket, without a lock.
func (b *Backend) Pull(ctx context.Context) ([]byte, error) {
	got, err := b.fetchWhole(ctx)
	if err == nil && got.etag == "" {
		err = io.EOF
	}
	return got.file, err
}

// Push implements [state.Place]. It holds the lock while it works, and returns the path at
// which the previous state is kept, "" if there was none. It refuses what [state.Push] does not
// allow, and always refuses a file of another stack. Errors wrap state.ErrLineage, ErrOlder or
// ErrChanged, or are those of Open.
func (b *Backend) Push(ctx context.Context, file string, p state.Push) (kept string, err error) {
	return b.replace(ctx, file, p.Moves, func(present fetched, broken error) error {
		if broken != nil && !errors.Is(broken, state.ErrMoved) {
			if p.Force && p.Over == nil {
				return nil
			}
			return fmt.Errorf("%w; --force replaces it with the file", broken)
		}
		offered, err := bolt.Inspect(file)
		if err != nil {
			return fmt.Errorf("%w: %s: %w", state.ErrOffered, file, err)
		}
		if broken != nil && !p.Force {
			if offered.Lineage == present.Lineage && offered.Serial >= present.Serial {
				return nil // the state comes back from where it was moved to
			}
			return fmt.Errorf("%w; the file is older than what was moved there; --force replaces it anyway", broken)
		}
		return p.May(offered, state.Meta{Lineage: present.Lineage, Serial: present.Serial})
	})
}

// Restore implements [state.Place]. It replaces the state with a copy, which is named by its
// path or its key. The current state may be damaged.
func (b *Backend) Restore(ctx context.Context, path string) (kept string, err error) {
	key := strings.TrimPrefix(path, b.path(""))
	if key != b.previousKey() && !strings.HasPrefix(key, b.backupsKey()) && !strings.HasPrefix(key, b.beforeRestore()) {
		return "", fmt.Errorf("%s is not a copy of %s; for a file on this machine: bh state push", path, b.Name())
	}
	got, err := b.fetch(ctx, key)
	if err == nil && got.etag == "" {
		err = fmt.Errorf("there is no %s", b.path(key))
	}
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "bh-state-*")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	file := filepath.Join(folder, "copy.db")
	if err := os.WriteFile(file, got.file, 0o600); err != nil {
		return "", err
	}
	return b.replace(ctx, file, false, func(fetched, error) error { return nil })
}

// replace replaces the state with a file, if may returns nil. What the current state began is
// carried over, so that no name is used twice.
func (b *Backend) replace(ctx context.Context, file string, moves bool,
	may func(present fetched, broken error) error) (kept string, err error) {
	expiry, err := expiry(b.o.Settings)
	if err != nil {
		return "", err
	}
	held, before, err := b.acquire(ctx, expiry, false)
	if err != nil {
		return "", errors.Join(err, releaseIf(ctx, held))
	}
	defer func() { err = errors.Join(err, held.release(context.WithoutCancel(ctx))) }()
	raw, err := b.bucket.get(ctx, b.key)
	if err != nil && !errors.Is(err, errAbsent) {
		return "", err
	}
	var present fetched
	var broken error
	if raw.etag != "" {
		present, broken = b.fetchWhole(ctx)
	}
	if err := may(present, broken); err != nil {
		return "", err
	}
	moved := errors.Is(broken, state.ErrMoved)
	there := raw.etag != "" && !moved
	body, err := b.carryOver(ctx, file, there, moves || moved, present.file, before, held)
	if err != nil {
		return "", err
	}
	if raw.etag != "" {
		key := b.beforeRestore() + b.o.Now().UTC().Format(backupTime)
		if err := b.bucket.copy(ctx, b.key, raw.etag, key); err != nil {
			return "", fmt.Errorf("save the current state: %w", err)
		}
		kept = b.path(key)
	}
	if err := held.confirm(ctx); err != nil {
		return kept, err
	}
	etag, err := b.bucket.put(ctx, b.key, body, condition{absent: raw.etag == "", etag: raw.etag})
	if err != nil {
		// Its answer may have been lost.
		if there, readErr := b.bucket.get(ctx, b.key); readErr == nil && string(there.body) == string(body) {
			etag, err = there.etag, nil
		}
	}
	if err != nil || etag == "" {
		return kept, err
	}
	held.inherited = false
	return kept, nil
}

// carryOver returns the object that replaces the state. Package bolt carries over what is open
// in the current state, if there is one. The open intents of the previous lock are added here.
func (b *Backend) carryOver(ctx context.Context, file string, there, moves bool, present []byte,
	before seen, held *lease) (body []byte, err error) {
	folder, err := os.MkdirTemp("", "bh-state-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "state.db")
	left := held.mine.Intents
	if there {
		if len(present) == 0 {
			present = []byte("damaged") // which bolt handles
		} else if left, err = b.unknownTo(ctx, present, left); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, present, 0o600); err != nil {
			return nil, err
		}
	}
	o := b.boltOptions()
	o.Moves = moves
	if _, err := bolt.Restore(ctx, path, file, o); err != nil {
		return nil, err
	}
	opened, err := bolt.Open(ctx, path, b.boltOptions())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	if err := announceMissing(ctx, opened, left); err != nil {
		return nil, err
	}
	if before.unfinished() || there && !before.there {
		if err := opened.SkipSerial(skipped); err != nil { // as when a lock is taken over
			return nil, err
		}
	}
	var text bytes.Buffer
	meta, err := opened.Copy(&text)
	if err != nil {
		return nil, err
	}
	return pack(b.header(meta, held), text.Bytes())
}

// unknownTo returns the intents of operations that have not begun, according to a file.
func (b *Backend) unknownTo(ctx context.Context, file []byte, intents []state.Intent) ([]state.Intent, error) {
	if len(intents) == 0 {
		return nil, nil
	}
	opened, err := b.openFile(ctx, file)
	if err != nil {
		return nil, err
	}
	snap, err := opened.Snapshot()
	return notBegun(snap, intents), errors.Join(err, opened.Close())
}

// Retire implements [state.Locked]. It replaces the state with a note that says where it is
// kept now. From then on, reading it returns state.ErrMoved.
func (s *Store) Retire(ctx context.Context, to string) (kept string, err error) {
	if err := s.checkpoint(ctx); err != nil {
		return "", err
	}
	if err := s.retire(ctx, to); err != nil {
		return "", err
	}
	return s.b.path(s.b.previousKey()), s.Close()
}

func (s *Store) retire(ctx context.Context, to string) error {
	if err := s.turn.take(ctx); err != nil {
		return err
	}
	defer s.turn.give()
	meta, err := s.File.Meta()
	if err != nil {
		return err
	}
	h := s.b.header(meta, s.lease)
	h.MovedTo = to
	body, err := pack(h, nil)
	if err != nil {
		return err
	}
	err = s.replace(ctx, body)
	if errors.Is(err, errCondition) || errors.Is(err, errOpen) {
		if same, lookErr := s.recognise(ctx, body); same && lookErr == nil {
			return nil
		}
	}
	return err
}
