package config

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/functions"
)

// reads returns what the values carry that an expression reads, from its names and its
// calls of env() and sensitive(). The value of the expression carries it by itself. Where it
// has none, this is what its absence, or an error about it, could tell.
func reads(e hclsyntax.Expression, ctx *hcl.EvalContext) cty.ValueMarks {
	r := reader{ctx: ctx, marks: cty.ValueMarks{}, containers: map[hclsyntax.Node]bool{}}
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		r.visit(n)
		return nil
	})
	return r.marks
}

// reader collects marks from the nodes of an expression, parents first.
type reader struct {
	ctx   *hcl.EvalContext
	marks cty.ValueMarks
	// containers are the collections of which one element is read. They may be large, and
	// the marks of the other elements do not count.
	containers map[hclsyntax.Node]bool
}

func (r reader) visit(n hclsyntax.Node) {
	switch n := n.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		r.traversal(n)
	case *hclsyntax.FunctionCallExpr:
		r.call(n)
	}
}

// traversal reads a name with its steps, as far as there is a value.
func (r reader) traversal(n *hclsyntax.ScopeTraversalExpr) {
	for steps := len(n.Traversal); steps > 0; steps-- {
		v, diags := n.Traversal[:steps].TraverseAbs(r.ctx)
		switch {
		case diags.HasErrors():
			continue
		case steps == len(n.Traversal) && !r.containers[n]:
			r.deep(v)
		default:
			maps.Copy(r.marks, v.Marks())
		}
		return
	}
}

func (r reader) call(n *hclsyntax.FunctionCallExpr) {
	if n.Name != "env" && n.Name != "sensitive" && n.Name != guardedIndex {
		return
	}
	v, diags := n.Value(r.ctx)
	switch {
	case !diags.HasErrors():
		r.deep(v)
		r.containers[n.Args[0]] = n.Name == guardedIndex
	case n.Name == guardedIndex:
		_, diags := n.Args[1].Value(r.ctx)
		r.containers[n.Args[0]] = !diags.HasErrors()
	case n.Name == "sensitive":
		r.marks[sensitive] = struct{}{}
	case functions.UnsetNames(diags) == nil:
		// The name is made of what exists within the expression alone, so it can be any.
		r.marks[secretOf("the environment")] = struct{}{}
	}
}

func (r reader) deep(v cty.Value) {
	_, marks := v.UnmarkDeep()
	maps.Copy(r.marks, marks)
}
