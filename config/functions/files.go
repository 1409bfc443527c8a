package functions

import (
	"fmt"
	"path"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var files = group{"Files", []row{
	{name: "basename", f: textFunc(func(s string) (string, error) { return path.Base(s), nil }), args: "path",
		text: "Returns the last part of a path.", example: `basename("a/b.txt")`, result: `"b.txt"`},
	{name: "dirname", f: textFunc(func(s string) (string, error) { return path.Dir(s), nil }), args: "path",
		text: "Returns a path without its last part.", example: `dirname("a/b.txt")`, result: `"a"`},
	{name: "file", of: fileFunc, text: "Returns the content of a file, which must be text in UTF-8.",
		example: `file("hello.txt")`, result: `"hello!"`},
	{name: "filebase64", of: fileBase64Func, text: "Returns the content of any file in Base64.",
		example: `filebase64("hello.txt")`, result: `"aGVsbG8h"`},
	{name: "fileexists", of: fileExistsFunc, text: "Reports whether a path names a file.",
		example: `fileexists("hello.txt")`, result: `true`},
	{name: "fileset", of: fileSetFunc,
		text:    "Returns the files below a folder that match a pattern with `*`, `**`, `?`, `[...]` or `{a,b}`.",
		example: `fileset("tenants", "**/*.json")`, result: `["ann.json", "eu/bob.json"]`},
	{name: "templatefile", of: templateFileFunc, args: "path, vars",
		text:    "Renders a file as a template with the variables of a map.",
		example: `templatefile("hello.tftpl", { name = "Ada" })`, result: `"Hello, Ada!"`},
}}

// pathFunc makes a function of a path.
func pathFunc(kind cty.Type, f func(path string) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(kind),
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f(args[0].AsString()) },
	})
}

func fileFunc(w *World) function.Function {
	return pathFunc(cty.String, func(path string) (cty.Value, error) {
		text, err := w.Files.Text(path)
		if err != nil {
			return cty.NilVal, err
		}
		return cty.StringVal(text), nil
	})
}

func fileBase64Func(w *World) function.Function {
	return pathFunc(cty.String, func(path string) (cty.Value, error) {
		src, err := w.Files.Bytes(path)
		if err != nil {
			return cty.NilVal, err
		}
		return cty.StringVal(inBase64(src)), nil
	})
}

func fileExistsFunc(w *World) function.Function {
	return pathFunc(cty.Bool, func(path string) (cty.Value, error) {
		is, err := w.Files.Exists(path)
		if err != nil {
			return cty.NilVal, err
		}
		return cty.BoolVal(is), nil
	})
}

// fileSetFunc returns names from the folder. A pattern may begin with folders, which need not
// exist; the folder must.
func fileSetFunc(w *World) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "pattern", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Set(cty.String)),
		Impl: func(args []cty.Value, kind cty.Type) (cty.Value, error) {
			p, err := parseGlob(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			names, err := w.Files.List(args[0].AsString(), p.depth)
			if err != nil {
				return cty.NilVal, err
			}
			var found []cty.Value
			spelled := map[string]string{}
			for _, name := range names {
				w.Toil(p.work * int64(len(name)))
				if !p.expression.MatchString(name) {
					continue
				}
				same := cty.NormalizeString(name)
				if other, twice := spelled[same]; twice {
					return cty.NilVal, &Fault{DuplicateKey, fmt.Sprintf("%q and %q are two files whose names "+
						"look the same, with accents encoded differently", other, name), "Rename one of the two."}
				}
				spelled[same] = name
				found = append(found, cty.StringVal(name))
			}
			if len(found) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(found), nil
		},
	})
}

// clean brings a pattern into the form of the names that it is compared with.
func clean(pattern string) (string, error) {
	cleaned := path.Clean(pattern)
	switch {
	case pattern == "" || cleaned == ".":
		return "", fmt.Errorf("it is empty; \"*\" matches all files of the folder, and \"**\" those of the folders in it as well")
	case strings.HasPrefix(cleaned, "/") || cleaned == ".." || strings.HasPrefix(cleaned, "../"):
		return "", fmt.Errorf("it leads out of the folder; name the folder from which the pattern starts in the first argument")
	}
	return cleaned, nil
}
