package files

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"buckethead/config/expr"
)

// Without a repository the folder of the configuration is all there is.
func TestFile_withoutARepository(t *testing.T) {
	dir := written(t, map[string]string{"a/buckets.hcl": "", "a/in.txt": "x", "b.txt": canary})
	files := newTree(filepath.Join(dir, "a"))
	if _, isRepo := repository(dir); isRepo {
		t.Skip("the folder for temporary files is in a repository")
	}
	if _, err := files.read("in.txt", 10); err != nil {
		t.Error(err)
	}
	if _, err := files.read("../b.txt", 100); err == nil || !strings.Contains(err.Error(), "the folder of the configuration") {
		t.Error(err)
	}
}

func TestFile_isBoundedAndOrdinary(t *testing.T) {
	dir := written(t, map[string]string{"small": "12345", "large": "123456"})
	files := newTree(dir)
	if src, err := files.read("small", 5); err != nil || string(src) != "12345" {
		t.Error(src, err)
	}
	if src, err := files.read("large", 5); err == nil || src != nil {
		t.Error(src, err)
	}
	if err := os.Truncate(filepath.Join(dir, "large"), dataLimit+1); err != nil {
		t.Fatal(err)
	}
	if _, err := ForFunctions(dir, expr.NewMeter()).Text("large"); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Error(err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	// What the kernel makes up has no size, wherever the tree begins.
	if _, err := newTree("/proc/self").read("status", dataLimit); err == nil || !strings.Contains(err.Error(), "not an ordinary file") {
		t.Error(err)
	}
}

// A worktree has a file .git, and is a repository all the same.
func TestTree_ofAWorktree(t *testing.T) {
	dir := written(t, map[string]string{"w/.git": "gitdir: /x", "w/shared.txt": "x", "w/env/prod/x": "", "top.txt": canary})
	files := newTree(filepath.Join(dir, "w", "env", "prod"))
	if _, err := files.read("../../shared.txt", 10); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"../../../top.txt", "../../.git"} {
		if _, err := files.read(path, 100); err == nil {
			t.Errorf("%s was read", path)
		}
	}
}
