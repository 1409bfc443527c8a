package s3_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/s3"
	"buckethead/state/statetest"
	"buckethead/vendors"
	"buckethead/vendors/sim/s3api"
)

func TestStore(t *testing.T) {
	s := realOrNot(t)
	keys := map[state.Store]s3.Options{}
	open := func(o s3.Options) state.Store {
		store := s.open(o)
		keys[store] = o
		return store
	}
	statetest.Run(t, func(*testing.T) state.Store { return open(s.options(key(), "ada")) }, func(t *testing.T, store state.Store) state.Store {
		must(t, store.Close())
		return open(keys[store])
	})
}

var photos = addr.Address{Kind: addr.Project, Name: "photos"}

func intent(name string) state.Intent {
	return state.Intent{Project: photos, Operation: "op", Sequence: 1, Step: "issue_credential", Name: name, Cloud: "local.main"}
}

// announced opens a state and announces a mint under two names.
func announced(t *testing.T, s *server, o s3.Options) *s3.Store {
	t.Helper()
	store := s.open(o)
	retry := intent("bh/x.2")
	retry.Retry = true
	must(t, store.Announce(t.Context(), []state.Intent{intent("bh/x"), retry, {Project: photos, Operation: "op", Sequence: 1, Step: "store_credential", Name: "photos"}}))
	return store
}

func names(t *testing.T, r state.Reader) string {
	t.Helper()
	snap, err := r.Snapshot()
	must(t, err)
	var out []string
	for _, i := range snap.Intents {
		out = append(out, i.Name)
	}
	return strings.Join(out, " ")
}

// What is announced is read by others until its step is committed; a mint that
// succeeded ends its other names; what was never begun goes at the end.
func TestStore_announces(t *testing.T) {
	s := realOrNot(t)
	o := s.options(key(), "ada")
	store := announced(t, s, o)
	reader, err := s.backend(s.options(o.Settings.Text("key"), "bob")).Read(t.Context())
	must(t, err)
	if got := names(t, reader); got != "bh/x bh/x.2 photos" {
		t.Errorf("others read %q", got)
	}
	if l := reader.Lock(); !l.Held || l.Expired || l.Holder.Actor != "ada" || l.Intents != 3 {
		t.Errorf("others see the lock %+v", l)
	}
	must(t, reader.Close())
	begun, err := store.Begin(t.Context(), intent("bh/x"))
	must(t, err)
	must(t, store.Commit(t.Context(), begun, state.Record{Project: photos}))
	if got := names(t, store); got != "photos" {
		t.Errorf("after the mint there is %q", got)
	}
	must(t, store.Close())
	again := s.open(o)
	if got := names(t, again); got != "" {
		t.Errorf("after the end there is %q", got)
	}
	must(t, again.Close())
}

// An intent that was not announced is in the bucket before its step acts.
func TestStore_beginsNothingUnknown(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options(key(), "ada")
	store := s.open(o)
	_, err := store.Begin(t.Context(), intent("bh/y"))
	must(t, err)
	reader, err := s.backend(o).Read(t.Context())
	must(t, err)
	if got := names(t, reader); got != "bh/y" {
		t.Errorf("others read %q", got)
	}
	must(t, errors.Join(reader.Close(), store.Close()))
}

// Work is written back by time, and by the number of operations that ended.
func TestStore_checkpoints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, s3api.Options{})
		o := s.options(key(), "ada")
		o.Pace = s3.Pace{Every: 15 * time.Second, Operations: 3}
		store := s.open(o)
		known := func() int {
			reader, err := s.backend(o).Read(context.Background())
			must(t, err)
			defer func() { must(t, reader.Close()) }()
			snap, err := reader.Snapshot()
			must(t, err)
			return len(snap.Records)
		}
		settle := func(n int) {
			r := state.Record{Project: addr.Address{Kind: addr.Project, Name: fmt.Sprintf("p%d", n)}}
			must(t, store.Settle(t.Context(), state.Settlement{Project: r.Project, Record: &r}))
			synctest.Wait()
		}
		settle(1)
		if got := known(); got != 0 {
			t.Errorf("%d are known at once", got)
		}
		time.Sleep(16 * time.Second)
		synctest.Wait()
		if got := known(); got != 1 {
			t.Errorf("%d are known after a while, want 1", got)
		}
		settle(2)
		settle(3)
		settle(4)
		if got := known(); got != 4 {
			t.Errorf("%d are known after three more, want 4", got)
		}
		must(t, store.Close())
	})
}

