package bolt

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"sync"

	bbolt "go.etcd.io/bbolt"
)

// tally is what the meta value says about everything else in a file: how many entries
// there are, and the sum of their digests. A sum does not depend on the order, so a write
// adds and subtracts the digests of what it changes and reads nothing else.
//
// It detects damage even if every page is intact: a flipped bit in a value, a missing entry,
// a page from an earlier version of the file. It does not protect against a person, who can
// compute it as well.
type tally struct {
	Entries uint64 `json:"entries"`
	Sum     sum    `json:"sum"`
}

// sum is a sum of digests, modulo 2 to the 256th.
type sum [4]uint64

func (s *sum) add(d sum) {
	var carry uint64
	for i := range s {
		s[i], carry = bits.Add64(s[i], d[i], carry)
	}
}

func (s *sum) subtract(d sum) {
	var borrow uint64
	for i := range s {
		s[i], borrow = bits.Sub64(s[i], d[i], borrow)
	}
}

// MarshalText implements [encoding.TextMarshaler].
func (s sum) MarshalText() ([]byte, error) {
	var out []byte
	for _, word := range s {
		out = binary.LittleEndian.AppendUint64(out, word)
	}
	return hex.AppendEncode(nil, out), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *sum) UnmarshalText(text []byte) error {
	digest, err := hex.DecodeString(string(text))
	if err != nil || len(digest) != sha256.Size {
		return errors.New("the sum of its digests is malformed")
	}
	*s = sumOf([sha256.Size]byte(digest))
	return nil
}

func sumOf(digest [sha256.Size]byte) (s sum) {
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(digest[8*i:])
	}
	return s
}

// digester computes digests. It reuses its memory.
type digester struct{ memory []byte }

// entry returns the digest of an entry: of the name of its bucket, its key and its value,
// each after its length.
func (d *digester) entry(bucket, key, value []byte) sum {
	d.memory = d.memory[:0]
	for _, part := range [][]byte{bucket, key, value} {
		d.memory = binary.BigEndian.AppendUint64(d.memory, uint64(len(part)))
		d.memory = append(d.memory, part...)
	}
	return sumOf(sha256.Sum256(d.memory))
}

// sequence returns the digest of the last number that a bucket gave out. It uses the empty key,
// which no entry can have.
func (d *digester) sequence(bucket []byte, n uint64) sum { return d.entry(bucket, nil, number(n)) }

// counted lists the buckets that a tally covers: all but meta, which holds it.
var counted = [][]byte{bucketProjects, bucketIntents, bucketWatches, bucketSequences, bucketHistory}

// count computes the tally of a file that has all its parts, on all processors.
func count(tx *bbolt.Tx) (t tally, err error) {
	type entry struct{ bucket, key, value []byte } // valid only during the transaction
	var entries []entry
	for _, name := range counted {
		b := tx.Bucket(name)
		t.Sum.add((&digester{}).sequence(name, b.Sequence()))
		err := b.ForEach(func(k, v []byte) error {
			entries = append(entries, entry{name, k, v})
			return nil
		})
		if err != nil {
			return t, err
		}
	}
	t.Entries = uint64(len(entries))
	var adding sync.Mutex
	err = inParts(len(entries), func(from, to int) error {
		var d digester
		var part sum
		for _, e := range entries[from:to] {
			part.add(d.entry(e.bucket, e.key, e.value))
		}
		adding.Lock()
		defer adding.Unlock()
		t.Sum.add(part)
		return nil
	})
	return t, err
}

// checkTally compares the content of a file with its meta value.
func checkTally(tx *bbolt.Tx, meta metaValue) error {
	there, err := count(tx)
	switch {
	case err != nil:
		return err
	case there.Entries != meta.Entries:
		return fmt.Errorf("it has %d entries, but its meta value says %d", there.Entries, meta.Entries)
	case there.Sum != meta.Sum:
		return errors.New("its entries are not those that were written: their digests do not add up")
	}
	return nil
}
