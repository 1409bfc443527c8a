package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
)

// BackupInfo describes one backup. Err says why it cannot be restored, nil when it can.
type BackupInfo struct {
	Path string
	At   time.Time
	Size int64 // bytes
	Meta state.Meta
	Err  error
}

const (
	backupPrefix = "state-"
	backupTime   = "20060102T150405.000Z"
)

// Backup writes a consistent copy of the state into dir, at mode 0600, and keeps
// the newest keep copies (0 keeps all). It gives the path of the copy.
func Backup(s *Store, dir string, now time.Time, keep int) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder of backups: %w", err)
	}
	var serial uint64
	tmp, err := os.CreateTemp(dir, ".state-*")
	if err != nil {
		return "", fmt.Errorf("write the backup: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	err = s.view(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		if err != nil {
			return damaged(s.path, err)
		}
		serial = meta.Serial
		_, err = tx.WriteTo(tmp)
		return err
	})
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	path := filepath.Join(dir, fmt.Sprintf("%s%s-%d.db", backupPrefix, now.UTC().Format(backupTime), serial))
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return "", fmt.Errorf("write the backup: %w", err)
	}
	return path, prune(dir, keep)
}

// prune removes all but the newest copies.
func prune(dir string, keep int) error {
	names, err := backupNames(dir)
	if err != nil || keep == 0 {
		return err
	}
	for _, name := range names[min(keep, len(names)):] {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("remove an old backup: %w", err)
		}
	}
	return nil
}

// backupNames gives the names of the copies, newest first: the time is in the name.
func backupNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the backups: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), backupPrefix) && strings.HasSuffix(e.Name(), ".db") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

// Backups lists the copies in dir, newest first, and whether each can be restored.
// A folder that is not there has none.
func Backups(dir string) ([]BackupInfo, error) {
	names, err := backupNames(dir)
	out := make([]BackupInfo, 0, len(names))
	for _, name := range names {
		info := BackupInfo{Path: filepath.Join(dir, name)}
		if at, err := time.Parse(backupTime, strings.SplitN(strings.TrimPrefix(name, backupPrefix), "-", 2)[0]); err == nil {
			info.At = at
		}
		if stat, err := os.Stat(info.Path); err == nil {
			info.Size = stat.Size()
		}
		info.Meta, info.Err = verify(info.Path)
		out = append(out, info)
	}
	return out, err
}

// verify reads a copy to its last page.
func verify(path string) (meta state.Meta, err error) {
	err = guarded(path, func() error {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: time.Second})
		if err != nil {
			return err
		}
		s := &Store{db: db, path: path, readOnly: true}
		defer func() { _ = db.Close() }()
		return db.View(func(tx *bbolt.Tx) error {
			var faults []error
			for fault := range tx.Check() {
				faults = append(faults, fault)
			}
			if len(faults) > 0 {
				return errors.Join(faults...)
			}
			if tx.Bucket(bucketMeta) == nil {
				return errors.New("it holds no state")
			}
			if meta, err = getMeta(tx); err != nil {
				return err
			}
			snap := state.Snapshot{Records: map[addr.Project]state.Record{}, Sequences: map[addr.Project]uint64{}}
			return s.readInto(tx, &snap)
		})
	})
	return meta, err
}

// Restore puts a backup in the place of the state, and gives the path at which the
// present one is kept. It waits for the lock as Open does; a damaged present state
// is no hindrance. The backup is read to its last page first.
func Restore(ctx context.Context, path, backup string, o Options) (kept string, err error) {
	meta, err := verify(backup)
	switch {
	case err != nil:
		return "", fmt.Errorf("restore %s: it cannot be read: %w", backup, err)
	case meta.Format > state.Format:
		return "", fmt.Errorf("restore %s: %w", backup, state.ErrNewer)
	case o.Stack != "" && meta.Stack != "" && meta.Stack != o.Stack:
		return "", fmt.Errorf("restore %s: %w: it is of stack %q, and the file declares stack %q", backup, state.ErrStack, meta.Stack, o.Stack)
	}
	held, err := openDB(ctx, path, o, false)
	if err == nil {
		defer func() { err = errors.Join(err, held.db.Close()) }()
	} else if !errors.Is(err, state.ErrDamaged) {
		return "", err
	}
	copied, err := copyBeside(path, backup)
	if err != nil {
		return "", fmt.Errorf("restore %s: %w", backup, err)
	}
	kept = fmt.Sprintf("%s.before-restore-%s", path, o.Now().UTC().Format(backupTime))
	if err := os.Rename(path, kept); err != nil {
		return "", fmt.Errorf("keep the present state: %w", err)
	}
	if err := os.Rename(copied, path); err != nil {
		return "", fmt.Errorf("restore %s: %w (the state of before is at %s)", backup, err, kept)
	}
	return kept, nil
}

func copyBeside(path, backup string) (string, error) {
	in, err := os.Open(backup)
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }()
	out, err := os.CreateTemp(filepath.Dir(path), ".restore-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, in)
	return out.Name(), errors.Join(err, out.Sync(), out.Close())
}
