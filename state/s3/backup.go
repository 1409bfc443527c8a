package s3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"buckethead/state"
	"buckethead/state/bolt"
)

const (
	backupPrefix = "state-"
	backupTime   = "20060102T150405.000Z"
)

// Backup copies the state, within the server, to KEY.backups/. It keeps the newest copies,
// [state.BackupsKept] in all, and returns the path of this one, "" if there is no state
// yet. What the store has not written back is written first.
func (s *Store) Backup(ctx context.Context) (string, error) {
	if err := s.checkpoint(ctx); err != nil {
		return "", err
	}
	if err := s.turn.take(ctx); err != nil {
		return "", err
	}
	defer s.turn.give()
	meta, err := s.File.Meta()
	if err != nil || s.etag == "" {
		return "", err
	}
	return s.b.backup(ctx, s.etag, meta.Serial)
}

// Backup implements [state.Place]. It copies the state as it is in the bucket, without a lock,
// and otherwise works like Store.Backup.
func (b *Backend) Backup(ctx context.Context) (string, error) {
	got, err := b.fetchWhole(ctx)
	switch {
	case err != nil:
		return "", err
	case got.etag == "":
		return "", errors.New("there is no state to back up yet")
	}
	return b.backup(ctx, got.etag, got.Serial)
}

func (b *Backend) backup(ctx context.Context, etag string, serial uint64) (string, error) {
	key := fmt.Sprintf("%s%s%s-%d", b.backupsKey(), backupPrefix, b.o.Now().UTC().Format(backupTime), serial)
	if err := b.bucket.copy(ctx, b.key, etag, key); err != nil {
		if errors.Is(err, errCondition) {
			return "", fmt.Errorf("%w: the state changed in the meantime; run the command again", err)
		}
		return "", err
	}
	copies, err := b.copies(ctx)
	if err != nil {
		return "", err
	}
	copies = slices.DeleteFunc(copies, func(c listed) bool { return c.key == key })
	for _, old := range copies[min(state.BackupsKept-1, len(copies)):min(state.BackupsKept-1+copiesRead, len(copies))] {
		if err := b.bucket.remove(ctx, old.key); err != nil {
			return "", fmt.Errorf("remove an old backup: %w", err)
		}
	}
	return b.path(key), nil
}

// path returns the name of an object next to the state, for people.
func (b *Backend) path(key string) string { return "s3://" + b.bucket.name + "/" + key }

// copies lists the objects under KEY.backups/, newest first.
func (b *Backend) copies(ctx context.Context) ([]listed, error) {
	all, err := b.bucket.list(ctx, b.backupsKey()+backupPrefix)
	slices.SortFunc(all, func(x, y listed) int {
		xAt, xSerial := backupName(x.key)
		yAt, ySerial := backupName(y.key)
		return cmp.Or(yAt.Compare(xAt), cmp.Compare(ySerial, xSerial))
	})
	return all, err
}

// backupName reads when a copy was made, and of which serial.
func backupName(key string) (at time.Time, serial uint64) {
	name := strings.TrimPrefix(key[strings.LastIndex(key, "/")+1:], backupPrefix)
	when, number, _ := strings.Cut(name, "-")
	at, _ = time.Parse(backupTime, when)
	serial, _ = strconv.ParseUint(number, 10, 64)
	return at, serial
}

// Backups lists the copies, newest first: KEY.previous and those under KEY.backups/. It
// reads each one completely.
func (b *Backend) Backups(ctx context.Context) ([]state.BackupInfo, error) {
	copies, err := b.copies(ctx)
	if err != nil {
		return nil, err
	}
	copies = copies[:min(copiesRead, len(copies))]
	out := make([]state.BackupInfo, 0, len(copies)+1)
	for _, key := range append([]string{b.previousKey()}, keysOf(copies)...) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		got, err := b.bucket.get(ctx, key)
		if errors.Is(err, errAbsent) {
			continue
		}
		info := state.BackupInfo{Path: b.path(key), Size: int64(len(got.body)), Err: err}
		if err == nil {
			var h header
			var file []byte
			h, file, info.Err = unpack(got.body)
			info.At, info.Meta = h.WrittenAt, state.Meta{Stack: h.Stack, Lineage: h.Lineage, Serial: h.Serial}
			if info.Err == nil && h.MovedTo != "" {
				info.Err = state.ErrMoved
			} else if info.Err == nil {
				info.Err = inspect(file)
			}
		}
		if at, serial := backupName(key); !at.IsZero() {
			info.At, info.Meta.Serial = at, serial
		}
		out = append(out, info)
	}
	slices.SortStableFunc(out, func(x, y state.BackupInfo) int {
		return cmp.Or(cmp.Compare(y.Meta.Serial, x.Meta.Serial), y.At.Compare(x.At))
	})
	return out, nil
}

// inspect reads a copy to its last page.
func inspect(file []byte) error {
	folder, err := os.MkdirTemp("", "bh-state-*")
	if err != nil {
		return err
	}
	path := filepath.Join(folder, "copy.db")
	if err = os.WriteFile(path, file, 0o600); err == nil {
		_, err = bolt.Inspect(path)
	}
	return errors.Join(err, os.RemoveAll(folder))
}

func keysOf(list []listed) []string {
	out := make([]string, len(list))
	for i, l := range list {
		out[i] = l.key
	}
	return out
}
