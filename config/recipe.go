package config

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// recipe is a text that differs between the instances of a for_each only by
// each.key and each.value, such as "${local.prefix}-${each.key}". Most attributes
// of instances are one, and putting the text together takes a tenth of the time
// that evaluating the expression again does.
type recipe struct {
	parts   []ingredient
	attr    *hclsyntax.Attribute // as it is written
	baked   hclsyntax.Attribute  // the same with literal as its expression
	literal hclsyntax.LiteralValueExpr
}

// ingredient is one part of a recipe: text that all instances share, or what
// the instance has under the name.
type ingredient struct {
	text string
	each string // "", "key" or "value"
}

// recipeLimit is the longest text that is put together without being counted.
const recipeLimit = 512

// recipeOf returns the recipe of an attribute, or nil where its expression is not
// as simple as that. What all instances share is evaluated here, once; faults are
// left to the evaluation that reports them.
func (l *loader) recipeOf(a *hclsyntax.Attribute) *recipe {
	r := &recipe{attr: a, baked: *a}
	r.literal.SrcRange = a.Expr.Range()
	r.baked.Expr = &r.literal
	exprs := []hclsyntax.Expression{a.Expr}
	if t, ok := a.Expr.(*hclsyntax.TemplateExpr); ok {
		exprs = t.Parts
	}
	for _, e := range exprs {
		part, ok := l.ingredientOf(e)
		if !ok {
			return nil
		}
		r.parts = append(r.parts, part)
	}
	return r
}

func (l *loader) ingredientOf(e hclsyntax.Expression) (ingredient, bool) {
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok && t.Traversal.RootName() == "each" {
		name, _ := step(t.Traversal, 1)
		return ingredient{each: name}, len(t.Traversal) == 2 && (name == "key" || name == "value")
	}
	if refersToEach(e) {
		return ingredient{}, false
	}
	v, diags := l.meter.value(e, l.root)
	if diags.HasErrors() || v.IsMarked() || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return ingredient{}, false
	}
	v, err := convert.Convert(v, cty.String)
	if err != nil {
		return ingredient{}, false
	}
	return ingredient{text: v.AsString()}, true
}

// bake returns the attribute for one instance, or nil where the instance's value is
// no plain text. The result is good until the next call.
func (r *recipe) bake(one instance) *hclsyntax.Attribute {
	var b strings.Builder
	for _, part := range r.parts {
		switch part.each {
		case "":
			b.WriteString(part.text)
		case "key":
			b.WriteString(one.key)
		default:
			if one.value.Type() != cty.String || one.value.IsMarked() || !one.value.IsKnown() || one.value.IsNull() {
				return nil
			}
			b.WriteString(one.value.AsString())
		}
	}
	if b.Len() > recipeLimit {
		return nil // it has to be counted
	}
	r.literal.Val = cty.StringVal(b.String())
	return &r.baked
}
