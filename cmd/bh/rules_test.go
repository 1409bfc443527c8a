package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "buckethead/"

// mayImport is the import table: which packages of ours a package may import.
// ARCHITECTURE.md says why each one stands where it does.
var mayImport = map[string][]string{
	"config/addr":         {},
	"vendors/parallel":    {},
	"vendors/folder":      {},
	"config/words":        {},
	"vendors":             {"config/words"},
	"config/diag":         {"config/addr"},
	"vendors/local":       {"vendors", "vendors/folder"},
	"vendors/agefile":     {"vendors", "vendors/folder", "config/words"},
	"vendors/memory":      {"vendors"},
	"vendors/vendortest":  {"vendors"},
	"vendors/transport":   {"vendors", "config/words"},
	"vendors/s3keys":      {"vendors", "vendors/transport"},
	"vendors/cloudflare":  {"config/words", "vendors", "vendors/parallel", "vendors/s3keys", "vendors/transport"},
	"vendors/registry":    {"vendors", "vendors/local", "vendors/agefile", "vendors/cloudflare", "vendors/onepassword"},
	"vendors/onepassword": {"vendors", "vendors/transport"},
	"config/language":     {},
	"config/write":        {"config/language", "config/addr", "config/words"},
	"config/functions":    {"config/words"},
	"config/faults":       {"config/diag", "config/words"},
	"config/expr":         {"config/faults", "config/functions", "config/diag"},
	"config/mask":         {"config/expr", "config/faults", "config/language", "config/diag", "vendors"},
	"config/files":        {"config/mask", "config/expr", "config/faults", "config/functions", "config/diag"},
	"config/eval": {"config/files", "config/mask", "config/expr", "config/faults", "config/functions", "config/language", "config/addr", "config/diag",
		"config/words"},
	// A value that must not be printed is a secret of the contract.
	"config/names":  {"config/eval", "config/files", "config/expr", "config/faults", "config/functions", "config/language", "config/words", "vendors"},
	"config/policy": {"config/eval", "config/expr", "config/faults", "config/language", "config/addr", "config/diag", "config/words"},
	"config": {"config/names", "config/policy", "config/eval", "config/files", "config/mask", "config/expr", "config/faults", "config/language", "config/write",
		"config/addr", "config/diag", "config/words", "vendors"},
	"state":      {"config/addr", "vendors"},
	"state/bolt": {"state", "config/addr", "config/words", "vendors/folder"},
	// Its attributes are described as a vendor's are, and its server is one that secrets may be sent to.
	"state/s3": {"state", "state/bolt", "config/addr", "config/words", "vendors", "vendors/transport"},
	// The suite makes records, and a record names buckets in the contract's words.
	"state/statetest": {"state", "config/addr", "vendors"},
	// What is observed is kept by address.
	"planner/observed": {"state", "vendors", "config/addr"},
	"planner/moves":    {"config", "state", "config/addr"},
	"planner/owners":   {"planner/moves", "planner/observed", "config", "state", "vendors", "config/addr"},
	"planner/settings": {"vendors"},
	"planner": {"planner/moves", "planner/observed", "planner/owners", "planner/settings", "config", "config/write", "state",
		"vendors", "config/addr", "config/diag", "config/words"},
	"planner/graph": {"config", "config/words"},
	"planner/drift": {"planner", "planner/moves", "planner/observed", "planner/owners", "planner/settings", "config", "state",
		"vendors", "config/addr", "config/diag", "config/words"},
	"planner/discovery": {"planner", "planner/observed", "planner/owners", "config", "vendors", "config/addr", "config/diag", "config/words"},
	"planner/rebuild": {"planner", "planner/observed", "planner/owners", "config", "config/write", "state", "vendors",
		"config/addr", "config/words"},
	"planner/refresh": {"planner", "planner/observed", "config", "state", "vendors", "vendors/parallel", "config/addr", "config/diag"},
	// A saved plan names the operations that the fresh one lacks.
	"planner/planfile": {"planner", "config/addr"},
	// A Move changes the address of its record.
	"executor/orchestrator": {"planner", "planner/owners", "state", "vendors", "config/addr"},
	"executor":              {"executor/orchestrator", "planner", "state", "vendors", "vendors/parallel", "config/addr", "config/diag"},
	"cmd/redact":            {"vendors"},
	"cmd/view":              {"planner", "planner/discovery", "planner/drift", "planner/graph", "planner/observed", "planner/owners", "executor", "config/addr", "config/diag", "config/words"},
	// It makes settings of buckets in the contract's words, and names of projects.
	"cmd/terraform": {"config/addr", "config/words", "vendors"},
	// What is opened: all vendors, both places of a state, and what acts on them.
	"cmd/connections": {"cmd/redact", "config", "config/addr", "executor", "executor/orchestrator", "planner", "planner/observed", "planner/refresh", "state", "state/bolt",
		"state/s3", "vendors", "vendors/parallel", "vendors/registry", "vendors/s3keys"},
	"cmd/cli/topics": {},
	"cmd/cli":        {everything},
	"cmd/bh":         {"cmd/cli"},
	// It runs bh for tests, see keepsTestsApart.
	"cmd/clitest": {"cmd/cli"},
	// The simulators, see keepsSimulatorsApart.
	"vendors/sim/kit":        {},
	"vendors/sim/s3api":      {"vendors/sim/kit"},
	"vendors/sim/cloudflare": {"vendors/sim/kit", "vendors/sim/s3api"},
	"vendors/sim/connect":    {"vendors/sim/kit"},
	"vendors/sim/r2":         {"vendors/sim/cloudflare", "vendors/sim/kit"},
	"vendors/sim/op":         {"vendors/sim/connect", "vendors/sim/kit"},
	"vendors/sim/s3":         {"vendors/sim/s3api", "vendors/sim/kit"},
}

