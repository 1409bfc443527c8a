package bolt

import (
	"encoding/json"
	"errors"
	"fmt"

	bbolt "go.etcd.io/bbolt"

	"buckethead/state"
)

var (
	bucketMeta      = []byte("meta")
	bucketProjects  = []byte("projects")
	bucketIntents   = []byte("intents")
	bucketWatches   = []byte("watches")
	bucketSequences = []byte("sequences")
	bucketHistory   = []byte("history")
	keyMeta         = []byte("meta")
)

var allBuckets = [][]byte{bucketMeta, bucketProjects, bucketIntents, bucketWatches, bucketSequences, bucketHistory}

// getMeta reads the meta value, which is in the same place in every format.
func getMeta(tx *bbolt.Tx) (state.Meta, error) {
	var meta state.Meta
	b := tx.Bucket(bucketMeta)
	if b == nil {
		return meta, errors.New("it has no meta value")
	}
	err := json.Unmarshal(b.Get(keyMeta), &meta)
	return meta, err
}

func putMeta(tx *bbolt.Tx, meta state.Meta) error {
	text, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	return tx.Bucket(bucketMeta).Put(keyMeta, text)
}

// Descend makes these lineages ancestors of the state, which owns what they own from then on.
func (s *Store) Descend(lineages ...string) error {
	return s.update(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		if err != nil {
			return damaged(s.path, err)
		}
		return putMeta(tx, meta.Descends(lineages...))
	})
}

// check refuses a state that is for another bh or another stack, or is incomplete.
func (s *Store) check(o Options) error {
	return s.view(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		switch {
		case err != nil:
			return damaged(s.path, err)
		case meta.Format > state.Format:
			return fmt.Errorf("%w: %s has format %d, and this bh reads format %d; use the newer bh",
				state.ErrNewer, s.path, meta.Format, state.Format)
		case o.Stack != "" && meta.Stack != "" && meta.Stack != o.Stack:
			return fmt.Errorf("%w: %s is of stack %q, and the file declares stack %q",
				state.ErrStack, s.path, meta.Stack, o.Stack)
		case meta.Format < state.Format:
			return o.knowsFormat(meta.Format, s.path)
		case len(meta.FingerprintKey) == 0 || meta.Lineage == "":
			return damaged(s.path, errors.New("its meta value is incomplete"))
		}
		for _, name := range allBuckets {
			if tx.Bucket(name) == nil {
				return damaged(s.path, fmt.Errorf("it has no %s", name))
			}
		}
		return nil
	})
}
