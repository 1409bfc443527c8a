package cli

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"buckethead/config"
	"buckethead/config/diag"
)

// importedFile is the name of the file that gets the blocks if --file is a folder.
const importedFile = "imported.hcl"

// withBlocks returns the file that gets the blocks, its text with them, and the faults that the files would then have.
func withBlocks(s *session, blocks []byte) (path string, text []byte, faults diag.List, err error) {
	path = cmp.Or(s.flags.file, config.DefaultFile)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, importedFile)
	}
	present, err := config.ReadSource(path, s.flags.file == "")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return path, nil, nil, err
	}
	text = config.Append(present, blocks)
	o := fileOptions(s.run.Process, s.flags)
	o.Overlay = map[string][]byte{path: text}
	_, faults = config.Load(o)
	return path, text, faults, nil
}

// addBlocks replaces the file atomically. It follows links.
func addBlocks(path string, text []byte) error {
	mode := fs.FileMode(0o644)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return replaceFile(path, text, mode)
}
