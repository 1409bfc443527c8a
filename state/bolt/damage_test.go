package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"buckethead/state"
	"buckethead/state/bolt"
)

// TestOpen_refusesAFileThatWasCutOff cuts a state at the end of each page, and a little
// before and after it, as far as pages are in use.
func TestOpen_refusesAFileThatWasCutOff(t *testing.T) {
	good, err := os.ReadFile(written(t, 40))
	if err != nil {
		t.Fatal(err)
	}
	end := 0
	for id := range 2 { // the newest meta page has the higher mark
		end = max(end, int(native.Uint64(pageOf(good, id)[headerSize+40:]))*pageBytes)
	}
	if end <= 4*pageBytes || end > len(good) {
		t.Fatalf("the state has %d bytes, %d of them in use", len(good), end)
	}
	path := filepath.Join(t.TempDir(), "state.db")
	for page := 0; page <= end; page += pageBytes {
		for _, length := range []int{page - 1, page, page + 17} {
			if length < 0 || length >= end {
				continue
			}
			if err := os.WriteFile(path, good[:length], 0o600); err != nil {
				t.Fatal(err)
			}
			for _, err := range both(path) {
				if !errors.Is(err, state.ErrDamaged) {
					t.Errorf("cut to %d of %d bytes: got %v, want ErrDamaged", length, end, err)
				}
			}
		}
	}
}

// TestOpen_boundsWhatAMetaPageClaims has meta pages whose checksums are right, and that
// claim more pages than there is memory for.
func TestOpen_boundsWhatAMetaPageClaims(t *testing.T) {
	good, err := os.ReadFile(written(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	for _, claimed := range []uint64{uint64(len(good)/pageBytes) + 1, 1 << 40, 1 << 60} {
		content := bytes.Clone(good)
		for id := range 2 {
			meta := pageOf(content, id)[headerSize:]
			native.PutUint64(meta[40:], claimed)
			sum := fnv.New64a()
			_, _ = sum.Write(meta[:56])
			native.PutUint64(meta[56:], sum.Sum64())
		}
		path := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, err := range both(path) {
			if !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), "cut off") {
				t.Errorf("%d pages claimed: %v", claimed, err)
			}
		}
	}
}

func TestOpen_namesTheNewestOfSeveralGoodBackups(t *testing.T) {
	path := written(t, 3)
	s := open(t, path)
	newest := ""
	for i := range 3 {
		var err error
		if newest, err = bolt.Backup(s, bolt.BackupDir(path), start.Add(time.Duration(i)*time.Hour), 10); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Close(), os.WriteFile(path, []byte("damaged"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, err := range both(path) {
		if !errors.Is(err, state.ErrDamaged) || !strings.HasSuffix(err.Error(), "; bh state restore "+newest+" restores the newest backup") {
			t.Errorf("got %v, want %s named", err, newest)
		}
	}
}

// TestSnapshot_ofManyRecords has as many as are decoded on several processors.
func TestSnapshot_ofManyRecords(t *testing.T) {
	const n = 2503
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	bolt.Fill(t, s, n, recordOf)
	snap, err := s.Snapshot()
	if err != nil || len(snap.Records) != n {
		t.Fatalf("got %d records, %v", len(snap.Records), err)
	}
	for i := range n {
		if want := recordOf(i); !reflect.DeepEqual(snap.Records[want.Project], want) {
			t.Fatalf("got %+v, want %+v", snap.Records[want.Project], want)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, n / 2, n - 1} { // whichever part it falls to
		name := recordOf(i).Project.String()
		bolt.SetSealed(t, path, "projects", name, `{`)
		r, err := bolt.OpenReadOnly(context.Background(), path, options())
		if err != nil {
			t.Fatal(err)
		}
		if snap, err := r.Snapshot(); !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), fmt.Sprintf("%q", name)) || snap.Records != nil {
			t.Errorf("with %s broken: %d records, %v", name, len(snap.Records), err)
		}
		_ = r.Close()
		bolt.SetSealed(t, path, "projects", name, fmt.Sprintf(`{"project":%q}`, name))
	}
}

// TestOpen_isDurable looks at what bbolt was told, for only a crash of the machine shows it.
func TestOpen_isDurable(t *testing.T) {
	if !bolt.IsDurable(open(t, filepath.Join(t.TempDir(), "state.db"))) {
		t.Error("a commit is not on the disk when it returns")
	}
}

// TestOpen_refusesAStateThatLacksAPart has files that are whole to bbolt.
func TestOpen_refusesAStateThatLacksAPart(t *testing.T) {
	good, err := os.ReadFile(written(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "state.db")
	refused := func(what, want string) {
		t.Helper()
		for _, err := range both(path) {
			if !errors.Is(err, state.ErrDamaged) || !strings.Contains(err.Error(), want) {
				t.Errorf("without %s: got %v, want %q", what, err, want)
			}
		}
	}
	for _, name := range []string{"meta", "projects", "intents", "watches", "sequences", "history"} {
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(name)) })
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		refused(name, "it has no "+name)
	}
	for what, meta := range map[string]string{"a key": `{"format":1,"stack":"main","lineage":"l"}`, "a lineage": `{"format":1,"stack":"main","fingerprint_key":"a2V5"}`} {
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
		setMeta(t, path, meta)
		refused(what, "its meta value is incomplete")
	}
}
