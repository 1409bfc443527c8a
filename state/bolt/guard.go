package bolt

import (
	"fmt"
	"path/filepath"
	"runtime/debug"

	"buckethead/state"
)

// guarded runs f so that what bbolt does with a damaged file, which is to panic or
// to read beyond the end of the mapping, becomes an error.
func guarded(path string, f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, fmt.Errorf("%v", p))
		}
	}()
	return f()
}

// damage is a file that cannot be read as state. It wraps state.ErrDamaged.
type damage struct {
	path   string
	cause  error
	advice string // the way back
}

func (d *damage) Error() string {
	return fmt.Sprintf("%v: %s: %v; %s", state.ErrDamaged, d.path, d.cause, d.advice)
}

func (d *damage) Unwrap() []error { return []error{state.ErrDamaged, d.cause} }

// damaged words damage, and looks for the newest backup that is whole.
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

// BackupDir is the folder in which the backups of a state are kept.
func BackupDir(path string) string { return filepath.Join(filepath.Dir(path), "backups") }
