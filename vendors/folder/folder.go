// Package folder makes the folders in which bh keeps its own files, and reads files from them.
//
// # Writing
//
// By default, bh writes into a folder .bh next to the configuration: the state and its backups, the
// age file and its identity, the buckets of the local cloud. None of that should end up in a
// repository by accident, so [Make] puts a .gitignore that ignores everything into a new .bh. It
// leaves an existing folder as it is. Make is idempotent, and safe when several processes call it at
// once.
//
// # Reading
//
// [Read] reads a file that others may be able to write. It refuses files that are not regular or that
// are larger than bh would have written them.
package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// own is the name of the folder that ignores itself.
const own = ".bh"

const ignored = "# State, backups and keys of bh. To keep a file in the repository all the same: git add --force\n*\n"

// Make makes a folder and those above it, as [os.MkdirAll] does. If it makes a folder .bh on the way, that gets a
// .gitignore.
func Make(path string, mode fs.FileMode) error {
	dir := within(path)
	if dir == "" {
		return os.MkdirAll(path, mode)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(path, mode)
	}
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(dir, ".gitignore"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = file.WriteString(ignored)
		err = errors.Join(err, file.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrExist) { // another process may have been faster
		return err
	}
	return os.MkdirAll(path, mode)
}

// within returns the innermost folder .bh that a path is in or names, or "".
func within(path string) string {
	for path = filepath.Clean(path); filepath.Base(path) != own; path = filepath.Dir(path) {
		if path == filepath.Dir(path) {
			return ""
		}
	}
	return path
}
