package expr

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/faults"
	"buckethead/config/functions"
)

// What expressions make is bounded, because a few characters can ask for any amount of
// memory. The data of 100,000 projects with five values each stays below every bound.
const (
	evaluationLimit = functions.EvaluationLimit
	stringLimit     = functions.StringLimit
	WorkLimit       = 4 << 30 // bytes that all expressions make or look at: some seconds
	exponentLimit   = 4096    // bits before the point of a number, or zeros after it
	elementSize     = functions.ElementSize
	callWork        = functions.CallWork
	// stepSize is what a step of a loop costs, faultSize what HCL keeps of an error in one.
	stepSize, faultSize = 128, 1 << 10
)

// LimitError says which bound was exceeded. It contains nothing of the value.
type LimitError struct {
	What string
	All  bool // all expressions up to here exceeded it together
}

func (e *LimitError) Error() string { return e.What }

func beyond(what string, limit int64) *LimitError {
	return &LimitError{What: fmt.Sprintf("The expression %s of more than %d MiB, the most that bh keeps for one", what, limit>>20)}
}

// Meter counts what an expression makes while it is evaluated, and ends the evaluation
// when that is too much. HCL builds values without any limit, so the parts of each
// expression that build values are wrapped once after parsing, and so is every function.
type Meter struct {
	mu    sync.Mutex // held by value: policies may be checked concurrently
	spent int64      // by this expression
	work  int64      // by all of them
	most  int64      // work
	err   *LimitError
	at    hcl.Range
	// patterns are the regular expressions that were compiled.
	patterns functions.Patterns
	// secret says that the value being measured contains a secret of the environment, secrets that
	// any value ever did.
	secret, Secrets bool
}

// exceeded unwinds HCL, whose loops do not end at an error.
type exceeded struct{}

// Value evaluates an expression within the bounds.
func (m *Meter) Value(e hcl.Expression, ctx *hcl.EvalContext) (v cty.Value, diags hcl.Diagnostics) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.spent, m.err, m.at = 0, nil, hcl.Range{}
	defer func() {
		if r := recover(); r != nil {
			if _, ours := r.(exceeded); !ours {
				panic(r)
			}
		}
		if m.err != nil { // also where try() or can() hid it
			if m.at == (hcl.Range{}) {
				m.at = e.Range()
			}
			v, diags = cty.DynamicVal, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: faults.TooLarge.Summary,
				Detail: m.err.What, Subject: m.at.Ptr(), Extra: m.err}}
		}
	}()
	m.Toil(callWork)
	v, diags = e.Value(ctx)
	if !diags.HasErrors() {
		if own, ok := e.(hclsyntax.Expression); ok {
			diags = append(diags, m.check(own, v, ctx)...)
		}
	}
	return v, diags
}

// end ends the evaluation.
func (m *Meter) end(err *LimitError) {
	if m.err == nil {
		m.err = err
	}
	panic(exceeded{})
}

// Toil counts what takes time. It implements [functions.Meter].
func (m *Meter) Toil(work int64) {
	if m.work += work; m.work > m.most {
		m.end(&LimitError{"The expressions up to this one take too long to evaluate", true})
	}
}

// Exhausted reports whether there was too much work, which was reported.
func (m *Meter) Exhausted() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.work > m.most
}

// Spend counts memory that is used.
func (m *Meter) Spend(bytes int64) {
	m.Toil(bytes)
	m.spent += bytes
	if m.err != nil || m.spent > evaluationLimit || m.spent < 0 {
		m.end(beyond("makes values", evaluationLimit))
	}
}

// Spendable ends the evaluation if so many more bytes would be too many.
func (m *Meter) Spendable(bytes int64) {
	if total := m.spent + bytes; total > evaluationLimit || total < 0 {
		m.end(beyond("makes values", evaluationLimit))
	}
}

// Patterns implements [functions.Meter].
func (m *Meter) Patterns() *functions.Patterns { return &m.patterns }

// Size implements [functions.Meter].
func (m *Meter) Size(v cty.Value) int64 { return m.size(v, 0) }

// TooLarge ends the evaluation with a reason.
func (m *Meter) TooLarge(why string) { m.end(&LimitError{What: why}) }

// trial runs f, in which the meter may end the evaluation, and returns why it did.
// It is called inside functions, where cty turns a panic into another error.
func (m *Meter) trial(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ours := r.(exceeded); !ours {
				panic(r)
			}
			err = m.err
		}
	}()
	f()
	return nil
}

// check looks at the value of an expression of a kind that makes values.
func (m *Meter) check(e hclsyntax.Expression, v cty.Value, ctx *hcl.EvalContext) hcl.Diagnostics {
	switch made := e.(type) {
	case *hclsyntax.ObjectConsExpr:
		if diags := twiceInObject(made, v, ctx); diags.HasErrors() {
			return diags
		}
		m.Spend(int64(len(made.Items)) * elementSize)
		m.size(v, 0)
	case *hclsyntax.TupleConsExpr:
		m.Spend(int64(len(made.Exprs)) * elementSize)
		if slices.ContainsFunc(made.Exprs, computed) { // else the file has all of it
			m.size(v, 0)
		}
	case *hclsyntax.ForExpr, *hclsyntax.SplatExpr, *hclsyntax.ConditionalExpr:
		m.size(v, 0)
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateJoinExpr, *hclsyntax.BinaryOpExpr, *hclsyntax.UnaryOpExpr:
		m.Spend(m.size(v, 0))
	case *hclsyntax.TemplateWrapExpr:
		return m.check(made.Wrapped, v, ctx)
	case *hclsyntax.ParenthesesExpr:
		return m.check(made.Expression, v, ctx)
	}
	return nil
}

