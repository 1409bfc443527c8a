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

// sizeLimit bounds the encrypted file. Tests lower it.
var sizeLimit = 64 << 20

const (
	// headSize is how much of an encrypted file identifies it: an age file begins with keys
	// that are unique to it.
	headSize = 1024
	// temporary ends the name of a file that is being written. Only the holder of the
	// lock writes, so one name is enough, and a leftover file is replaced.
	temporary = ".new"
)

// loaded is the file as it was at one moment.
type loaded struct {
	info     os.FileInfo // nil if there was no file
	head     []byte
	armored  bool
	stanzas  int // how many keys open it
	document *document
}

// same reports whether the open file is the one that was loaded.
func (l *loaded) same(info os.FileInfo, head []byte) bool {
	return l != nil && l.info != nil && os.SameFile(l.info, info) && l.info.Size() == info.Size() &&
		l.info.ModTime().Equal(info.ModTime()) && bytes.Equal(l.head, head)
}

// restore says what to do about a damaged file.
const restore = "restore it from a copy or from version control, or use another file"

// load reads the file, and decrypts it unless it is the same as before. If there is no file,
// the document is empty.
func load(path string, k key, before *loaded) (*loaded, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		// An unusable identity is reported now, not only when there is a key to store.
		if _, err := k.identities(); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
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
	if info.Size() > int64(sizeLimit) {
		return nil, &fault{vendors.ErrUnavailable,
			fmt.Sprintf("%s has %d bytes; bh reads at most %d", path, info.Size(), sizeLimit)}
	}
	buffered := bufio.NewReaderSize(io.LimitReader(file, int64(sizeLimit)), 64<<10)
	head, err := buffered.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if before.same(info, head) {
		return before, nil
	}
	if is := notAgeFile(head); is != "" {
		return nil, &fault{vendors.ErrUnavailable, path + " " + is + "; " + restore}
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
	out.document, err = decrypt(path, source, info.ModTime(), identities, &out.stanzas, k)
	return out, err
}

// decrypt decrypts the file and decodes it. Its errors say which file is wrong and what to
// do.
func decrypt(path string, source io.Reader, modified time.Time,
	identities []age.Identity, stanzas *int, k key) (*document, error) {
	plain, err := age.Decrypt(source, counting(identities, stanzas)...)
	var mismatch *age.NoIdentityMatchError
	if errors.As(err, &mismatch) {
		return nil, k.foreign(path, identities, mismatch.StanzaTypes)
	}
	var text []byte
	if err == nil {
		text, err = io.ReadAll(plain)
	}
	if err != nil {
		// age's error can quote the file, which may contain anything.
		return nil, &fault{vendors.ErrUnavailable, path + " is damaged, or is not an age file; " + restore}
	}
	out, err := decode(text, modified)
	if err != nil {
		return nil, &fault{vendors.ErrUnavailable, fmt.Sprintf("%s holds something that bh cannot read: %v; "+
			"restore it, or decrypt it, correct that, and encrypt it again", path, err)}
	}
	return out, nil
}

// replace replaces the file atomically, and returns what load would return. If its error wraps
// errUnsynced, the file was replaced.
func replace(path string, d *document, armored bool, readers []recipient) (*loaded, error) {
	next := path + temporary
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	d.recipients = texts(readers)
	head, err := writeDocument(next, d, armored, readers)
	var info os.FileInfo
	if err == nil {
		// A rename keeps the file and its time, so load will see the same.
		info, err = os.Stat(next)
	}
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		_ = os.Remove(next) // if this fails, the next write does it
		if errors.Is(err, errTooLarge) {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return nil, err
	}
	d.changed = false
	return &loaded{info: info, head: head, armored: armored, stanzas: len(readers), document: d},
		syncDir(filepath.Dir(path))
}

// writeDocument encrypts a document into a new file that is on the disk when it
// returns, and returns the head of the file.
func writeDocument(path string, d *document, armored bool, readers []recipient) (head []byte, err error) {
	file, err := create(path)
	if err != nil {
		return nil, err
	}
	to := &bounded{to: file}
	err = encrypt(to, d, armored, readers)
	if err == nil {
		err = file.Sync()
	}
	return to.head, errors.Join(err, file.Close())
}

// bounded writes at most sizeLimit bytes, and keeps the head of what it writes.
type bounded struct {
	to   io.Writer
	size int
	head []byte
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.size += len(p); b.size > sizeLimit {
		return 0, errTooLarge
	}
	b.head = append(b.head, p[:min(len(p), headSize-len(b.head))]...)
	return b.to.Write(p)
}

func encrypt(to io.Writer, d *document, armored bool, readers []recipient) error {
	buffered := bufio.NewWriter(to) // armor writes line by line
	sink, closeArmor := io.Writer(buffered), func() error { return nil }
	if armored {
		a := armor.NewWriter(buffered)
		sink, closeArmor = a, a.Close
	}
	keys := make([]age.Recipient, len(readers))
	for i, r := range readers {
		keys[i] = r
	}
	w, err := age.Encrypt(sink, keys...)
	if err != nil {
		return err
	}
	for _, step := range []func() error{func() error { return d.encode(w) }, w.Close, closeArmor, buffered.Flush} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// create creates a file that only its owner can read.
func create(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// writeSynced creates a file that only its owner can read, and syncs it.
func writeSynced(path string, data []byte) error {
	file, err := create(path)
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
