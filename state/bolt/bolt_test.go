package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/state/statetest"
	"buckethead/vendors"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func options() bolt.Options {
	return bolt.Options{Stack: "main", Now: func() time.Time { return start }, Holder: state.Holder{PID: 4711, Command: "bh apply", Actor: "ada", Host: "ci"}}
}

func open(t testing.TB, path string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(context.Background(), path, options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// written returns the path of a closed state with n records.
func written(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	fill(t, s, n)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func fill(t testing.TB, s state.Store, n int) {
	t.Helper()
	for i := range n {
		if err := s.Commit(t.Context(), state.Intent{}, recordOf(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func recordOf(i int) state.Record {
	p := addr.Address{Kind: addr.Project, Name: "tenant", Key: fmt.Sprintf("t%06d", i)}
	return state.Record{Project: p, Cloud: "cloudflare_r2.main", Secrets: "onepassword.eng", Bucket: &vendors.BucketID{Name: p.Key}, Proof: state.Proved,
		Applied: state.Applied{Access: vendors.ReadWrite}, Item: &state.ItemRef{ID: p.Key, Title: p.Label(), Address: p, Fields: map[string]string{"bucket": p.Key, "region": "auto"}},
		Active: &state.CredentialRef{ID: p.Key, Name: "bh/main/" + p.String(), IssuedAt: start, Fingerprint: strings.Repeat("f", 64)}, CreatedAt: start, UpdatedAt: start}
}

func TestConformance(t *testing.T) {
	paths := map[state.Store]string{}
	statetest.Run(t, func(t *testing.T) state.Store {
		path := filepath.Join(t.TempDir(), "deep", "state.db")
		s := open(t, path)
		paths[s] = path
		return s
	}, func(t *testing.T, s state.Store) state.Store {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := open(t, paths[s])
		paths[again] = paths[s]
		return again
	})
}

func TestOpenReadOnly_readsNothingWhereNothingIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "state.db")
	s, err := bolt.OpenReadOnly(context.Background(), path, options())
	if err != nil {
		t.Fatal(err)
	}
	snap, err := s.Snapshot()
	if err != nil || len(snap.Records) != 0 || snap.Meta.Lineage != "" {
		t.Errorf("got %+v, %v", snap, err)
	}
	if _, err := s.Begin(t.Context(), state.Intent{}); !errors.Is(err, state.ErrReadOnly) {
		t.Errorf("a write gave %v, want ErrReadOnly", err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !os.IsNotExist(err) {
		t.Error("reading made something")
	}
}

func TestOpen_keepsTheFileToItsOwner(t *testing.T) {
	path := written(t, 1)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v", info.Mode(), err)
	}
}

func TestOpen_saysWhoHasTheLock(t *testing.T) {
	path := written(t, 1)
	s := open(t, path)
	_, err := bolt.Open(context.Background(), path, options())
	_, readErr := bolt.OpenReadOnly(context.Background(), path, options())
	for _, err := range []error{err, readErr} {
		if !errors.Is(err, state.ErrLocked) || !strings.Contains(err.Error(), "process 4711 (bh apply) of ada on ci since 2026-11-23T12:00:00Z") {
			t.Errorf("got %v", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestOpen_refusesWhatIsNotForIt(t *testing.T) {
	path := written(t, 1)
	o := options()
	o.Stack = "other"
	if _, err := bolt.Open(context.Background(), path, o); !errors.Is(err, state.ErrStack) {
		t.Errorf("another stack: %v", err)
	}
	setMeta(t, path, string(bolt.Seal([]byte(`{"format":99,"stack":"main","lineage":"l","fingerprint_key":"a2V5","sum":7}`))))
	for _, err := range both(path) {
		if !errors.Is(err, state.ErrNewer) || !strings.Contains(err.Error(), "format 99") {
			t.Errorf("a newer state: %v", err)
		}
	}
	setMeta(t, path, `{`)
	for _, err := range both(path) {
		if !errors.Is(err, state.ErrDamaged) {
			t.Errorf("a broken meta value: %v", err)
		}
	}
	path = written(t, 1)
	bolt.SetSealed(t, path, "projects", "project.photos", `{"project":"project.videos"}`)
	if s, err := bolt.OpenReadOnly(context.Background(), path, options()); err != nil {
		t.Error(err)
	} else if _, err := s.Snapshot(); !errors.Is(err, state.ErrDamaged) {
		t.Errorf("a record under the address of another: %v", err)
	}
	for bucket, text := range map[string]string{
		"projects": `{"project":"secrets.a.b"}`, "watches": `{"name":"w","project":"secrets.a.b"}`,
		"intents": `{"id":1,"project":"cloud.a.b"}`, "sequences": "01234567",
	} {
		path := written(t, 1)
		bolt.SetSealed(t, path, bucket, "secrets.a.b", text)
		if s, err := bolt.OpenReadOnly(context.Background(), path, options()); err != nil {
			t.Error(err)
		} else if _, err := s.Snapshot(); !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), "not a project") {
			t.Errorf("something else than a project in %s: %v", bucket, err)
		}
	}
	for odd, want := range map[string]string{t.TempDir(): "it is a folder", os.DevNull: "it is not a file", filepath.Join(path, "below"): "not a directory", filepath.Join(path, "far", "below"): "not a directory"} {
		for _, err := range both(odd) {
			if err == nil || !strings.HasPrefix(err.Error(), "open the state") || !strings.Contains(err.Error(), odd) || !strings.HasSuffix(err.Error(), want) || errors.Is(err, state.ErrDamaged) {
				t.Errorf("got %v, want %s and %q", err, odd, want)
			}
		}
	}
}

func both(path string) []error {
	s, err := bolt.Open(context.Background(), path, options())
	if err == nil {
		_ = s.Close()
	}
	r, readErr := bolt.OpenReadOnly(context.Background(), path, options())
	if readErr == nil {
		_ = r.Close()
	}
	return []error{err, readErr}
}

func setMeta(t *testing.T, path, text string) {
	t.Helper()
	setValue(t, path, "meta", "meta", text)
}

func setValue(t *testing.T, path, bucket, key, text string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err == nil {
		err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte(bucket)).Put([]byte(key), []byte(text)) })
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// use does everything with a file that may be damaged: errors are fine, panics and
// hangs are not, and what opens stays whole while it is written to.
func use(tb testing.TB, path string) error {
	tb.Helper()
	o := options()
	o.NoSync = true
	read := func() error {
		r, err := bolt.OpenReadOnly(context.Background(), path, o)
		if err != nil {
			return err
		}
		_, err = r.Snapshot()
		_, historyErr := r.History(addr.Address{}, 0)
		return errors.Join(err, historyErr, r.Close())
	}
	before := read()
	s, err := bolt.Open(context.Background(), path, o)
	if err != nil {
		return errors.Join(before, err)
	}
	p := addr.Address{Kind: addr.Project, Name: "p"}
	for n := range 3 {
		i, beginErr := s.Begin(tb.Context(), state.Intent{Project: p, Sequence: uint64(n)})
		err = errors.Join(err, beginErr, s.Commit(tb.Context(), i, state.Record{Project: p}), s.Settle(tb.Context(), state.Settlement{Project: p}))
	}
	err = errors.Join(err, s.Close())
	if after := read(); before == nil && err == nil && after != nil {
		tb.Errorf("writing to a file that was whole damaged it: %v", after)
	}
	return errors.Join(before, err)
}

func TestOpen_survivesDamage(t *testing.T) {
	path := written(t, 40)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	certain := map[string][]byte{
		"no database": bytes.Repeat([]byte("no database "), 1000),
		"zeros":       make([]byte, len(good)),
		"short":       []byte("x"),
		"two pages":   good[:8192],
		"half":        good[:len(good)/2],
	}
	for name, content := range certain {
		victim := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(victim, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := use(t, victim); !errors.Is(err, state.ErrDamaged) {
			t.Errorf("%s: got %v, want ErrDamaged", name, err)
		}
	}
}

func TestOpen_neverPanics(t *testing.T) {
	path := written(t, 40)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		content := bytes.Clone(good)
		for range rapid.IntRange(1, 20).Draw(rt, "flips") {
			content[rapid.IntRange(0, len(content)-1).Draw(rt, "at")] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
		}
		for range rapid.IntRange(0, 1).Draw(rt, "wipes") {
			clear(pageOf(content, rapid.IntRange(0, len(content)/pageBytes-1).Draw(rt, "page")))
		}
		// Headers and elements decide where bbolt goes, so they are hit more often.
		for range rapid.IntRange(0, 3).Draw(rt, "hits") {
			page := pageOf(content, rapid.IntRange(0, len(content)/pageBytes-1).Draw(rt, "page"))
			native.PutUint32(page[4*rapid.IntRange(0, 12).Draw(rt, "word"):], uint32(rapid.Uint64Range(0, 1<<32-1).Draw(rt, "value")))
		}
		victim := filepath.Join(filepath.Dir(path), "victim.db")
		if err := os.WriteFile(victim, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = use(t, victim)
	})
}

// FuzzOpen changes a state that is whole: eight bytes at one place, four at another,
// and where it ends.
func FuzzOpen(f *testing.F) {
	good, err := os.ReadFile(written(f, 40))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, uint32(100), uint64(1), uint32(0), uint32(0), uint32(0))
	f.Add(good, uint32(3*pageBytes+16), uint64(1<<40), uint32(3*pageBytes+10), uint32(0xffff), uint32(0))
	f.Add(good, uint32(0), uint64(0), uint32(0), uint32(0), uint32(9000))
	f.Add([]byte("no state"), uint32(0), uint64(0), uint32(0), uint32(0), uint32(0))
	f.Fuzz(func(t *testing.T, content []byte, at uint32, value uint64, at2, value2, cut uint32) {
		if len(content) > 1<<20 {
			return
		}
		content = bytes.Clone(content)
		for i := range 8 {
			if place := int(at) + i; place < len(content) {
				content[place] ^= byte(value >> (8 * i))
			}
		}
		if int(at2)+4 <= len(content) {
			native.PutUint32(content[at2:], native.Uint32(content[at2:])^value2)
		}
		content = content[:len(content)-min(int(cut), len(content))]
		path := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = use(t, path)
	})
}

// announcedTo opens a state in which n intents of other projects are open.
func announcedTo(tb testing.TB, n int) *bolt.Store {
	tb.Helper()
	o := options()
	o.NoSync = true
	s, err := bolt.Open(context.Background(), filepath.Join(tb.TempDir(), "state.db"), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	intents := make([]state.Intent, n)
	for i := range intents {
		other := addr.Address{Kind: addr.Project, Name: fmt.Sprintf("other-%d", i)}
		intents[i] = state.Intent{Project: other, Step: "s", Name: "n", At: start}
	}
	if _, err := s.Reserve(tb.Context(), intents); err != nil {
		tb.Fatal(err)
	}
	return s
}

// settleOne begins a step and ends its operation.
func settleOne(tb testing.TB, s *bolt.Store) {
	photos := addr.Address{Kind: addr.Project, Name: "photos"}
	_, err := s.Begin(tb.Context(), state.Intent{Project: photos, Step: "s", At: start})
	if err == nil {
		err = s.Settle(tb.Context(), state.Settlement{Project: photos})
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// What an operation costs must not depend on how many others are open.
func TestSettle_looksAtItsOwnIntentsAlone(t *testing.T) {
	cost := func(open int) float64 {
		s := announcedTo(t, open)
		return testing.AllocsPerRun(20, func() { settleOne(t, s) })
	}
	if few, many := cost(10), cost(2_000); many > 2*few {
		t.Errorf("with 10 open intents it takes %.0f allocations, with 2,000 it takes %.0f", few, many)
	}
}

func BenchmarkSettle(b *testing.B) {
	for _, n := range []int{1_000, 3_000, 10_000} {
		b.Run(fmt.Sprintf("open=%d", n), func(b *testing.B) {
			s := announcedTo(b, n)
			for b.Loop() {
				settleOne(b, s)
			}
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("projects=%d", n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "state.db")
			o := options()
			o.NoSync = true
			s, err := bolt.Open(context.Background(), path, o)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			bolt.Fill(b, s, n, recordOf)
			b.ReportAllocs()
			for b.Loop() {
				if snap, err := s.Snapshot(); err != nil || len(snap.Records) != n {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpenReadOnly(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("projects=%d", n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "state.db")
			s := open(b, path)
			bolt.Fill(b, s, n, recordOf)
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				s, err := bolt.OpenReadOnly(context.Background(), path, options())
				if err == nil {
					err = s.Close()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCommit(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"))
	for b.Loop() {
		if err := s.Commit(b.Context(), state.Intent{}, recordOf(1)); err != nil {
			b.Fatal(err)
		}
	}
}
