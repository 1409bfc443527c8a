package functions

import (
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// tryFunc and canFunc are those of Terraform, except that the failure of an expression reveals
// something about the values that it reads: can(regex("^a", env("TOKEN"))) is
// as secret as the token. The library's functions return the bare outcome.
func tryFunc(w *World) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType},
		Type: func(args []cty.Value) (cty.Type, error) {
			v, err := w.try(args)
			if err != nil {
				return cty.NilType, err
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return w.try(args) },
	})
}

func canFunc(w *World) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "expression", Type: customdecode.ExpressionClosureType}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := tryfunc.CanFunc.Call(args)
			if err != nil {
				return cty.NilVal, err
			}
			return v.WithMarks(w.secretsRead(customdecode.ExpressionClosureFromVal(args[0]))), nil
		},
	})
}

func (w *World) try(args []cty.Value) (cty.Value, error) {
	failed := cty.ValueMarks{}
	var diags hcl.Diagnostics
	for _, arg := range args {
		closure := customdecode.ExpressionClosureFromVal(arg)
		v, faults := closure.Value()
		switch {
		case faults.HasErrors():
			diags = append(diags, faults...)
			maps.Copy(failed, w.secretsRead(closure))
		case !v.IsWhollyKnown():
			return cty.DynamicVal.WithMarks(failed, w.secretsRead(closure)), nil
		default:
			return v.WithMarks(failed, w.secretsRead(closure)), nil
		}
	}
	if names := UnsetNames(diags); names != nil {
		return cty.NilVal, &UnsetError{names}
	}
	_, err := tryfunc.TryFunc.Call(args) // for its error
	return cty.NilVal, err
}

func (w *World) secretsRead(c *customdecode.ExpressionClosure) cty.ValueMarks {
	e, ok := c.Expression.(hclsyntax.Expression)
	if !ok {
		return nil
	}
	return w.Secrets(e, c.EvalContext)
}

// UnsetNames returns the environment variables that are not set, if nothing else is
// wrong.
func UnsetNames(diags hcl.Diagnostics) []string {
	var names []string
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		var missing *UnsetError
		extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
		if !ok || !errors.As(extra.FunctionCallError(), &missing) {
			return nil
		}
		names = append(names, missing.Names...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