// computed reports whether an expression is more than a text in quotes.
func computed(e hclsyntax.Expression) bool {
	t, is := e.(*hclsyntax.TemplateExpr)
	return !is || !t.IsStringLiteral()
}

// size returns about how much memory a value takes. It ends the evaluation if that is
// more than an expression may make, also for a value that is much smaller because it has
// the same part again and again: code that walks through it sees all of them.
func (m *Meter) size(v cty.Value, depth int) int64 {
	total := int64(0)
	m.measure(v, depth, &total)
	m.Toil(2 * total)
	return total
}

func (m *Meter) measure(v cty.Value, depth int, total *int64) {
	if depth > MaxDepth {
		m.end(&LimitError{What: fmt.Sprintf("The value is nested more than %d levels deep", MaxDepth)})
	}
	v, marks := v.Unmark()
	if marks != nil && CarriedBy(marks).Origin != "" {
		m.secret, m.Secrets = true, true
	}
	kind := v.Type()
	switch {
	case v.IsNull() || !v.IsKnown() || kind == cty.Bool || kind.IsCapsuleType():
	case kind == cty.String:
		n := int64(len(v.AsString()))
		if n > stringLimit {
			m.end(beyond("makes a string", stringLimit))
		}
		m.Toil(8 * n) // functions go through it several times
		*total += n
	case kind == cty.Number:
		m.number(v)
	case kind.IsSetType():
		// go-cty sorts a set whenever it walks through it. Its elements were measured
		// before they became a set.
		n := v.LengthInt()
		*total += int64(n) * elementSize
		compare := int64(callWork)
		if !kind.ElementType().IsPrimitiveType() {
			compare *= 4
		}
		m.Toil(int64(n) * int64(bits.Len(uint(n))) * compare)
	case kind.IsObjectType():
		for name := range kind.AttributeTypes() {
			*total += elementSize + int64(len(name))
			m.measure(v.GetAttr(name), depth+1, total)
		}
	default:
		for it := v.ElementIterator(); it.Next(); {
			key, element := it.Element()
			if kind.IsMapType() {
				*total += int64(len(key.AsString()))
			}
			*total += elementSize
			m.measure(element, depth+1, total)
		}
	}
	if *total > evaluationLimit {
		m.end(beyond("has a value", evaluationLimit))
	}
}

// number refuses numbers whose text would have millions of digits.
func (m *Meter) number(v cty.Value) {
	n := v.AsBigFloat()
	if n.IsInf() || n.Sign() == 0 {
		return
	}
	if exponent := n.MantExp(nil); max(exponent, -exponent) > exponentLimit {
		m.end(&LimitError{What: "The expression makes a number of more than a thousand digits"})
	}
}

// Metered is an expression within another one. It is seen as parentheses around it.
type Metered struct {
	hclsyntax.ParenthesesExpr
	m    *Meter
	role role
}

// role says what an expression is to the one around it.
type role uint8

const (
	operand  role = iota
	part          // of a template, which becomes text at once
	repeated      // one step of a loop
	looped        // what a loop goes through
	compared      // as a whole: with another value, or its type with another type
	template      // a whole template, whose places are not those of the files
)

// Value evaluates the expression and counts what it makes.
func (e *Metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	m := e.m
	defer func() { // the innermost one that knows its place
		switch {
		case e.role == template:
			m.at = hcl.Range{}
		case m.err != nil && m.at == (hcl.Range{}):
			m.at = e.Expression.Range()
		}
	}()
	m.Spend(0)
	if e.role == repeated {
		m.Spend(stepSize)
	}
	v, diags := e.Expression.Value(ctx)
	if m.err != nil {
		panic(exceeded{})
	}
	if diags.HasErrors() {
		m.Spend(faultSize)
		return v, diags
	}
	diags = append(diags, m.check(e.Expression, v, ctx)...)
	plain, _ := v.Unmark()
	switch {
	case e.role == looped && plain.IsKnown() && plain.CanIterateElements():
		m.Toil(int64(plain.LengthInt()) * 4 * stepSize)
		if plain.Type().IsSetType() {
			m.size(plain, 0)
		}
	case e.role == compared:
		m.Toil(4*m.size(plain, 0) + functions.Unifying(plain))
	case e.role == part && plain.IsKnown() && !plain.IsNull() && plain.Type() == cty.String:
		m.Spend(int64(len(plain.AsString())))
	}
	return v, diags
}

// Outside has the meter count what an expression of a file of variables makes. JSON has
// no operations, so that its size is that of the file.
func (m *Meter) Outside(e hcl.Expression) {
	if own, ok := e.(hclsyntax.Expression); ok {
		m.inside(own)
	}
}

// Allow starts to count work again, up to a limit.
func (m *Meter) Allow(work int64) { m.work, m.most = 0, work }

// NewMeter returns a meter for one configuration.
func NewMeter() *Meter { return &Meter{most: WorkLimit} }

// SizeOf is size for a value that was measured. It also reports whether the value has a secret of
// the environment in it.
func (m *Meter) SizeOf(v cty.Value) (size int64, secret bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err, m.secret = nil, false
	_ = m.trial(func() { size = m.size(v, 0) })
	return size, m.secret
}
