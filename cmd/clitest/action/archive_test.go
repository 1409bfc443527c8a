package action

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"buckethead/cmd/clitest"
)

// The release that .release-version names, and the commit that the tests say it was built from.
var (
	released       = clitest.Released()
	archive        = "bh_" + released + "_linux_amd64.tar.gz"
	releasedCommit = strings.Repeat("01234567", 5)
)

// releases gives the runner a server with the archive of the release, and a gh that proves that it
// was built from the tag and from releasedCommit. The bh in it calls itself the archive's. It
// returns the files of the release by their names.
func (r *actionRunner) releases() map[string][]byte {
	r.t.Helper()
	folder := r.t.TempDir()
	write := func(name, text string) {
		r.t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o755); err != nil {
			r.t.Fatal(err)
		}
	}
	write("bh", "#!/bin/sh\ncase $1 in version) echo bh "+released+" ;; *) echo this is the archive\\'s bh ;; esac\n")
	if out, err := exec.Command("tar", "-czf", filepath.Join(folder, archive), "-C", folder, "bh").CombinedOutput(); err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	packed := []byte(read(r.t, filepath.Join(folder, archive)))
	sum := sha256.Sum256(packed)
	files := map[string][]byte{archive: packed, "checksums.txt": []byte(hex.EncodeToString(sum[:]) + "  " + archive + "\n"), "provenance.sigstore.json": []byte("{}")}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		text, found := files[strings.TrimPrefix(q.URL.Path, "/")]
		if !found {
			http.NotFound(w, q)
		}
		_, _ = w.Write(text)
	}))
	r.t.Cleanup(server.Close)
	write("gh", `#!/usr/bin/env bash
[ "$GH_TOKEN" = `+githubToken+` ] || exit 9
case "$* " in
*" --repo acme/buckethead --signer-workflow acme/buckethead/.github/workflows/release.yml --source-ref refs/tags/v`+released+` --deny-self-hosted-runners "*) ;;
*) exit 8 ;;
esac
case $* in *--source-digest*) [[ $* == *"--source-digest `+releasedCommit+`" ]] ;; esac
`)
	write("uname", "#!/bin/sh\ncase $1 in -s) echo Linux ;; -m) echo x86_64 ;; esac\n")
	r.env["PATH"] = folder + string(os.PathListSeparator) + r.env["PATH"]
	r.env["BH_INSTALL_URL"], r.env["GITHUB_SERVER_URL"] = server.URL, "https://github.com"
	return files
}

// The action takes the archive of the release that was built from the very commit at which a
// workflow pins it, and builds bh where that is not proved.
func TestAction_takesTheArchive(t *testing.T) {
	other := strings.Repeat("c0ffee00", 5)
	for name, test := range map[string]struct {
		ref   string
		spoil func(*actionRunner, map[string][]byte)
		want  string // what the log says
		built bool
		fails bool
	}{
		"its commit":      {ref: releasedCommit, want: "this is the archive's bh"},
		"its tag":         {ref: "v" + released, want: "this is the archive's bh"},
		"another commit":  {ref: other, want: "::warning::The archive of bh " + released + " is not proved to be built from " + other, built: true},
		"another tag":     {ref: "v9.9.9", built: true},
		"a branch":        {ref: "main", built: true},
		"within itself":   {built: true},
		"no release":      {ref: releasedCommit, spoil: func(_ *actionRunner, files map[string][]byte) { clear(files) }, want: "There is no archive of bh " + released + " to take", built: true},
		"no provenance":   {ref: releasedCommit, spoil: func(_ *actionRunner, files map[string][]byte) { delete(files, "provenance.sigstore.json") }, want: "There is no archive", built: true},
		"a changed one":   {ref: releasedCommit, spoil: func(_ *actionRunner, files map[string][]byte) { files[archive][20] ^= 1 }, want: "::error::The archive of bh " + released + " was not taken: ", fails: true},
		"another server":  {ref: releasedCommit, spoil: func(r *actionRunner, _ map[string][]byte) { r.env["GITHUB_SERVER_URL"] = "https://ghe.example" }, built: true},
		"another project": {ref: releasedCommit, spoil: func(r *actionRunner, _ map[string][]byte) { r.repository = "mallory/buckethead" }, want: "::warning::", built: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newActionRunner(t)
			r.standInForGo()
			r.ref, r.env["BH_TEST_BINARY"] = test.ref, "/bin/echo"
			files := r.releases()
			if test.spoil != nil {
				test.spoil(r, files)
			}
			log, _, ok := r.use(map[string]string{"command": "rotate"}, nil)
			if ok == test.fails || !strings.Contains(log, test.want) || strings.Contains(log, "rotate --chdir . --due") != test.built {
				t.Errorf("ended well %t\n%s", ok, log)
			}
			if built := slices.Contains(r.ran, "Build bh"); built != test.built || slices.Contains(r.ran, "Set up Go") != built {
				t.Errorf("ran %q", r.ran)
			}
		})
	}
}

