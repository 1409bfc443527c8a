package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	urfave "github.com/urfave/cli/v2"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

const completedFile = `variable "region" {}
cloud "local" "main" {
  root = var.region
}
secrets "age_file" "main" {}
secrets "age_file" "other" { path = "other.age" }
project "photos" { bucket = "photos-1" }
project "tenant" {
  for_each = toset(["north", "south"])
  bucket   = "tenant-${each.key}"
  secrets  = secrets.age_file.other
}
`

// completed returns the words that bh offers for a line, of which the last word is still being typed, and everything it
// printed.
func completed(t *testing.T, words ...string) (offered []string, all string) {
	t.Helper()
	p, out := clitest.InProcess(t)
	p.Args = append([]string{"__complete", "--"}, words...)
	if code := cli.Main(p); code != 0 {
		t.Errorf("%q: exit %d\n%s", words, code, out)
	}
	for line := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		offered = append(offered, word)
	}
	return offered, out.String()
}

func TestComplete(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"buckets.hcl": completedFile, "broken.hcl": "project {"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(folder)
	for line, want := range map[string]string{
		"pla": "plan", "-": "--help", "apply --exp": "--expect", "-q state re": "restore rebuild", "state lock ": "list", "nothing x": "",
		"show ": `photos tenant tenant["north"] tenant["south"]`, `show 'tenant["n`: `tenant["north"]`, `show tenant\[\"s`: `tenant["south"]`, "show photos ": "",
		"rotate photos t": `tenant tenant["north"] tenant["south"]`, "destroy --target p": "photos", "plan --exclude=p": "--exclude=photos", "state mv p": "photos",
		"exec p": "photos", "exec photos -- ": "", "exec photos ": "", "import p": "photos", "import --cloud ": "local.main", "import --secrets ": "age_file.main age_file.other",
		"plan --format ": "human json markdown mermaid", "graph --format d": "dot", "env --format=d": "--format=dotenv --format=docker", "plan --format = m": "markdown mermaid", "plan --format =": "human json markdown mermaid",
		"plan --color ": "auto always never", "env --names a": "aws", "init --ci g": "github gitlab", "init --cloud c": "cloudflare_r2", "init --secrets ": "age_file onepassword",
		"init --state ": "local s3", "plan --state ": "", "doctor --for ": "plan apply", "state lock --for ": "", "drift --ignore bucket_": "bucket_gone bucket_settings",
		"completion ": "bash fish powershell zsh", "completion bash ": "", "help BH1001": "BH1001", "help two": "two-states", "help cod": "codes", "help state li": "list", "man shared": "shared-state",
		"plan --var-file ": "", "fmt ": "", "plan --parallelism ": "", "--chdir /nowhere show ": "", "show --file broken.hcl ": "", "show --file none.hcl ": "", "show -C .. ": "", "-f buckets.hcl show ph": "photos",
	} {
		words := strings.Split(line, " ")
		if got, all := completed(t, words...); strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, want %q\n%s", line, got, want, all)
		}
	}
}

// Every command, topic and flag can be completed, and says what it is.
func TestComplete_everything(t *testing.T) {
	var walk func(commands []*urfave.Command, above []string)
	count := 0
	walk = func(commands []*urfave.Command, above []string) {
		offered, _ := completed(t, append(slices.Clone(above), "")...)
		for _, c := range commands {
			if c.Hidden {
				continue
			}
			line := append(slices.Clone(above), c.Name)
			if !slices.Contains(offered, c.Name) {
				t.Errorf("%q is not offered", line)
			}
			flags, all := completed(t, append(slices.Clone(line), "--")...)
			for _, f := range c.Flags {
				count++
				if name := "--" + f.Names()[0]; !slices.Contains(flags, name) || !strings.Contains(all, name+"\t") {
					t.Errorf("%q: %s is not offered, or not explained", line, name)
				}
			}
			walk(c.Subcommands, line)
		}
	}
	walk(cli.Commands(), nil)
	if count < 200 {
		t.Errorf("only %d flags", count)
	}
	topics, _ := completed(t, "help", "")
	for _, name := range cli.TopicNames() {
		if !slices.Contains(topics, name) {
			t.Errorf("the topic %s is not offered", name)
		}
	}
}

// inShell runs a script in a shell that has the completion, and a bh in its PATH. It skips the test if the shell is not
// installed.
func inShell(t *testing.T, shell, script string) string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skip(shell + " is not installed")
	}
	p, out := clitest.InProcess(t)
	p.Args = []string{"completion", shell}
	if code := cli.Main(p); code != 0 {
		t.Fatal(code, out)
	}
	folder := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bh := fmt.Sprintf("#!/bin/sh\nBH_TEST_AS_BH=1 exec '%s' \"$@\"\n", self)
	for name, text := range map[string]string{"bh": bh, "buckets.hcl": completedFile, "completion": out.String()} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	before := ""
	if shell == "zsh" {
		before = "compdef() { : }\n"
	}
	cmd := exec.Command(path, "-c", before+"source ./completion\n"+script)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "PATH="+folder+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+folder)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return strings.TrimSpace(string(said))
}

// The completion in a real bash. What is typed arrives divided as bash divides it.
func TestCompletion_bash(t *testing.T) {
	got := inShell(t, "bash", `try() { COMP_WORDS=(bh "$@"); COMP_CWORD=$#; _bh; echo "${COMPREPLY[*]}"; }
try pla
try show ''
try show "'ten"
try plan --format = ma
try exec photos -- ''
`)
	want := `plan
photos tenant tenant\[\"north\"\] tenant\[\"south\"\]
tenant tenant["north"] tenant["south"]
markdown`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCompletion_fish(t *testing.T) {
	got := inShell(t, "fish", `complete -C "bh pla"; complete -C "bh show t"; complete -C "bh plan --format=ma"; complete -C "bh fmt bucket"`)
	want := "plan\tshow what an apply would do\ntenant\ntenant[\"north\"]\ntenant[\"south\"]\n--format=markdown\nbuckets.hcl"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The completion in a real zsh, with a compadd that shows what it is given.
func TestCompletion_zsh(t *testing.T) {
	got := inShell(t, "zsh", `compadd() { print -r -- "$found | $about" }
_files() { print files }
try() { words=(bh "$@"); CURRENT=$(($# + 1)); _bh }
try pla
try show t
try show 'tenant["n'
try fmt ''
`)
	want := "plan | plan  -- show what an apply would do\ntenant tenant[\"north\"] tenant[\"south\"] | tenant tenant[\"north\"] tenant[\"south\"]\ntenant[\"north\"] | tenant[\"north\"]\nfiles"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A folder without files says nothing on the terminal of the one who types.
func TestComplete_isQuiet(t *testing.T) {
	p, _ := clitest.InProcess(t)
	var errs bytes.Buffer
	p.Args, p.Stdout, p.Stderr = []string{"__complete", "--next", "--", "show", "--file", t.TempDir()}, io.Discard, &errs
	if code := cli.Main(p); code != 0 || errs.Len() > 0 {
		t.Errorf("exit %d: %s", code, &errs)
	}
}
