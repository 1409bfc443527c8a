package agefile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"buckethead/vendors"
)

const (
	// sizeLimit bounds the encrypted file.
	sizeLimit = 64 << 20
	// headSize is how much of the encrypted file tells it from every other: an
	// age file begins with keys that were drawn for it alone.
	headSize = 1024
	// temporary ends the name of a file that is being written. Only the holder of
	// the lock writes, so one name does for all, and a leftover is replaced.
	temporary = ".new"
)

// loaded is the file as it was at one moment. It is immutable.
type loaded struct {
	info     os.FileInfo // nil when there was no file
	head     []byte
	armored  bool
	document *document
}

// same reports whether the file that is open now is the one that was loaded.
func (l *loaded) same(info os.FileInfo, head []byte) bool {
	return l != nil && l.info != nil && os.SameFile(l.info, info) && l.info.Size() == info.Size() &&
		l.info.ModTime().Equal(info.ModTime()) && bytes.Equal(l.head, head)
}

// load reads the file, decrypting it only if it is not the one of before. Without
// a file the document is empty.
func load(path string, k key, before *loaded) (*loaded, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		empty, err := newDocument(nil, nil)
		return &loaded{document: empty}, err
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > sizeLimit {
		return nil, &fault{vendors.ErrUnavailable, fmt.Sprintf("%s has %d bytes; bh reads at most %d", path, info.Size(), sizeLimit)}
	}
	buffered := bufio.NewReaderSize(io.LimitReader(file, sizeLimit), 64<<10)
	head, err := buffered.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if before.same(info, head) {
		return before, nil
	}
	out := &loaded{info: info, head: bytes.Clone(head), armored: bytes.HasPrefix(head, []byte(armor.Header))}
	identities, err := k.identities()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, k.lost(path)
	}
	if err != nil {
		return nil, err
	}
	var source io.Reader = buffered
	if out.armored {
		source = armor.NewReader(buffered)
	}
	out.document, err = decrypt(path, source, info.ModTime(), identities, k)
	return out, err
}

// decrypt opens the file and reads what it holds, or says which file is wrong and
// what can be done.
func decrypt(path string, source io.Reader, modified time.Time, identities []age.Identity, k key) (*document, error) {
	plain, err := age.Decrypt(source, identities...)
	var mismatch *age.NoIdentityMatchError
	if errors.As(err, &mismatch) {
		return nil, &fault{vendors.ErrDenied, fmt.Sprintf("%s is not encrypted to the identity in %s; use the identity that it was written with, or have someone who can open it add this one to the recipients", path, k.origin())}
	}
	var text []byte
	if err == nil {
		text, err = io.ReadAll(plain)
	}
	if err != nil {
		// age's error can quote the file, which may be anything.
		return nil, &fault{vendors.ErrUnavailable, path + " is damaged, or is no age file; restore it from a copy or from version control, or name another file"}
	}
	out, err := decode(text, modified)
	if err != nil {
		return nil, &fault{vendors.ErrUnavailable, fmt.Sprintf("%s holds something that bh cannot read: %v; restore it, or decrypt it, correct that, and encrypt it again", path, err)}
	}
	return out, nil
}

// replace writes the file anew, whole or not at all, and gives what load would.
// An error that wraps errUnsynced comes after the act.
func replace(path string, d *document, armored bool, readers []age.Recipient) (*loaded, error) {
	var b bytes.Buffer
	if err := encrypt(&b, d.encode(), armored, readers); err != nil {
		return nil, fmt.Errorf("encrypt %s: %w", path, err)
	}
	if b.Len() > sizeLimit {
		return nil, &fault{vendors.ErrInvalid, fmt.Sprintf("%s would have %d bytes; bh reads at most %d", path, b.Len(), sizeLimit)}
	}
	next := path + temporary
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := writeSynced(next, b.Bytes()); err != nil {
		_ = os.Remove(next) // the next write would
		return nil, err
	}
	// A rename keeps the file and its time, so what is seen here is what load sees.
	info, err := os.Stat(next)
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		_ = os.Remove(next)
		return nil, err
	}
	head := bytes.Clone(b.Bytes()[:min(headSize, b.Len())])
	return &loaded{info: info, head: head, armored: armored, document: d}, syncDir(filepath.Dir(path))
}

func encrypt(to io.Writer, plain []byte, armored bool, readers []age.Recipient) error {
	var shell io.WriteCloser
	if armored {
		shell = armor.NewWriter(to)
		to = shell
	}
	w, err := age.Encrypt(to, readers...)
	if err != nil {
		return err
	}
	if _, err := w.Write(plain); err != nil {
		return err
	}
	if err := w.Close(); err != nil || shell == nil {
		return err
	}
	return shell.Close()
}

// writeSynced makes a file that only its owner can read and that is on the disk.
func writeSynced(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return finish(file, data)
}

// finish writes a new file, syncs and closes it.
func finish(file *os.File, data []byte) error {
	_, err := file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncDir makes a rename in a folder durable.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be synced there
	}
	dir, err := os.Open(path)
	if err == nil {
		err = errors.Join(dir.Sync(), dir.Close())
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errUnsynced, err)
	}
	return nil
}
