package functions

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var outside = group{"Environment", []row{
	{name: "env", of: envFunc, args: "name, default",
		text:    "Returns an environment variable, or a default if it is not set or empty.",
		example: `env("REGION", "weur")`, result: `"weur"`},
}}

// envFunc reads a variable of the environment, or returns the default if it is not set. What
// was read carries marks; a default carries none, because it is in the file.
func envFunc(w *World) function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String, AllowNull: true},
		Type: func(args []cty.Value) (cty.Type, error) {
			if len(args) > 2 {
				return cty.NilType, function.NewArgErrorf(2, "env takes a name and one default")
			}
			return cty.String, nil
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			if value, ok := w.Env(name); ok {
				return value, nil
			}
			if len(args) == 2 {
				return args[1], nil
			}
			return cty.NilVal, &UnsetError{[]string{name}}
		},
	})
}
