package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

func older(t *testing.T) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "state.db")
	bolt.MakeFormat0(t, path, recordOf(1))
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, content
}

func hasBecomeNew(t *testing.T, s *bolt.Store, serial uint64, ancestors ...string) {
	t.Helper()
	snap, err := s.Snapshot()
	want := state.Meta{Format: state.Format, Stack: "main", Lineage: "old", Serial: serial, FingerprintKey: []byte("key"), Ancestors: ancestors}
	if err != nil || !reflect.DeepEqual(snap.Meta, want) || !reflect.DeepEqual(snap.Records, map[addr.Address]state.Record{recordOf(1).Project: recordOf(1)}) {
		t.Errorf("got %+v, %v", snap, err)
	}
}

func TestOpen_migratesAnOlderStateAfterACopy(t *testing.T) {
	path, _ := older(t)
	o := bolt.FromFormat0(options())
	s, err := bolt.Open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	hasBecomeNew(t, s, 8)
	if _, err := s.Begin(t.Context(), state.Intent{Project: recordOf(1).Project, Sequence: 1}); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	backups, err := bolt.Backups(bolt.BackupDir(path))
	if err != nil || len(backups) != 1 || backups[0].Meta.Format != 0 || backups[0].Meta.Serial != 7 {
		t.Fatalf("got copies %+v, %v; want the older state", backups, err)
	}
	// It is of this format now, so it needs no steps.
	s = open(t, path)
	hasBecomeNew(t, s, 9)
	if again, _ := bolt.Backups(bolt.BackupDir(path)); len(again) != 1 {
		t.Errorf("a second open made another copy: %+v", again)
	}
}

func TestOpenReadOnly_readsAnOlderStateAndLeavesIt(t *testing.T) {
	path, content := older(t)
	t.Setenv("TMPDIR", t.TempDir())
	s, err := bolt.OpenReadOnly(context.Background(), path, bolt.FromFormat0(options()))
	if err != nil {
		t.Fatal(err)
	}
	hasBecomeNew(t, s, 8)
	if _, err := s.Begin(t.Context(), state.Intent{}); !errors.Is(err, state.ErrReadOnly) {
		t.Errorf("a write gave %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, content) {
		t.Errorf("reading changed the file: %v", err)
	}
	for _, dir := range []string{filepath.Dir(path), os.TempDir()} {
		entries, err := os.ReadDir(dir)
		if want := map[bool]int{true: 1, false: 0}[dir == filepath.Dir(path)]; err != nil || len(entries) != want {
			t.Errorf("%s has %v, %v", dir, entries, err)
		}
	}
}

func TestOpen_leavesAnOlderStateThatItCannotMigrate(t *testing.T) {
	path, content := older(t)
	for _, err := range both(path) {
		if !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), "format 0, which no bh ever wrote") {
			t.Errorf("without steps: %v", err)
		}
	}
	fault := errors.New("half-way")
	if _, err := bolt.Open(context.Background(), path, bolt.FailingMigration(options(), fault)); !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
	if now, err := os.ReadFile(path); err != nil || len(now) != len(content) {
		t.Errorf("got %d bytes, %v", len(now), err)
	}
	s, err := bolt.Open(context.Background(), path, bolt.FromFormat0(options()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	hasBecomeNew(t, s, 8)
}

func TestRestore_takesAnOlderBackup(t *testing.T) {
	backup, _ := older(t)
	path := written(t, 3)
	replaced := readMeta(t, path).Lineage
	s := open(t, path)
	begun, err := s.Begin(t.Context(), state.Intent{Project: recordOf(2).Project, Sequence: 6, Step: "s", Name: "n"})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := bolt.Restore(context.Background(), path, backup, bolt.FromFormat0(options())); err != nil {
		t.Fatal(err)
	}
	s = open(t, path) // it was converted
	hasBecomeNew(t, s, 9, replaced)
	snap, err := s.Snapshot()
	if err != nil || snap.Sequences[begun.Project] != 6 || len(snap.Intents) != 1 || snap.Intents[0].Name != "n" {
		t.Errorf("what was begun before is not in it: %+v, %v", snap, err)
	}
}

// TestOpen_leavesADamagedOlderState has states of format 1, which has no tally: what cannot
// be read is found before anything is converted or replaced.
func TestOpen_leavesADamagedOlderState(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("..", "..", "testdata", "formats", "1", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Stack = "golden"
	for name, change := range map[string][3]string{
		"a record that is no JSON":         {"projects", "project.photos", `{`},
		"a record of another project":      {"projects", "project.photos", `{"project":"project.videos"}`},
		"a record with an unknown field":   {"projects", "project.photos", `{"project":"project.photos","quota":1}`},
		"an intent that is no JSON":        {"intents", "\x00\x00\x00\x00\x00\x00\x00\x01", `{`},
		"a name under watch with a number": {"watches", "w", `7`},
		"a sequence that is cut off":       {"sequences", "project.photos", "\x00"},
		"an entry that is no JSON":         {"history", "\x00\x00\x00\x00\x00\x00\x00\x01", `{`},
		"a meta value without a lineage":   {"meta", "meta", `{"format":1,"stack":"golden","serial":3,"fingerprint_key":"a2V5"}`},
	} {
		path := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(path, golden, 0o600); err != nil {
			t.Fatal(err)
		}
		setValue(t, path, change[0], change[1], change[2])
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s, openErr := bolt.Open(t.Context(), path, o)
		r, readErr := bolt.OpenReadOnly(t.Context(), path, o)
		if openErr == nil || readErr == nil {
			t.Errorf("%s: got %v and %v", name, openErr, readErr)
			_, _ = s.Close(), r.Close()
			continue
		}
		target := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(target, golden, 0o600); err != nil {
			t.Fatal(err)
		}
		_, restoreErr := bolt.Restore(t.Context(), target, path, o)
		for _, err := range []error{openErr, readErr, restoreErr} {
			if !errors.Is(err, state.ErrDamaged) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		for path, want := range map[string][]byte{path: before, target: golden} {
			now, err := os.ReadFile(path)
			entries, dirErr := os.ReadDir(filepath.Dir(path))
			if err != nil || dirErr != nil || !bytes.Equal(now, want) || len(entries) != 1 {
				t.Errorf("%s: it was changed, or there is more beside it: %v, %v, %v", name, entries, err, dirErr)
			}
		}
	}
}
