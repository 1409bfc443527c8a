package folder

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestMake(t *testing.T) {
	for _, c := range []struct{ there, path, ignores string }{
		{"", ".bh", ".bh"},
		{"", ".bh/backups", ".bh"},
		{"", "infra/.bh/local/bucket", "infra/.bh"},
		{"", "./a/../.bh/", ".bh"},
		{"", "state", ""},
		{"", "not.bh/x", ""},
		{"", ".bhx", ""},
		{".bh", ".bh/backups", ""}, // somebody's own: they may track what is in it
		{".bh", "infra/.bh", "infra/.bh"},
		{"infra", "infra/.bh", "infra/.bh"},
	} {
		t.Chdir(t.TempDir())
		if c.there != "" {
			if err := os.Mkdir(c.there, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := Make(c.path, 0o700); err != nil {
				t.Errorf("%s: %v", c.path, err)
			}
		}
		if info, err := os.Stat(c.path); err != nil || !info.IsDir() {
			t.Errorf("%s was not made: %v", c.path, err)
		}
		var found []string
		_ = filepath.WalkDir(".", func(path string, _ os.DirEntry, _ error) error {
			if filepath.Base(path) == ".gitignore" {
				found = append(found, filepath.Dir(path))
			}
			return nil
		})
		if got := strings.Join(found, " "); got != c.ignores {
			t.Errorf("with %q there, %s: %q ignores itself, want %q", c.there, c.path, got, c.ignores)
		}
	}
}

func TestMake_atOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := Make(filepath.Join(dir, own, "backups"), 0o700); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if text, err := os.ReadFile(filepath.Join(dir, own, ".gitignore")); err != nil || string(text) != ignored {
		t.Errorf("got %q, %v", text, err)
	}
	// A file in the way is the fault that it is anywhere else.
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Make(filepath.Join(dir, "file", own), 0o700); err == nil {
		t.Error("a file was taken for a folder")
	}
}
