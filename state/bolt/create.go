package bolt

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"buckethead/state"
)

// create creates an empty state if there is none at the path. The file is completed under
// another name first, so that a process that is killed never leaves half a state there; an
// empty file is therefore always damage. If another process creates the state in the meantime,
// that one stays.
func create(path string, o Options) error {
	if err := makeFolder(path); err != nil {
		return err
	}
	made, err := tempBeside(path)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(made) }()
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, says crypto/rand
	meta := state.Meta{Format: state.Format, Stack: o.Stack, Lineage: drawLineage(), FingerprintKey: key}
	if err := fill(made, o, meta); err != nil {
		return err
	}
	if err := linkOrCopy(made, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	syncFolder(path)
	return nil
}

func drawLineage() string {
	lineage := make([]byte, 16)
	_, _ = rand.Read(lineage)
	return hex.EncodeToString(lineage)
}

// tempBeside creates an empty file, with mode 0600, in the folder of path.
func tempBeside(path string) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}

// linkOrCopy links a file to a second name, or copies it if the file system has no links.
// The error is fs.ErrExist if the name is taken.
func linkOrCopy(from, to string) error {
	if err := os.Link(from, to); err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return copyInto(out, from)
}

// copyInto writes the content of a file to out, syncs it and closes it.
func copyInto(out *os.File, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return errors.Join(err, out.Close())
	}
	defer func() { _ = in.Close() }()
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// syncFolder makes the names in the folder of path durable, if the system can.
func syncFolder(path string) {
	if folder, err := os.Open(filepath.Dir(path)); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}
