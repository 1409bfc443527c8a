package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/language"
)

// decodeInstances reads a project block that has for_each. What does not refer to
// each is read once for all instances.
func (d *projectDecoder) decodeInstances(twice bool) {
	d.Once()
	body := d.source.Body
	var own []*hclsyntax.Attribute
	for _, a := range body.Attributes {
		switch {
		case a.Name == "for_each":
		case expr.RefersToEach(a.Expr):
			own = append(own, a)
		default:
			d.attribute(a)
		}
	}
	shared, ownBlocks := divided(body.Blocks)
	d.decodeBlocks(shared)
	instances, ok := d.Instances(body.Attributes["for_each"])
	if ok && !d.roomFor(len(instances), body.Attributes["for_each"].Expr.Range()) {
		instances, ok = nil, false
	}
	if !ok {
		d.of.unsure[d.source.Labels[0]] = true
	}
	if len(instances) == 0 {
		// Report what is wrong with the rest for any instances.
		d.BindAnyEach()
		for _, a := range own {
			d.attribute(a)
		}
		d.decodeBlocks(ownBlocks)
		return
	}
	d.of.expect(len(instances))
	d.decodeEach(instances, own, ownBlocks, twice)
}

// divided separates the blocks that all instances share from those that differ. Blocks
// of one type stay together, because their order, names and number matter.
func divided(blocks hclsyntax.Blocks) (shared, own hclsyntax.Blocks) {
	types := language.Set(0)
	for _, b := range blocks {
		if bit := blockBit(eval.MadeType(b)); bit&^types != 0 && differs(b.Body) {
			types |= bit
		}
	}
	for _, b := range blocks {
		if blockBit(eval.MadeType(b))&types != 0 {
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
		if expr.RefersToEach(a.Expr) {
			return true
		}
	}
	return slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return differs(b.Body) })
}

// decodeEach reads what differs between the instances, and adds each of them.
func (d *projectDecoder) decodeEach(instances []eval.Instance, own []*hclsyntax.Attribute,
	blocks hclsyntax.Blocks, twice bool) {
	var recipes []*eval.Recipe
	var rest []*hclsyntax.Attribute
	for _, a := range own {
		if r := d.of.ev.RecipeOf(a); r != nil {
			recipes = append(recipes, r)
		} else {
			rest = append(rest, a)
		}
	}
	var copied projectDecoder
	for _, one := range instances {
		copied = *d
		copied.Address.Key = one.Key
		bound := len(rest)+len(blocks) > 0 // otherwise only where something needs it
		if bound {
			copied.BindEach(one)
		}
		for _, r := range recipes {
			a := r.Bake(one)
			if a == nil {
				if !bound {
					copied.BindEach(one)
					bound = true
				}
				a = r.Attribute
			}
			copied.attribute(a)
		}
		for _, a := range rest {
			copied.attribute(a)
		}
		copied.decodeBlocks(blocks)
		copied.finish(addr.Address{Kind: addr.Project, Name: d.source.Labels[0], Key: one.Key}, twice)
	}
}
