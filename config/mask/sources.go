package mask

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
	"buckethead/config/language"
	"buckethead/vendors"
)

// Sources holds the text of the files, as diagnostics may quote it. It is used by one goroutine.
type Sources struct {
	// Texts holds the files by the name that ranges use.
	Texts map[string][]byte
	// Settings returns the settings of every vendor and every kind of state. Those that are secret say
	// which other attributes are.
	Settings func() [][]vendors.Setting
	// Reference reports whether a text is a reference into a store.
	Reference func(text string) bool
	// Iterators has the names under which dynamic blocks read their elements.
	Iterators map[string]bool

	masked map[string]bool // the files whose text is not the caller's own any more
}

// Expression writes asterisks over what may be a secret that someone wrote into an expression,
// so that what a diagnostic quotes does not show it. The length stays,
// and so do the lines: ranges remain right. What names something stays readable: variables
// of the environment, references into a store, functions, places.
func (s *Sources) Expression(e hclsyntax.Expression) {
	m := masker{sources: s, shown: map[hclsyntax.Node]bool{}}
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		m.visit(n)
		return nil
	})
}

// masker masks the nodes of an expression, parents first.
type masker struct {
	sources *Sources
	shown   map[hclsyntax.Node]bool
}

func (m masker) visit(n hclsyntax.Node) {
	switch n := n.(type) {
	case *hclsyntax.FunctionCallExpr:
		for i, arg := range n.Args {
			text, written := expr.Literal(arg)
			if n.Name == "env" && i == 0 && written && expr.VariableName(text) {
				m.show(arg)
			}
			if number, ok := arg.(*hclsyntax.LiteralValueExpr); ok {
				m.shown[number] = true // how much, and not what
			}
		}
	case *hclsyntax.IndexExpr:
		m.shown[n.Key] = true
	case *hclsyntax.TemplateExpr:
		if text, written := expr.Literal(n); written && m.sources.Reference(text) {
			m.show(n)
		}
	case *hclsyntax.ScopeTraversalExpr:
		root := n.Traversal.RootName()
		if !slices.Contains([]string{"var", "local", "each", "path"}, root) && !m.sources.Iterators[root] {
			m.sources.Range(n.SrcRange) // a text without its quotes
		}
	case *hclsyntax.LiteralValueExpr:
		if !m.shown[n] && n.Val.Type() != cty.Bool && !n.Val.IsNull() {
			m.sources.Range(n.SrcRange)
		}
	}
}

func (m masker) show(text hclsyntax.Expression) {
	for _, part := range text.(*hclsyntax.TemplateExpr).Parts {
		m.shown[part] = true
	}
}

// Attribute masks the value of an attribute that does not exist, if its name is one that
// secrets have, or near to one.
func (s *Sources) Attribute(a *hclsyntax.Attribute) {
	if s.secretName(a.Name) || s.secretSetting(language.Similar(a.Name, s.settingNames())) {
		s.Expression(a.Expr)
	}
}

// Body masks every such attribute of a body and of the blocks in it.
func (s *Sources) Body(b *hclsyntax.Body) {
	for _, a := range b.Attributes {
		s.Attribute(a)
	}
	for _, inner := range b.Blocks {
		s.Body(inner.Body)
	}
}

// Keys masks the keys of the objects in an expression, which are not expressions.
func (s *Sources) Keys(e hclsyntax.Expression) {
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if object, ok := n.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range object.Items {
				s.Range(item.KeyExpr.Range())
			}
		}
		return nil
	})
}

// Range masks a part of a file, but for the ends of its lines.
func (s *Sources) Range(r hcl.Range) {
	src := s.Texts[r.Filename]
	if r.Start.Byte < 0 || r.End.Byte > len(src) || r.Start.Byte >= r.End.Byte {
		return
	}
	if !s.masked[r.Filename] {
		if s.masked == nil {
			s.masked = map[string]bool{}
		}
		src = bytes.Clone(src) // the text may be the caller's own
		s.Texts[r.Filename] = src
		s.masked[r.Filename] = true
	}
	for i := r.Start.Byte; i < r.End.Byte; i++ {
		if !slices.Contains([]byte("\r\n"), src[i]) {
			src[i] = '*'
		}
	}
}
