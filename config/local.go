package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// local is one attribute of a locals block.
type local struct {
	name    string
	attr    *hclsyntax.Attribute
	block   *hclsyntax.Block
	needs   []string // the locals that it refers to
	visited visit
	value   cty.Value
	lacks   []Lack // why it has no value
}

// visit says how far the evaluation of a local has come.
type visit uint8

const (
	untouched visit = iota
	underway
	done
)

func (l *loader) localNames(name string) bool { _, ok := l.locals[name]; return ok }

// evaluateLocals evaluates every local, in whatever order they are written, and makes
// local available to expressions.
func (l *loader) evaluateLocals() {
	for _, b := range l.blocks.locals {
		s := l.scope(b)
		for _, inner := range b.Body.Blocks {
			s.unknownBlock(inner, localsBlock)
		}
		for _, a := range inOrder(b.Body.Attributes) {
			if first, twice := l.locals[a.Name]; twice {
				s.report(duplicateAttribute, a.NameRange,
					fmt.Sprintf("The local %q is set twice: here and at %s.", a.Name, toRange(first.attr.NameRange)),
					"Remove one of the two, or give it another name.")
				continue
			}
			l.locals[a.Name] = &local{name: a.Name, attr: a, block: b, value: cty.DynamicVal}
		}
	}
	names := slices.Sorted(maps.Keys(l.locals))
	for _, name := range names {
		l.locals[name].needs = l.needs(l.locals[name])
	}
	for _, name := range names {
		l.evaluateLocal(l.locals[name], nil)
	}
	values := make(map[string]cty.Value, len(l.locals))
	for name, local := range l.locals {
		values[name] = local.value
	}
	l.root.Variables["local"] = objectOf(values)
}

// inOrder returns the attributes of a body in the order of the file.
func inOrder(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(attributes), func(a, b *hclsyntax.Attribute) int {
		return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte
	})
}

// needs returns the locals that a local refers to. One that names local by itself needs all
// of them and so itself, which is the fault to report.
func (l *loader) needs(of *local) []string {
	var names []string
	for _, t := range of.attr.Expr.Variables() {
		if t.RootName() != "local" {
			continue
		}
		if name, ok := step(t, 1); !ok {
			names = append(names, of.name)
		} else if l.localNames(name) {
			names = append(names, name)
		}
	}
	return names
}

// evaluateLocal evaluates a local after those that it needs. path leads to it.
func (l *loader) evaluateLocal(at *local, path []string) {
	if at.visited == done {
		return
	}
	if at.visited == underway {
		l.reportCycle(path[slices.Index(path, at.name):])
		return
	}
	at.visited = underway
	path = append(path, at.name)
	values := make(map[string]cty.Value, len(at.needs))
	for _, name := range at.needs {
		l.evaluateLocal(l.locals[name], path)
		values[name] = l.locals[name].value
	}
	at.visited = done
	s := l.needing(at.block, &at.lacks)
	s.ctx = &hcl.EvalContext{Functions: l.functions, Variables: map[string]cty.Value{
		"var":   l.root.Variables["var"],
		"path":  l.root.Variables["path"],
		"local": objectOf(values),
	}}
	at.value, _ = s.evaluate(at.attr.Expr)
}

// reportCycle reports locals that refer to each other, as a -> b -> a.
func (l *loader) reportCycle(path []string) {
	first := l.locals[path[0]]
	l.report(localCycle, first.attr.NameRange, first.block.Range(),
		fmt.Sprintf("These locals refer to each other in a circle: %s.",
			strings.Join(append(slices.Clone(path), path[0]), " -> ")),
		"Give one of them a value that does not refer to the others.")
}
