package s3_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/state/s3"
	"buckethead/vendors/sim/s3api"
)

// TestStore_damagedFile has a file that was damaged before it became the object, so that
// the digest of the object is right.
func TestStore_damagedFile(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options(key(), "ada")
	k := o.Settings.Text("key")
	for _, p := range []addr.Address{photos, {Kind: addr.Project, Name: "albums"}} {
		store := s.open(o)
		must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: p, Protected: true}))
		must(t, store.Close())
	}
	b := s.backend(o)
	file := filepath.Join(t.TempDir(), "good.db")
	good, err := b.Pull(t.Context())
	must(t, err)
	must(t, os.WriteFile(file, good, 0o600))
	s.sim.Put(states, k, s3.DamageFile(t, s.object(k)))
	before := s.object(k)
	refused := func(advice string) {
		t.Helper()
		_, readErr := b.Read(t.Context())
		_, openErr := b.Open(t.Context())
		_, pullErr := b.Pull(t.Context())
		_, backupErr := b.Backup(t.Context())
		_, pushErr := b.Push(t.Context(), file, state.Push{})
		for what, err := range map[string]error{"read": readErr, "open": openErr, "pull": pullErr, "backup": backupErr, "push": pushErr} {
			isNot(t, err, state.ErrDamaged)
			if err == nil || !strings.Contains(err.Error(), "s3://states/"+k+": ") || !strings.Contains(err.Error(), advice) || strings.Contains(err.Error(), os.TempDir()) {
				t.Errorf("%s: got %v, want %q", what, err, advice)
			}
		}
		if !bytes.Equal(s.object(k), before) {
			t.Error("it was changed")
		}
	}
	refused("bh state restore s3://states/" + k + ".previous restores the newest intact copy")
	s.sim.Put(states, k+".previous", s3.DamageFile(t, s.object(k+".previous")))
	_, err = b.Restore(t.Context(), "s3://states/"+k+".previous")
	isNot(t, err, state.ErrDamaged)
	refused("none of its copies can be read; " + bolt.Rebuild)
	kept, err := b.Push(t.Context(), file, state.Push{Force: true})
	must(t, err)
	if !bytes.Equal(s.object(strings.TrimPrefix(kept, "s3://states/")), before) {
		t.Errorf("the damaged one is not kept at %s", kept)
	}
	reader, err := b.Read(t.Context())
	must(t, err)
	must(t, reader.Close())
}
