package bolt_test

import (
	"io"
	"path/filepath"
	"slices"
	"testing"

	"buckethead/state/bolt"
)

// Code that caches what it opened can find it again by comparing.
func TestPlace_opensWhatCanBeCompared(t *testing.T) {
	place := bolt.NewPlace(filepath.Join(t.TempDir(), "state.db"), options())
	locked, err := place.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := locked.Close(); err != nil {
		t.Fatal(err)
	}
	read, err := place.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	kept := []io.Closer{locked, read}
	if slices.Index(kept, io.Closer(locked)) != 0 || slices.Index(kept, io.Closer(read)) != 1 {
		t.Error("they are not found")
	}
}
