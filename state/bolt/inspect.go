package bolt

import (
	"bytes"
	"io"

	bbolt "go.etcd.io/bbolt"

	"buckethead/state"
)

// Inspect reads a file to its last page and returns its meta value. Errors wrap
// state.ErrDamaged or state.ErrNewer.
func Inspect(path string) (state.Meta, error) { return verify(path, Options{}) }

// Meta returns only the meta value, or a zero one for a state that does not exist yet.
func (s *Store) Meta() (meta state.Meta, err error) {
	if s.db == nil {
		return meta, nil
	}
	err = s.view(func(tx *bbolt.Tx) error {
		meta, err = s.meta(tx)
		return err
	})
	return meta, err
}

func (s *Store) meta(tx *bbolt.Tx) (state.Meta, error) {
	meta, err := getMeta(tx)
	if err != nil {
		err = s.unreadable(err)
	}
	return meta.Meta, err
}

// Bytes returns a consistent copy of the file, or io.EOF if the state does not exist.
func Bytes(s *Store) ([]byte, error) {
	if s.db == nil {
		return nil, io.EOF
	}
	var out bytes.Buffer
	_, err := s.Copy(&out)
	return out.Bytes(), err
}
