package onepassword

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// prepareCache creates the cache folder. It refuses one that others can read or write, or that
// is not ours, because the files in it are run as machine code.
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
	// The files in it were created while others had no access to the folder, unless they were moved
	// here.
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
