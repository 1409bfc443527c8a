package config

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// envFunc reads a variable of the environment, or returns the default where it is
// not set. What was read carries marks; a default carries none, for it stands in the file.
func envFunc(env func(string) (cty.Value, bool)) function.Function {
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
			if value, ok := env(name); ok {
				return value, nil
			}
			if len(args) == 2 {
				return args[1], nil
			}
			return cty.NilVal, &unsetError{[]string{name}}
		},
	})
}

// fileFunc reads a text file; relative paths start from the folder of the
// configuration. A byte-order mark is not part of the text.
func fileFunc(files *tree) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			path := args[0].AsString()
			src, err := files.read(path, dataLimit)
			if err != nil {
				return cty.NilVal, err
			}
			if is := encoding(src); is != "" {
				return cty.NilVal, &dataError{kind: wrongEncoding, what: fmt.Sprintf("the file %s %s", path, is), fix: saveAsUTF8}
			}
			if err := twins(src); err != nil {
				return cty.NilVal, &dataError{kind: duplicateKey, what: fmt.Sprintf("in the file %s, %s", path, err), fix: oneSpelling}
			}
			return cty.StringVal(strings.TrimPrefix(string(src), byteOrderMark)), nil
		},
	})
}

// fileExistsFunc reports whether a path names a file.
func fileExistsFunc(files *tree) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			is, err := files.exists(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			return cty.BoolVal(is), nil
		},
	})
}

// markFunc makes a function that returns its argument with other marks.
func markFunc(change func(cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType,
			AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return change(args[0]), nil },
	})
}

// sensitiveFunc marks a value as one that must not be shown; nonsensitiveFunc
// takes that back, at every depth, and keeps where the value came from. What the
// environment says is a secret stays one.
var (
	sensitiveFunc    = markFunc(func(v cty.Value) cty.Value { return v.Mark(sensitive) })
	nonsensitiveFunc = markFunc(func(v cty.Value) cty.Value {
		plain, marks := v.UnmarkDeepWithPaths()
		for i := range marks {
			delete(marks[i].Marks, sensitive)
		}
		return plain.MarkWithPaths(marks)
	})
)
