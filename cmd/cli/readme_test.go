package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadme_isRunByScripts finds each command of the README in a script, and the
// plan that it shows in what a script compares.
func TestReadme_isRunByScripts(t *testing.T) {
	root := filepath.Join("..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	paths, _ := filepath.Glob(filepath.Join(root, "testdata", "script", "*.txtar"))
	var ran []string
	var all strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
		for _, line := range strings.Split(string(text), "\n") {
			if command, ok := strings.CutPrefix(strings.TrimPrefix(line, "! "), "exec "); ok {
				ran = append(ran, command)
			}
		}
	}
	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		for _, line := range strings.Split(block[1], "\n") {
			command := strings.TrimSpace(strings.SplitN(line, " #", 2)[0])
			// What needs Go or a server of its own .ci/run starts; it builds the simulator
			// instead of running it, so that it can be stopped.
			if there := strings.Replace(command, "go run ./vendors", "./vendors", 1); strings.HasPrefix(command, "go ") && !strings.HasPrefix(command, "go install") && !strings.Contains(string(ci), there) {
				t.Errorf(".ci/run does not run %q", command)
			}
			if !strings.HasPrefix(command, "bh ") || strings.Contains(command, "…") {
				continue
			}
			commands++
			if !slices.ContainsFunc(ran, func(r string) bool { return r == command || strings.HasPrefix(r, command+" ") }) {
				t.Errorf("no script runs %q", command)
			}
		}
	}
	if commands < 15 {
		t.Errorf("only %d commands were found in the README", commands)
	}
	plan := regexp.MustCompile("(?s)A plan looks like this:\n\n```\n(.*?)```").FindStringSubmatch(string(readme))
	if len(plan) != 2 || !strings.Contains(all.String(), plan[1]) {
		t.Error("the plan in the README is not one that a script compares")
	}
}

// restoreNewest is bh state restore with the newest copy, whose name has a time in it.
func restoreNewest(ts *testscript.TestScript, _ bool, _ []string) {
	copies, err := filepath.Glob(ts.MkAbs(".bh/backups/state-*.db"))
	ts.Check(err)
	if len(copies) == 0 {
		ts.Fatalf("there are no copies")
	}
	// The clock of scripts stands still, so the serial in the name decides.
	newest := slices.MaxFunc(copies, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) })
	ts.Check(ts.Exec("bh", "state", "restore", newest))
}
