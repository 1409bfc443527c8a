package s3_test

import (
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/vendors/sim/s3api"
)

// Breaking a lock cannot write the state: the next holder writes into the history who it was,
// and whose lock it was, once.
func TestUnlock_isInTheHistory(t *testing.T) {
	s := newServer(t, s3api.Options{})
	k := key()
	must(t, s.open(s.options(k, "ada")).Close())
	first := announced(t, s, s.options(k, "ada"))
	b := s.backend(s.options(k, "bob"))
	lock, err := b.Locked(t.Context())
	must(t, err)
	if done, err := b.Unlock(t.Context(), lock.ID); !done || err != nil {
		t.Fatalf("%t, %v", done, err)
	}
	s.clock.advance(2 * time.Minute)
	for range 2 {
		next := s.open(s.options(k, "next"))
		got, err := next.History(addr.Address{}, 0)
		must(t, err)
		if len(got) != 1 || got[0].Operation != "state unlock" || got[0].Actor != "bob" || got[0].Run != "https://ci.example/bob" ||
			got[0].Reason != "held by "+lock.Holder.Describe() || got[0].At.IsZero() || got[0].Outcome != "done" {
			t.Errorf("got %+v", got)
		}
		must(t, next.Close())
	}
	isNot(t, first.Close(), state.ErrLost)
}
