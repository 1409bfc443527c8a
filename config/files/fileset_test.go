package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"buckethead/config/expr"
	"buckethead/config/functions"
)

// fileSet calls fileset() for a configuration in a folder.
func fileSet(dir, folder, pattern string) ([]string, error) {
	m := expr.NewMeter()
	world := &functions.World{Files: ForFunctions(dir, m), Toil: m.Toil}
	v, err := functions.All(world)["fileset"].Call([]cty.Value{cty.StringVal(folder), cty.StringVal(pattern)})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, element := range v.AsValueSlice() {
		out = append(out, element.AsString())
	}
	return out, nil
}

func TestFileset_findsWhatTerraformFinds(t *testing.T) {
	dir := written(t, map[string]string{"a.json": "", "b.json": "", "ab.yaml": "", "x/a.json": "", "x/y/a.json": "", "x/y/b.yaml": "", "x/z/a.json": "", ".hidden/a.json": "", "w/x/y/z/deep.json": "", "x/[1].json": "", "x/a b.json": "", "x/é.json": ""})
	segment := rapid.SampledFrom([]string{"a", "b", "x", "y", "z", "*", "**", "?", "*.json", "*.yaml", "{a,b}.json", "{x,w}", "[ab].json", "[!a]*", "[a-c]?.yaml", "a*.{json,yaml}", ".hidden", "\\[1\\].json", "é.json", "{x/y,x/z}", "*{a,b}*", "[^x]", "w"})
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(segment, 1, 4).Draw(t, "pattern"), "/")
		found, err := doublestar.FilepathGlob(filepath.Join(dir, pattern))
		if err != nil {
			t.Skip(err)
		}
		var want []string
		for _, path := range found {
			if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
				continue
			}
			name, _ := filepath.Rel(dir, path)
			want = append(want, name)
		}
		slices.Sort(want)
		want = slices.Compact(want)
		got, err := fileSet(dir, ".", pattern)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%s: got %v %v, want %v", pattern, got, err, want)
		}
	})
}

// Links are followed as far as files may be read; files of git and bh are not found.
func TestFileset_staysInTheTree(t *testing.T) {
	outside := written(t, map[string]string{"secret.txt": ""})
	dir := written(t, map[string]string{".git/config": "", ".git/HEAD": "", ".bh/state.db": "", "a.txt": "", "sub/b.txt": "", "sub/.bh/x": "",
		"bare/HEAD": "", "bare/objects/x": "", "bare/refs/y": "", "conf/c.txt": "", "conf/d/e.txt": ""})
	for link, to := range map[string]string{"out": outside, "out.txt": filepath.Join(outside, "secret.txt"), "git": ".git", "loop": ".", "sub/up": "..", "in": "sub", "in.txt": "a.txt", "gone": "nowhere", "self": "self"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	got, err := fileSet(dir, ".", "**")
	want := []string{"a.txt", "conf/c.txt", "conf/d/e.txt", "in.txt", "in/b.txt", "sub/b.txt"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
	if got, err := fileSet(filepath.Join(dir, "conf"), "..", "*.txt"); err != nil || !slices.Equal(got, []string{"a.txt", "in.txt"}) {
		t.Errorf("the folder above, which is in the repository: %v %v", got, err)
	}
	for folder, says := range map[string]string{"no": "there is no folder no", "a.txt": "there is no folder a.txt", ".git": "never reads", "git": "never reads", "out": "leads out", "/etc": "outside", "../x": "outside", "bare": ""} {
		got, err := fileSet(dir, folder, "**")
		if says == "" {
			if err != nil || got != nil {
				t.Errorf("%s: %v %v", folder, got, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v %v", folder, got, err)
		}
	}
}

func TestFileset_isBounded(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		sub := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
		for n := range 10 {
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprint(n)), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	files := &treeFiles{tree: newTree(dir), meter: expr.NewMeter()}
	w := walk{tree: files.tree, meter: files.meter, folder: "."}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	w.root, w.seen = root, entriesLimit-20
	var limit *expr.LimitError
	if err := w.folderAt(".", "", nil); !errors.As(err, &limit) {
		t.Errorf("%d entries: %v", w.seen, err)
	}
	// No pattern takes long, whatever it is.
	for _, pattern := range []string{strings.Repeat("{a,b}", 100), strings.Repeat("**/", 300) + "x", strings.Repeat("*a", 400), strings.Repeat("{", 200) + strings.Repeat("}", 200)} {
		if got, err := fileSet(dir, ".", pattern); err != nil || got != nil {
			t.Errorf("%.20s: %v %v", pattern, got, err)
		}
	}
	if _, err := fileSet(dir, ".", strings.Repeat("a", 2000)); err == nil {
		t.Error("a pattern of 2000 characters")
	}
}
