package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLayers_noFilesInACircle: the files of these packages stand in layers, although Go would let
// them use each other in circles. What two files need of each other belongs below both.
func TestLayers_noFilesInACircle(t *testing.T) {
	for folder, least := range map[string]int{"cmd/cli": 40, "planner": 30, "planner/owners": 4, "planner/drift": 2,
		"planner/discovery": 3, "planner/rebuild": 2} {
		t.Run(folder, func(t *testing.T) {
			uses := fileUses(t, filepath.Join("..", "..", filepath.FromSlash(folder)))
			if len(uses) < least {
				t.Fatalf("only %d files", len(uses))
			}
			if circle := circleOf(uses); circle != nil {
				t.Errorf("these files use each other in a circle: %s", strings.Join(circle, " -> "))
			}
		})
	}
}

func TestCircleOf_canFail(t *testing.T) {
	circle := map[string]map[string]bool{"a.go": {"b.go": true}, "b.go": {"c.go": true}, "c.go": {"b.go": true}}
	if got := circleOf(circle); !slices.Equal(got, []string{"b.go", "c.go", "b.go"}) {
		t.Errorf("got %v", got)
	}
	if got := circleOf(map[string]map[string]bool{"a.go": {"b.go": true, "c.go": true}, "b.go": {"c.go": true}}); got != nil {
		t.Errorf("got %v", got)
	}
}

// fileUses returns, for each file of a package, the others whose declarations it uses.
func fileUses(t *testing.T, folder string) map[string]map[string]bool {
	t.Helper()
	fset := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_other.go") { // of other systems
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := types.Info{Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	// What is imported does not matter here, and would take long to read.
	config := types.Config{Importer: noImports{}, Error: func(error) {}}
	pkg, _ := config.Check(folder, fset, files, &info)
	fileOf := func(pos token.Pos) string { return filepath.Base(fset.Position(pos).Filename) }
	uses := map[string]map[string]bool{}
	for _, file := range files {
		uses[fileOf(file.Pos())] = map[string]bool{}
	}
	note := func(at token.Pos, used types.Object) {
		from, to := fileOf(at), fileOf(used.Pos())
		if used.Pkg() == pkg && used.Pos().IsValid() && from != to {
			uses[from][to] = true
		}
	}
	for id, object := range info.Uses {
		note(id.Pos(), object)
	}
	for selector, selection := range info.Selections {
		note(selector.Pos(), selection.Obj())
	}
	return uses
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not read") }

// circleOf returns a way from a file back to itself, or nil.
func circleOf(uses map[string]map[string]bool) []string {
	const under, done = 1, 2
	state := map[string]int{}
	var way, found []string
	var visit func(file string)
	visit = func(file string) {
		state[file] = under
		way = append(way, file)
		for _, next := range slices.Sorted(maps.Keys(uses[file])) {
			switch {
			case found != nil || state[next] == done:
			case state[next] == under:
				found = append(slices.Clone(way[slices.Index(way, next):]), next)
			default:
				visit(next)
			}
		}
		way = way[:len(way)-1]
		state[file] = done
	}
	for _, file := range slices.Sorted(maps.Keys(uses)) {
		if state[file] == 0 && found == nil {
			visit(file)
		}
	}
	return found
}