// A state that nobody changed is not written, and one that was once only.
func TestStore_writesWhatChanged(t *testing.T) {
	s := realOrNot(t)
	o := s.options(key(), "ada")
	must(t, s.open(o).Close())
	s.calls = nil
	must(t, s.open(o).Close())
	k := o.Settings.Text("key")
	want := fmt.Sprintf("[GET %[1]s.lock PUT %[1]s.lock GET %[1]s.lock PUT %[1]s.lock PUT %[1]s.lock GET %[1]s PUT %[1]s.lock]", k)
	if got := fmt.Sprint(s.calls); got != want {
		t.Errorf("an apply without changes made %s\nwant %s", got, want)
	}
	s.calls = nil
	reader, err := s.backend(o).Read(t.Context())
	must(t, err)
	must(t, reader.Close())
	if got, want := fmt.Sprint(s.calls), fmt.Sprintf("[GET %[1]s.lock GET %[1]s]", k); got != want {
		t.Errorf("a plan made %s\nwant %s", got, want)
	}
}

// A version is kept when it is replaced; a damaged one is refused, and the one before
// can be restored, with what was begun since.
func TestStore_damage(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options(key(), "ada")
	k := o.Settings.Text("key")
	store := s.open(o)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
	must(t, store.Close())
	store = s.open(o)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: addr.Address{Kind: addr.Project, Name: "albums"}}))
	must(t, store.Close())
	s.spoil(k)
	b := s.backend(o)
	_, err := b.Read(t.Context())
	isNot(t, err, state.ErrDamaged)
	if err == nil || !strings.Contains(err.Error(), "bh state restore s3://states/"+k+".previous") {
		t.Errorf("no way back in: %v", err)
	}
	_, err = b.Open(t.Context())
	isNot(t, err, state.ErrDamaged)
	if l, err := b.Locked(t.Context()); err != nil || l.Held {
		t.Errorf("a refused state is left locked: %+v, %v", l, err)
	}
	kept, err := b.Restore(t.Context(), "s3://states/"+k+".previous")
	must(t, err)
	if s.object(strings.TrimPrefix(kept, "s3://states/")) == nil {
		t.Errorf("the damaged one is not kept at %s", kept)
	}
	reader, err := b.Read(t.Context())
	must(t, err)
	snap, err := reader.Snapshot()
	must(t, err)
	if len(snap.Records) != 1 {
		t.Errorf("restored: %+v", snap.Records)
	}
	must(t, reader.Close())
	s.spoil(k)
	s.spoil(k + ".previous")
	_, err = b.Read(t.Context())
	if err == nil || !strings.Contains(err.Error(), "none of its copies can be read") {
		t.Errorf("got %v", err)
	}
}

func TestBackend_backups(t *testing.T) {
	s := realOrNot(t)
	o := s.options(key(), "ada")
	at := time.Now()
	o.Now = func() time.Time { at = at.Add(time.Second); return at }
	b := s.backend(o)
	if _, err := b.Backup(t.Context()); err == nil {
		t.Error("a state that is not there was copied")
	}
	store, err := b.Open(t.Context())
	must(t, err)
	for n := range state.BackupsKept + 2 {
		must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: addr.Address{Kind: addr.Project, Name: fmt.Sprintf("p%d", n)}}))
		_, err := store.Backup(t.Context())
		must(t, err)
	}
	must(t, store.Close())
	copies, err := b.Backups(t.Context())
	must(t, err)
	var serials []uint64
	for _, c := range copies {
		must(t, c.Err)
		serials = append(serials, c.Meta.Serial)
	}
	if fmt.Sprint(serials) != "[12 11 11 10 9 8 7 6 5 4 3]" { // the version before, and the newest ten
		t.Errorf("got copies of serials %v", serials)
	}
}

