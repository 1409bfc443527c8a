package eval

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
	"buckethead/config/words"
)

// DynamicBlock is the table of a block that makes others. It stands where they stand.
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

// blockLimit bounds the blocks that dynamic blocks make.
const blockLimit = 1_000_000

// SettingsPart is what lacks a value if a block of settings does.
const SettingsPart = "settings"

// PartOf returns the part of a project that lacks a value if a block of this type does.
func PartOf(table *language.Block) string {
	if table.ByCloud {
		return SettingsPart
	}
	return table.Name
}

// Placed is a block with the element that it was made for, which is nil if it stands in the file
// itself.
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
	// whole says that for_each takes secrets whole, once that was asked.
	asked, whole bool
}

// element is one element of what a dynamic block goes over.
type element struct {
	*dynamic
	key, value cty.Value
	number     int // from 1
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

// names returns a context in which the iterator is an element of this key and value.
func (d *dynamic) names(around *hcl.EvalContext, key, value cty.Value) *hcl.EvalContext {
	ctx := around.NewChild()
	ctx.Variables = map[string]cty.Value{d.iterator: cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
	return ctx
}

// takesWhole is [scope.whole] for for_each.
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

// MadeType returns the type of the blocks that a block stands for: its own, or what the label of a
// dynamic block says.
func MadeType(b *hclsyntax.Block) string {
	if b.Type == DynamicBlock.Name && len(b.Labels) > 0 {
		return b.Labels[0]
	}
	return b.Type
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
			s.Report(faults.InvalidValue, a.Expr.Range(), fmt.Sprintf("The name %q already stands for something else.", d.iterator),
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

// told says which elements a fault at subject is about, "" if all of a dynamic block have it.
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

// text returns a name for the element: its key, or its number where the key is no name.
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

// MaskExpression masks an expression, and what a dynamic block goes over if the expression is made of that.
func (s *Scope) MaskExpression(e hclsyntax.Expression) {
	s.ev.Sources.Expression(e)
	for one := s.element; one != nil; one = one.outer {
		if expr.Mentions(one.iterator, e) {
			s.ev.Sources.Expression(one.forEach.Expr)
		}
	}
}

// roomForBlocks reports whether dynamic blocks can make so many more blocks, and says so if not.
func (s *Scope) roomForBlocks(more int, at hcl.Range) bool {
	if s.ev.made+more <= blockLimit {
		s.ev.made += more
		return true
	}
	s.Report(faults.TooLarge, at, fmt.Sprintf("With these, dynamic blocks make more than %d blocks.", blockLimit),
		"Make fewer, or split the configuration into several with a state of their own.")
	return false
}
