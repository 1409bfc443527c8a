package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// fenced is a block of code of the README or of a page.
type fenced struct{ path, language, text string }

// manualBlocks returns every block of code of the README and the pages.
func manualBlocks(t *testing.T) []fenced {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join("topics", "*.md"))
	var out []fenced
	for _, path := range append(paths, filepath.Join("..", "..", "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range regexp.MustCompile("(?s)\n```([a-z]*)\n(.*?)\n```").FindAllStringSubmatch(string(text), -1) {
			out = append(out, fenced{path, block[1], block[2]})
		}
	}
	if len(out) < 70 {
		t.Fatalf("only %d blocks", len(out))
	}
	return out
}

// TestReadme_isRunByScripts finds each command of the README and the pages in a script, and the plans that they show in
// what a script compares.
func TestReadme_isRunByScripts(t *testing.T) {
	root := filepath.Join("..", "..")
	ran, all := scriptCommands(t)
	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, block := range manualBlocks(t) {
		switch block.language {
		case "sh":
		case "":
			if !strings.Contains(all, block.text) {
				t.Errorf("%s: no script compares\n%s", block.path, block.text)
			}
			continue
		default:
			continue
		}
		for _, line := range strings.Split(block.text, "\n") {
			command := strings.TrimSpace(strings.SplitN(line, " #", 2)[0])
			switch {
			case strings.Contains(command, "…"): // has a script of its own, restore-newest
			case strings.HasPrefix(command, "bh "):
				commands++
				if !slices.ContainsFunc(ran, func(r string) bool { return r == command || strings.HasPrefix(r, command+" ") }) {
					t.Errorf("%s: no script runs %q", block.path, command)
				}
			case strings.HasPrefix(command, "export "):
			case strings.HasPrefix(command, "go "):
				// .ci/run builds a simulator instead of running it, so that it can be stopped.
				if !strings.Contains(string(ci), strings.Replace(command, "go run ./vendors", "./vendors", 1)) {
					t.Errorf("%s: .ci/run does not run %q", block.path, command)
				}
			default:
				t.Errorf("%s: nothing runs %q", block.path, command)
			}
		}
	}
	if commands < 60 {
		t.Errorf("only %d commands were found", commands)
	}
}

// scriptCommands returns the commands that scripts run, and the text of all scripts.
func scriptCommands(t *testing.T) (ran []string, all string) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join("..", "..", "testdata", "script", "*.txtar"))
	var texts strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts.Write(text)
		for _, line := range strings.Split(string(text), "\n") {
			if command, ok := strings.CutPrefix(strings.TrimPrefix(line, "! "), "exec "); ok {
				ran = append(ran, command)
			}
		}
	}
	return ran, texts.String()
}

// TestPages_blocksAreValid: each block of the language is valid as it stands, with the blocks beside it that it speaks
// of, and each step of a workflow has inputs that the action has.
func TestPages_blocksAreValid(t *testing.T) {
	seen := map[string]int{}
	for _, block := range manualBlocks(t) {
		seen[block.language]++
		switch block.language {
		case "hcl":
			if generated := filepath.Base(block.path) == "language.md"; generated {
				continue // config tests each example of its tables
			}
			p, out := clitest.InProcess(t, "validate")
			if err := os.WriteFile(p.Args[1], []byte(withRest(block.text)), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(filepath.Dir(p.Args[1]), "tenants"), 0o755); err != nil {
				t.Fatal(err)
			}
			p.Env = func(name string) (string, bool) { return blockEnvironment[name], blockEnvironment[name] != "" }
			if code := cli.Main(p); code != 0 {
				t.Errorf("%s:\n%s\n%s", block.path, block.text, out)
			}
		case "yaml":
			checkStep(t, block)
		case "sh", "":
		default:
			t.Errorf("%s: nothing checks blocks of %s", block.path, block.language)
		}
	}
	if seen["hcl"] < 15 || seen["yaml"] < 1 {
		t.Errorf("got %v", seen)
	}
}

var blockEnvironment = map[string]string{"CLOUDFLARE_ACCOUNT_ID": "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "CLOUDFLARE_API_TOKEN": "token-of-a-test",
	"OP_SERVICE_ACCOUNT_TOKEN": "ops_eyJzaWduSW5BZGRyZXNzIjoieCIsImVtYWlsIjoieCIsInNlY3JldEtleSI6IngiLCJzcnBYIjoieCIsIm11ayI6IngiLCJ1c2VyQXV0aCI6IngiLCJkZXZpY2VVdWlkIjoieCJ9", "VENDOR_DROP_SECRET": "secret-of-a-test", "BH_VAR_team": "web"}

// withRest adds what a block speaks of and does not have: a cloud, a store, the project of an import.
func withRest(block string) string {
	for _, rest := range []struct{ unless, text string }{
		{"cloud \"", "cloud \"cloudflare_r2\" \"main\" {}"},
		{"secrets \"", "secrets \"age_file\" \"main\" {}"},
		{"project \"", "project \"photos\" {\n bucket = \"acme-photos\"\n rotate { every = \"90d\" }\n}"},
	} {
		if !regexp.MustCompile(`(?m)^` + rest.unless).MatchString(block) {
			block += "\n" + rest.text
		}
	}
	return block
}

// checkStep: a step of a workflow is YAML, and the action has the inputs that it sets.
func checkStep(t *testing.T, block fenced) {
	t.Helper()
	var action struct{ Inputs map[string]any }
	text, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err == nil {
		err = yaml.Unmarshal(text, &action)
	}
	var steps []struct{ With map[string]any }
	if err := yaml.Unmarshal([]byte(block.text), &steps); err != nil {
		t.Errorf("%s: %v", block.path, err)
	}
	if err != nil || len(steps) == 0 || len(action.Inputs) == 0 {
		t.Fatalf("%s: %d steps, %d inputs, %v", block.path, len(steps), len(action.Inputs), err)
	}
	for name := range steps[0].With {
		if action.Inputs[name] == nil {
			t.Errorf("%s: the action has no input %s", block.path, name)
		}
	}
	page, _ := os.ReadFile(filepath.Join("topics", "ci.md"))
	for name := range action.Inputs {
		if !regexp.MustCompile("(?m)^\\| [^|]*`" + name + "`").Match(page) {
			t.Errorf("the page about CI does not name the input %s", name)
		}
	}
}

// The page about CI names every secret and variable that the workflows use.
func TestPages_secretsOfTheWorkflows(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("topics", "ci.md"))
	if err != nil {
		t.Fatal(err)
	}
	paths, _ := filepath.Glob(filepath.Join("workflows", "*", "*.yml"))
	found := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\b(?:secrets|vars)\.([A-Z_]+)`).FindAllStringSubmatch(string(text), -1) {
			found++
			if !strings.Contains(string(page), "`"+name[1]+"`") {
				t.Errorf("the page does not name %s of %s", name[1], path)
			}
		}
	}
	if len(paths) != 5 || found < 10 {
		t.Errorf("%d workflows with %d names", len(paths), found)
	}
}

// The README can be read in one go.
func TestReadme_isShort(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if lines := strings.Count(string(text), "\n"); err != nil || lines > 160 {
		t.Errorf("%d lines, and 160 are the most (%v)", lines, err)
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
