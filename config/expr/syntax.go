package expr

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Step returns the name that a traversal steps to at i: .name or ["name"].
func Step(t hcl.Traversal, i int) (string, bool) {
	if i >= len(t) {
		return "", false
	}
	switch s := t[i].(type) {
	case hcl.TraverseRoot:
		return s.Name, true
	case hcl.TraverseAttr:
		return s.Name, true
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String && s.Key.IsKnown() && !s.Key.IsNull() {
			return s.Key.AsString(), true
		}
	}
	return "", false
}

// TraversalText writes a traversal as it is in the file: project.tenant["x"].
func TraversalText(t hcl.Traversal) string {
	var b strings.Builder
	for i, part := range t {
		switch p := part.(type) {
		case hcl.TraverseRoot:
			b.WriteString(p.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + p.Name)
		default:
			if name, ok := Step(t, i); ok {
				fmt.Fprintf(&b, "[%q]", name)
			} else {
				b.WriteString("[...]")
			}
		}
	}
	return b.String()
}

// Mentions reports whether any of the expressions refers to a name.
func Mentions(name string, expressions ...hclsyntax.Expression) bool {
	return slices.ContainsFunc(expressions, func(e hclsyntax.Expression) bool {
		return slices.ContainsFunc(e.Variables(), func(t hcl.Traversal) bool { return t.RootName() == name })
	})
}

// InOrder returns the attributes of a body in the order of the file.
func InOrder(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(attributes), func(a, b *hclsyntax.Attribute) int {
		return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte
	})
}

// Writes reports whether an expression contains a text literally.
func Writes(e hclsyntax.Expression, text string) bool {
	found := false
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if x, ok := n.(hclsyntax.Expression); ok {
			own, written := Literal(x)
			found = found || written && own == text
		}
		return nil
	})
	return found
}

// Literal returns the text of an expression that is nothing but text in quotes.
func Literal(e hclsyntax.Expression) (string, bool) {
	t, ok := e.(*hclsyntax.TemplateExpr)
	if !ok || !t.IsStringLiteral() {
		return "", false
	}
	v, diags := t.Value(nil)
	if diags.HasErrors() {
		return "", false
	}
	return v.AsString(), true
}

// The forms of names that may be shown anywhere. A secret that someone wrote into env() instead
// of a name does not look like these.
var (
	upperName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{0,63}$`)
	lowerName = regexp.MustCompile(`^(BH_VAR_)?[a-z]{1,16}(_[a-z]{1,16}|_[0-9]{1,4})+$`)
)

// VariableName reports whether a text looks like the name of an environment variable, so that it may be shown.
func VariableName(text string) bool {
	return upperName.MatchString(text) || lowerName.MatchString(text)
}

// ValueRange returns the place of an attribute's value, or of the block's header
// where the attribute is not written.
func ValueRange(b *hclsyntax.Block, name string) hcl.Range {
	if a := b.Body.Attributes[name]; a != nil {
		return a.Expr.Range()
	}
	return b.DefRange()
}

// RefersToEach reports whether an expression differs between instances.
func RefersToEach(e hclsyntax.Expression) bool { return Mentions("each", e) }
