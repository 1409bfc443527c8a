package bolt

import (
	"fmt"
	"path/filepath"
	"runtime/debug"

	"buckethead/state"
)

// guarded runs f and turns what bbolt does with a damaged file into an error: it panics,
// or reads beyond the end of the mapping.
func guarded(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, fmt.Errorf("%v", p))
		}
	}()
	return f()
}

// damage is the error of a file that cannot be read as state. It wraps state.ErrDamaged.
type damage struct {
	path   string
	cause  error
	advice string // how to get a state again
}

func (d *damage) Error() string {
	return fmt.Sprintf("%v: %s: %v; %s", state.ErrDamaged, d.path, d.cause, d.advice)
}

func (d *damage) Unwrap() []error { return []error{state.ErrDamaged, d.cause} }

// damaged returns the error of a damaged file, with the newest backup that can be read.
func damaged(path string, cause error) error {
	dir := BackupDir(path)
	d := &damage{path: path, cause: cause, advice: "there is no backup in " + dir}
	names, _ := backupNames(dir)
	for _, name := range names {
		d.advice = "no backup in " + dir + " can be read"
		backup := filepath.Join(dir, name.file)
		if _, err := verify(backup, Options{}); err == nil {
			d.advice = "restore the newest backup: bh state restore " + backup
			break
		}
	}
	return d
}

// BackupDir returns the folder that the backups of a state are kept in.
func BackupDir(path string) string { return filepath.Join(filepath.Dir(path), "backups") }
