package eval

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
)

// A secret setting takes secrets of the environment whole. If a file could cut a part out of one,
// combine it with something, or choose by it, the result would leak in ways that no rule about
// diagnostics prevents: a vendor accepts or refuses it, and the net that keeps secrets out of the
// output would find it in a list of guesses. Only the text of the file decides whether it is whole.

// wholeFunctions return a secret as it is, or what it was made from or holds as a document.
// No other argument in the file can choose a part of the secret. The SHA-256 digest of a
// token of Cloudflare is the secret key for S3.
var wholeFunctions = []string{"base64decode", "chomp", "coalesce", "jsondecode", "nonsensitive", "sensitive", "sha256",
	"tostring", "trimspace", "try", "yamldecode"}

// Whole reports whether an expression takes the secrets that it reads whole, or reads none.
func (s *Scope) Whole(e hclsyntax.Expression) bool {
	if s.readsNone(e) {
		return true
	}
	switch e := e.(type) {
	case *expr.Metered:
		return s.Whole(e.Expression)
	case *hclsyntax.ParenthesesExpr:
		return s.Whole(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return s.Whole(e.Wrapped)
	case *hclsyntax.ScopeTraversalExpr:
		return s.wholeName(e.Traversal)
	case *hclsyntax.RelativeTraversalExpr:
		return s.Whole(e.Source)
	case *hclsyntax.IndexExpr:
		return s.readsNone(e.Key) && s.Whole(e.Collection)
	case *hclsyntax.ConditionalExpr:
		return (s.readsNone(e.Condition) || s.asksForEmpty(e.Condition)) && s.Whole(e.TrueResult) && s.Whole(e.FalseResult)
	case *hclsyntax.TupleConsExpr:
		return s.allWhole(e.Exprs)
	case *hclsyntax.ObjectConsExpr:
		return !slices.ContainsFunc(e.Items, func(i hclsyntax.ObjectConsItem) bool {
			return !s.readsNone(i.KeyExpr) || !s.Whole(i.ValueExpr)
		})
	case *hclsyntax.ForExpr: // its names are then not secrets
		return s.readsNone(e.CollExpr) && s.readsNone(e.KeyExpr) && s.readsNone(e.CondExpr) && s.Whole(e.ValExpr)
	case *hclsyntax.FunctionCallExpr:
		switch {
		case e.Name == expr.GuardedIndex:
			return s.Whole(e.Args[0]) && s.readsNone(e.Args[1])
		case e.Name == "env" && len(e.Args) > 0:
			return s.readsNone(e.Args[0]) && s.allWhole(e.Args[1:])
		}
		return slices.Contains(wholeFunctions, e.Name) && s.allWhole(e.Args)
	}
	return false
}

// asksForEmpty reports whether an expression compares a secret with null or an empty text.
func (s *Scope) asksForEmpty(e hclsyntax.Expression) bool {
	if inner, wrapped := e.(*expr.Metered); wrapped {
		e = inner.Expression
	}
	op, ok := e.(*hclsyntax.BinaryOpExpr)
	if !ok || op.Op != hclsyntax.OpEqual && op.Op != hclsyntax.OpNotEqual {
		return false
	}
	text, written := expr.Literal(op.RHS)
	null, is := op.RHS.(*hclsyntax.LiteralValueExpr)
	return (written && text == "" || is && null.Val.IsNull()) && s.Whole(op.LHS)
}

func (s *Scope) allWhole(list []hclsyntax.Expression) bool {
	return !slices.ContainsFunc(list, func(e hclsyntax.Expression) bool { return !s.Whole(e) })
}

// readsNone reports whether an expression, if it is one, reads no secret of the environment.
func (s *Scope) readsNone(e hclsyntax.Expression) bool {
	return e == nil || expr.CarriedBy(s.ev.Meter.Reads(e, s.ctx)).Origin == ""
}

// wholeName reports whether the value of a name takes secrets whole. Names that all
// instances of a project use are looked up once.
func (s *Scope) wholeName(t hcl.Traversal) bool {
	root := t.RootName()
	name, named := expr.Step(t, 1)
	for one := s.element; one != nil; one = one.outer {
		if one.iterator == root {
			return one.takesWhole(s)
		}
	}
	var e hclsyntax.Expression
	switch {
	case root == "each":
		e = s.ev.each[s.Address.Name]
	case root == "var" && named && s.ev.variables[name] != nil:
		if v := s.ev.variables[name]; v.Origin != "" {
			return true
		} else {
			e = v.Expr
		}
	case root == "local" && named && s.ev.locals[name] != nil:
		e = s.ev.locals[name].Expr
	}
	if e == nil {
		return false
	}
	is, known := s.ev.whole[e]
	if !known {
		outer := *s
		outer.ctx = s.ev.root
		is = outer.Whole(e)
		s.ev.whole[e] = is
	}
	return is
}

// Computing counts the expressions that do more with secrets than take them whole.
func (ev *Evaluator) Computing(blocks []*hclsyntax.Block) (count int) {
	var visit func(*Scope, *hclsyntax.Block)
	visit = func(s *Scope, block *hclsyntax.Block) {
		b, inner := block.Body, s
		if block.Type == DynamicBlock.Name {
			inner = s.inAny(block)
		} else if a := b.Attributes["for_each"]; a != nil {
			s.Bind(eachOf(cty.UnknownVal(cty.String), cty.DynamicVal.WithMarks(ev.Meter.Reads(a.Expr, ev.root))))
		}
		for _, a := range b.Attributes {
			if !s.Whole(a.Expr) {
				count++
			}
		}
		for _, one := range b.Blocks {
			visit(inner, one)
		}
	}
	for _, b := range blocks {
		s := ev.In(b)
		s.Address.Name = strings.Join(b.Labels, "")
		visit(s, b)
	}
	return count
}

// takesWhole is [Scope.Whole] for for_each.
func (d *dynamic) takesWhole(s *Scope) bool {
	if !d.asked {
		around := *s
		around.ctx, around.element = d.ctx, d.outer
		d.asked, d.whole = true, around.Whole(d.forEach.Expr)
	}
	return d.whole
}

// inAny returns the scope of what a dynamic block makes for an element that may be any, for
// questions about the text of the file.
func (s *Scope) inAny(b *hclsyntax.Block) *Scope {
	d := &dynamic{iterator: MadeType(b), forEach: b.Body.Attributes["for_each"], outer: s.element, ctx: s.ctx}
	if a := b.Body.Attributes["iterator"]; a != nil {
		d.iterator = hcl.ExprAsKeyword(a.Expr)
	}
	within := *s
	if d.forEach != nil {
		within.ctx = d.names(s.ctx, cty.UnknownVal(cty.String), cty.DynamicVal.WithMarks(s.ev.Meter.Reads(d.forEach.Expr, s.ctx)))
		within.element = &element{dynamic: d}
	}
	return &within
}
