package bolt

import (
	"testing"

	bbolt "go.etcd.io/bbolt"

	"buckethead/state"
)

// Fill puts n records into a state by one transaction, for benchmarks.
func Fill(tb testing.TB, s *Store, n int, record func(int) state.Record) {
	tb.Helper()
	err := s.write(func(tx *bbolt.Tx) error {
		for i := range n {
			r := record(i)
			if err := put(tx.Bucket(bucketProjects), key(r.Project), r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}
