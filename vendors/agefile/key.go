package agefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"filippo.io/age"

	"buckethead/vendors"
	"buckethead/vendors/folder"
)

// keyLimit bounds how much of an identity file is read.
const keyLimit = 1 << 20

// key says where the private key comes from, and who else can open the file.
type key struct {
	path       string         // of the identity file
	given      vendors.Secret // instead of the file
	source     string         // where given came from
	recipients []recipient
	learned    func(vendors.Secret) // is told each private key
}

// origin returns where the private key comes from, for people.
func (k key) origin() string {
	if k.given.IsZero() {
		return k.path
	}
	if k.source == "" {
		return "the setting identity"
	}
	return k.source
}

// identities returns the private keys. The error is fs.ErrNotExist if there is no identity
// file.
func (k key) identities() ([]age.Identity, error) {
	text := []byte(k.given.Reveal())
	if k.given.IsZero() {
		var err error
		if text, err = readKey(k.path); err != nil {
			return nil, err
		}
	}
	return k.parseIdentities(text)
}

// readKey reads the identity file, and refuses one that others can read.
func readKey(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &fault{vendors.ErrInvalid, path + " is a folder, but identity_file must name a file"}
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, &fault{vendors.ErrDenied,
			fmt.Sprintf("others can read %s (mode %04o); make it readable only by its owner: chmod 600 %s", path, mode, path)}
	}
	text, err := io.ReadAll(io.LimitReader(file, keyLimit+1))
	if err == nil && len(text) > keyLimit {
		return nil, &fault{vendors.ErrInvalid, path + " is too long for an identity file"}
	}
	return text, err
}

// make generates a private key and writes the identity file, as age-keygen does. It never
// replaces an existing file.
func (k key) make(now time.Time) ([]age.Identity, error) {
	if err := k.makeable(); err != nil {
		return nil, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	k.learned(vendors.NewSecret(identity.String()))
	if err := folder.Make(filepath.Dir(k.path), 0o700); err != nil {
		return nil, err
	}
	text := fmt.Sprintf("# created: %s\n# public key: %s\n%s\n", now.Format(time.RFC3339), identity.Recipient(), identity)
	if err := k.place([]byte(text)); errors.Is(err, fs.ErrExist) {
		return k.identities() // another process was faster
	} else if err != nil {
		return nil, err
	}
	return []age.Identity{identity}, nil
}

// place creates the identity file atomically. The error is fs.ErrExist if there is one already.
// The lock does not protect it, because two age files can share an identity.
func (k key) place(text []byte) error {
	dir := filepath.Dir(k.path)
	file, err := os.CreateTemp(dir, filepath.Base(k.path)+".*"+temporary)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if err := finish(file, text); err != nil {
		return err
	}
	// Unlike a rename, a link replaces nothing. If the disk does not support links, the file is
	// written in place, and a process that dies halfway leaves an incomplete file.
	if err := os.Link(file.Name(), k.path); errors.Is(err, fs.ErrExist) {
		return err
	} else if err != nil {
		if err := writeSynced(k.path, text); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

// lost returns the error for an age file whose private key is missing.
func (k key) lost(path string) error {
	return &fault{vendors.ErrDenied, fmt.Sprintf("%s cannot be opened, because its identity %s is missing; "+
		"restore the identity or set BH_AGE_IDENTITY "+
		"(bh does not create a new one, because that would not open the file, and it never replaces a file that it cannot read)",
		path, k.path)}
}
