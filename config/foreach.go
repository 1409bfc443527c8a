package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
	"buckethead/config/language"
)

// instance is one element of a for_each.
type instance struct {
	key   string
	value cty.Value
}

// decodeInstances reads a project block that has for_each. What does not refer to
// each is read once for all instances.
func (d *projectDecoder) decodeInstances(twice bool) {
	d.seen = map[faultKey]struct{}{}
	body := d.source.Body
	var own []*hclsyntax.Attribute
	for _, a := range body.Attributes {
		switch {
		case a.Name == "for_each":
		case refersToEach(a.Expr):
			own = append(own, a)
		default:
			d.attribute(a)
		}
	}
	shared, ownBlocks := divided(body.Blocks)
	d.decodeBlocks(shared)
	instances, ok := d.instances(body.Attributes["for_each"])
	if ok && !d.l.roomFor(len(instances), &d.scope, body.Attributes["for_each"].Expr.Range()) {
		instances, ok = nil, false
	}
	if !ok {
		d.l.unsure[d.source.Labels[0]] = true
	}
	if len(instances) == 0 {
		// Whatever is wrong with the rest whichever instances there are.
		d.ctx = d.l.root.NewChild()
		d.ctx.Variables = each(cty.UnknownVal(cty.String), cty.DynamicVal)
		for _, a := range own {
			d.attribute(a)
		}
		d.decodeBlocks(ownBlocks)
		return
	}
	d.l.expect(len(instances))
	d.decodeEach(instances, own, ownBlocks, twice)
}

// divided tells the blocks that all instances share from those that differ. Blocks
// of one type stay together: their order counts, and so do their names and their number.
func divided(blocks hclsyntax.Blocks) (shared, own hclsyntax.Blocks) {
	types := language.Set(0)
	for _, b := range blocks {
		if bit := blockBit(madeType(b)); bit&^types != 0 && differs(b.Body) {
			types |= bit
		}
	}
	for _, b := range blocks {
		if blockBit(madeType(b))&types != 0 {
			own = append(own, b)
		} else {
			shared = append(shared, b)
		}
	}
	return shared, own
}

// differs reports whether a body differs between instances, or a block in it.
func differs(body *hclsyntax.Body) bool {
	for _, a := range body.Attributes {
		if refersToEach(a.Expr) {
			return true
		}
	}
	return slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return differs(b.Body) })
}

// decodeEach reads what differs between the instances, and adds each of them.
func (d *projectDecoder) decodeEach(instances []instance, own []*hclsyntax.Attribute,
	blocks hclsyntax.Blocks, twice bool) {
	var recipes []*recipe
	var rest []*hclsyntax.Attribute
	for _, a := range own {
		if r := d.l.recipeOf(a); r != nil {
			recipes = append(recipes, r)
		} else {
			rest = append(rest, a)
		}
	}
	var copied projectDecoder
	for _, one := range instances {
		copied = *d
		copied.ctx = nil // made when something needs it
		copied.scope.project.Key = one.key
		for _, r := range recipes {
			a := r.bake(one)
			if a == nil {
				copied.names(one)
				a = r.attr
			}
			copied.attribute(a)
		}
		if len(rest)+len(blocks) > 0 {
			copied.names(one)
		}
		for _, a := range rest {
			copied.attribute(a)
		}
		copied.decodeBlocks(blocks)
		copied.finish(addr.Address{Kind: addr.Project, Name: d.source.Labels[0], Key: one.key}, twice)
	}
}

// names makes each known to the expressions of one instance.
func (d *projectDecoder) names(one instance) {
	if d.ctx == nil {
		d.ctx = d.l.root.NewChild()
		d.ctx.Variables = each(cty.StringVal(one.key), one.value)
	}
}

// each returns the names that one instance's expressions can use beside all others.
func each(key, value cty.Value) map[string]cty.Value {
	return map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
}

// refersToEach reports whether an expression differs between instances.
func refersToEach(e hclsyntax.Expression) bool { return mentions("each", e) }

// instances evaluates for_each: a set of strings, a map or an object.
func (d *projectDecoder) instances(a *hclsyntax.Attribute) ([]instance, bool) {
	d.part = a.Name
	if list, ok := d.keysOfList(a.Expr); ok {
		return list, true
	}
	v, ok := d.evaluate(a.Expr)
	if !ok {
		return nil, false
	}
	// The marks of the values stay: a value may be the secret of its instance.
	v, marks := v.Unmark()
	of := carriedBy(marks)
	refuse := func(detail, fix string) ([]instance, bool) {
		d.report(invalidForEach, a.Expr.Range(), detail, fix)
		return nil, false
	}
	t := v.Type()
	switch {
	case of.sensitive:
		d.shows(of, a.Expr, "for_each", "its keys stand in addresses, which everyone sees")
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
	list := make([]instance, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		if key.IsNull() || key.AsString() == "" {
			return refuse("One of the keys is empty or null, and each key is a part of its instance's address.",
				"Give every instance a key of its own.")
		}
		list = append(list, instance{key: key.AsString(), value: value.WithMarks(marks)})
	}
	return list, true
}

// keysOfList reads toset(LIST) without making the set, which for 100,000 keys
// takes longer than all the rest. It returns false for anything but a list of
// usable strings, which the general path then evaluates.
func (d *projectDecoder) keysOfList(e hclsyntax.Expression) ([]instance, bool) {
	call, ok := e.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != "toset" || len(call.Args) != 1 || call.ExpandFinal {
		return nil, false
	}
	v, diags := d.l.meter.value(call.Args[0], d.ctx)
	if diags.HasErrors() || v.IsMarked() || v.IsNull() || !v.IsKnown() ||
		!(v.Type().IsTupleType() || v.Type().IsListType()) {
		return nil, false
	}
	list := make([]instance, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, key := it.Element()
		if key.IsMarked() || key.Type() != cty.String || !key.IsKnown() || key.IsNull() || key.AsString() == "" {
			return nil, false
		}
		list = append(list, instance{key: key.AsString(), value: key})
	}
	slices.SortFunc(list, func(a, b instance) int { return strings.Compare(a.key, b.key) })
	return slices.CompactFunc(list, func(a, b instance) bool { return a.key == b.key }), true
}
