package config

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

// tryFunc and canFunc are those of Terraform, but that an expression fails counts as
// something that it says of the values which it reads: can(regex("^a", env("TOKEN"))) is
// as secret as the token. The library's functions return the bare outcome.
var (
	tryFunc = function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType},
		Type: func(args []cty.Value) (cty.Type, error) {
			v, err := try(args)
			if err != nil {
				return cty.NilType, err
			}
			return v.Type(), nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return try(args) },
	})
	canFunc = function.New(&function.Spec{
		Params: []function.Parameter{{Name: "expression", Type: customdecode.ExpressionClosureType}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := tryfunc.CanFunc.Call(args)
			if err != nil {
				return cty.NilVal, err
			}
			return v.WithMarks(secretsRead(customdecode.ExpressionClosureFromVal(args[0]))), nil
		},
	})
)

func try(args []cty.Value) (cty.Value, error) {
	failed := cty.ValueMarks{}
	var diags hcl.Diagnostics
	for _, arg := range args {
		closure := customdecode.ExpressionClosureFromVal(arg)
		v, faults := closure.Value()
		switch {
		case faults.HasErrors():
			diags = append(diags, faults...)
			maps.Copy(failed, secretsRead(closure))
		case !v.IsWhollyKnown():
			return cty.DynamicVal.WithMarks(failed, secretsRead(closure)), nil
		default:
			return v.WithMarks(failed, secretsRead(closure)), nil
		}
	}
	if names := unsetNames(diags); names != nil {
		return cty.NilVal, &unsetError{names}
	}
	_, err := tryfunc.TryFunc.Call(args) // for its error
	return cty.NilVal, err
}

// secretsRead returns the marks of what an expression reads and must not be shown. That a
// value came from the environment does not pass on to what stands in the file.
func secretsRead(c *customdecode.ExpressionClosure) cty.ValueMarks {
	e, ok := c.Expression.(hclsyntax.Expression)
	if !ok {
		return nil
	}
	marks := reads(e, c.EvalContext)
	delete(marks, environment)
	return marks
}

// unsetError is the error of env() for a variable that is not set, and of try() where that
// is all that is wrong.
type unsetError struct{ names []string }

func (e *unsetError) Error() string { return notSet(e.names) }

// unsetNames returns the variables that are not set, if that is all that is wrong.
func unsetNames(diags hcl.Diagnostics) []string {
	var names []string
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		var missing *unsetError
		extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
		if !ok || !errors.As(extra.FunctionCallError(), &missing) {
			return nil
		}
		names = append(names, missing.names...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
