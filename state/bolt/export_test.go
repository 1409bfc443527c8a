package bolt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
)

// HistoryKept is how many entries of history stay.
const HistoryKept = historyKept

// Fill puts n records into a state by one transaction, for benchmarks.
func Fill(tb testing.TB, s *Store, n int, record func(int) state.Record) {
	tb.Helper()
	err := s.write(tb.Context(), func(w *writing) error {
		for i := range n {
			r := record(i)
			if err := w.put(bucketProjects, key(r.Project), r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// SetSealed puts a value into a closed state, as a bh would that means it.
func SetSealed(tb testing.TB, path, bucket, key, text string) {
	tb.Helper()
	err := updateCopy(path, Options{NoSync: true}, func(w *writing) error { return w.putText([]byte(bucket), []byte(key), []byte(text)) })
	if err != nil {
		tb.Fatal(err)
	}
}

// FromFormat0 returns options with a made-up older format: its projects are in a bucket
// called "records", and it has no sequences.
func FromFormat0(o Options) Options {
	o.migrations = map[int]migration{1: migrations[1], 0: func(w *writing) error {
		tx := w.tx
		old := tx.Bucket([]byte("records"))
		projects, err := tx.CreateBucket(bucketProjects)
		if err == nil {
			_, err = tx.CreateBucket(bucketSequences)
		}
		if err == nil {
			err = old.ForEach(func(k, v []byte) error { return projects.Put(k, v) })
		}
		return errors.Join(err, tx.DeleteBucket([]byte("records")))
	}}
	return o
}

// FailingMigration returns options under which the migration from format 0 fails half-way.
func FailingMigration(o Options, fault error) Options {
	o.migrations = map[int]migration{1: migrations[1], 0: func(w *writing) error {
		return errors.Join(w.tx.DeleteBucket([]byte("records")), fault)
	}}
	return o
}

// MakeFormat0 writes such a state, with one record.
func MakeFormat0(tb testing.TB, path string, r state.Record) {
	tb.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		tb.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range []string{"meta", "records", "intents", "watches", "history"} {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		meta := state.Meta{Stack: "main", Lineage: "old", Serial: 7, FingerprintKey: []byte("key")}
		text, err := json.Marshal(meta)
		record, recordErr := json.Marshal(r)
		return errors.Join(err, recordErr, tx.Bucket(bucketMeta).Put(keyMeta, text), tx.Bucket([]byte("records")).Put(key(r.Project), record))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		tb.Fatal(err)
	}
}

// IsDurable reports whether a commit is on the disk when it returns.
func IsDurable(s *Store) bool { return !s.db.NoSync && !s.db.NoGrowSync }

// OnOpened returns options under which f is called each time a file has been opened but not
// yet locked.
func OnOpened(o Options, f func(readOnly bool)) Options {
	o.opened = f
	return o
}

// PanicInWrite makes bbolt panic within a write, as it does on a damaged page.
func PanicInWrite(s *Store) error {
	return s.update(func(*writing) error { panic("page 7 is not a leaf") })
}

// PanicForEver leaves a write transaction open, as a panic in bbolt's own rollback does.
func PanicForEver(s *Store) error {
	_, err := s.db.Begin(true)
	s.broken.Store(true)
	s.stuck.Store(true)
	return err
}

// WriteUntil runs a transaction that closes started and lasts until release is closed.
func WriteUntil(ctx context.Context, s *Store, started chan<- struct{}, release <-chan struct{}) error {
	return s.write(ctx, func(*writing) error { close(started); <-release; return nil })
}

// LeaveBehind runs the transaction of [FailingWrite], which ends as how says, and leaves
// it behind before it has done anything. Once finish has returned, it has ended.
func LeaveBehind(tb testing.TB, s *Store, i state.Intent, drop addr.Address, how string) (finish func()) {
	tb.Helper()
	started, release := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(tb.Context())
	returned := make(chan error, 1)
	go func() {
		returned <- s.write(ctx, func(w *writing) error {
			close(started)
			<-release
			return s.writeIntents(w, i, drop, how)
		})
	}()
	<-started
	cancel()
	if err := <-returned; !errors.Is(err, context.Canceled) {
		tb.Fatalf("the transaction was not left behind: %v", err)
	}
	return func() {
		close(release)
		for s.left.Load() > 0 {
			runtime.Gosched()
		}
		s.db.MaxSize = 0
	}
}

var errRefused = errors.New("refused")

// These say how a transaction of a test ends.
const (
	Succeeds            = "succeeds"
	FailsInside         = "fails in the transaction"
	FailsWhenItIsStored = "fails when it is committed"
)

// writeIntents puts an intent in place and drops those of a project.
func (s *Store) writeIntents(w *writing, i state.Intent, drop addr.Address, how string) error {
	if how == FailsWhenItIsStored { // because the file cannot grow
		s.db.MaxSize = 1
		i.Run = strings.Repeat("x", 1<<20)
	}
	err := errors.Join(giveID(w, &i), s.intents.put(w, number(i.ID), i), s.intents.removeAll(w, drop, nil))
	if how == FailsInside {
		err = errors.Join(err, errRefused)
	}
	return err
}

// FailingWrite puts an intent in place, drops those of a project, and then fails.
func FailingWrite(s *Store, i state.Intent, drop addr.Address, how string) error {
	defer func() { s.db.MaxSize = 0 }()
	return s.write(context.Background(), func(w *writing) error { return s.writeIntents(w, i, drop, how) })
}

// CheckTally compares what is in a store with what its meta value says.
func CheckTally(s *Store) error {
	return s.db.View(func(tx *bbolt.Tx) error {
		meta, err := getMeta(tx)
		if err != nil {
			return err
		}
		return checkTally(tx, meta)
	})
}

// CheckOpenIntents compares what a store remembers of its intents with what the file
// holds. used is false if the next write will read the file instead.
func CheckOpenIntents(s *Store) (used bool, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		if used = s.intents.projects != nil && s.intents.after == tx.ID(); !used {
			return nil
		}
		scanned := openIntents{projects: map[string]addr.Address{}, byProject: map[addr.Address]map[string]bool{}}
		if err := each(tx, bucketIntents, scanned.note); err != nil {
			return err
		}
		found, known := []any{scanned.projects, scanned.byProject}, []any{s.intents.projects, s.intents.byProject}
		if !reflect.DeepEqual(found, known) {
			return fmt.Errorf("the file has\n%v\nand the store remembers\n%v", found, known)
		}
		return nil
	})
	return used, err
}
