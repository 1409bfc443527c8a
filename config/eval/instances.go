package eval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/config/expr"
	"buckethead/config/faults"
)

// Instance is one element of a for_each.
type Instance struct {
	Key   string
	Value cty.Value
}

// BindEach makes each known to the expressions of one instance.
func (s *Scope) BindEach(one Instance) { s.Bind(eachOf(cty.StringVal(one.Key), one.Value)) }

// BindAnyEach makes each known to the expressions, with unknown values.
func (s *Scope) BindAnyEach() { s.Bind(eachOf(cty.UnknownVal(cty.String), cty.DynamicVal)) }

// eachOf returns the names that one instance's expressions can use beside all others.
func eachOf(key, value cty.Value) map[string]cty.Value {
	return map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
}

// Instances evaluates for_each: a set of strings, a map or an object.
func (s *Scope) Instances(a *hclsyntax.Attribute) ([]Instance, bool) {
	s.Part = a.Name
	if list, ok := s.keysOfList(a.Expr); ok {
		return list, true
	}
	v, ok := s.Evaluate(a.Expr)
	if !ok {
		return nil, false
	}
	// The marks of the values stay: a value may be the secret of its instance.
	v, marks := v.Unmark()
	of := expr.CarriedBy(marks)
	refuse := func(detail, fix string) ([]Instance, bool) {
		s.Report(faults.InvalidForEach, a.Expr.Range(), detail, fix)
		return nil, false
	}
	t := v.Type()
	switch {
	case of.Sensitive:
		s.Shows(of, a.Expr, "for_each", "its keys are part of addresses, which everyone sees")
		return nil, false
	case v.IsNull():
		return refuse("for_each is null.", "Use an empty set, toset([]), for no instances at all.")
	case t.IsTupleType() || t.IsListType():
		return refuse("for_each takes a set of strings, a map or an object, "+
			"and this is a list, whose elements have no names.",
			"Wrap the list: toset([...]).")
	case t.IsSetType() && v.LengthInt() > 0 && t.ElementType() != cty.String:
		return refuse(
			"for_each takes a set of strings, and this is a set of another type ("+t.ElementType().FriendlyName()+").",
			"Use strings, which become the keys of the instances.")
	case !t.IsSetType() && !t.IsMapType() && !t.IsObjectType():
		return refuse(fmt.Sprintf("for_each takes a set of strings, a map or an object, and this is %s.", typeName(t)),
			`Write toset(["a", "b"]) or { a = ..., b = ... }.`)
	}
	list := make([]Instance, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if key.IsNull() || key.AsString() == "" {
			return refuse("One of the keys is empty or null, and each key is a part of its instance's address.",
				"Give every instance its own key.")
		}
		list = append(list, Instance{Key: key.AsString(), Value: value.WithMarks(marks)})
	}
	return list, true
}

// keysOfList reads toset(LIST) without making the set, which for 100,000 keys
// takes longer than all the rest. It returns false for anything but a list of
// usable strings, which the general path then evaluates.
func (s *Scope) keysOfList(e hclsyntax.Expression) ([]Instance, bool) {
	call, ok := e.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != "toset" || len(call.Args) != 1 || call.ExpandFinal {
		return nil, false
	}
	v, diags := s.ev.Meter.Value(call.Args[0], s.ctx)
	if diags.HasErrors() || v.IsMarked() || v.IsNull() || !v.IsKnown() ||
		!(v.Type().IsTupleType() || v.Type().IsListType()) {
		return nil, false
	}
	list := make([]Instance, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, key := it.Element()
		if key.IsMarked() || key.Type() != cty.String || !key.IsKnown() || key.IsNull() || key.AsString() == "" {
			return nil, false
		}
		list = append(list, Instance{Key: key.AsString(), Value: key})
	}
	slices.SortFunc(list, func(a, b Instance) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(list, func(a, b Instance) bool { return a.Key == b.Key }), true
}

// Recipe is a text that differs between the instances of a for_each only by
// each.key and each.value, such as "${local.prefix}-${each.key}". Most attributes
// of instances are one, and putting the text together takes a tenth of the time
// that evaluating the expression again does.
type Recipe struct {
	parts     []ingredient
	Attribute *hclsyntax.Attribute // as it is written
	baked     hclsyntax.Attribute  // the same with literal as its expression
	literal   hclsyntax.LiteralValueExpr
}

// ingredient is one part of a recipe: text that all instances share, or what
// the instance has under the name.
type ingredient struct {
	text string
	each string // "", "key" or "value"
}

// recipeLimit is the longest text that is put together without being counted.
const recipeLimit = 512

// RecipeOf returns the recipe of an attribute, or nil if its expression is not
// as simple as that. What all instances share is evaluated here, once; faults are
// left to the evaluation that reports them.
func (ev *Evaluator) RecipeOf(a *hclsyntax.Attribute) *Recipe {
	r := &Recipe{Attribute: a, baked: *a}
	r.literal.SrcRange = a.Expr.Range()
	r.baked.Expr = &r.literal
	exprs := []hclsyntax.Expression{a.Expr}
	if t, ok := a.Expr.(*hclsyntax.TemplateExpr); ok {
		exprs = t.Parts
	}
	for _, e := range exprs {
		part, ok := ev.ingredientOf(e)
		if !ok {
			return nil
		}
		r.parts = append(r.parts, part)
	}
	return r
}

func (ev *Evaluator) ingredientOf(e hclsyntax.Expression) (ingredient, bool) {
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok && t.Traversal.RootName() == "each" {
		name, _ := expr.Step(t.Traversal, 1)
		return ingredient{each: name}, len(t.Traversal) == 2 && (name == "key" || name == "value")
	}
	if expr.RefersToEach(e) {
		return ingredient{}, false
	}
	v, diags := ev.Meter.Value(e, ev.root)
	if diags.HasErrors() || v.IsMarked() || !v.IsKnown() || v.IsNull() || !v.Type().IsPrimitiveType() {
		return ingredient{}, false
	}
	v, err := convert.Convert(v, cty.String)
	if err != nil {
		return ingredient{}, false
	}
	return ingredient{text: v.AsString()}, true
}

// Bake returns the attribute for one instance, or nil if the instance's value is
// not plain text. The result is good until the next call.
func (r *Recipe) Bake(one Instance) *hclsyntax.Attribute {
	var b strings.Builder
	for _, part := range r.parts {
		switch part.each {
		case "":
			b.WriteString(part.text)
		case "key":
			b.WriteString(one.Key)
		default:
			if one.Value.Type() != cty.String || one.Value.IsMarked() || !one.Value.IsKnown() || one.Value.IsNull() {
				return nil
			}
			b.WriteString(one.Value.AsString())
		}
	}
	if b.Len() > recipeLimit {
		return nil // it has to be counted
	}
	r.literal.Val = cty.StringVal(b.String())
	return &r.baked
}
