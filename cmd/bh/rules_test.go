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
// A name that ends in "/..." stands for everything below it.
var mayImport = map[string][]string{
	"config/addr":           {},
	"vendors":               {},
	"config/diag":           {"config/addr"},
	"vendors/local":         {"vendors"},
	"vendors/agefile":       {"vendors"},
	"vendors/memory":        {"vendors"},
	"vendors/vendortest":    {"vendors"},
	"vendors/registry":      {"vendors", "vendors/local", "vendors/agefile"},
	"config":                {"config/addr", "config/diag", "vendors"},
	"state":                 {"config/addr", "vendors"},
	"state/bolt":            {"state", "config/addr"},
	"state/statetest":       {"state", "config/addr", "vendors"},
	"planner":               {"config", "state", "vendors", "config/addr", "config/diag"},
	"planner/refresh":       {"planner", "config", "state", "vendors", "config/addr", "config/diag"},
	"planner/planfile":      {"planner", "config/addr"},
	"executor/orchestrator": {"planner", "state", "vendors", "config/addr"},
	"executor":              {"executor/orchestrator", "planner", "state", "vendors", "config/addr", "config/diag"},
	"cmd/view":              {"planner", "executor", "config/diag", "config/addr"},
	"cmd/cli":               {"..."},
	"cmd/bh":                {"cmd/cli"},
}

// rooms says which package each library may be used in.
var rooms = map[string][]string{
	"github.com/hashicorp/":         {"config"},
	"github.com/zclconf/":           {"config"},
	"go.etcd.io/bbolt":              {"state/bolt"},
	"filippo.io/age":                {"vendors/agefile"},
	"github.com/gofrs/flock":        {"vendors/agefile", "vendors/local"},
	"github.com/urfave/cli":         {"cmd/cli"},
	"golang.org/x/term":             {"cmd/cli"},
	"pgregory.net/rapid":            {},
	"github.com/rogpeppe/":          {},
	"testing":                       {"vendors/vendortest", "state/statetest"},
	"github.com/mattn/go-runewidth": {"cmd/view"},
}

// ofTheProcess are the things of the process that only cmd may touch.
var ofTheProcess = []string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.Stdout", "os.Stderr", "os.Stdin", "os.Exit", "time.Now", "time.Sleep",
	"fmt.Print", "fmt.Println", "fmt.Printf", "log.Print", "log.Printf", "log.Println", "log.Fatal", "slog.Info", "slog.Debug", "slog.Warn", "slog.Error"}

// The bounds on what a reader has to keep in mind. Tests may be longer.
const (
	fileLines     = 420
	functionLines = 70
)

// source is one file that is no test.
type source struct {
	pkg  string // folder, from the root
	name string
	file *ast.File
	fset *token.FileSet
	text string
}

func parse(t *testing.T, pkg, name, text string) source {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return source{pkg, name, file, fset, text}
}

func imports(s source) []string {
	var out []string
	for _, i := range s.file.Imports {
		out = append(out, strings.Trim(i.Path.Value, `"`))
	}
	return out
}

// rule gives what is wrong with a file.
type rule func(source) []string

func followsImportTable(s source) []string {
	allowed, known := mayImport[s.pkg]
	if !known {
		return []string{"the package is not in the import table"}
	}
	var out []string
	for _, path := range imports(s) {
		ours, ok := strings.CutPrefix(path, module)
		if ok && !slices.Contains(allowed, ours) && !slices.Contains(allowed, "...") {
			out = append(out, "imports "+ours+", which is not below it")
		}
	}
	return out
}

func keepsLibrariesInTheirRooms(s source) []string {
	var out []string
	for _, path := range imports(s) {
		for library, packages := range rooms {
			if (path == library || strings.HasPrefix(path, library)) && !slices.Contains(packages, s.pkg) {
				out = append(out, "uses "+path+", which has its room elsewhere")
			}
		}
	}
	return out
}

func leavesTheProcessAlone(s source) []string {
	if strings.HasPrefix(s.pkg, "cmd/") {
		return nil
	}
	return selectors(s, func(name string) bool { return slices.Contains(ofTheProcess, name) })
}

