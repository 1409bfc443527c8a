package names

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
)

// LocalsBlock is the table of a locals block.
var LocalsBlock = (&language.Block{Name: "locals", Several: true,
	Doc:     "Values that you name yourself. Expressions read them as local.NAME.",
	Example: "locals {\n  prefix = \"acme-${var.environment}\"\n}"}).Index()

// local is one attribute of a locals block.
type local struct {
	eval.Name

	name    string
	attr    *hclsyntax.Attribute
	block   *hclsyntax.Block
	needs   []string // the locals that it refers to
	visited visit
}

// visit says how far the evaluation of a local has come.
type visit uint8

const (
	untouched visit = iota
	underway
	done
)

// locals are the locals of all files, by name.
type locals struct {
	ev     *eval.Evaluator
	byName map[string]*local
}

// EvaluateLocals evaluates every local, in whatever order they are written, and makes
// local available to expressions.
func EvaluateLocals(ev *eval.Evaluator, blocks []*hclsyntax.Block) {
	l := locals{ev, map[string]*local{}}
	declared := map[string]*eval.Name{}
	ev.DeclareLocals(declared)
	for _, b := range blocks {
		s := ev.In(b)
		for _, inner := range b.Body.Blocks {
			s.UnknownBlock(inner, LocalsBlock)
		}
		for _, a := range expr.InOrder(b.Body.Attributes) {
			if first, twice := l.byName[a.Name]; twice {
				s.Report(faults.DuplicateAttribute, a.NameRange,
					fmt.Sprintf("The local %q is set twice: here and at %s.", a.Name, faults.RangeOf(first.attr.NameRange)),
					"Remove one of the two, or give it another name.")
				continue
			}
			one := &local{name: a.Name, attr: a, block: b, Name: eval.Name{Value: cty.DynamicVal, Expr: a.Expr}}
			l.byName[a.Name], declared[a.Name] = one, &one.Name
		}
	}
	names := slices.Sorted(maps.Keys(l.byName))
	for _, name := range names {
		l.byName[name].needs = l.needs(l.byName[name])
	}
	for _, name := range names {
		l.evaluate(l.byName[name], nil)
	}
	ev.AssignLocals()
}

// needs returns the locals that a local refers to. One that names local by itself needs all
// of them and so itself, which is the fault to report.
func (l locals) needs(of *local) []string {
	var names []string
	for _, t := range of.Expr.Variables() {
		if t.RootName() != "local" {
			continue
		}
		if name, ok := expr.Step(t, 1); !ok {
			names = append(names, of.name)
		} else if l.byName[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// evaluate evaluates a local after those that it needs. path leads to it.
func (l locals) evaluate(at *local, path []string) {
	if at.visited == done {
		return
	}
	if at.visited == underway {
		l.reportCycle(path[slices.Index(path, at.name):])
		return
	}
	at.visited = underway
	path = append(path, at.name)
	needed := make(map[string]*eval.Name, len(at.needs))
	for _, name := range at.needs {
		l.evaluate(l.byName[name], path)
		needed[name] = &l.byName[name].Name
	}
	at.visited = done
	s := l.ev.Needing(at.block, &at.Lacks)
	s.BindLocals(needed)
	at.Value, _ = s.Evaluate(at.Expr)
}

// reportCycle reports locals that refer to each other, as a -> b -> a.
func (l locals) reportCycle(path []string) {
	first := l.byName[path[0]]
	l.ev.Found.Report(faults.LocalCycle, first.attr.NameRange, first.block.Range(),
		fmt.Sprintf("These locals refer to each other in a circle: %s.",
			strings.Join(append(slices.Clone(path), path[0]), " -> ")),
		"Give one of them a value that does not refer to the others.")
}
