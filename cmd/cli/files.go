package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"buckethead/state"
	"buckethead/vendors/parallel"
)

// joinRelative returns path as it is seen from dir.
func joinRelative(dir, path string) string {
	if dir == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// createFile writes a new file. The error is fs.ErrExist if the file already exists.
func createFile(path string, content []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// appendTo adds text to the end of a file. After a signal, it waits at most a second for a pipe
// that nobody reads: the report of an interrupted run is not worth more.
func appendTo(ctx context.Context, path, text string) error {
	if ctx.Err() != nil {
		lasting, cancel := state.Lasting(ctx, time.Second)
		defer cancel()
		ctx = lasting
	}
	_, err := parallel.Await(ctx, func() (struct{}, error) {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = file.WriteString(text)
			err = errors.Join(err, file.Close())
		}
		return struct{}{}, err
	})
	return err
}

// replaceFile replaces a file atomically.
func replaceFile(path string, content []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".bh-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(content)
	rename := func() error { return os.Rename(tmp.Name(), path) }
	for _, step := range []func() error{func() error { return tmp.Chmod(mode) }, tmp.Sync, tmp.Close, rename} {
		if next := step(); err == nil {
			err = next
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
