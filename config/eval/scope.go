package eval

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/faults"
)

// Scope is a place where expressions are evaluated: the names that they can use,
// and the block and address that faults are reported for.
type Scope struct {
	ev    *Evaluator
	ctx   *hcl.EvalContext
	block hcl.Range
	// Address is what faults are about.
	Address addr.Address
	// Hidden leaves out the details of faults: what is evaluated is a secret,
	// whatever it is made of.
	Hidden bool
	// telling makes every fault one that depends on what secrets are; only one of those is reported.
	telling bool
	// seen makes sure that a fault of every instance of a for_each is reported
	// only once; nil if a block is decoded once.
	seen map[faultKey]struct{}
	// lacks collects what was not given from outside, for the attribute part; nil if that is
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

// In returns the scope of the attributes of a block.
func (ev *Evaluator) In(b *hclsyntax.Block) *Scope {
	return &Scope{ev: ev, ctx: ev.root, block: b.Range()}
}

// Needing returns the scope of a block that keeps what it lacks, if only a part is evaluated.
func (ev *Evaluator) Needing(b *hclsyntax.Block, lacks *[]Lack) *Scope {
	s := ev.In(b)
	if ev.Partial {
		s.lacks = lacks
	}
	return s
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

// Once reports a fault that all instances of a block have only once.
func (s *Scope) Once() { s.seen = map[faultKey]struct{}{} }

// find returns the value of a name in this scope, or cty.NilVal.
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
