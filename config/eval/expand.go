package eval

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
)

// blockLimit bounds the blocks that dynamic blocks make.
const blockLimit = 1_000_000

// SettingsPart is the part of a project that lacks a value if a block of settings does.
const SettingsPart = "settings"

// PartOf returns the part of a project that lacks a value if a block of this type does.
func PartOf(table *language.Block) string {
	if table.ByCloud {
		return SettingsPart
	}
	return table.Name
}

// Expand returns the blocks in the order of the file, with each dynamic block replaced by the blocks
// that it makes. It reports what is wrong with the dynamic blocks, and returns the set of the types of
// which not every block is known.
func (s *Scope) Expand(blocks hclsyntax.Blocks, table *language.Block) ([]Placed, language.Set) {
	if len(blocks) == 0 {
		return nil, 0
	}
	list, unsure := make([]Placed, 0, len(blocks)), language.Set(0)
	for _, b := range blocks {
		if b.Type != DynamicBlock.Name {
			list = append(list, Placed{b, nil})
			continue
		}
		if s.seen == nil {
			s.Once()
		}
		made, ok := s.elements(b, table)
		if list = append(list, made...); !ok {
			unsure |= table.Set(MadeType(b))
		}
	}
	return list, unsure
}

// Within returns the scope of the attributes of a block in the scope s.
func (p Placed) Within(s Scope) Scope {
	s.block = p.Range()
	if p.of != nil {
		s.ctx = p.of.names(s.ctx, p.of.key, p.of.value)
		s.element = p.of
	}
	return s
}

// elements returns the blocks that one dynamic block makes. It is false if they are not known,
// because something is wrong.
func (s *Scope) elements(b *hclsyntax.Block, table *language.Block) ([]Placed, bool) {
	if !s.ev.Labelled(b, DynamicBlock.Labels) {
		return nil, false
	}
	made := table.Block(b.Labels[0])
	if made == nil || made == DynamicBlock {
		s.UnknownBlock(b, table)
		return nil, false
	}
	within := *s
	within.block, within.Part = b.Range(), PartOf(made)
	within.Known(b.Body, DynamicBlock)
	d := &dynamic{outer: s.element, ctx: s.ctx, forEach: within.Require(b, "for_each")}
	named, has := within.iterator(b, d), within.content(b, d)
	list, ok := within.over(d)
	if !named || !has {
		return nil, false
	}
	if len(list) == 0 {
		within.block = d.made.Range()
		within.ctx = d.names(s.ctx, cty.UnknownVal(cty.String), cty.DynamicVal)
		within.unused(d.made, made)
	}
	return list, ok
}

// content reads the content block of a dynamic block, and reports if there is not one.
func (s *Scope) content(b *hclsyntax.Block, d *dynamic) bool {
	var first *hclsyntax.Block
	for _, inner := range b.Body.Blocks {
		switch {
		case inner.Type != "content":
		case first != nil:
			s.Report(faults.DuplicateBlock, inner.DefRange(), fmt.Sprintf("A dynamic block has one content block, and another is at %s.", faults.RangeOf(first.DefRange())),
				"Remove one of the two.")
			return false
		case !s.ev.Labelled(inner, nil):
			return false
		default:
			first = inner
		}
	}
	if first == nil {
		s.Report(faults.MissingAttribute, b.DefRange(), "This dynamic block needs a content block.",
			fmt.Sprintf("Add content { ... } with the attributes of each %s block.", b.Labels[0]))
		return false
	}
	made := *first
	made.Type = b.Labels[0]
	d.made = &made
	return true
}

// iterator reads the name under which the content of a dynamic block reads an element.
func (s *Scope) iterator(b *hclsyntax.Block, d *dynamic) bool {
	d.iterator = b.Labels[0]
	if a := b.Body.Attributes["iterator"]; a != nil {
		if d.iterator = hcl.ExprAsKeyword(a.Expr); d.iterator == "" {
			s.Report(faults.WrongType, a.Expr.Range(), "iterator takes a name without quotes, and this is not one.", "Write it as: iterator = rule")
			return false
		}
		if _, taken := s.ev.root.Variables[d.iterator]; taken || d.iterator == "each" {
			s.Report(faults.InvalidValue, a.Expr.Range(), fmt.Sprintf("The name %q already means something else.", d.iterator),
				"Choose another name: iterator = rule")
			return false
		}
	}
	s.ev.Sources.Iterators[d.iterator] = true
	return true
}

// over returns a block for each element of for_each. It is false if they are not known.
func (s *Scope) over(d *dynamic) ([]Placed, bool) {
	a := d.forEach
	if a == nil {
		return nil, false
	}
	v, ok := s.Evaluate(a.Expr)
	if !ok {
		return nil, false
	}
	// The marks of the elements stay: they decide where the content may use them.
	v, marks := v.Unmark()
	of, t := expr.CarriedBy(marks), v.Type()
	switch {
	case of.Sensitive:
		s.Shows(of, a.Expr, a.Name, "plans show how many blocks it makes")
		return nil, false
	case v.IsNull():
		s.Report(faults.InvalidForEach, a.Expr.Range(), "for_each is null.", "Use an empty list, [], for no blocks at all.")
		return nil, false
	case !t.IsListType() && !t.IsSetType() && !t.IsMapType() && !t.IsTupleType() && !t.IsObjectType():
		s.Report(faults.InvalidForEach, a.Expr.Range(),
			fmt.Sprintf("for_each of a dynamic block takes a list, a set, a map or an object, and this is %s.", typeName(t)),
			`Write ["a", "b"] or { a = ..., b = ... }; for one block or none, CONDITION ? [1] : [].`)
		return nil, false
	case !s.roomForBlocks(v.LengthInt(), a.Expr.Range()):
		return nil, false
	}
	list := make([]Placed, 0, v.LengthInt())
	elements := make([]element, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element()
		elements = append(elements, element{d, key.WithMarks(marks), value.WithMarks(marks), len(elements) + 1})
		list = append(list, Placed{d.made, &elements[len(elements)-1]})
	}
	return list, true
}

// unused reports what is wrong with a block that is not made, whatever its values would be. What
// its expressions need from outside is not needed.
func (s *Scope) unused(b *hclsyntax.Block, table *language.Block) {
	s.Known(b.Body, table)
	for i := range table.Attributes {
		if row := &table.Attributes[i]; row.Required && b.Body.Attributes[row.Name] == nil {
			s.Missing(b, row.Name)
		}
	}
	for _, a := range expr.InOrder(b.Body.Attributes) {
		s.undeclared(a.Expr)
	}
}

// MaskExpression masks an expression, and what a dynamic block goes over if the expression is made of that.
func (s *Scope) MaskExpression(e hclsyntax.Expression) {
	s.ev.Sources.Expression(e)
	for one := s.element; one != nil; one = one.outer {
		if expr.Mentions(one.iterator, e) {
			s.ev.Sources.Expression(one.forEach.Expr)
		}
	}
}

// roomForBlocks reports whether dynamic blocks can make this many more blocks, and reports a fault if not.
func (s *Scope) roomForBlocks(more int, at hcl.Range) bool {
	if s.ev.made+more <= blockLimit {
		s.ev.made += more
		return true
	}
	s.Report(faults.TooLarge, at, fmt.Sprintf("With these, dynamic blocks make more than %d blocks.", blockLimit),
		"Make fewer, or split the configuration into several, each with its own state.")
	return false
}
