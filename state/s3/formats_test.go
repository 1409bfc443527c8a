package s3_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/vendors/sim/s3api"
)

var writeFormats = flag.Bool("formats.write", false, "write the golden files of the current format that do not exist yet")

var formats = filepath.Join("..", "..", "testdata", "formats")

// TestFormats takes over the state and the lock of an apply that was killed, as each
// format of them ever written has them.
func TestFormats(t *testing.T) {
	if *writeFormats {
		writeGoldenObjects(t, filepath.Join(formats, "2"))
	}
	objects, err := filepath.Glob(filepath.Join(formats, "*", "shared.state"))
	if err != nil || len(objects) == 0 {
		t.Fatalf("no shared states in %s (%v)", formats, err)
	}
	for _, path := range objects {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			s := newServer(t, s3api.Options{})
			k := key()
			for _, suffix := range []string{"", ".lock"} {
				content, err := os.ReadFile(path + suffix)
				must(t, err)
				s.sim.Put(states, k+suffix, content)
			}
			o := s.options(k, "reader")
			o.Stack = "main"
			read, err := s.backend(o).Read(t.Context())
			must(t, err)
			if got := names(t, read); got != "bh/x bh/x.2 photos" {
				t.Errorf("a reader has %q", got)
			}
			if l := read.Lock(); !l.Held || l.Holder.Actor != "ada" || l.Intents != 3 {
				t.Errorf("the lock is %+v", l)
			}
			must(t, read.Close())
			s.clock.advance(2 * time.Minute)
			store := s.open(s.options(k, "writer"))
			if got := names(t, store); got != "bh/x bh/x.2 photos" {
				t.Errorf("the next apply has %q", got)
			}
			snap, err := store.Snapshot()
			must(t, err)
			if snap.Sequences[addr.Address{Kind: addr.Project, Name: "photos"}] != 1 {
				t.Errorf("sequences %v", snap.Sequences)
			}
			must(t, store.Close())
		})
	}
}

// writeGoldenObjects writes what an apply leaves that is killed after its first mint
// began.
func writeGoldenObjects(t *testing.T, folder string) {
	t.Helper()
	path := filepath.Join(folder, "shared.state")
	if _, err := os.Stat(path); err == nil {
		return
	}
	s := newServer(t, s3api.Options{})
	k := key()
	store := announced(t, s, s.options(k, "ada"))
	_, err := store.Begin(t.Context(), intent("bh/x"))
	must(t, err)
	for _, suffix := range []string{"", ".lock"} {
		must(t, os.WriteFile(path+suffix, s.object(k+suffix), 0o644))
	}
}
