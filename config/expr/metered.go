package expr

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/config/faults"
	"buckethead/config/functions"
)

// plainParts is how many parts a template may have that are not counted one by one:
// each is a string within its bound.
const plainParts = 8

// Body has the meter count what the expressions of a body make. Types are not values.
func (m *Meter) Body(b *hclsyntax.Body) {
	for _, a := range b.Attributes {
		m.inside(a.Expr)
	}
	for _, inner := range b.Blocks {
		if inner.Type == "variable" {
			for name, a := range inner.Body.Attributes {
				if name != "type" {
					m.inside(a.Expr)
				}
			}
			for _, validation := range inner.Body.Blocks {
				m.Body(validation.Body)
			}
			continue
		}
		m.Body(inner.Body)
	}
}

// inside wraps the expressions within an expression. The expression itself stays what
// it is; it is evaluated by the meter.
func (m *Meter) inside(e hclsyntax.Expression) {
	switch e := e.(type) {
	case *hclsyntax.TemplateExpr:
		if e.IsStringLiteral() {
			return
		}
		how := operand
		if len(e.Parts) > plainParts {
			how = part
		}
		m.each(e.Parts, how)
	case *hclsyntax.TemplateWrapExpr:
		m.wrap(&e.Wrapped, operand)
	case *hclsyntax.TemplateJoinExpr:
		m.wrap(&e.Tuple, operand)
	case *hclsyntax.FunctionCallExpr:
		m.each(e.Args, operand)
	case *hclsyntax.TupleConsExpr:
		m.each(e.Exprs, operand)
	case *hclsyntax.ObjectConsExpr:
		for i := range e.Items {
			if key, ok := e.Items[i].KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
				m.wrap(&key.Wrapped, operand)
			}
			m.wrap(&e.Items[i].ValueExpr, operand)
		}
	case *hclsyntax.ForExpr:
		m.wrap(&e.CollExpr, looped)
		if e.KeyExpr != nil {
			m.wrap(&e.KeyExpr, part)
		}
		m.wrap(&e.ValExpr, repeated)
		if e.CondExpr != nil {
			m.wrap(&e.CondExpr, operand)
		}
	case *hclsyntax.ConditionalExpr:
		m.wrap(&e.Condition, operand)
		m.wrap(&e.TrueResult, compared)
		m.wrap(&e.FalseResult, compared)
	case *hclsyntax.BinaryOpExpr:
		how := operand
		if e.Op == hclsyntax.OpEqual || e.Op == hclsyntax.OpNotEqual {
			how = compared
		}
		m.wrap(&e.LHS, how)
		m.wrap(&e.RHS, how)
	case *hclsyntax.UnaryOpExpr:
		m.wrap(&e.Val, operand)
	case *hclsyntax.ParenthesesExpr:
		m.inside(e.Expression)
	case *hclsyntax.IndexExpr:
		m.wrap(&e.Collection, operand)
		m.wrap(&e.Key, operand)
	case *hclsyntax.RelativeTraversalExpr:
		m.wrap(&e.Source, operand)
	case *hclsyntax.SplatExpr:
		m.wrap(&e.Source, looped)
		m.wrap(&e.Each, repeated)
	}
}

func (m *Meter) each(list []hclsyntax.Expression, how role) {
	for i := range list {
		m.wrap(&list[i], how)
	}
}

// wrap wraps an expression unless it only refers to an existing value.
func (m *Meter) wrap(e *hclsyntax.Expression, how role) {
	m.inside(*e)
	switch inner := (*e).(type) {
	case *hclsyntax.LiteralValueExpr, *Metered:
		return
	case *hclsyntax.ScopeTraversalExpr, *hclsyntax.IndexExpr, *hclsyntax.RelativeTraversalExpr, *hclsyntax.AnonSymbolExpr:
		if how == operand {
			return
		}
	case *hclsyntax.TemplateExpr:
		if inner.IsStringLiteral() && how != part && how != repeated {
			return
		}
	}
	*e = &Metered{ParenthesesExpr: hclsyntax.ParenthesesExpr{Expression: *e, SrcRange: (*e).Range()}, m: m, role: how}
}

// Template has the meter count what a parsed template makes.
func (m *Meter) Template(e *hclsyntax.Expression) { m.wrap(e, template) }

// twiceInObject reports a key that an object has twice, of which HCL would keep the last.
func twiceInObject(e *hclsyntax.ObjectConsExpr, v cty.Value, ctx *hcl.EvalContext) hcl.Diagnostics {
	plain, _ := v.Unmark()
	if !plain.Type().IsObjectType() || len(plain.Type().AttributeTypes()) == len(e.Items) {
		return nil
	}
	first := map[string]hcl.Range{}
	for _, item := range e.Items {
		key, diags := item.KeyExpr.Value(ctx)
		key, _ = key.Unmark()
		if diags.HasErrors() || !key.IsKnown() || key.IsNull() {
			return nil
		}
		name, err := keyText(key)
		if err != nil {
			return nil
		}
		at := item.KeyExpr.Range()
		if other, twice := first[name]; twice {
			err := &functions.Fault{Kind: functions.DuplicateKey,
				What: fmt.Sprintf("%q is already a key of this map, at %s", name, faults.RangeOf(other)),
				Fix:  "Remove one of the two, or give it another key."}
			return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: faults.DuplicateKey.Summary, Detail: err.What, Subject: &at, Extra: err}}
		}
		first[name] = at
	}
	return nil
}

// keyText is the key of an object as HCL makes it.
func keyText(key cty.Value) (string, error) {
	v, err := convert.Convert(key, cty.String)
	if err != nil {
		return "", err
	}
	return v.AsString(), nil
}
