//go:build unix

package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"buckethead/config/faults"
)

// inRepository writes a repository whose configuration is in infra, with a secret
// wherever git and bh keep some and one outside, and links to all of them.
func inRepository(t *testing.T) (dir, outside string) {
	t.Helper()
	top := written(t, map[string]string{
		"repo/.git/config":         canary,
		"repo/.git/worktrees/w/x":  canary,
		"repo/.bh/state.db":        canary,
		"repo/infra/.bh/state.db":  canary,
		"repo/infra/name.txt":      "within",
		"repo/shared/name.txt":     "within",
		"repo/sub/.git":            canary,
		"repo/sub/name.txt":        "within",
		"repo/bare.git/HEAD":       canary,
		"repo/bare.git/config":     canary,
		"repo/bare.git/refs/x":     "",
		"repo/bare.git/objects/x":  "",
		"repo/infra/dir/name.txt":  "within",
		"outside/secret.txt":       canary,
		"outside/folder/inner.hcl": canary,
	})
	repo := filepath.Join(top, "repo")
	for name, target := range map[string]string{
		"infra/within":      "../shared/name.txt",
		"infra/absolute":    filepath.Join(repo, "shared", "name.txt"),
		"infra/twice":       "within",
		"infra/folder":      "../shared",
		"infra/git":         "../.git/config",
		"infra/gitfolder":   "../.git",
		"infra/bh":          ".bh",
		"infra/leaves":      "../../outside/secret.txt",
		"infra/leavesfar":   filepath.Join(top, "outside", "secret.txt"),
		"infra/leavesabove": "../../outside",
		"infra/proc":        "/proc/self/environ",
		"infra/nowhere":     "../../outside/nothing",
		"infra/circle":      "circle",
		"infra/broken":      "nothing",
	} {
		if err := os.Symlink(target, filepath.Join(repo, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(repo, "infra", "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(repo, "infra"), filepath.Join(top, "outside")
}

func TestFile_readsTheRepositoryAlone(t *testing.T) {
	dir, outside := inRepository(t)
	const ok, leaves, above, ours, none = "within", "is a link that leads out of the repository", "is outside of the repository", "files of git or bh", "there is no file"
	for path, want := range map[string]string{
		"name.txt": ok, "dir/../name.txt": ok, "../shared/name.txt": ok, "within": ok, "absolute": ok, "twice": ok, "folder/name.txt": ok,
		"folder/../shared/name.txt": ok, "folder/../infra/name.txt": ok, "../sub/name.txt": ok,
		filepath.Join(dir, "name.txt"): ok, filepath.Join(dir, "folder", "name.txt"): ok,
		"nope": none, "broken": none, "name.txt/x": none, "dir/nope/../name.txt": none,
		"circle": "circle", "dir": "is a folder", ".": "is a folder", "pipe": "is a pipe",
		"../../outside/secret.txt": above, "../../outside/nothing": above, "../../../../../../../../proc/self/environ": above, "/proc/self/environ": above, "/dev/stdin": above,
		"/nothing/at/all": above, filepath.Join(outside, "secret.txt"): above, "folder/../../../outside/secret.txt": "leads out of the repository", filepath.Dir(dir) + "x/name.txt": above,
		"leaves": leaves, "leavesfar": leaves, "leavesabove/secret.txt": leaves, "leavesabove/nothing": leaves, "proc": leaves, "nowhere": leaves,
		"../.git/config": ours, "../.GIT/config": ours, ".bh/state.db": ours, "../.bh/state.db": ours, "../.Bh/state.db": ours, "../.git/worktrees/w/x": ours,
		"../.git/nothing": ours, "git": ours, "gitfolder/config": ours, "gitfolder/../shared/name.txt": ours, "bh/state.db": ours, "../sub/.git": ours,
		"../bare.git/config": ours, "../bare.git/nothing": ours, "../bare.git/refs/x": ours,
	} {
		o := from(fmt.Sprintf("locals {\n  a = file(%q)\n}\n%sproject \"p\" {\n  bucket = \"abc\"\n  item_title = local.a\n}\n", path, header))
		o.Dir = dir
		c, diags := Load(o)
		switch {
		case want == ok:
			if len(diags) > 0 || c.Projects[0].ItemTitle != "within" {
				t.Errorf("%s: %v", path, diags)
			}
		case len(diags) != 1 || !strings.Contains(diags[0].Detail, want) || diags[0].Fix == "" || diags[0].Subject.Start.Line != 2:
			t.Errorf("%s: got %v, want %q", path, diags, want)
		case strings.Contains(fmt.Sprintf("%+v", diags), canary):
			t.Errorf("%s: quotes the file: %v", path, diags)
		}
	}
}

// A path that leaves the repository is refused whether or not anything is there.
func TestFileExists_saysNothingOfWhatIsOutside(t *testing.T) {
	dir, _ := inRepository(t)
	for path, want := range map[string]string{
		"name.txt": "true", "within": "true", "nope": "false", "dir": "false", "pipe": "false", "broken": "false",
		"../../outside/secret.txt": "", "../../outside/nothing": "", "leaves": "", "nowhere": "", "leavesabove/secret.txt": "", "leavesabove/nothing": "",
		"../.git/config": "", "../.git/nothing": "", "git": "", "/etc/passwd": "", "/etc/nothing": "",
	} {
		o := from(fmt.Sprintf("locals {\n  a = fileexists(%q)\n}\n%sproject \"p\" {\n  bucket = \"abc\"\n  item_title = local.a\n}\n", path, header))
		o.Dir = dir
		c, diags := Load(o)
		if want == "" && (len(diags) != 1 || diags[0].Code != faults.RefusedFile.Code) || want != "" && (len(diags) > 0 || c.Projects[0].ItemTitle != want) {
			t.Errorf("%s: %v, want %q", path, diags, want)
		}
	}
}

// The files themselves: what was found may not lead out, and what a person named may be
// anywhere, but a link in the repository is not what was named if it leads out.
func TestLoad_readsNoFileThatALinkLeadsTo(t *testing.T) {
	dir, outside := inRepository(t)
	link := func(target, name string) {
		t.Helper()
		os.Remove(filepath.Join(dir, name))
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link(outside+"/folder", "linked")
	if err := os.WriteFile(filepath.Join(dir, "real.txt"), []byte(header), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ target, path, code string }{
		"default":                             {"real.txt", "", ""},
		"default, a link out":                 {outside + "/secret.txt", "", "BH1017"},
		"default, a link to nothing":          {outside + "/nothing", "", "BH1017"},
		"default, a link to git":              {"../.git/config", "", "BH1017"},
		"default, the environment":            {"/proc/self/environ", "", "BH1017"},
		"default, a pipe":                     {"pipe", "", "BH1017"},
		"default, broken":                     {"missing", "", "BH1002"},
		"folder":                              {"real.txt", ".", ""},
		"folder, a link out":                  {outside + "/secret.txt", ".", "BH1017"},
		"folder, the environment":             {"/proc/self/environ", ".", "BH1017"},
		"folder, a link to git":               {"../.git/config", ".", "BH1017"},
		"folder that is a link out":           {"real.txt", "linked", "BH1017"},
		"named, a link out":                   {outside + "/secret.txt", "buckets.hcl", "BH1017"},
		"named, the environment":              {"/proc/self/environ", "buckets.hcl", "BH1017"},
		"named, a link to git":                {"../.git/config", "buckets.hcl", "BH1017"},
		"named, outside":                      {"real.txt", outside + "/secret.txt", "BH1003"},
		"named, a folder that does not exist": {"real.txt", "nope", "BH1001"},
	} {
		link(c.target, "buckets.hcl")
		_, diags := Load(Options{Dir: dir, Path: c.path, Vendors: stubVendors()})
		got := ""
		if len(diags) > 0 {
			got = diags[0].Code
		}
		if got != c.code || strings.Contains(fmt.Sprintf("%+v", diags), canary) && c.code != "BH1003" {
			t.Errorf("%s: %v, want %q", name, diags, c.code)
		}
	}
	link(outside+"/secret.txt", "some.vars")
	if _, diags := Load(Options{Dir: dir, Path: "real.txt", VarFiles: []string{"some.vars"}, Vendors: stubVendors()}); len(diags) != 1 || diags[0].Code != "BH1017" {
		t.Errorf("file of variables: %v", diags)
	}
}

// A file that is too large is refused, however large it is.
func TestFile_isBounded(t *testing.T) {
	dir := written(t, map[string]string{"large": ""})
	if err := os.Truncate(filepath.Join(dir, "large"), 1<<30); err != nil {
		t.Fatal(err)
	}
	o := from("locals {\n  a = file(\"large\")\n}\n")
	o.Dir = dir
	if _, diags := Load(o); len(diags) != 1 || diags[0].Code != faults.RefusedFile.Code || !strings.Contains(diags[0].Detail, "larger than 16 MiB") {
		t.Error(diags)
	}
}
