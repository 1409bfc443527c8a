package redact

import (
	"errors"
	"io"
	"os"
	"sync"
)

// Writer removes the secrets of a set from a stream. It is safe for concurrent use.
type Writer struct {
	set *Set
	to  io.Writer

	mu   sync.Mutex
	held []byte // the beginning of a secret, perhaps
}

// Writer returns a stream that passes on to another one what is not secret.
func (s *Set) Writer(to io.Writer) *Writer { return &Writer{set: s, to: to} }

// Write implements [io.Writer].
func (w *Writer) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := b
	if len(w.held) > 0 {
		text = append(w.held, b...)
	}
	out, rest := w.set.replace(text, false)
	// A copy: the caller may use its bytes again.
	w.held = append([]byte(nil), rest...)
	if len(out) == 0 {
		return len(b), nil
	}
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Flush writes what is held back: nothing will follow, or somebody must see it now.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	out, _ := w.set.replace(w.held, true)
	w.held = nil
	if len(out) == 0 {
		return nil
	}
	_, err := w.to.Write(out)
	return err
}

// Close flushes the writer, and closes the stream below if that can be closed.
func (w *Writer) Close() error {
	err := w.Flush()
	if below, ok := w.to.(io.Closer); ok {
		err = errors.Join(err, below.Close())
	}
	return err
}

// File returns the underlying file, or nil. Code that draws on a terminal asks the file for its
// size.
func (w *Writer) File() *os.File {
	file, _ := w.to.(*os.File)
	return file
}
