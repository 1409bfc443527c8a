package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
	"buckethead/cmd/view"
)

var linesSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(view.LinesSchema()))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("lines.json", doc); err != nil {
		return nil, err
	}
	return compiler.Compile("lines.json")
})

// aLine begins every line for programs, and nothing else that bh prints.
const aLine = `{"@level":`

// linesIn checks the JSON lines in a text against their schema, and returns their types, in
// order.
func linesIn(text string) (types []string, err error) {
	schema, err := linesSchema()
	if err != nil {
		return nil, err
	}
	for l := range strings.Lines(text) {
		if !strings.HasPrefix(l, aLine) {
			continue
		}
		line, err := jsonschema.UnmarshalJSON(strings.NewReader(l))
		if err == nil {
			err = schema.Validate(line)
		}
		if err != nil {
			return nil, fmt.Errorf("%w\nin %s", err, l)
		}
		types = append(types, line.(map[string]any)["type"].(string))
	}
	return types, nil
}

// checkLines checks all JSON lines that the commands of a script wrote against the schema.
// Each run has one first line and one last line.
func checkLines(t testscript.T, dir string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(content, []byte(aLine)) {
			return nil // a script took the right to read it away
		}
		types, err := linesIn(string(content))
		if err != nil {
			t.Fatal(path, err)
		}
		open := false
		for i, kind := range types {
			if first := !open; first != (kind == "version") {
				t.Fatal(fmt.Sprintf("%s: line %d is of type %s: %v", path, i, kind, types))
			}
			open = kind != "done"
		}
		if open {
			t.Fatal(fmt.Sprintf("%s: no last line: %v", path, types))
		}
		return nil
	})
}

