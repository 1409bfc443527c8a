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
	// temporary is one name for all, for only the holder of the lock writes: what
	// a process that died left behind is replaced by the next write.
	temporary = ".new"
	// fileLimit bounds a file that is read: bh writes a few hundred bytes.
	fileLimit = 1 << 20
	// lockPause is how long to wait before the lock is tried again.
	lockPause = 10 * time.Millisecond
)

// errUnsynced wraps what went wrong after a rename: the change is there, but may
// not outlive a loss of power.
var errUnsynced = errors.New("the change may not be on the disk")

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

// writing opens the root for act, makes it where it is missing, and keeps every
// other writer out, in this process and others.
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
		return fmt.Errorf("%s cannot be read as JSON (%w); restore the file, or delete it to give up what it describes",
			filepath.Join(root.Name(), path), err)
	}
	return nil
}

// writeJSON puts value into a file of a dotted folder, whole or not at all. The
// lock is held. An error that wraps errUnsynced comes after the act.
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

// settled turns what a write gave into the vendor's error.
func settled(op string, err error) error {
	if errors.Is(err, errUnsynced) {
		return unsure(op, err)
	}
	return classify(op, err)
}

// plain returns a time as it will be when it is read from a file.
func plain(t time.Time) time.Time { return t.UTC().Round(0) }
