package bolt_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/state/statetest"
	"buckethead/vendors"
)

// TestStore_doesWhatMemoryDoes draws writes, does them to a file and to a store in
// memory, and compares the two after each. Now and then the file is reopened.
func TestStore_doesWhatMemoryDoes(t *testing.T) {
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(os.TempDir(), fmt.Sprintf("bh-model-%d-%d.db", os.Getpid(), n))
		defer func() { _ = os.Remove(path) }()
		o := options()
		o.NoSync = true
		file, err := bolt.Open(context.Background(), path, o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		memory := statetest.NewMemory("main")
		var begun []state.Intent
		for range rapid.IntRange(1, 25).Draw(t, "writes") {
			write, name := drawWrite(t, &begun)
			gotFile, gotMemory := write(file), write(memory)
			if (gotFile == nil) != (gotMemory == nil) {
				t.Fatalf("%s gave %v in the file and %v in memory", name, gotFile, gotMemory)
			}
			if rapid.IntRange(0, 5).Draw(t, "reopen") == 0 {
				if err := file.Close(); err != nil {
					t.Fatal(err)
				}
				if file, err = bolt.Open(context.Background(), path, o); err != nil {
					t.Fatal(err)
				}
			}
			same(t, name, file, memory)
			failWrite(t, file, begun)
			if err := bolt.CheckTally(file); err != nil {
				t.Fatalf("after %s: %v", name, err)
			}
		}
	})
}

// failWrite draws whether a write comes that fails, and so leaves everything as it is.
func failWrite(t *rapid.T, file *bolt.Store, begun []state.Intent) {
	how := rapid.SampledFrom([]string{"", "", "", bolt.FailsInside, bolt.FailsWhenItIsStored}).Draw(t, "fail")
	if how == "" || len(begun) == 0 {
		return
	}
	i, drop := rapid.SampledFrom(begun).Draw(t, "put"), rapid.SampledFrom(begun).Draw(t, "drop").Project
	i.Project = addr.Address{Kind: addr.Project, Name: "failed"}
	if err := bolt.FailingWrite(file, i, drop, how); err == nil {
		t.Fatalf("the write that %s succeeded", how)
	}
}

// TestStore_remembersItsOpenIntents draws writes, announcements among them, and compares
// what the store remembers with what the file holds after each.
func TestStore_remembersItsOpenIntents(t *testing.T) {
	n, compared := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(os.TempDir(), fmt.Sprintf("bh-intents-%d-%d.db", os.Getpid(), n))
		defer func() { _ = os.Remove(path) }()
		o := options()
		o.NoSync = true
		file, err := bolt.Open(context.Background(), path, o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		var begun, announced []state.Intent
		for range rapid.IntRange(1, 25).Draw(t, "writes") {
			name := rapid.SampledFrom([]string{"announce", "drop", "begin announced", "other", "other"}).Draw(t, "kind")
			switch {
			case name == "announce":
				of := addr.Address{Kind: addr.Project, Name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "of")}
				i := state.Intent{Project: of, Step: "s"}
				var given []state.Intent
				given, err = file.Reserve(t.Context(), []state.Intent{i, i})
				announced = append(announced, given...)
			case name == "drop" && len(announced) > 0:
				err = file.Drop(t.Context(), []uint64{rapid.SampledFrom(announced).Draw(t, "dropped").ID})
			case name == "begin announced" && len(announced) > 0:
				_, err = file.Begin(t.Context(), rapid.SampledFrom(announced).Draw(t, "announced"))
			default:
				var write func(state.Store) error
				write, name = drawWrite(t, &begun)
				_ = write(file) // some are refused
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			used, err := bolt.CheckOpenIntents(file)
			if err != nil {
				t.Fatalf("after %s: %v", name, err)
			}
			if err := bolt.CheckTally(file); err != nil {
				t.Fatalf("after %s: %v", name, err)
			}
			if used {
				compared++
			}
			failWrite(t, file, begun)
		}
	})
	if compared == 0 {
		t.Error("the store never remembered anything")
	}
}

