package bolt_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

// What is announced has used its names, begun or not: nothing else may draw them.
func TestStore_announce(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	photos := addr.Address{Kind: addr.Project, Name: "photos"}
	given, err := s.Reserve(t.Context(), []state.Intent{{Project: photos, Sequence: 4, Step: "a", Name: "one"}, {Project: photos, Sequence: 4, Step: "a", Name: "two", Retry: true}})
	if err != nil || len(given) != 2 || given[0].ID == 0 || given[1].ID == given[0].ID {
		t.Fatalf("%+v, %v", given, err)
	}
	snap := snapshot(t, s)
	if len(snap.Intents) != 2 || !snap.Intents[1].Retry || snap.Sequences[photos] != 4 {
		t.Errorf("got %+v", snap)
	}
	begun, err := s.Begin(t.Context(), given[0])
	if err != nil || begun.ID != given[0].ID || len(snapshot(t, s).Intents) != 2 {
		t.Errorf("begun as %+v, %v; %+v", begun, err, snapshot(t, s).Intents)
	}
	if err := s.Drop(t.Context(), []uint64{given[1].ID}); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), begun, recordOf(1)); err != nil {
		t.Fatal(err)
	}
	if snap := snapshot(t, s); len(snap.Intents) != 0 {
		t.Errorf("left are %+v", snap.Intents)
	}
	if _, err := s.Reserve(t.Context(), []state.Intent{{Project: photos, Step: "a"}, {Step: "of no project"}}); err == nil || len(snapshot(t, s).Intents) != 0 {
		t.Errorf("an invalid address: %v, %+v", err, snapshot(t, s).Intents)
	}
}

func snapshot(t *testing.T, s *bolt.Store) state.Snapshot {
	t.Helper()
	snap, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func TestStore_copy(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	fill(t, s, 3)
	if err := s.SkipSerial(1000); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	meta, err := s.Copy(&file)
	if err != nil || meta.Serial != 1003 {
		t.Fatalf("%+v, %v", meta, err)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := bolt.Inspect(path); err != nil || got.Serial != 1003 || got.Lineage != meta.Lineage {
		t.Errorf("%+v, %v", got, err)
	}
	if got := snapshot(t, open(t, path)); len(got.Records) != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestMayReplace(t *testing.T) {
	of := func(lineage string, serial uint64) state.Meta { return state.Meta{Lineage: lineage, Serial: serial} }
	for name, c := range map[string]struct {
		offered, present state.Meta
		want             error
	}{
		"none is there":   {of("a", 1), of("", 0), nil},
		"newer":           {of("a", 2), of("a", 1), nil},
		"the same":        {of("a", 1), of("a", 1), state.ErrOlder},
		"older":           {of("a", 1), of("a", 2), state.ErrOlder},
		"another lineage": {of("b", 9), of("a", 1), state.ErrLineage},
		"an empty one":    {of("b", 1), of("a", 0), nil},
	} {
		t.Run(name, func(t *testing.T) { wraps(t, state.Push{}.May(c.offered, c.present), c.want) })
	}
}

func wraps(t *testing.T, err, want error) {
	t.Helper()
	if (err == nil) != (want == nil) || want != nil && !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}
