package expr

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/functions"
)

// Reads returns the marks of the values that an expression reads, from its names and its
// calls of env() and sensitive(). The value of the expression carries them already. If it has
// no value, they say what its absence, or an error about it, could reveal.
func Reads(e hclsyntax.Expression, ctx *hcl.EvalContext) cty.ValueMarks {
	r := &reader{scopes: []*hcl.EvalContext{ctx}, marks: cty.ValueMarks{}, containers: map[hclsyntax.Node]bool{}}
	_ = hclsyntax.Walk(e, r)
	return r.marks
}

// Reads is the same for an expression that is not being evaluated. A value that is too large to
// read may be any secret.
func (m *Meter) Reads(e hclsyntax.Expression, ctx *hcl.EvalContext) (marks cty.ValueMarks) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.spent, m.err = 0, nil
	if m.trial(func() { marks = Reads(e, ctx) }) != nil {
		return cty.NewValueMarks(anySecret)
	}
	return marks
}

// anySecret is the mark of a value that may be any environment variable.
const anySecret = SecretOf("the environment")

// reader collects marks from the nodes of an expression, parents first.
type reader struct {
	// scopes are the names at hand, innermost last. Those of a loop can be any value, and
	// may hide names of the same spelling around it.
	scopes []*hcl.EvalContext
	marks  cty.ValueMarks
	// containers are the collections of which one element is read. They may be large, and
	// the marks of the other elements do not count.
	containers map[hclsyntax.Node]bool
}

// Enter visits a node before those in it.
func (r *reader) Enter(n hclsyntax.Node) hcl.Diagnostics {
	switch n := n.(type) {
	case hclsyntax.ChildScope:
		inner := r.names().NewChild()
		inner.Variables = map[string]cty.Value{}
		for name := range n.LocalNames {
			inner.Variables[name] = cty.DynamicVal
		}
		r.scopes = append(r.scopes, inner)
	case *hclsyntax.ScopeTraversalExpr:
		r.traversal(n)
	case *hclsyntax.FunctionCallExpr:
		r.call(n)
	}
	return nil
}

// Exit visits a node after those in it.
func (r *reader) Exit(n hclsyntax.Node) hcl.Diagnostics {
	if _, is := n.(hclsyntax.ChildScope); is {
		r.scopes = r.scopes[:len(r.scopes)-1]
	}
	return nil
}

func (r *reader) names() *hcl.EvalContext { return r.scopes[len(r.scopes)-1] }

// traversal reads a name with its steps, as far as there is a value.
func (r *reader) traversal(n *hclsyntax.ScopeTraversalExpr) {
	for steps := len(n.Traversal); steps > 0; steps-- {
		v, diags := n.Traversal[:steps].TraverseAbs(r.names())
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

func (r *reader) call(n *hclsyntax.FunctionCallExpr) {
	if n.Name != "env" && n.Name != "sensitive" && n.Name != GuardedIndex {
		return
	}
	v, diags := n.Value(r.names())
	known := !diags.HasErrors() && (v.IsWhollyKnown() || len(r.scopes) == 1)
	switch {
	case known:
		r.deep(v)
		r.containers[n.Args[0]] = n.Name == GuardedIndex
	case n.Name == GuardedIndex:
		key, diags := n.Args[1].Value(r.names())
		r.containers[n.Args[0]] = !diags.HasErrors() && key.IsKnown()
	case n.Name == "sensitive":
		r.marks[Sensitive] = struct{}{}
	case functions.UnsetNames(diags) == nil:
		// The name is made of what exists within the expression alone, so it can be any.
		r.marks[anySecret] = struct{}{}
	}
}

func (r *reader) deep(v cty.Value) {
	_, marks := v.UnmarkDeep()
	maps.Copy(r.marks, marks)
}
