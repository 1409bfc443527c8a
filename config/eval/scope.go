package eval

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
)

// keptLimit bounds the bytes of all values that are kept: variables, locals, texts.
const keptLimit = 128 << 20

// Scope is a place where expressions are evaluated: the names that they can use,
// and the block and address that faults are reported for.
type Scope struct {
	ev    *Evaluator
	ctx   *hcl.EvalContext
	block hcl.Range
	// Address is what faults are about.
	Address addr.Address
	// Hidden keeps the details of faults back: what is evaluated is a secret,
	// whatever it is made of.
	Hidden bool
	// telling makes every fault one that depends on what secrets are, of which one is told.
	telling bool
	// seen keeps a fault that every instance of a for_each has from being told
	// once for each; nil where a block is decoded once.
	seen map[faultKey]struct{}
	// lacks gets what was not given from outside, for the attribute part; nil where that is
	// an error like any other.
	lacks *[]Lack
	Part  string
	// element is what the block was made for, nil if no dynamic block made it.
	element *element
}

type faultKey struct {
	code, detail string
	file         string
	start        int
}

// Report adds one error at subject, for the scope's block and address.
func (s *Scope) Report(k diag.Kind, subject hcl.Range, detail, fix string) *diag.Diagnostic {
	if s.seen != nil {
		key := faultKey{k.Code, detail, subject.Filename, subject.Start.Byte}
		if _, told := s.seen[key]; told {
			return &diag.Diagnostic{}
		}
		s.seen[key] = struct{}{}
	}
	if s.telling {
		k = faults.SecretFault
	}
	ofSecret := k == faults.SecretFault || k == faults.ShownSecret // for which instance or element could tell the secret
	if s.element != nil && !ofSecret {
		detail += s.element.told(subject)
	}
	d := s.ev.Found.Report(k, subject, s.block, detail, fix)
	if d.Address = s.Address; ofSecret {
		d.Address.Key = ""
	}
	return d
}

// Once has a fault that all instances of a block have reported once.
func (s *Scope) Once() { s.seen = map[faultKey]struct{}{} }

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
	if !s.count(e, v) {
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
	return each == cty.NilVal || each.IsWhollyKnown() || !RefersToEach(e)
}

// count adds a value that is kept to the others, and reports when they are too many.
func (s *Scope) count(e hclsyntax.Expression, v cty.Value) bool {
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

// find returns what a name stands for here, or cty.NilVal.
func (s *Scope) find(name string) cty.Value {
	for ctx := s.ctx; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[name]; ok {
			return v
		}
	}
	return cty.NilVal
}

// Bind makes values known to the expressions of the scope, beside what all expressions know.
func (s *Scope) Bind(values map[string]cty.Value) {
	s.ctx = s.ev.root.NewChild()
	s.ctx.Variables = values
}

// BindLocals makes only these locals known, beside the variables: those that another local needs.
func (s *Scope) BindLocals(names map[string]*Name) {
	s.ctx = &hcl.EvalContext{Functions: s.ev.functions, Variables: map[string]cty.Value{
		"var":   s.ev.root.Variables["var"],
		"path":  s.ev.root.Variables["path"],
		"local": objectOf(names),
	}}
}
