package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/vendors/folder"
)

const (
	backupPrefix = "state-"
	backupTime   = "20060102T150405.000Z"
)

// Backup writes a consistent copy of the state into dir, with mode 0600, and returns its path.
// The copy is written completely or not at all. Only the newest copies in dir are kept, keep in
// total, or all of them if keep is 0. Others may read and write the store meanwhile.
func Backup(s *Store, dir string, now time.Time, keep int) (string, error) {
	if s.db == nil {
		return "", errors.New("there is no state to back up yet")
	}
	if err := folder.Make(dir, 0o700); err != nil {
		return "", fmt.Errorf("create the folder for backups: %w", err)
	}
	var serial uint64
	tmp, err := os.CreateTemp(dir, ".state-*")
	if err != nil {
		return "", fmt.Errorf("write the backup: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	err = s.view(func(tx *bbolt.Tx) error {
		meta, err := s.meta(tx)
		if err != nil {
			return err
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
	switch {
	case noSpace(err):
		return "", fmt.Errorf("write the backup to %s: no space left: %w", dir, err)
	case err != nil:
		return "", fmt.Errorf("write the backup: %w", err)
	}
	syncFolder(path)
	return path, prune(dir, filepath.Base(path), keep)
}

// prune removes all but the newest copies. The one that was just made counts as the newest,
// whatever the times of the others. It leaves files that bh did not name.
func prune(dir, made string, keep int) error {
	names, err := backupNames(dir)
	if err != nil || keep == 0 {
		return err
	}
	names = slices.DeleteFunc(names, func(n backupName) bool { return n.file == made || n.at.IsZero() })
	for _, n := range names[min(keep-1, len(names)):] {
		if err := os.Remove(filepath.Join(dir, n.file)); err != nil {
			return fmt.Errorf("remove an old backup: %w", err)
		}
	}
	return nil
}

// backupName is the name of a copy, with the time and the serial in it. The time is zero
// if a person named the file.
type backupName struct {
	file   string
	at     time.Time
	serial uint64
}

func parseBackupName(file string) backupName {
	at, serial, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(file, backupPrefix), ".db"), "-")
	n := backupName{file: file}
	n.serial, _ = strconv.ParseUint(serial, 10, 64)
	n.at, _ = time.Parse(backupTime, at)
	return n
}

// backupNames returns the names of the copies, newest first.
func backupNames(dir string) ([]backupName, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the backups: %w", err)
	}
	var names []backupName
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), backupPrefix) && strings.HasSuffix(e.Name(), ".db") {
			names = append(names, parseBackupName(e.Name()))
		}
	}
	slices.SortFunc(names, func(a, b backupName) int {
		return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.serial, a.serial), strings.Compare(b.file, a.file))
	})
	return names, nil
}

// Backups lists the copies in dir, newest first, and says whether each can be restored. It
// returns none if the folder does not exist.
func Backups(dir string) ([]state.BackupInfo, error) {
	names, err := backupNames(dir)
	out := make([]state.BackupInfo, 0, len(names))
	for _, name := range names {
		info := state.BackupInfo{Path: filepath.Join(dir, name.file), At: name.at}
		if stat, err := os.Stat(info.Path); err == nil {
			info.Size = stat.Size()
		}
		info.Meta, info.Err = verify(info.Path, Options{})
		out = append(out, info)
	}
	return out, err
}

// verify reads a copy to its last page. Its error is only about the copy, and does not suggest
// what to do.
func verify(path string, o Options) (meta state.Meta, err error) {
	// Nothing holds a copy for longer than it takes to read it, and there is no note about the
	// holder, so the time does not matter.
	reading := Options{Damaged: ofBackup, LockTimeout: readerGrace, Now: func() time.Time { return time.Time{} }}
	s, err := openFile(context.Background(), path, reading, true)
	if err != nil {
		return meta, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if meta, err = s.Meta(); err != nil {
		return meta, err
	}
	if err := s.check(Options{migrations: o.migrations}); err != nil {
		return meta, err
	}
	if meta.Format != state.Format {
		return meta, nil // its content is read during the migration
	}
	if _, err := s.Snapshot(); err != nil {
		return meta, err
	}
	_, err = s.History(addr.Address{}, 0)
	return meta, err
}
