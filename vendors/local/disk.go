package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"

	"buckethead/vendors/folder"
)

const (
	bucketsDir = ".buckets"
	keysDir    = ".keys"
	lockFile   = ".lock"
	// temporary is one name for all files, because only the holder of the lock writes. The next
	// write replaces what a process that died left behind.
	temporary = ".new"
	// fileLimit bounds a file that is read: bh writes a few hundred bytes.
	fileLimit = 1 << 20
	// lockPause is how long to wait before the lock is tried again.
	lockPause = 10 * time.Millisecond
)

// errUnsynced wraps an error after a rename: the change is there, but may be lost in a power
// failure.
var errUnsynced = errors.New("the change may not be on the disk yet")

// reading opens the root for act. It returns fs.ErrNotExist if there is no root.
func (c *Cloud) reading(ctx context.Context, act func(*os.Root) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	root, err := os.OpenRoot(c.root)
	if err != nil {
		return err
	}
	err = act(root)
	return errors.Join(err, root.Close())
}

// writing opens the root for act, creates it if it is missing, and keeps all other writers out,
// in this process and in others.
func (c *Cloud) writing(ctx context.Context, act func(*os.Root) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := folder.Make(c.root, 0o755); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(c.root, lockFile), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockPause); err != nil {
		return fmt.Errorf("wait for %s: %w", lock.Path(), err)
	}
	err := c.reading(ctx, act)
	// Unlock can only fail for a lock that is not held, and closing frees it.
	_ = lock.Close()
	return err
}

// readJSON decodes a file; it returns fs.ErrNotExist if there is none.
func readJSON(root *os.Root, path string, into any) error {
	data, err := folder.Read(root.FS(), filepath.ToSlash(path), fileLimit)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("cannot read %s as JSON (%w); restore the file, or delete it to give up what it describes",
			filepath.Join(root.Name(), path), err)
	}
	return nil
}

// writeJSON writes value to a file in a dotted folder, atomically. The lock is held. If the
// error wraps errUnsynced, the file was written.
func writeJSON(root *os.Root, dir, name string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	if err := root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	next := filepath.Join(dir, temporary)
	if err := root.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeSynced(root, next, append(data, '\n')); err != nil {
		_ = root.Remove(next) // the next write would
		return err
	}
	if err := root.Rename(next, filepath.Join(dir, name)); err != nil {
		_ = root.Remove(next)
		return err
	}
	return syncDirs(root, dir, ".")
}

func writeSynced(root *os.Root, path string, data []byte) error {
	file, err := root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(data); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncDirs makes renames, new folders and removals in these folders durable.
func syncDirs(root *os.Root, dirs ...string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be synced there
	}
	for _, dir := range dirs {
		d, err := root.Open(dir)
		if err == nil {
			err = errors.Join(d.Sync(), d.Close())
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errUnsynced, err)
		}
	}
	return nil
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// settled turns the error of a write into the vendor's error.
func settled(op string, err error) error {
	if errors.Is(err, errUnsynced) {
		return unsure(op, err)
	}
	return classify(op, err)
}

// plain returns a time as it will be when it is read from a file.
func plain(t time.Time) time.Time { return t.UTC().Round(0) }
