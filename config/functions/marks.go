package functions

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// anyParam takes a value as it is, with its marks.
var anyParam = function.Parameter{Name: "value", Type: cty.DynamicPseudoType,
	AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true}

// markFunc makes a function that returns its argument with other marks.
func markFunc(change func(cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{anyParam},
		Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return change(args[0]), nil },
	})
}

func sensitiveFunc(w *World) function.Function {
	return markFunc(func(v cty.Value) cty.Value { return v.Mark(w.Sensitive) })
}

// nonsensitiveFunc removes the mark of sensitiveFunc, at every depth, and keeps where the
// value came from. A secret of the environment stays one.
func nonsensitiveFunc(w *World) function.Function {
	return markFunc(func(v cty.Value) cty.Value {
		plain, marks := v.UnmarkDeepWithPaths()
		for i := range marks {
			delete(marks[i].Marks, w.Sensitive)
		}
		return plain.MarkWithPaths(marks)
	})
}

// isSensitiveFunc says nothing about a secret: names decide what is one, and where the marks
// of a value depend on a secret, the mark of that secret is among them.
func isSensitiveFunc(w *World) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{anyParam},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			_, marks := args[0].UnmarkDeep()
			switch {
			case w.Hidden(marks):
				return cty.True, nil
			case !args[0].IsWhollyKnown():
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.False, nil
		},
	})
}