// commands are the packages beside those of cmd that are programs of their own.
var commands = []string{"vendors/sim/r2", "vendors/sim/op", "vendors/sim/s3"}

// forTests are the packages that only tests may import.
var forTests = []string{"cmd/clitest", "state/statetest", "vendors/memory", "vendors/vendortest"}

// everything in a row of the import table allows all imports.
const everything = "..."

// rooms says which packages each library may be used in. A library that is not
// here may be used nowhere, and one without a package only in tests.
var rooms = map[string][]string{
	"github.com/hashicorp/hcl": {"config", "config/eval", "config/expr", "config/faults", "config/files", "config/functions", "config/mask", "config/names",
		"config/policy", "config/write"},
	"github.com/hashicorp/go-version": {"config"},
	"github.com/zclconf/go-cty": {"config", "config/eval", "config/expr", "config/files", "config/functions", "config/mask", "config/names",
		"config/policy", "config/write"},
	"github.com/zclconf/go-cty-yaml":          {"config/functions"},
	"go.etcd.io/bbolt":                        {"state/bolt"},
	"filippo.io/age":                          {"vendors/agefile", "cmd/clitest"},
	"github.com/gofrs/flock":                  {"vendors/agefile", "vendors/local"},
	"github.com/cloudflare/cloudflare-go":     {"vendors/cloudflare"},
	"github.com/1password/onepassword-sdk-go": {"vendors/onepassword"},
	// Both start the SDK's core from a cache.
	"github.com/extism/go-sdk":      {"vendors/onepassword"},
	"github.com/tetratelabs/wazero": {"vendors/onepassword"},
	// The proof has its signer alone.
	"github.com/aws/aws-sdk-go-v2":     {"vendors/s3keys", "state/s3"},
	"github.com/aws/smithy-go":         {"state/s3"},
	"github.com/urfave/cli":            {"cmd/cli", "cmd/clitest"},
	"golang.org/x/term":                {"cmd/cli"},
	"github.com/aymanbagabas/go-udiff": {"cmd/cli"},
	"github.com/mattn/go-runewidth":    {"cmd/view"},
	// It rewrites lines of a terminal.
	"github.com/vbauerster/cupwriter": {"cmd/view"},
	// Both suggest the word that was meant: of the language, of the command line.
	"github.com/agext/levenshtein": {"config/language", "cmd/cli"},
	// 1Password's own client for Connect, which judges the simulator.
	"github.com/1Password/connect-sdk-go": {},
	// It reads the keys of YAML as they are written; the one that the YAML organisation keeps.
	"go.yaml.in/yaml": {"config/functions"},
	// It is what Terraform finds files with, and judges fileset().
	"github.com/bmatcuk/doublestar": {},
	// It judges the JSON lines.
	"github.com/santhosh-tekuri/jsonschema": {},
	"pgregory.net/rapid":                    {},
	"github.com/rogpeppe/go-internal":       {},
	// The suites and the harness are run by the tests of others.
	"testing": {"vendors/vendortest", "state/statetest", "cmd/clitest"},
}

