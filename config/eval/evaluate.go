package eval

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
)

// keptLimit bounds the bytes of all values that are kept: variables, locals, texts.
const keptLimit = 128 << 20

// Evaluate returns the value of an expression. It returns false if there is no value:
// the fault was reported, or the expression depends on a value whose fault was.
func (s *Scope) Evaluate(e hclsyntax.Expression) (cty.Value, bool) {
	if t, ok := e.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
		e = t.Parts[0]
	}
	if literal, ok := e.(*hclsyntax.LiteralValueExpr); ok {
		// The parser leaves an unknown value where it could not read one.
		return literal.Val, literal.Val.IsKnown()
	}
	if s.ev.kept > keptLimit || s.ev.Meter.Exhausted() {
		return cty.DynamicVal, false // it was reported
	}
	v, diags := s.ev.Meter.Value(e, s.ctx)
	if diags.HasErrors() {
		s.expressionFaults(e, diags)
		return cty.DynamicVal, false
	}
	if !s.fits(e, v) {
		return cty.DynamicVal, false
	}
	if !v.IsWhollyKnown() {
		if s.halfKnown(e, v) {
			s.Report(faults.SecretFault, e.Range(), "This expression reads a secret and a value that is missing.",
				"Set a value for every variable that it reads.")
			return v, false
		}
		s.inherit(e)
		return v, false
	}
	return v, true
}

// halfKnown reports whether a secret is among the reasons for which an expression has no value.
// If there are no instances, each has no value, whatever the secret is.
func (s *Scope) halfKnown(e hclsyntax.Expression, v cty.Value) bool {
	if _, of := expr.Unmark(v); of.Origin == "" {
		return false
	}
	each := s.find("each")
	return each == cty.NilVal || each.IsWhollyKnown() || !expr.RefersToEach(e)
}

// fits adds a value that is kept to the others, and reports when they are too many.
func (s *Scope) fits(e hclsyntax.Expression, v cty.Value) bool {
	if _, shared := e.(*hclsyntax.ScopeTraversalExpr); shared {
		return true
	}
	if v.Type() != cty.Number && v.Type() != cty.Bool {
		size, secret := s.ev.Meter.SizeOf(v)
		s.ev.kept += size
		s.ev.keptSecret = s.ev.keptSecret || secret
	}
	if s.ev.kept <= keptLimit {
		return true
	}
	if s.ev.keptSecret {
		s.ev.tooMuchOfSecrets()
		return false
	}
	s.Report(faults.TooLarge, e.Range(), fmt.Sprintf("All values up to this one take more than %d MiB, the most that bh keeps.", keptLimit>>20),
		functions.LessOfIt)
	return false
}
