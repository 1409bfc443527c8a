package bolt_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"buckethead/state"
	"buckethead/state/bolt"
)

func readMeta(t *testing.T, path string) state.Meta {
	t.Helper()
	s := open(t, path)
	defer func() { _ = s.Close() }()
	return snapshot(t, s).Meta
}

// Whatever lineage a state gets, it remembers those that it came from: what they own, it owns.
func TestRestore_keepsTheLineages(t *testing.T) {
	copied, strange := written(t, 1), written(t, 1)
	of, other := readMeta(t, copied).Lineage, readMeta(t, strange).Lineage
	path := filepath.Join(t.TempDir(), "state.db")
	restore := func(backup string) state.Meta {
		t.Helper()
		if _, err := bolt.Restore(t.Context(), path, backup, options()); err != nil {
			t.Fatal(err)
		}
		return readMeta(t, path)
	}
	missing := restore(copied)
	if missing.Lineage == of || !slices.Equal(missing.Ancestors, []string{of}) {
		t.Errorf("where there was none: %+v, want a lineage that comes from %s", missing, of)
	}
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if damaged := restore(copied); damaged.Lineage == of || !slices.Equal(damaged.Ancestors, []string{of}) {
		t.Errorf("over a damaged one: %+v, want a lineage that comes from %s", damaged, of)
	}
	before := readMeta(t, path)
	over := restore(strange)
	if over.Lineage != other || !slices.Equal(over.Ancestors, []string{before.Lineage, of}) {
		t.Errorf("over one of another lineage: %+v, want %s that also comes from %v", over, other, before.Lineages())
	}
	if same := restore(path); !slices.Equal(same.Ancestors, over.Ancestors) {
		t.Errorf("over itself: %v, want %v", same.Ancestors, over.Ancestors)
	}
}

func TestStore_Descend(t *testing.T) {
	path := written(t, 2)
	s := open(t, path)
	before := snapshot(t, s)
	if err := s.Descend("a", "b", "a", before.Meta.Lineage, ""); err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, s)
	if !slices.Equal(after.Meta.Ancestors, []string{"a", "b"}) || after.Meta.Lineage != before.Meta.Lineage || len(after.Records) != 2 {
		t.Errorf("got %+v", after.Meta)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if meta := readMeta(t, path); !slices.Equal(meta.Lineages(), []string{before.Meta.Lineage, "a", "b"}) {
		t.Errorf("read again: %v", meta.Lineages())
	}
	if none := (state.Meta{}).Lineages(); none != nil {
		t.Errorf("a state that does not exist owns %v", none)
	}
}
