package bolt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

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

var allBuckets = append([][]byte{bucketMeta}, counted...)

// metaValue is the meta value as it is in a file. Format 1 had no tally.
type metaValue struct {
	state.Meta
	tally
}

// sealedFormat is the first format with a tally, and with a seal on the meta value.
const sealedFormat = 2

func (m metaValue) encode() ([]byte, error) {
	text, err := json.Marshal(m)
	return Seal(text), err
}

// getMeta reads the meta value, which is in the same place in every format and ends with a seal
// from format 2 on. For a newer format, it returns only what this bh knows.
func getMeta(tx *bbolt.Tx) (m metaValue, err error) {
	b := tx.Bucket(bucketMeta)
	if b == nil {
		return m, errors.New("it has no meta value")
	}
	text := b.Get(keyMeta)
	object, sealed := Unseal(text)
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return m, fmt.Errorf("its meta value: %w", err)
	}
	switch {
	case head.Format >= sealedFormat && !sealed:
		return m, errors.New("its meta value was changed: it does not match its seal")
	case head.Format > state.Format:
		_ = json.Unmarshal(object, &m.Meta)
		m.Format = head.Format
		return m, nil
	case head.Format < sealedFormat:
		err = Decode(text, &m.Meta)
	default:
		err = Decode(object, &m)
	}
	if err != nil {
		return m, fmt.Errorf("its meta value: %w", err)
	}
	return m, nil
}

// check refuses a state that is for another bh or another stack, or is damaged.
func (s *Store) check(o Options) error {
	if err := s.checkMeta(o); err != nil {
		return err
	}
	return s.view(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		if err == nil && meta.Format == state.Format {
			err = checkTally(tx, meta)
		}
		if err != nil {
			return s.unreadable(err)
		}
		return nil
	})
}

// Descend makes these lineages ancestors of the state. From then on, the state owns what they own.
func (s *Store) Descend(lineages ...string) error {
	return s.update(func(w *writing) error {
		w.meta.Meta = w.meta.Descends(lineages...)
		return nil
	})
}

// checkMeta is like check, but does not look at the entries.
func (s *Store) checkMeta(o Options) error {
	return s.view(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		switch {
		case err != nil:
			return s.unreadable(err)
		case meta.Format > state.Format:
			return fmt.Errorf("%w: %s has format %d, and this bh supports format %d; use the newer bh",
				state.ErrNewer, s.name(), meta.Format, state.Format)
		case o.Stack != "" && meta.Stack != "" && meta.Stack != o.Stack:
			return fmt.Errorf("%w: %s belongs to stack %q, but the file declares stack %q",
				state.ErrStack, s.name(), meta.Stack, o.Stack)
		case meta.Format < state.Format:
			return s.knowsFormat(o, meta.Format)
		}
		if err := checkParts(tx, meta); err != nil {
			return s.unreadable(err)
		}
		return nil
	})
}

// checkParts refuses a file of this format with a missing or an unknown part.
func checkParts(tx *bbolt.Tx, meta metaValue) error {
	if len(meta.FingerprintKey) == 0 || meta.Lineage == "" {
		return errors.New("its meta value is incomplete")
	}
	for _, name := range allBuckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("it has no %s", name)
		}
	}
	err := tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
		if !slices.ContainsFunc(allBuckets, func(known []byte) bool { return bytes.Equal(known, name) }) {
			return &unknown{fmt.Sprintf("it has a part called %q", name)}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.Bucket(bucketMeta).ForEach(func(k, _ []byte) error {
		if !bytes.Equal(k, keyMeta) {
			return &unknown{fmt.Sprintf("it has a meta value called %q", k)}
		}
		return nil
	})
}