func TestBackend_push(t *testing.T) {
	s := realOrNot(t)
	o := s.options(key(), "ada")
	b := s.backend(o)
	store := s.open(o)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
	must(t, store.Close())
	old := filepath.Join(t.TempDir(), "old.db")
	file, err := b.Pull(t.Context())
	must(t, err)
	must(t, os.WriteFile(old, file, 0o600))
	_, err = b.Push(t.Context(), old, state.Push{})
	isNot(t, err, state.ErrOlder)
	store = s.open(o)
	must(t, store.Settle(t.Context(), state.Settlement{Project: photos}))
	begun, err := store.Begin(t.Context(), state.Intent{Project: photos, Sequence: 9, Operation: "o", Step: "s"})
	must(t, err)
	must(t, store.Abort(t.Context(), begun))
	must(t, store.Close())
	_, err = b.Push(t.Context(), old, state.Push{})
	isNot(t, err, state.ErrOlder)
	kept, err := b.Push(t.Context(), old, state.Push{Force: true})
	must(t, err)
	if kept == "" {
		t.Error("the state of before is not kept")
	}
	store = s.open(o)
	snap, err := store.Snapshot()
	must(t, err)
	if len(snap.Records) != 1 || snap.Sequences[photos] != 9 {
		t.Errorf("got %+v; want the record of then, and the sequence of now", snap)
	}
	must(t, store.Close())
	other := s.options(key(), "bob")
	store = s.open(other)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
	must(t, store.Close())
	_, err = s.backend(other).Push(t.Context(), old, state.Push{})
	isNot(t, err, state.ErrLineage)
	stranger := s.options(key(), "eve")
	stranger.Stack = "other"
	_, err = s.backend(stranger).Push(t.Context(), old, state.Push{Force: true})
	isNot(t, err, state.ErrStack)
	for _, o := range []s3.Options{o, other, stranger} {
		if l, err := s.backend(o).Locked(t.Context()); err != nil || l.Held {
			t.Errorf("left locked: %+v, %v", l, err)
		}
	}
}

func TestStore_retires(t *testing.T) {
	s := realOrNot(t)
	o := s.options(key(), "ada")
	store := s.open(o)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
	kept, err := store.Retire(t.Context(), "s3://elsewhere/state")
	must(t, err)
	b := s.backend(o)
	_, err = b.Open(t.Context())
	isNot(t, err, state.ErrMoved)
	_, err = b.Read(t.Context())
	isNot(t, err, state.ErrMoved)
	_, err = b.Restore(t.Context(), kept)
	must(t, err)
	again := s.open(o)
	snap, err := again.Snapshot()
	must(t, err)
	if len(snap.Records) != 1 {
		t.Errorf("got %+v", snap)
	}
	must(t, again.Close())
}

// A working copy is gone when it is closed, and on most systems as soon as it is open.
func TestStore_leavesNoFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := newServer(t, s3api.Options{})
	o := s.options(key(), "ada")
	store := s.open(o)
	must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 0 {
		t.Errorf("open: %v, %v", left, err)
	}
	must(t, store.Close())
}

// BenchmarkState is one apply that changes one of 10,000 records: pulled, changed,
// announced and written back.
func BenchmarkState(b *testing.B) {
	s := newServer(&testing.T{}, s3api.Options{})
	o := s.options("bench.state", "ada")
	store := s.open(o)
	for n := range 10_000 {
		p := addr.Address{Kind: addr.Project, Name: fmt.Sprintf("project-%05d", n)}
		if err := store.Commit(b.Context(), state.Intent{}, benchRecord(p)); err != nil {
			b.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	moved := 0
	b.ResetTimer()
	for range b.N {
		store := s.open(o)
		if err := store.Announce(b.Context(), []state.Intent{intent("bh/x")}); err != nil {
			b.Fatal(err)
		}
		begun, err := store.Begin(b.Context(), intent("bh/x"))
		if err == nil {
			err = store.Commit(b.Context(), begun, benchRecord(photos))
		}
		if err = errors.Join(err, store.Close()); err != nil {
			b.Fatal(err)
		}
		moved = len(s.object("bench.state"))
	}
	file, err := s.backend(o).Pull(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(moved), "object-bytes")
	b.ReportMetric(float64(len(file)), "file-bytes")
}

func benchRecord(p addr.Address) state.Record {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	sum := sha256.Sum256([]byte(p.Name)) // ids and fingerprints look random, and do not compress
	id := hex.EncodeToString(sum[:16])
	return state.Record{Project: p, Cloud: "cloudflare_r2.main", Secrets: "onepassword.eng", Bucket: &vendors.BucketID{Name: "acme-prod-" + p.Name},
		Applied: state.Applied{Location: "weur", Access: vendors.ReadWrite}, Proof: state.Proved, OnDestroy: "refuse", CreatedAt: at, UpdatedAt: at, Generation: 1,
		Item:   &state.ItemRef{ID: id[:26], Title: p.Name, Fields: map[string]string{"access_key_id": id, "bucket": "acme-prod-" + p.Name, "endpoint_url": "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com", "region": "auto", "account_id": "0123456789abcdef0123456789abcdef"}, Address: p, Operation: id[:12], UpdatedAt: at},
		Active: &state.CredentialRef{ID: id, Name: "bh/acme-prod/" + p.String() + "/" + id[:12], IssuedAt: at, Fingerprint: hex.EncodeToString(sum[:])}}
}
