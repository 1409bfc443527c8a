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
// the fault was reported, or the expression rests on one that was.
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
			s.Report(faults.SecretFault, e.Range(), "This takes the value of a secret, and one that is not there.",
				"Give a value to every variable that it reads.")
			return v, false
		}
		s.inherit(e)
		return v, false
	}
	return v, true
}

// halfKnown reports whether it depends on a secret, too, that an expression has no value.
// Where there are no instances, each has none, whatever the secret is.
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
	s.Report(faults.TooLarge, e.Range(), fmt.Sprintf("All values up to this one have more than %d MiB, the most that bh keeps.", keptLimit>>20),
		functions.LessOfIt)
	return false
}
