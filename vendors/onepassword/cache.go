package onepassword

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// prepareCache makes the folder of the cache, and refuses one that others can write
// to or read, or that is not ours: what is in it is run as machine code.
func prepareCache(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return fmt.Errorf("make the cache of compiled code: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the cache of compiled code: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the cache of compiled code: %w", err)
	}
	if !info.IsDir() || !private(info) {
		return fmt.Errorf("the cache of compiled code, %s, is not a folder that only its owner can use", dir)
	}
	// What is in it was made with the folder shut to others, unless it was moved here.
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("look at the cache of compiled code: %w", err)
		}
		info, err := entry.Info()
		if err != nil {
			return fmt.Errorf("look at the cache of compiled code: %w", err)
		}
		if entry.Type()&fs.ModeSymlink != 0 || !owned(info) || info.Mode().Perm()&0o022 != 0 {
			return fmt.Errorf("%s, in the cache of compiled code, can be changed by others", path)
		}
		return nil
	})
}