// ofTheProcess are the things of the process that only cmd may touch. A package
// outside of it is told what time it is, where to read and where to write.
var ofTheProcess = map[string][]string{
	"os": {"Args", "Chdir", "Environ", "Exit", "ExpandEnv", "Getenv", "Getwd", "LookupEnv", "Setenv", "Stderr", "Stdin", "Stdout",
		"Unsetenv", "UserCacheDir", "UserConfigDir", "UserHomeDir"},
	"syscall":   {"Environ", "Exit", "Getenv", "Setenv"},
	"os/signal": {"Ignore", "Notify", "NotifyContext"},
	"time":      {"Now", "Since", "Sleep", "Until"}, // a timer that a context can end is not a clock
	"fmt":       {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
	"log":       {"Default", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "Print", "Printf", "Println", "SetOutput"},
	"log/slog":  {"Debug", "DebugContext", "Default", "Error", "ErrorContext", "Info", "InfoContext", "Log", "LogAttrs", "SetDefault", "Warn", "WarnContext"},
}

// The bounds on what a reader has to keep in mind. Tests may be longer.
const (
	fileLines     = 400
	functionLines = 60
)

// atTheTop are the folders beside which there are only those that begin with a dot.
var atTheTop = []string{"cmd", "config", "executor", "planner", "state", "testdata", "vendors"}

// source is one Go file.
type source struct {
	pkg  string // folder, from the root
	name string
	file *ast.File
	fset *token.FileSet
	text string
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// imports returns the path of every import.
func (s source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}

// standard returns the imported packages of the standard library by their names in the
// file. The last element of such a path is the package's name.
func (s source) standard() map[string]string {
	out := map[string]string{}
	for n, path := range s.imports() {
		name := path[strings.LastIndex(path, "/")+1:]
		if i := s.file.Imports[n]; i.Name != nil {
			name = i.Name.Name
		}
		if _, ok := ofTheProcess[path]; ok {
			out[name] = path
		}
	}
	return out
}

func (s source) at(n ast.Node, text string) string {
	return fmt.Sprintf("line %d %s", s.fset.Position(n.Pos()).Line, text)
}

// within reports whether a path is an import path or lies below it.
func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// rule says what is wrong with a file that it covers.
type rule struct {
	name  string
	tests bool // it covers tests as well
	check func(source) []string
}

var rules = []rule{
	{"follows the import table", false, followsImportTable},
	{"keeps simulators apart", false, keepsSimulatorsApart},
	{"keeps what is for tests apart", false, keepsTestsApart},
	{"keeps libraries in their rooms", false, keepsLibrariesInTheirRooms},
	{"says where names come from", true, saysWhereNamesComeFrom},
	{"leaves the process alone", false, leavesTheProcessAlone},
	{"reveals nothing", false, revealsNothing},
	{"prints through the net", false, printsThroughTheNet},
	{"stays short", false, staysShort},
	{"leaves nothing open", true, leavesNothingOpen},
	{"takes its context from the run", false, takesItsContextFromTheRun},
	{"quotes for pasting", false, quotesForPasting},
	{"keeps codes in lists", false, keepsCodesInLists},
	{"calls nobody at home", false, callsNobodyAtHome},
}

func followsImportTable(s source) []string {
	allowed, known := mayImport[s.pkg]
	if !known {
		return []string{"is in a package that the import table lacks"}
	}
	var out []string
	for _, path := range s.imports() {
		ours, ok := strings.CutPrefix(path, module)
		if ok && !slices.Contains(allowed, ours) && !slices.Contains(allowed, everything) {
			out = append(out, "imports "+ours+", which is not below it")
		}
	}
	return out
}

// keepsSimulatorsApart: a simulator judges an adapter, so it shares nothing with the
// product, and the product cannot depend on it. Tests bring the two together.
func keepsSimulatorsApart(s source) []string {
	const simulators = "vendors/sim"
	var out []string
	for _, path := range s.imports() {
		ours, ok := strings.CutPrefix(path, module)
		if ok && within(ours, simulators) != within(s.pkg, simulators) {
			out = append(out, "imports "+ours+", and simulators are kept apart from the product")
		}
	}
	return out
}

// keepsTestsApart: nothing of the product depends on what is only for tests.
func keepsTestsApart(s source) []string {
	var out []string
	for _, path := range s.imports() {
		ours, ok := strings.CutPrefix(path, module)
		if ok && slices.ContainsFunc(forTests, func(root string) bool { return within(ours, root) && !within(s.pkg, root) }) {
			out = append(out, "imports "+ours+", which is only for tests")
		}
	}
	return out
}

func keepsLibrariesInTheirRooms(s source) []string {
	var out []string
	for _, path := range s.imports() {
		packages, listed := roomsOf(path)
		outside := strings.Contains(strings.Split(path, "/")[0], ".")
		switch {
		case listed && !slices.Contains(packages, s.pkg):
			out = append(out, "uses "+path+", which has its room elsewhere")
		case !listed && outside:
			out = append(out, "uses "+path+", which has no room")
		}
	}
	return out
}

func roomsOf(path string) (packages []string, listed bool) {
	for library, packages := range rooms {
		if within(path, library) {
			return packages, true
		}
	}
	return nil, false
}

// saysWhereNamesComeFrom: the other rules look at the name before the dot.
func saysWhereNamesComeFrom(s source) []string {
	var out []string
	for _, i := range s.file.Imports {
		if i.Name != nil && i.Name.Name == "." {
			out = append(out, s.at(i, "imports "+i.Path.Value+" without a name"))
		}
	}
	return out
}

func leavesTheProcessAlone(s source) []string {
	if within(s.pkg, "cmd") || slices.Contains(commands, s.pkg) {
		return nil
	}
	paths := s.standard()
	var out []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := x.X.(*ast.Ident); ok && slices.Contains(ofTheProcess[paths[id.Name]], x.Sel.Name) {
				out = append(out, s.at(x, "uses "+paths[id.Name]+"."+x.Sel.Name))
			}
		case *ast.CallExpr:
			if id, ok := x.Fun.(*ast.Ident); ok && (id.Name == "print" || id.Name == "println") {
				out = append(out, s.at(x, "calls "+id.Name))
			}
		}
		return true
	})
	return out
}

