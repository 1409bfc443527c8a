package bolt

import (
	"fmt"
	"path/filepath"
	"runtime/debug"

	"buckethead/config/words"
	"buckethead/state"
)

// guarded runs f. If bbolt panics because a file is damaged, or reads beyond the end of the
// mapping, guarded returns an error.
func guarded(damaged func(cause error) error, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fmt.Errorf("%v", p))
		}
	}()
	return f()
}

// Rebuild says how to get a state back if no copy of it can be read.
const Rebuild = "bh state rebuild --force makes a new one from what the providers list, and keeps this one next to it"

func (s *Store) damaged(cause error) error { return s.options.damaged(s.path, cause) }

func (o Options) damaged(path string, cause error) error {
	if o.Damaged != nil {
		return o.Damaged(cause)
	}
	return damaged(path, cause)
}

// damaged returns the error for a damaged file, with the newest readable backup.
func damaged(path string, cause error) error {
	dir := BackupDir(path)
	advice := "there is no backup in " + dir + "; " + Rebuild
	names, _ := backupNames(dir)
	for _, name := range names {
		advice = "no backup in " + dir + " can be read; " + Rebuild
		backup := filepath.Join(dir, name.file)
		if _, err := verify(backup, Options{}); err == nil {
			advice = "bh state restore " + words.FileInShell(backup) + " restores the newest backup"
			break
		}
	}
	return fmt.Errorf("%w: %s: %w; %s", state.ErrDamaged, path, cause, advice)
}

// BackupDir returns the folder that the backups of a state are kept in.
func BackupDir(path string) string { return filepath.Join(filepath.Dir(path), "backups") }
