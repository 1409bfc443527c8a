package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/vendors/registry"
)

// importedFile is the file of a folder that gets the blocks.
const importedFile = "imported.hcl"

// withBlocks gives the file that gets the blocks, by the name that people use, its
// text with them, and the faults that all of the files would have then.
func (s *session) withBlocks(blocks []byte) (path string, text []byte, diags diag.List, err error) {
	path = s.flags.file
	if path == "" {
		path = config.DefaultFile
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, importedFile)
	}
	present, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return path, nil, nil, err
	}
	text = config.Append(present, blocks)
	_, diags = config.Load(config.Options{Path: s.flags.file, Vars: s.flags.vars, VarFiles: s.flags.varFiles, Env: s.p.Env,
		Vendors: registry.All(), Version: version, Overlay: map[string][]byte{path: text}})
	return path, text, diags, nil
}

// addBlocks writes the file, whole or not at all. A link is followed.
func (s *session) addBlocks(path string, text []byte) error {
	mode := fs.FileMode(0o644)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return replaceFile(path, text, mode)
}
