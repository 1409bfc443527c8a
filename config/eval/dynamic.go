package eval

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
	"buckethead/config/language"
	"buckethead/config/words"
)

// DynamicBlock is the table of a block that makes others. It is allowed wherever they are.
var DynamicBlock = (&language.Block{Name: "dynamic", Labels: []string{"TYPE"}, Several: true, Secret: true,
	Doc: "Makes a block of TYPE for each element of a collection. For one block or none, write for_each = CONDITION ? [1] : [].",
	Example: "dynamic \"lifecycle_rule\" {\n  for_each = { logs = \"30d\", tmp = \"2d\" }\n  content {\n" +
		"    prefix       = \"${lifecycle_rule.key}/\"\n    delete_after = lifecycle_rule.value\n  }\n}",
	Attributes: []language.Attribute{
		{Name: "for_each", Form: language.Any, Required: true, Doc: "A list, set, map or object.",
			Example: `for_each = { logs = "30d", tmp = "2d" }`},
		{Name: "iterator", Form: language.Name, Default: "TYPE",
			Doc:     "The name under which content reads the element: NAME.key is its key in a map, or its number in a list, from 0; NAME.value is its value.",
			Example: `iterator = rule`},
	},
	Blocks: []*language.Block{{Name: "content", Doc: "The attributes of each block that is made.",
		Example: "content {\n  prefix       = \"${lifecycle_rule.key}/\"\n  delete_after = lifecycle_rule.value\n}"}}}).Index()

// Placed is a block with the element that it was made for, which is nil if the block is written
// in the file.
type Placed struct {
	*hclsyntax.Block
	of *element
}

// dynamic is a dynamic block.
type dynamic struct {
	made     *hclsyntax.Block // content, as a block of the type that is made
	iterator string
	forEach  *hclsyntax.Attribute
	outer    *element         // the element that the dynamic block itself was made for
	ctx      *hcl.EvalContext // of for_each
	// whole reports whether for_each takes secrets whole. It is computed when first needed.
	asked, whole bool
}

// element is one element of what a dynamic block goes over.
type element struct {
	*dynamic
	key, value cty.Value
	number     int // from 1
}

// names returns a context in which the iterator is an element of this key and value.
func (d *dynamic) names(around *hcl.EvalContext, key, value cty.Value) *hcl.EvalContext {
	ctx := around.NewChild()
	ctx.Variables = map[string]cty.Value{d.iterator: cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
	return ctx
}

// MadeType returns the type of the blocks that a block makes: its own, or the one in the label of a
// dynamic block.
func MadeType(b *hclsyntax.Block) string {
	if b.Type == DynamicBlock.Name && len(b.Labels) > 0 {
		return b.Labels[0]
	}
	return b.Type
}

// told says which elements a fault at subject is about, "" if it is about all of a dynamic block.
func (e *element) told(subject hcl.Range) string {
	var names []string
	for _, a := range expr.InOrder(e.made.Body.Attributes) {
		at := a.Expr.Range()
		if subject.Start.Byte != e.made.TypeRange.Start.Byte && !at.ContainsPos(subject.Start) {
			continue
		}
		for one := e; one != nil; one = one.outer {
			if name := one.text(); expr.Mentions(one.iterator, a.Expr) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" This is for the element %s.", names[0])
	}
	return fmt.Sprintf(" This is for the elements %s.", words.List(names...))
}

// text returns a name for the element: its key, or its number if the key is not a name.
func (e *element) text() string {
	key, _ := e.key.Unmark()
	switch {
	case key.IsNull() || !key.IsKnown():
	case key.Type() == cty.Number:
		return key.AsBigFloat().Text('g', 10)
	case key.Type() == cty.String && len(key.AsString()) <= 100:
		return fmt.Sprintf("%q", key.AsString())
	}
	return fmt.Sprintf("number %d", e.number)
}
