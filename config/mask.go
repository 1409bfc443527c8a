package config

import (
	"bytes"
	"slices"

	"buckethead/config/language"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// mask writes asterisks over what may be a secret that someone wrote into an expression,
// in Config.Sources, so that what a diagnostic quotes does not show it. The length stays,
// and so do the lines: ranges remain right. What names something stays readable: variables
// of the environment, references into a store, functions, places.
func (l *loader) mask(e hclsyntax.Expression) {
	m := masker{l: l, shown: map[hclsyntax.Node]bool{}}
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		m.visit(n)
		return nil
	})
}

// masker masks the nodes of an expression, parents first.
type masker struct {
	l     *loader
	shown map[hclsyntax.Node]bool
}

func (m masker) visit(n hclsyntax.Node) {
	switch n := n.(type) {
	case *hclsyntax.FunctionCallExpr:
		for i, arg := range n.Args {
			text, written := literal(arg)
			if n.Name == "env" && i == 0 && written && variableName(text) {
				m.show(arg)
			}
			if number, ok := arg.(*hclsyntax.LiteralValueExpr); ok {
				m.shown[number] = true // how much, and not what
			}
		}
	case *hclsyntax.IndexExpr:
		m.shown[n.Key] = true
	case *hclsyntax.TemplateExpr:
		if text, written := literal(n); written && m.l.isReference(text) {
			m.show(n)
		}
	case *hclsyntax.ScopeTraversalExpr:
		root := n.Traversal.RootName()
		if !slices.Contains([]string{"var", "local", "each", "path"}, root) && !m.l.iterators[root] {
			m.l.maskRange(n.SrcRange) // a text without its quotes
		}
	case *hclsyntax.LiteralValueExpr:
		if !m.shown[n] && n.Val.Type() != cty.Bool && !n.Val.IsNull() {
			m.l.maskRange(n.SrcRange)
		}
	}
}

func (m masker) show(text hclsyntax.Expression) {
	for _, part := range text.(*hclsyntax.TemplateExpr).Parts {
		m.shown[part] = true
	}
}

// maskAttribute masks the value of an attribute that does not exist, if its name is one that
// secrets have, or near to one.
func (l *loader) maskAttribute(a *hclsyntax.Attribute) {
	if l.secretName(a.Name) || l.secretSetting(language.Similar(a.Name, l.settingNames())) {
		l.mask(a.Expr)
	}
}

// maskBody does so for every attribute of a body and of the blocks in it.
func (l *loader) maskBody(b *hclsyntax.Body) {
	for _, a := range b.Attributes {
		l.maskAttribute(a)
	}
	for _, inner := range b.Blocks {
		l.maskBody(inner.Body)
	}
}

// maskKeys masks the keys of the objects in an expression, which are not expressions.
func (l *loader) maskKeys(e hclsyntax.Expression) {
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if object, ok := n.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range object.Items {
				l.maskRange(item.KeyExpr.Range())
			}
		}
		return nil
	})
}

func (l *loader) maskRange(r hcl.Range) {
	src := l.config.Sources[r.Filename]
	if r.Start.Byte < 0 || r.End.Byte > len(src) || r.Start.Byte >= r.End.Byte {
		return
	}
	if !l.masked[r.Filename] {
		src = bytes.Clone(src) // the text may be the caller's own
		l.config.Sources[r.Filename] = src
		l.masked[r.Filename] = true
	}
	for i := r.Start.Byte; i < r.End.Byte; i++ {
		if !slices.Contains([]byte("\r\n"), src[i]) {
			src[i] = '*'
		}
	}
}