// What was built is found again by the next plan, but an apply and a rotation take nothing that other
// workflows could have written.
func TestAction_findsWhatItBuilt(t *testing.T) {
	r := newActionRunner(t)
	r.standInForGo()
	r.env["BH_TEST_BINARY"] = "/bin/echo"
	for _, step := range []struct {
		command     string
		built, kept bool
	}{{"apply", true, false}, {"rotate", true, false}, {"plan", true, true}, {"plan", false, true}, {"drift", false, true}, {"apply", true, true}, {"rotate", true, true}} {
		r.ran = nil
		r.env["RUNNER_TEMP"] = filepath.Join(t.TempDir(), "temp") // each job has another disk
		if err := os.Mkdir(r.env["RUNNER_TEMP"], 0o755); err != nil {
			t.Fatal(err)
		}
		log, _, _ := r.use(map[string]string{"command": step.command, "comment": "false", "expect": "none"}, nil)
		if built := slices.Contains(r.ran, "Build bh"); built != step.built || (len(r.cache) == 1) != step.kept {
			t.Fatalf("%s: ran %q, the cache has %d\n%s", step.command, r.ran, len(r.cache), log)
		}
	}
	for key := range r.cache {
		r.cache[key] = []byte("#!/bin/sh\necho poisoned\n")
	}
	if log, _, _ := r.use(map[string]string{"command": "plan", "comment": "false"}, nil); !strings.Contains(log, "poisoned") {
		t.Errorf("the plan did not take it\n%s", log)
	}
	for _, command := range []string{"apply", "rotate"} {
		if log, _, _ := r.use(map[string]string{"command": command, "expect": "none"}, nil); strings.Contains(log, "poisoned") {
			t.Errorf("%s took it\n%s", command, log)
		}
	}
}

// The key of the cache changes with every file of the action, and with nothing else.
func TestAction_keyOfTheCache(t *testing.T) {
	r := newActionRunner(t)
	action := t.TempDir()
	put := func(path, text string) {
		t.Helper()
		path = filepath.Join(action, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{".github/action.sh", ".release-version", "install.sh"} {
		put(path, read(t, filepath.Join(r.env["GITHUB_ACTION_PATH"], path)))
	}
	put("go.sum", "a")
	put("cmd/cli/a name.hcl", "b")
	r.env["GITHUB_ACTION_PATH"] = action
	key := func() string {
		t.Helper()
		r.standInForGo()
		clear(r.cache)
		put("cmd/bh/main.go", "package main")
		_, _, _ = r.use(map[string]string{"command": "plan", "comment": "false"}, nil)
		for key := range r.cache {
			return key
		}
		t.Fatal("nothing was kept")
		return ""
	}
	first := key()
	put(".git/HEAD", "x")
	if second := key(); first != second || !strings.HasPrefix(first, "bh-Linux-X64-") {
		t.Errorf("%s became %s", first, second)
	}
	put("go.sum", "c")
	second := key()
	put("cmd/cli/a name.hcl", "d")
	third := key()
	r.env["RUNNER_ARCH"] = "ARM64"
	if all := []string{first, second, third, key()}; len(slices.Compact(slices.Sorted(slices.Values(all)))) != 4 {
		t.Errorf("keys %q", all)
	}
}

// install.sh asks the bh of an archive for its version, and compares the whole answer.
func TestInstall_knowsTheAnswer(t *testing.T) {
	cmd := exec.Command(os.Args[0], "version")
	cmd.Env = append(os.Environ(), "BH_TEST_AS_BH=1")
	if out, err := cmd.Output(); err != nil || string(out) != "bh "+released+"-dev\n" {
		t.Errorf("bh version says %q (%v)", out, err)
	}
}
