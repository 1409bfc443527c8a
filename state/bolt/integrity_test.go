package bolt_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

var every = flag.Bool("every", false, "leave nothing out of the long tests")

// content is all that a state tells.
type content struct {
	state.Snapshot
	history []state.Entry
}

func contentAt(path string) (c content, err error) {
	o := options()
	o.NoSync = true
	s, err := bolt.OpenReadOnly(context.Background(), path, o)
	if err != nil {
		return c, err
	}
	c.Snapshot, err = s.Snapshot()
	if err == nil {
		c.history, err = s.History(addr.Address{}, 0)
	}
	return c, errors.Join(err, s.Close())
}

// lively returns the path of a state with branch pages, open intents, names under watch,
// sequences and a history, that was written to in many transactions.
func lively(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.db")
	o := options()
	o.NoSync = true
	s, err := bolt.Open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	bolt.Fill(t, s, 60, recordOf)
	for i := range 40 {
		r := recordOf(i)
		r.Protected = true
		begun, err := s.Begin(t.Context(), state.Intent{Project: r.Project, Sequence: uint64(i + 1), Step: "issue_credential", Name: fmt.Sprint("bh/main/", i), At: start})
		if i%4 > 0 {
			err = errors.Join(err, s.Commit(t.Context(), begun, r))
		}
		err = errors.Join(err, s.Append(t.Context(), state.Entry{At: start, Project: r.Project, Operation: "provision", Outcome: "done"}))
		if err != nil {
			t.Fatal(err)
		}
	}
	err = s.SetWatches(t.Context(), []state.Watch{{Name: "bh/main/a", At: start}, {Name: "bh/main/b", Project: recordOf(1).Project, At: start}})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// flips opens a state with one bit after the other flipped. It must tell what it told
// before, or be refused.
type flips struct {
	t             *testing.T
	path          string
	file          *os.File
	want          content
	same, refused int
}

func newFlips(t *testing.T, path string) *flips {
	want, err := contentAt(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return &flips{t: t, path: path, file: file, want: want}
}

func (f *flips) bit(at int64, bit int) {
	f.t.Helper()
	invert := func() {
		b := make([]byte, 1)
		_, err := f.file.ReadAt(b, at)
		b[0] ^= 1 << bit
		if _, writeErr := f.file.WriteAt(b, at); err != nil || writeErr != nil {
			f.t.Fatal(err, writeErr)
		}
	}
	invert()
	got, err := contentAt(f.path)
	invert()
	switch {
	case errors.Is(err, state.ErrDamaged), errors.Is(err, state.ErrNewer):
		f.refused++
	case err != nil:
		f.t.Errorf("byte %d, bit %d: %v", at, bit, err)
	case !reflect.DeepEqual(got, f.want):
		f.t.Fatalf("byte %d, bit %d of page %d: it tells something else, and says nothing", at, bit, at/int64(pageBytes))
	default:
		f.same++
	}
}

// TestOpen_seesEachBitOfThePageHeaders flips every bit of every page header, and of what
// follows the header of each meta page. Without -every, it takes a fifth of the headers.
func TestOpen_seesEachBitOfThePageHeaders(t *testing.T) {
	if testing.Short() {
		t.Skip("opens thousands of states, one after the other")
	}
	path := lively(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := newFlips(t, path)
	if branches := live(good, branchPage); len(branches) == 0 {
		t.Fatal("it has no branch page")
	}
	for page := range len(good) / pageBytes {
		size := headerSize
		if page < 2 {
			size += 64
		}
		for n := range size * 8 {
			if *every || page < 2 || n%5 == page%5 {
				f.bit(int64(page*pageBytes+n/8), n%8)
			}
		}
	}
	if f.refused == 0 || f.same == 0 {
		t.Errorf("%d were refused, and %d made no difference", f.refused, f.same)
	}
	if got, err := contentAt(path); err != nil || !reflect.DeepEqual(got, f.want) {
		t.Errorf("the test left damage: %v", err)
	}
	// One transaction later, the other meta page is the newer.
	s := open(t, path)
	if err := errors.Join(s.Append(t.Context(), state.Entry{Operation: "more"}), s.Close()); err != nil {
		t.Fatal(err)
	}
	f = newFlips(t, path)
	for page := range 2 {
		for n := range (headerSize + 64) * 8 {
			if *every || n%5 == page {
				f.bit(int64(page*pageBytes+n/8), n%8)
			}
		}
	}
}

// TestOpen_seesRandomBits flips bits that are drawn with a seed.
func TestOpen_seesRandomBits(t *testing.T) {
	if testing.Short() {
		t.Skip("opens thousands of states, one after the other")
	}
	path := lively(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f := newFlips(t, path)
	draw := rand.New(rand.NewPCG(1, 2))
	n := 1_000
	if *every {
		n = 5_000
	}
	for range n {
		f.bit(draw.Int64N(int64(len(good))), draw.IntN(8))
	}
	if f.refused == 0 {
		t.Error("none was refused")
	}
}

// raw changes a closed state as no bh does.
func raw(t *testing.T, path string, change func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err == nil {
		err = errors.Join(db.Update(change), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestOpen_seesWhatEveryPageSurvives changes what is in a state, so that each page, each
// value and the JSON in it is whole.
func TestOpen_seesWhatEveryPageSurvives(t *testing.T) {
	first, second := []byte(recordOf(1).Project.String()), []byte(recordOf(2).Project.String())
	in := func(tx *bbolt.Tx, name string) *bbolt.Bucket { return tx.Bucket([]byte(name)) }
	other := written(t, 3)
	for name, change := range map[string]func(tx *bbolt.Tx) error{
		"two values that changed places": func(tx *bbolt.Tx) error {
			watches := in(tx, "watches")
			a, b := bytes.Clone(watches.Get([]byte("bh/main/a"))), bytes.Clone(watches.Get([]byte("bh/main/b")))
			return errors.Join(watches.Put([]byte("bh/main/a"), b), watches.Put([]byte("bh/main/b"), a))
		},
		"an entry in another bucket": func(tx *bbolt.Tx) error {
			text := bytes.Clone(in(tx, "history").Get(number(3)))
			return errors.Join(in(tx, "history").Delete(number(3)), in(tx, "sequences").Put(number(3), text))
		},
		"an older value": func(tx *bbolt.Tx) error {
			text, err := json.Marshal(recordOf(1))
			return errors.Join(err, in(tx, "projects").Put(first, text))
		},
		"a deleted record": func(tx *bbolt.Tx) error { return in(tx, "projects").Delete(second) },
		"a deleted intent": func(tx *bbolt.Tx) error {
			k, _ := in(tx, "intents").Cursor().First()
			return in(tx, "intents").Delete(k)
		},
		"a deleted watch":    func(tx *bbolt.Tx) error { return in(tx, "watches").Delete([]byte("bh/main/a")) },
		"a deleted sequence": func(tx *bbolt.Tx) error { return in(tx, "sequences").Delete(first) },
		"a deleted entry":    func(tx *bbolt.Tx) error { return in(tx, "history").Delete(number(1)) },
		"a lower sequence":   func(tx *bbolt.Tx) error { return in(tx, "sequences").Put(first, number(1)) },
		"one more record": func(tx *bbolt.Tx) error {
			return in(tx, "projects").Put([]byte("project.more"), []byte(`{"project":"project.more"}`))
		},
		"numbers of intents from the start": func(tx *bbolt.Tx) error { return in(tx, "intents").SetSequence(1) },
		"numbers of entries from the start": func(tx *bbolt.Tx) error { return in(tx, "history").SetSequence(1) },
		"another serial": func(tx *bbolt.Tx) error {
			return in(tx, "meta").Put([]byte("meta"), bytes.Replace(in(tx, "meta").Get([]byte("meta")), []byte(`"serial":`), []byte(`"serial":1`), 1))
		},
		"the meta value of another state": func(tx *bbolt.Tx) error {
			return in(tx, "meta").Put([]byte("meta"), metaOf(t, other))
		},
		"another bucket": func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("quotas")); return err },
		"another meta value": func(tx *bbolt.Tx) error {
			return in(tx, "meta").Put([]byte("more"), []byte("{}"))
		},
	} {
		path := lively(t)
		raw(t, path, change)
		_, inspectErr := bolt.Inspect(path)
		for _, err := range append(both(path), inspectErr) {
			want := state.ErrDamaged
			if name == "another bucket" || name == "another meta value" {
				want = state.ErrNewer
			}
			if !errors.Is(err, want) || strings.HasPrefix(name, "a deleted") && !strings.Contains(err.Error(), "entries, but its meta value says") {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
		}
	}
}

func number(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }

func metaOf(t *testing.T, path string) (text []byte) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err == nil {
		err = db.View(func(tx *bbolt.Tx) error {
			text = bytes.Clone(tx.Bucket([]byte("meta")).Get([]byte("meta")))
			return nil
		})
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestOpen_seesAPageOfAnEarlierTime puts each page of an older copy into a state.
func TestOpen_seesAPageOfAnEarlierTime(t *testing.T) {
	path := lively(t)
	older, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	for i := range 60 { // the same size: only what the values say is newer
		r := recordOf(i)
		r.Generation = 7
		err = errors.Join(err, s.Commit(t.Context(), state.Intent{}, r))
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := contentAt(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for page := range min(len(older), len(good)) / pageBytes {
		stale := bytes.Clone(good)
		copy(pageOf(stale, page), pageOf(older, page))
		if err := os.WriteFile(path, stale, 0o600); err != nil {
			t.Fatal(err)
		}
		switch got, err := contentAt(path); {
		case errors.Is(err, state.ErrDamaged):
			refused++
		case err != nil || !reflect.DeepEqual(got, want):
			t.Errorf("page %d is from an earlier time: %v", page, err)
		}
	}
	if refused < 5 {
		t.Errorf("%d pages were refused", refused)
	}
}

// TestOpen_refusesWhatItDoesNotKnow has values with one field more than this bh knows, in
// files that are whole: a newer bh wrote them.
func TestOpen_refusesWhatItDoesNotKnow(t *testing.T) {
	for bucket, key := range map[string]string{"projects": "project.photos", "intents": string(number(9)), "watches": "w", "history": string(number(9))} {
		text := `{"quota":1,"project":"project.photos"}`
		path := written(t, 1)
		bolt.SetSealed(t, path, bucket, key, text)
		_, err := contentAt(path)
		want := fmt.Sprintf(`%q in %s: it has a field "quota", which this bh does not know; use the newer bh`, key, bucket)
		if !errors.Is(err, state.ErrNewer) || errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if _, err := bolt.Inspect(path); !errors.Is(err, state.ErrNewer) {
			t.Errorf("a copy: %v", err)
		}
		target := written(t, 2)
		if _, err := bolt.Restore(t.Context(), target, path, options()); !errors.Is(err, state.ErrNewer) || records(t, target) != 2 {
			t.Errorf("restored: %v", err)
		}
		bolt.SetSealed(t, path, bucket, key, `{"project":"project.photos"}{}`)
		if _, err := contentAt(path); !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), "data after its end") {
			t.Errorf("with something behind it: %v", err)
		}
	}
	path := written(t, 1)
	object, _ := bolt.Unseal(metaOf(t, path))
	setMeta(t, path, string(bolt.Seal(bytes.Replace(object, []byte(`{`), []byte(`{"quota":1,`), 1))))
	for _, err := range both(path) {
		if !errors.Is(err, state.ErrNewer) || !strings.Contains(err.Error(), `its meta value: it has a field "quota"`) {
			t.Errorf("the meta value: %v", err)
		}
	}
}

// TestOpen_seesWhatTheNextWriteWouldSpread flips bits of the parts of pages that reading does
// not depend on: the keys of branches, which may be lower than what is below them, and the
// header of a small bucket. bbolt would free or keep the wrong pages with the next write.
func TestOpen_seesWhatTheNextWriteWouldSpread(t *testing.T) {
	path := lively(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	flip := func(at int) {
		for bit := range 8 {
			damaged := bytes.Clone(good)
			damaged[at] ^= 1 << bit
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			err := rewrite(t, path)
			if errors.Is(err, state.ErrDamaged) {
				refused++
			} else if _, readErr := contentAt(path); err != nil || readErr != nil {
				t.Errorf("bit %d of byte %d of page %d: it opens, and is broken by a write: %v, %v",
					bit, at%pageBytes, at/pageBytes, err, readErr)
			}
		}
	}
	elements := func(page int, each func(at int)) {
		for i := range int(countOf(pageOf(good, page))) {
			each(page*pageBytes + headerSize + 16*i)
		}
	}
	for _, page := range live(good, branchPage) {
		elements(page, func(at int) {
			key := at + int(native.Uint32(good[at:]))
			flip(key)
			flip(key + int(native.Uint32(good[at+4:])) - 1)
		})
	}
	for _, page := range live(good, leafPage) {
		elements(page, func(at int) {
			value := at + int(native.Uint32(good[at+4:])) + int(native.Uint32(good[at+8:]))
			if native.Uint32(good[at:]) == 1 && native.Uint64(good[value:]) == 0 {
				for n := range headerSize {
					flip(value + 16 + n)
				}
			}
		})
	}
	if refused < 100 {
		t.Errorf("%d were refused", refused)
	}
}

// rewrite opens a state and writes to each of its buckets. It returns the error of opening.
func rewrite(t *testing.T, path string) error {
	o := options()
	o.NoSync = true
	s, err := bolt.Open(t.Context(), path, o)
	if err != nil {
		return err
	}
	for i := range 60 {
		r := recordOf(i)
		r.Generation = 9
		begun, beginErr := s.Begin(t.Context(), state.Intent{Project: r.Project, Sequence: 100, Step: "issue_credential"})
		err = errors.Join(err, beginErr, s.Commit(t.Context(), begun, r))
	}
	err = errors.Join(err, s.Append(t.Context(), state.Entry{Operation: "more"}), s.SetWatches(t.Context(), nil), s.Close())
	if err != nil {
		return fmt.Errorf("write: %v", err) // whatever it is, opening had not seen it
	}
	return nil
}