// drawWrite draws one write. Intents are begun in the same order in every store, so
// they have the same IDs.
func drawWrite(t *rapid.T, begun *[]state.Intent) (write func(state.Store) error, name string) {
	projects := rapid.SampledFrom([]addr.Address{{Kind: addr.Project, Name: "a"}, {Kind: addr.Project, Name: "b"}, {Kind: addr.Project, Name: "b", Key: "k\"\\é"}})
	p, q := projects.Draw(t, "project"), projects.Draw(t, "other")
	record := state.Record{Project: p, Generation: rapid.IntRange(0, 9).Draw(t, "generation")}
	watch := func() state.Watch {
		return state.Watch{Name: rapid.SampledFrom([]string{"v", "w"}).Draw(t, "watch"), Project: p, Listings: rapid.IntRange(0, 9).Draw(t, "listings")}
	}
	intent := state.Intent{}
	if len(*begun) > 0 {
		intent = rapid.SampledFrom(*begun).Draw(t, "intent")
	}
	switch name = rapid.SampledFrom([]string{"begin", "begin", "commit", "abort", "move", "settle", "end", "watch", "append"}).Draw(t, "write"); name {
	case "begin":
		fresh := state.Intent{Project: p, Sequence: rapid.Uint64Range(0, 5).Draw(t, "sequence"), Step: "s", At: start}
		id := uint64(len(*begun) + 1)
		*begun = append(*begun, state.Intent{ID: id, Project: p})
		return func(s state.Store) error {
			got, err := s.Begin(t.Context(), fresh)
			if err == nil && got.ID != id {
				return fmt.Errorf("got id %d, want %d", got.ID, id)
			}
			return err
		}, name
	case "commit":
		return func(s state.Store) error { return s.Commit(t.Context(), intent, record) }, name
	case "abort":
		return func(s state.Store) error { return s.Abort(t.Context(), intent) }, name
	case "move":
		return func(s state.Store) error { return s.Move(t.Context(), p, q) }, name
	case "settle": // refused where q is not p
		return func(s state.Store) error {
			return s.Settle(t.Context(), state.Settlement{Project: q, Record: &record})
		}, name
	case "end":
		w := watch()
		return func(s state.Store) error {
			return s.Settle(t.Context(), state.Settlement{Project: p, Watch: []state.Watch{w}, Unwatch: []string{"v"}})
		}, name
	case "watch":
		list := []state.Watch{watch(), watch()}
		return func(s state.Store) error { return s.SetWatches(t.Context(), list) }, name
	}
	entry := state.Entry{At: start, Project: p, Operation: name}
	return func(s state.Store) error { return s.Append(t.Context(), entry, entry) }, name
}

// same compares two stores, but for what is drawn when each is made.
func same(t *rapid.T, after string, file, memory state.Store) {
	read := func(s state.Store) (state.Snapshot, []state.Entry) {
		snap, err := s.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		entries, err := s.History(addr.Address{Kind: addr.Project, Name: "a"}, 3)
		if err != nil {
			t.Fatal(err)
		}
		snap.Meta.Lineage, snap.Meta.FingerprintKey = "", nil
		snap.Intents, snap.Watches = append([]state.Intent{}, snap.Intents...), append([]state.Watch{}, snap.Watches...)
		return snap, entries
	}
	inFile, entriesInFile := read(file)
	inMemory, entriesInMemory := read(memory)
	if !reflect.DeepEqual(inFile, inMemory) || !slices.Equal(entriesInFile, entriesInMemory) {
		t.Fatalf("after %s the file has\n%+v %v\nand memory\n%+v %v", after, inFile, entriesInFile, inMemory, entriesInMemory)
	}
}

// TestStore_holdsNoSecret: a record has no place for one, so what is kept of a secret
// is its fingerprint.
func TestStore_holdsNoSecret(t *testing.T) {
	const canary = "canary-7f3a9c"
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	snap, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	r := recordOf(1)
	r.Active.Fingerprint = vendors.Fingerprint(snap.Meta.FingerprintKey, vendors.NewSecret(canary))
	if err := s.Commit(t.Context(), state.Intent{}, r); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil || bytes.Contains(content, []byte(canary)) || !bytes.Contains(content, []byte(r.Active.Fingerprint)) {
		t.Errorf("the file has the secret, or not its fingerprint: %v", err)
	}
	for _, kept := range []any{state.Record{}, state.Intent{}, state.Watch{}, state.Entry{}, state.Meta{}} {
		if where := secretIn(reflect.TypeOf(kept), "", map[reflect.Type]bool{}); where != "" {
			t.Errorf("%T has a place for a secret: %s", kept, where)
		}
	}
}

// secretIn returns the path of the first field that is a secret.
func secretIn(typ reflect.Type, path string, met map[reflect.Type]bool) string {
	if typ == reflect.TypeFor[vendors.Secret]() {
		return path
	}
	if met[typ] {
		return ""
	}
	met[typ] = true
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return secretIn(typ.Elem(), path, met)
	case reflect.Struct:
		for f := range typ.NumField() {
			if where := secretIn(typ.Field(f).Type, path+"."+typ.Field(f).Name, met); where != "" {
				return where
			}
		}
	}
	return ""
}