func revealsNothing(s source) []string {
	if strings.HasPrefix(s.pkg, "vendors") || s.pkg == "executor/orchestrator" {
		return nil
	}
	return selectors(s, func(name string) bool { return strings.HasSuffix(name, ".Reveal") })
}

// selectors gives the uses of package members and methods that are not wanted.
func selectors(s source, unwanted func(name string) bool) []string {
	var out []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if x, ok := n.(*ast.SelectorExpr); ok {
			owner := ""
			if id, ok := x.X.(*ast.Ident); ok {
				owner = id.Name
			}
			if name := owner + "." + x.Sel.Name; unwanted(name) {
				out = append(out, fmt.Sprintf("line %d uses %s", s.fset.Position(x.Pos()).Line, name))
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
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line; n > functionLines {
				out = append(out, fmt.Sprintf("%s has %d lines, and may have %d", f.Name.Name, n, functionLines))
			}
		}
	}
	return out
}

func leavesNothingOpen(s source) []string {
	var out []string
	for _, mark := range []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"} {
		for _, group := range s.file.Comments {
			if strings.Contains(group.Text(), mark) {
				out = append(out, "has a comment with "+mark)
			}
		}
	}
	return out
}

var everyRule = map[string]rule{
	"follows the import table":       followsImportTable,
	"keeps libraries in their rooms": keepsLibrariesInTheirRooms,
	"leaves the process alone":       leavesTheProcessAlone,
	"reveals nothing":                revealsNothing,
	"stays short":                    staysShort,
	"leaves nothing open":            leavesNothingOpen,
}

// sources reads every Go file of the project that is no test.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var out []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root && d.Name() != "..":
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
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
	if err != nil || len(out) < 50 {
		t.Fatalf("read %d files: %v", len(out), err)
	}
	return out
}

func TestRules(t *testing.T) {
	all := sources(t)
	for name, check := range everyRule {
		t.Run(name, func(t *testing.T) {
			for _, s := range all {
				for _, wrong := range check(s) {
					t.Errorf("%s %s", s.name, wrong)
				}
			}
		})
	}
	t.Run("every package says what belongs in it", func(t *testing.T) {
		documented := map[string]bool{}
		for _, s := range all {
			documented[s.pkg] = documented[s.pkg] || s.file.Doc != nil && len(s.file.Doc.Text()) > 20
		}
		for pkg, ok := range documented {
			if !ok {
				t.Errorf("%s has no package comment", pkg)
			}
		}
	})
	t.Run("no other folder at the top", func(t *testing.T) {
		entries, err := os.ReadDir(filepath.Join("..", ".."))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !slices.Contains([]string{"cmd", "config", "planner", "executor", "state", "vendors", "testdata"}, e.Name()) {
				t.Errorf("%s is at the top", e.Name())
			}
		}
	})
}

// TestRules_canFail breaks each rule once.
func TestRules_canFail(t *testing.T) {
	long := "// Package p is long.\npackage p\n\nfunc f() {\n" + strings.Repeat("\t_ = 1\n", 500) + "}\n"
	for name, broken := range map[string]source{
		"follows the import table":       parse(t, "planner", "x.go", "package planner\nimport _ \"buckethead/executor\"\n"),
		"keeps libraries in their rooms": parse(t, "planner", "x.go", "package planner\nimport _ \"go.etcd.io/bbolt/errors\"\n"),
		"leaves the process alone":       parse(t, "planner", "x.go", "package planner\nimport \"time\"\nvar now = time.Now()\n"),
		"reveals nothing":                parse(t, "planner", "x.go", "package planner\nvar x = secret().Reveal()\n"),
		"stays short":                    parse(t, "planner", "x.go", long),
		"leaves nothing open":            parse(t, "planner", "x.go", "package planner\n// TO"+"DO: later\nvar x int\n"),
	} {
		if len(everyRule[name](broken)) == 0 {
			t.Errorf("a file that breaks the rule %q passes", name)
		}
	}
	if len(followsImportTable(parse(t, "other", "x.go", "package other\n"))) == 0 {
		t.Error("a package that the table lacks passes")
	}
}
