package eval

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/config/faults"
	"buckethead/config/language"
	"buckethead/config/words"
)

// Labelled checks a block's labels: their number must match the names in the table, and each
// must be a valid name.
func (ev *Evaluator) Labelled(b *hclsyntax.Block, want []string) bool {
	if len(b.Labels) != len(want) {
		form := b.Type
		for _, name := range want {
			form += fmt.Sprintf(" %q", name)
		}
		ev.Found.Report(faults.InvalidLabels, b.DefRange(), b.Range(),
			fmt.Sprintf("A %s block has %s, and this one has %d.", b.Type, words.Count(len(want), "label"), len(b.Labels)),
			fmt.Sprintf("Write it as: %s { ... }", form))
		return false
	}
	ok := true
	for i, label := range b.Labels {
		if !addr.ValidName(label) {
			ev.Found.Report(faults.InvalidLabels, b.LabelRanges[i], b.Range(), fmt.Sprintf("%q cannot be a name.", label),
				"A name begins with a letter or an underscore and continues with letters, digits, underscores and dashes.")
			ok = false
		}
	}
	return ok
}

// Known reports attributes and blocks of a body that are not in its table.
func (s *Scope) Known(b *hclsyntax.Body, table *language.Block) {
	for name, a := range b.Attributes {
		if table.Attribute(name) == nil {
			if table.Secret {
				s.ev.Sources.Attribute(a)
			}
			s.UnknownAttribute(a, table)
		}
	}
	for _, inner := range b.Blocks {
		if table.Block(inner.Type) == nil {
			s.UnknownBlock(inner, table)
		}
	}
}

// UnknownAttribute reports an attribute that its block does not have.
func (s *Scope) UnknownAttribute(a *hclsyntax.Attribute, table *language.Block) {
	fix := language.WayOut(a.Name, table.AttributeNames(), "attribute")
	if inner := table.Block(a.Name); inner != nil {
		if inner.Secret {
			s.ev.Sources.Expression(a.Expr)
		}
		fix = fmt.Sprintf("%s is a block: write %s { ... } without the equals sign.", a.Name, a.Name)
	} else if near := language.Similar(a.Name, table.BlockNames()); near != "" &&
		language.Similar(a.Name, table.AttributeNames()) == "" {
		fix = fmt.Sprintf("Did you mean %q?", near)
	}
	s.Report(faults.UnknownAttribute, a.NameRange, fmt.Sprintf("A %s block has no attribute %q.", table.Name, a.Name), fix)
}

// UnknownBlock reports a block that the block around it does not have.
func (s *Scope) UnknownBlock(b *hclsyntax.Block, table *language.Block) {
	if table.Secret {
		s.ev.Sources.Body(b.Body)
	}
	name, at, names := b.Type, b.TypeRange, table.BlockNames()
	if b.Type == DynamicBlock.Name && len(b.Labels) == 1 {
		name, at = b.Labels[0], b.LabelRanges[0]
		names = slices.DeleteFunc(names, func(name string) bool { return name == DynamicBlock.Name })
		if slices.Contains(names, name) {
			s.Report(faults.UnknownBlock, b.TypeRange, fmt.Sprintf("A dynamic block cannot make the %s block of a %s block.", name, table.Name),
				fmt.Sprintf("Write %s { ... } itself: dynamic blocks are allowed only in projects.", name))
			return
		}
	}
	fix := language.WayOut(name, names, "block")
	if table.Attribute(name) != nil {
		fix = fmt.Sprintf("%s is an attribute: write %s = ...", name, name)
	} else if near := language.Similar(name, table.AttributeNames()); near != "" && language.Similar(name, names) == "" {
		fix = fmt.Sprintf("Did you mean %q?", near)
	}
	s.Report(faults.UnknownBlock, at, fmt.Sprintf("A %s block has no block %q.", table.Name, name), fix)
}

// Duplicate reports that a block declares what another one declares already.
func (s *Scope) Duplicate(b, first *hclsyntax.Block, what string) {
	s.Report(faults.DuplicateBlock, b.DefRange(),
		fmt.Sprintf("%s is declared twice: here and at %s.", what, faults.RangeOf(first.DefRange())),
		"Remove one of the two, or give it another name.")
}

// Require returns an attribute of a block, or reports that it is missing.
func (s *Scope) Require(b *hclsyntax.Block, name string) *hclsyntax.Attribute {
	a := b.Body.Attributes[name]
	if a == nil {
		s.Missing(b, name)
	}
	return a
}

func (s *Scope) Missing(b *hclsyntax.Block, name string) {
	s.Report(faults.MissingAttribute, b.DefRange(), fmt.Sprintf("This %s block needs %s.", b.Type, name),
		fmt.Sprintf("Add a line: %s = ...", name))
}