func revealsNothing(s source) []string {
	// exec.go passes keys to the one process that they are for, state/s3 has keys of its own
	// for its server, and cmd/redact looks for secrets in what is printed.
	if within(s.pkg, "vendors") || s.pkg == "cmd/redact" || s.pkg == "executor/orchestrator" || s.pkg == "state/s3" || s.pkg == "cmd/cli" && filepath.Base(s.name) == "exec.go" {
		return nil
	}
	var out []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if x, ok := n.(*ast.SelectorExpr); ok && x.Sel.Name == "Reveal" {
			out = append(out, s.at(x, "reveals a secret"))
		}
		return true
	})
	return out
}

// inTheClear are the files that may use the streams of the process itself: where they are
// known, and where a person or another program gets something as it is.
var inTheClear = []string{"cmd/cli/process.go", "cmd/cli/run.go", "cmd/cli/child.go", "cmd/cli/fmt.go", "cmd/cli/state_transfer.go"}

// printsThroughTheNet: all else that is printed has no known secret in it.
func printsThroughTheNet(s source) []string {
	if s.pkg != "cmd/cli" || slices.Contains(inTheClear, s.name) {
		return nil
	}
	var out []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if x, ok := n.(*ast.SelectorExpr); ok {
			id, plain := x.X.(*ast.Ident)
			if x.Sel.Name == "clear" || plain && id.Name == "os" && (x.Sel.Name == "Stdout" || x.Sel.Name == "Stderr") {
				out = append(out, s.at(x, "uses a stream of the process itself"))
			}
		}
		return true
	})
	return out
}

func staysShort(s source) []string {
	var out []string
	if n := strings.Count(s.text, "\n"); n > fileLines {
		out = append(out, fmt.Sprintf("has %d lines, and may have %d", n, fileLines))
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		name, body := "a function", (*ast.BlockStmt)(nil)
		switch f := n.(type) {
		case *ast.FuncDecl:
			name, body = f.Name.Name, f.Body
		case *ast.FuncLit:
			body = f.Body
		}
		if body == nil {
			return true
		}
		if lines := s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line + 1; lines > functionLines {
			out = append(out, s.at(n, fmt.Sprintf("begins %s of %d lines, and it may have %d", name, lines, functionLines)))
		}
		return true
	})
	return out
}

