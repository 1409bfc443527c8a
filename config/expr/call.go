package expr

import (
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"buckethead/config/functions"
)

// Call wraps a function: it estimates beforehand how much the function would make, and
// counts its arguments and its result.
func (m *Meter) Call(name string, f function.Function) function.Function {
	params := f.Params()
	open := func(p function.Parameter) function.Parameter {
		p.AllowNull, p.AllowUnknown, p.AllowDynamicType, p.AllowMarked = true, true, true, true
		if p.Type.IsCollectionType() {
			p.Type = cty.DynamicPseudoType // see fitted
		}
		return p
	}
	spec := &function.Spec{
		// The function itself checks its arguments, and says of which type its result is.
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (v cty.Value, err error) {
			if args, err = m.arguments(name, f, args); err != nil {
				return cty.NilVal, err
			}
			v, err = f.Call(args)
			if m.err != nil { // the meter ended what the function evaluated or read
				return cty.NilVal, m.err
			}
			if err != nil {
				return v, err
			}
			return v, m.trial(func() { m.Spend(m.size(v, 0)) })
		},
	}
	spec.Params = make([]function.Parameter, 0, len(params))
	for _, p := range params {
		spec.Params = append(spec.Params, open(p))
	}
	if p := f.VarParam(); p != nil {
		all := open(*p)
		spec.VarParam = &all
	}
	return function.New(spec)
}

// arguments counts the arguments of a function and what it would make, and converts
// arguments that are collections.
func (m *Meter) arguments(name string, f function.Function, given []cty.Value) (args []cty.Value, err error) {
	params := f.Params()
	args = slices.Clone(given)
	over := m.trial(func() {
		m.Toil(callWork)
		for _, v := range args {
			if size := m.size(v, 0); !v.Type().IsPrimitiveType() {
				m.Toil(4 * size) // the library looks for marks in all of it, several times
			}
		}
		if estimate := functions.Estimates[name]; estimate != nil {
			bytes := estimate(m, args)
			m.Spendable(bytes)
			m.Toil(bytes)
		}
		for i := range args {
			p := f.VarParam()
			if i < len(params) {
				p = &params[i]
			}
			if args[i], err = functions.Fitted(m, args[i], p.Type); err != nil {
				err = function.NewArgError(i, err)
				return
			}
			if p.Type.IsSetType() {
				m.size(args[i], 0)
			}
		}
	})
	if over != nil {
		return nil, over
	}
	return args, err
}
