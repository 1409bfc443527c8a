package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// Whatever makes .bh, nothing in it gets into a repository by accident; and only there is
// a .gitignore written.
func TestOwnFolder_ignoresItself(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git")
	}
	const project = "project \"a\" { bucket = \"a-bucket\" }\n"
	for _, c := range []struct{ name, declared, command, seen string }{
		{"init", "cloud \"local\" \"a\" {}\nsecrets \"age_file\" \"a\" {}\n" + project, "init", ""},
		{"apply", "cloud \"local\" \"a\" {}\nsecrets \"age_file\" \"a\" {}\n" + project, "apply --auto-approve", ""},
		{"the age file", "bh {\n  state \"local\" { path = \"st/a.db\" }\n}\ncloud \"local\" \"a\" { root = \"buckets\" }\nsecrets \"age_file\" \"a\" { identity_file = \"id/a\" }\n" + project,
			"apply --auto-approve", "buckets/ id/ st/"},
		{"the identity", "bh {\n  state \"local\" { path = \"st/a.db\" }\n}\ncloud \"local\" \"a\" { root = \"buckets\" }\nsecrets \"age_file\" \"a\" { path = \"st/a.age\" }\n" + project,
			"apply --auto-approve", "buckets/ st/"},
		{"the local cloud", "bh {\n  state \"local\" { path = \"st/a.db\" }\n}\ncloud \"local\" \"a\" {}\nsecrets \"age_file\" \"a\" {\n  path = \"st/a.age\"\n  identity_file = \"st/id\"\n}\n" + project,
			"apply --auto-approve", "st/"},
		{"a state that is pushed", "cloud \"local\" \"a\" {}\nsecrets \"age_file\" \"a\" {}\n" + project, "state push STATE", ""},
		{"all of it elsewhere", "bh {\n  state \"local\" { path = \"st/a.db\" }\n}\ncloud \"local\" \"a\" { root = \"st/buckets\" }\nsecrets \"age_file\" \"a\" {\n  path = \"st/a.age\"\n  identity_file = \"st/id\"\n}\n" + project,
			"apply --auto-approve", "st/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, out := clitest.InProcess(t)
			dir := filepath.Dir(p.Args[1])
			run := func(args ...string) {
				p.Args = append([]string{"--file", filepath.Join(dir, "buckets.hcl")}, args...)
				if code := cli.Main(p); code != 0 {
					t.Fatalf("bh %v: exit %d\n%s", args, code, out)
				}
			}
			state := filepath.Join(t.TempDir(), "pushed.db")
			if strings.Contains(c.command, "STATE") {
				run("init", "--state", state)
			}
			if err := os.WriteFile(p.Args[1], []byte(c.declared), 0o600); err != nil {
				t.Fatal(err)
			}
			run(strings.Fields(strings.ReplaceAll(c.command, "STATE", state))...)
			if out, err := exec.Command(git, "-C", dir, "init", "-q").CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			status, err := exec.Command(git, "-C", dir, "status", "--porcelain").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, status)
			}
			if got := strings.Join(strings.Fields(strings.ReplaceAll(string(status), "?? ", "")), " "); got != strings.TrimSpace("buckets.hcl "+c.seen) {
				t.Errorf("git sees %s", got)
			}
			_, err = os.Stat(filepath.Join(dir, ".bh", ".gitignore"))
			if made := exists(filepath.Join(dir, ".bh")); made != (err == nil) || made == (c.name == "all of it elsewhere") {
				t.Errorf(".bh is there: %t; its .gitignore: %v", made, err)
			}
		})
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// An identity that git tracks is a fault, whether it is used or not.
func TestDoctor_identityInTheRepository(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git")
	}
	p, out := clitest.InProcess(t)
	dir := filepath.Dir(p.Args[1])
	run := func(command string) (string, int) {
		out.Reset()
		p.Args = append([]string{"--file", filepath.Join(dir, "buckets.hcl")}, strings.Fields(command)...)
		code := cli.Main(p)
		return out.String(), code
	}
	if out, code := run("apply --auto-approve"); code != 0 {
		t.Fatal(out)
	}
	const fault = ".bh/identity.txt is tracked by git"
	for _, c := range []struct {
		git   string
		found bool
	}{
		{"", false}, {"init -q", false}, {"add .", false}, {"add --force .bh/secrets.age", false}, {"add --force .bh/identity.txt", true},
		{"rm -q --cached .bh/identity.txt", false}, // as the finding says
	} {
		if c.git != "" {
			if out, err := exec.Command(git, append([]string{"-C", dir}, strings.Fields(c.git)...)...).CombinedOutput(); err != nil {
				t.Fatalf("git %s: %v\n%s", c.git, err, out)
			}
		}
		out, code := run("doctor")
		if strings.Contains(out, fault) != c.found || (code == 1) != c.found {
			t.Errorf("after git %s: exit %d\n%s", c.git, code, out)
		}
		if beside := strings.Contains(out, "is next to"); beside == c.found {
			t.Errorf("after git %s it says that the key is beside its file: %t", c.git, beside)
		}
	}
	var none bytes.Buffer // an identity that is given does not make the other one harmless
	if out, err := exec.Command(git, "-C", dir, "add", "--force", ".bh/identity.txt").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	key, err := os.ReadFile(filepath.Join(dir, ".bh", "identity.txt"))
	if err != nil {
		t.Fatal(err)
	}
	p.Stdout, p.Stderr = &none, &none
	p.Env = func(name string) (string, bool) {
		if name == "BH_AGE_IDENTITY" {
			return string(key), true
		}
		return "", false
	}
	if code := cli.Main(p); code != 1 || !strings.Contains(none.String(), fault) {
		t.Errorf("exit %d\n%s", code, none.String())
	}
}