func leavesNothingOpen(s source) []string {
	var out []string
	for _, mark := range []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"} {
		for _, group := range s.file.Comments {
			for _, comment := range group.List { // Text would leave directives out
				if strings.Contains(comment.Text, mark) {
					out = append(out, s.at(comment, "has a comment with "+mark))
				}
			}
		}
	}
	return out
}

// ownContexts are the files that may make a context: main, what has to outlive a signal and
// has a bound of its own, and what is for tests.
var ownContexts = []string{"cmd/cli/main.go", "state/s3/store.go", "state/bolt/backup.go"}

func takesItsContextFromTheRun(s source) []string {
	if slices.Contains(ownContexts, s.name) || within(s.pkg, "vendors/sim") || s.pkg == "vendors/vendortest" {
		return nil
	}
	var out []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if x, ok := n.(*ast.SelectorExpr); ok && (x.Sel.Name == "Background" || x.Sel.Name == "TO"+"DO") {
			if id, ok := x.X.(*ast.Ident); ok && id.Name == "context" {
				out = append(out, s.at(x, "makes a context of its own"))
			}
		}
		return true
	})
	return out
}

// undocumented returns the packages that have no package comment.
func undocumented(all []source) []string {
	documented := map[string]bool{}
	for _, s := range all {
		if s.isTest() {
			continue
		}
		text, head := s.file.Doc.Text(), "Package "+s.file.Name.Name+" "
		if s.file.Name.Name == "main" {
			head = "Command "
		}
		documented[s.pkg] = documented[s.pkg] || strings.HasPrefix(text, head) && len(text) > len(head)+20
	}
	var out []string
	for pkg, ok := range documented {
		if !ok {
			out = append(out, pkg)
		}
	}
	slices.Sort(out)
	return out
}

// strange returns the folders that do not belong at the top.
func strange(folders []string) []string {
	return slices.DeleteFunc(slices.Clone(folders), func(name string) bool {
		return strings.HasPrefix(name, ".") || slices.Contains(atTheTop, name)
	})
}

// idle returns the entries of the tables that are out of date: packages that are gone,
// and libraries that a package may use but does not.
func idle(all []source) []string {
	packages, used := map[string]bool{}, map[string]bool{}
	for _, s := range all {
		if s.isTest() {
			continue
		}
		packages[s.pkg] = true
		for _, path := range s.imports() {
			for library := range rooms {
				if within(path, library) {
					used[library+" in "+s.pkg] = true
				}
			}
		}
	}
	var out []string
	for pkg := range mayImport {
		if !packages[pkg] {
			out = append(out, pkg)
		}
	}
	for library, in := range rooms {
		for _, pkg := range in {
			if !used[library+" in "+pkg] {
				out = append(out, library+" in "+pkg)
			}
		}
	}
	slices.Sort(out)
	return out
}

// sources reads every Go file of the project.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var out []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		out = append(out, parse(t, filepath.ToSlash(filepath.Dir(name)), filepath.ToSlash(name), string(text)))
		return nil
	})
	if err != nil || len(out) < 100 {
		t.Fatalf("read %d files: %v", len(out), err)
	}
	return out
}

func parse(t *testing.T, pkg, name, text string) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return source{pkg, name, file, fset, text}
}

func TestRules(t *testing.T) {
	all := sources(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, s := range all {
				if s.isTest() && !r.tests {
					continue
				}
				for _, wrong := range r.check(s) {
					t.Errorf("%s %s", s.name, wrong)
				}
			}
		})
	}
	t.Run("every package says what belongs in it", func(t *testing.T) {
		for _, pkg := range undocumented(all) {
			t.Errorf("%s has no package comment that begins with its name", pkg)
		}
	})
	t.Run("the tables name what there is", func(t *testing.T) {
		for _, name := range idle(all) {
			t.Errorf("the tables name %s, which does not exist", name)
		}
	})
	t.Run("no other folder at the top", func(t *testing.T) {
		entries, err := os.ReadDir(filepath.Join("..", ".."))
		if err != nil {
			t.Fatal(err)
		}
		var folders []string
		for _, e := range entries {
			if e.IsDir() {
				folders = append(folders, e.Name())
			}
		}
		for _, name := range strange(folders) {
			t.Errorf("%s is at the top", name)
		}
	})
}