// TestMain_lastLine: whatever ends a run with --json, the last line says how it ended
// and what was done, and nothing but lines is written.
func TestMain_lastLine(t *testing.T) {
	for _, tt := range []struct {
		name, file string // "" for the file of inProcess
		args       []string
		before     func(t *testing.T, p *cli.Process)
		exit       int
		want       string // in the last line
		fault      string // in a diagnostic
	}{
		{name: "plan", args: []string{"plan", "--json"}, want: `"has_changes":true`},
		{name: "changes", args: []string{"plan", "--json", "--detailed-exitcode"}, exit: 2, want: `"outcome":"changes"`},
		{name: "apply", args: []string{"apply", "--json", "--yes"}, want: `"outcomes":{"project.a":"done"}`},
		{name: "faulty file", file: "project \"a\" {", args: []string{"plan", "--json"}, exit: 1, want: `"errors":1`, fault: `"range"`},
		{name: "no file", file: "-", args: []string{"apply", "--json", "--yes"}, exit: 1, want: `"command":"apply"`, fault: "BH1001"},
		{name: "no state", args: []string{"apply", "--json", "--yes"}, before: damageState, exit: 1, want: `"errors":1`, fault: "BH5003"},
		{name: "no state to read", args: []string{"status", "--json"}, before: damageState, exit: 1, want: `"command":"status"`, fault: "BH5003"},
		{name: "no approval", args: []string{"apply", "--json"}, exit: 1, want: `"command":"apply"`, fault: "cannot ask for confirmation"},
		{name: "unknown flag", args: []string{"plan", "--json", "--bogus"}, exit: 1, want: `"command":""`, fault: "no flag --bogus"},
		{name: "unknown command", args: []string{"--json", "plam"}, exit: 1, want: `"command":""`},
		{name: "bad value", args: []string{"plan", "--format=json", "--color", "red"}, exit: 1, want: `"command":"plan"`, fault: "--color"},
		{name: "stale plan", args: []string{"apply", "--json", "--expect", "00"}, exit: 1, want: `"has_changes":true`, fault: "not the expected one"},
		{name: "broken", args: []string{"apply", "--json", "--yes"}, before: breakEnv, exit: 1, want: `"outcomes":{"project.a":"done"}`, fault: "this is a bug in bh"},
		{name: "validate", args: []string{"validate", "--json"}, want: `"errors":0`},
		{name: "doctor", args: []string{"doctor", "--json"}, want: `"command":"doctor"`},
		{name: "backup", args: []string{"state", "backup", "--json"}, exit: 1, want: `"command":"state backup"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, out := clitest.InProcess(t, tt.args...)
			path := p.Args[1]
			switch tt.file {
			case "":
			case "-":
				_ = os.Remove(path)
			default:
				_ = os.WriteFile(path, []byte(tt.file), 0o600)
			}
			if tt.before != nil {
				tt.before(t, &p)
			}
			if got := cli.Main(p); got != tt.exit {
				t.Errorf("exit %d, want %d", got, tt.exit)
			}
			types, err := linesIn(out.String())
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			last := lines[len(lines)-1]
			if len(types) != len(lines) || len(types) == 0 || types[0] != "version" || types[len(types)-1] != "done" {
				t.Fatalf("not lines alone, or not all of them: %v\n%s", types, out)
			}
			var end struct {
				Exit int `json:"exit_code"`
			}
			if err := json.Unmarshal([]byte(last), &end); err != nil || end.Exit != tt.exit || !strings.Contains(last, tt.want) {
				t.Errorf("want exit %d and %s in %s", tt.exit, tt.want, last)
			}
			if !strings.Contains(out.String(), tt.fault) {
				t.Errorf("nothing says %s:\n%s", tt.fault, out)
			}
		})
	}
}

// damageState replaces the state with something else.
func damageState(t *testing.T, p *cli.Process) {
	t.Helper()
	path := filepath.Join(filepath.Dir(p.Args[1]), ".bh", "state.db")
	_ = os.MkdirAll(filepath.Dir(path), 0o700)
	if err := os.WriteFile(path, bytes.Repeat([]byte("no state "), 4096), 0o600); err != nil {
		t.Fatal(err)
	}
}

// breakEnv makes bh panic when all is done but the summary.
func breakEnv(_ *testing.T, p *cli.Process) {
	p.Env = func(name string) (string, bool) {
		if name == "GITHUB_OUTPUT" {
			panic("no paper")
		}
		return "", false
	}
}

// TestMain_documents: a command that answers with one document writes it alone; what
// else there is to say goes to the other stream.
func TestMain_documents(t *testing.T) {
	for _, args := range [][]string{{"status"}, {"show"}, {"history"}, {"state", "list"}, {"version"}} {
		p, _ := clitest.InProcess(t, append(args, "--json")...)
		if args[0] == "version" {
			p.Args = p.Args[2:] // it reads no files
		}
		var out, errs bytes.Buffer
		p.Stdout, p.Stderr = &out, &errs
		if code := cli.Main(p); code != 0 || errs.Len() > 0 || !json.Valid(out.Bytes()) {
			t.Errorf("%v: exit %d:\n%s%s", args, code, &out, &errs)
		}
	}
}

// TestMain_jsonInto: the file has every line, also of a run that failed before it
// had read anything.
func TestMain_jsonInto(t *testing.T) {
	for _, args := range [][]string{{"plan"}, {"apply"}, {"plan", "--target", "none"}} {
		path := filepath.Join(t.TempDir(), "lines")
		p, out := clitest.InProcess(t, append(args, "--json-into", path)...)
		code := cli.Main(p)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		types, err := linesIn(string(content))
		if err != nil || len(types) < 2 || types[0] != "version" || types[len(types)-1] != "done" {
			t.Errorf("%v: %v %v", args, types, err)
		}
		if code != 0 && !strings.HasPrefix(out.String(), "Error: ") || strings.Contains(out.String(), aLine) {
			t.Errorf("%v: people read %s", args, out)
		}
	}
}

// TestMain_faultPage: with --format markdown a run that fails has a page that says
// so, below the marker that its comment has each time.
func TestMain_faultPage(t *testing.T) {
	for _, tt := range []struct {
		name string
		file string
		args []string
		want []string
	}{
		{"faulty attribute", "bh { stack = \"acme\" }\nproject \"a\" {\n bukcet = 1\n}\n", []string{"plan"},
			[]string{"<!-- bh:plan stack=acme -->\n### bh plan: failed, ", "\n- **Error: ", "buckets.hcl:3`"}},
		{"faulty syntax", "bh { stack = \"acme\" }\nproject \"a\" {", []string{"plan"}, []string{"<!-- bh:plan stack=", "### bh plan: failed, 1 error\n"}},
		{"nobody to ask", "", []string{"apply"}, []string{"### bh apply: failed, 1 error\n", "cannot ask for confirmation"}},
		{"unknown flag", "", []string{"plan", "--bogus"}, []string{"### bh: failed, 1 error\n", "no flag --bogus"}},
		{"another digest", "", []string{"apply", "--expect", "00"}, []string{"### bh apply: failed, 1 error\n", "not the expected one", "| `+` | provision | `a` |"}},
	} {
		p, _ := clitest.InProcess(t, append(tt.args, "--format", "markdown")...)
		if tt.file != "" {
			_ = os.WriteFile(p.Args[1], []byte(tt.file), 0o600)
		}
		var out, errs bytes.Buffer
		p.Stdout, p.Stderr = &out, &errs
		summary := filepath.Join(t.TempDir(), "summary")
		p.Env = func(name string) (string, bool) {
			if name == "GITHUB_STEP_SUMMARY" {
				return summary, true
			}
			return "", false
		}
		defer func() {
			// A step's summary has the page as well, whatever the format is.
			if content, err := os.ReadFile(summary); err != nil || string(content) != out.String() {
				t.Errorf("%s: the summary (%v) is\n%s", tt.name, err, content)
			}
		}()
		if code := cli.Main(p); code != 1 || !strings.Contains(errs.String(), "Error: ") {
			t.Errorf("%s: exit %d; people read %s", tt.name, code, &errs)
		}
		for _, want := range append(tt.want, "<!-- bh:plan stack=") {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: the page lacks %q:\n%s", tt.name, want, &out)
			}
		}
	}
}
