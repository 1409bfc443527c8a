package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	bbolt "go.etcd.io/bbolt"

	"buckethead/state"
)

// Why one state may not take the place of another.
var (
	// ErrLineage: they were not made of one another.
	ErrLineage = errors.New("the states have different lineages")
	// ErrOlder: it is not newer.
	ErrOlder = errors.New("the state is not newer")
)

// Inspect reads a file to its last page and gives its meta value. Errors wrap
// state.ErrDamaged or ErrNewer.
func Inspect(path string) (state.Meta, error) { return verify(path, Options{}) }

// Push says how a file takes the place of a state. Force puts it over another lineage, a
// newer state or a damaged one. Moves says that it is the state itself, from another
// place. Over, where not nil, is what has to be there, or nothing is done.
type Push struct {
	Force, Moves bool
	Over         *state.Meta
}

// ErrChanged: the present state is not the one that was looked at.
var ErrChanged = errors.New("the state changed meanwhile")

// May reports why a file may not take the place of the present state: as ErrChanged,
// ErrLineage or ErrOlder.
func (p Push) May(offered, present state.Meta) error {
	switch {
	case p.Over != nil && (p.Over.Lineage != present.Lineage || p.Over.Serial != present.Serial):
		return fmt.Errorf("%w: serial %d was looked at, and %d is there; nothing was changed", ErrChanged, p.Over.Serial, present.Serial)
	case p.Force, p.Moves && offered.Lineage == present.Lineage && offered.Serial == present.Serial:
		return nil // the second: an earlier move got as far as this
	}
	return MayReplace(offered, present)
}

// MayReplace reports, as ErrLineage or ErrOlder, why a state may not take the place of
// the present one; a present one without lineage is none, and one of serial 0 has
// nothing in it that could be lost.
func MayReplace(offered, present state.Meta) error {
	switch {
	case present.Lineage == "" || present.Serial == 0:
		return nil
	case offered.Lineage != present.Lineage:
		return fmt.Errorf("%w: %s is offered, and %s is there; nothing was changed, and --force does it all the same", ErrLineage, offered.Lineage, present.Lineage)
	case offered.Serial <= present.Serial:
		return fmt.Errorf("%w: serial %d is offered, and %d is there; nothing was changed, and --force does it all the same", ErrOlder, offered.Serial, present.Serial)
	}
	return nil
}

// Meta gives the meta value alone; a zero one for a state that does not exist yet.
func (s *Store) Meta() (meta state.Meta, err error) {
	if s.db == nil {
		return meta, nil
	}
	err = s.view(func(tx *bbolt.Tx) error {
		if meta, err = getMeta(tx); err != nil {
			return damaged(s.path, err)
		}
		return nil
	})
	return meta, err
}

// Bytes gives the file as it is at one moment. io.EOF for a state that does not exist.
func Bytes(s *Store) ([]byte, error) {
	if s.db == nil {
		return nil, io.EOF
	}
	var out bytes.Buffer
	_, err := s.Copy(&out)
	return out.Bytes(), err
}
