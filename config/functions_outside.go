package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// envFunc reads a variable of the environment, or gives the default where it is
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
// configuration.
func fileFunc(dir string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			path := args[0].AsString()
			src, err := os.ReadFile(within(dir, path))
			var pathError *fs.PathError
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return cty.NilVal, function.NewArgErrorf(0, "there is no file %s", path)
			case errors.As(err, &pathError):
				return cty.NilVal, function.NewArgErrorf(0, "the file %s cannot be read: %s", path, pathError.Err)
			case err != nil:
				return cty.NilVal, function.NewArgErrorf(0, "the file %s cannot be read", path)
			case !utf8.Valid(src):
				return cty.NilVal, function.NewArgErrorf(0, "the file %s is no UTF-8 text", path)
			}
			return cty.StringVal(string(src)), nil
		},
	})
}

// fileExistsFunc reports whether a path names a file.
func fileExistsFunc(dir string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			info, err := os.Stat(within(dir, args[0].AsString()))
			return cty.BoolVal(err == nil && info.Mode().IsRegular()), nil
		},
	})
}

func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// markFunc makes a function that gives its argument with other marks.
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
