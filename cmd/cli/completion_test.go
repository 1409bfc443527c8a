package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// Each completion knows each command and its flags, and its shell takes it.
func TestCompletion_knowsEveryCommand(t *testing.T) {
	check := map[string][]string{"bash": {"bash", "-n"}, "zsh": {"zsh", "-n"}, "fish": {"fish", "-n"}, "powershell": nil}
	for shell, parse := range check {
		p, out := clitest.InProcess(t)
		p.Args = []string{"completion", shell}
		if code := cli.Main(p); code != 0 {
			t.Fatalf("%s: exit %d", shell, code)
		}
		for _, c := range cli.Visible(cli.Commands()) {
			for _, word := range append(cli.CompletionsOf(c), c.Name) {
				if shell == "fish" {
					word = strings.TrimPrefix(word, "--")
				}
				if !regexp.MustCompile(`[\s'(]` + regexp.QuoteMeta(word) + `[\s')]`).MatchString(out.String()) {
					t.Errorf("%s does not know %s of %s", shell, word, c.Name)
				}
			}
		}
		path := filepath.Join(t.TempDir(), shell)
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if len(parse) == 0 {
			continue
		}
		if _, err := exec.LookPath(parse[0]); err == nil {
			if said, err := exec.Command(parse[0], append(parse[1:], path)...).CombinedOutput(); err != nil || len(said) > 0 {
				t.Errorf("%s: %v\n%s", shell, err, said)
			}
		}
	}
}

// Completion in a real bash: a command, then what follows it, flags in between or not.
func TestCompletion_worksInBash(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	p, out := clitest.InProcess(t)
	p.Args = []string{"completion", "bash"}
	if code := cli.Main(p); code != 0 {
		t.Fatal(code)
	}
	for typed, want := range map[string]string{"pla": "plan", "apply --exp": "--expect", "--quiet state re": "rebuild restore", "exec --st": "--stale --state", "nothing x": ""} {
		words := strings.Fields("bh " + typed)
		script := out.String() + "COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); _bh; printf '%s\\n' \"${COMPREPLY[@]}\" | sort | xargs\n"
		cmd := exec.Command("bash", append([]string{"-s", "--"}, words...)...)
		cmd.Stdin = strings.NewReader(script)
		got, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(bytes.TrimSpace(got))) != want {
			t.Errorf("%q: got %q, %v; want %q", typed, got, err, want)
		}
	}
}
