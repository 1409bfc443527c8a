package functions

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var texts = group{"Text", []row{
	{name: "chomp", f: stdlib.ChompFunc, text: "Removes the line ends at the end of a text.",
		example: `chomp("a\n")`, result: `"a"`},
	{name: "endswith", f: testFunc("suffix", strings.HasSuffix), text: "Reports whether a text ends with another.",
		example: `endswith("photos", "os")`, result: `true`},
	{name: "format", f: stdlib.FormatFunc, text: "Writes values into a text, as printf does.",
		example: `format("%s-%02d", "node", 7)`, result: `"node-07"`},
	{name: "formatlist", f: stdlib.FormatListFunc, text: "Applies format() to each element of its lists.",
		example: `formatlist("%s.example.com", ["a", "b"])`, result: `["a.example.com", "b.example.com"]`},
	{name: "indent", f: stdlib.IndentFunc, text: "Indents every line but the first.",
		example: `indent(2, "a\nb")`, result: `"a\n  b"`},
	{name: "join", f: stdlib.JoinFunc, text: "Joins the strings of lists with a separator between them.",
		example: `join("-", ["a", "b"])`, result: `"a-b"`},
	{name: "lower", f: stdlib.LowerFunc,
		text: "Turns letters into lower case.", example: `lower("ABC")`, result: `"abc"`},
	{name: "regex", f: stdlib.RegexFunc,
		text:    "Returns the first match of a regular expression: the text, or its groups.",
		example: `regex("[a-z]+", "12ab3")`, result: `"ab"`},
	{name: "regexall", f: stdlib.RegexAllFunc, text: "Returns all matches of a regular expression.",
		example: `regexall("[0-9]", "a1b2")`, result: `["1", "2"]`},
	{name: "replace", f: replaceFunc, text: "Replaces a text, or the matches of a regular expression between slashes.",
		example: `replace("a1b2", "/[0-9]/", "-")`, result: `"a-b-"`},
	{name: "split", f: stdlib.SplitFunc, text: "Splits a text at a separator.",
		example: `split(",", "a,b")`, result: `["a", "b"]`},
	{name: "startswith", f: testFunc("prefix", strings.HasPrefix), text: "Reports whether a text begins with another.",
		example: `startswith("photos", "ph")`, result: `true`},
	{name: "strcontains", f: testFunc("substr", strings.Contains), text: "Reports whether a text contains another.",
		example: `strcontains("photos", "to")`, result: `true`},
	{name: "strrev", f: stdlib.ReverseFunc,
		text: "Reverses the characters of a text.", example: `strrev("abc")`, result: `"cba"`},
	{name: "substr", f: stdlib.SubstrFunc,
		text:    "Returns a part of a text by its offset and length; -1 means all the rest.",
		example: `substr("photos", 2, 3)`, result: `"oto"`},
	{name: "templatestring", of: templateStringFunc, args: "template, vars",
		text:    "Renders a text as a template with the variables of a map.",
		example: `templatestring("Hello, $${name}", { name = "Ada" })`, result: `"Hello, Ada"`},
	{name: "title", f: stdlib.TitleFunc, text: "Begins each word with a capital letter.",
		example: `title("my photos")`, result: `"My Photos"`},
	{name: "trim", f: stdlib.TrimFunc, text: "Removes all of these characters from both ends.",
		example: `trim("?!hi!", "!?")`, result: `"hi"`},
	{name: "trimprefix", f: stdlib.TrimPrefixFunc, text: "Removes a text from the start.",
		example: `trimprefix("bh-a", "bh-")`, result: `"a"`},
	{name: "trimspace", f: stdlib.TrimSpaceFunc, text: "Removes spaces and line ends from both ends.",
		example: `trimspace(" a\n")`, result: `"a"`},
	{name: "trimsuffix", f: stdlib.TrimSuffixFunc, text: "Removes a text from the end.",
		example: `trimsuffix("a.json", ".json")`, result: `"a"`},
	{name: "upper", f: stdlib.UpperFunc,
		text: "Turns letters into upper case.", example: `upper("abc")`, result: `"ABC"`},
}}

// textFunc makes a function from one string to another.
func textFunc(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := f(args[0].AsString())
			if fault, is := err.(*Fault); is { // it says itself what is wrong
				return cty.NilVal, fault
			}
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(text), nil
		},
	})
}

// twoTexts makes a function of two strings.
func twoTexts(first, second string, f func(string, string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: first, Type: cty.String}, {Name: second, Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := f(args[0].AsString(), args[1].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(text), nil
		},
	})
}

// testFunc makes a function that compares two strings.
func testFunc(second string, f func(string, string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}, {Name: second, Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// replaceFunc replaces text, or what a regular expression between slashes matches.
var replaceFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "str", Type: cty.String},
		{Name: "substr", Type: cty.String},
		{Name: "replace", Type: cty.String},
	},
	Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		pattern := args[1].AsString()
		if len(pattern) > 1 && pattern[0] == '/' && pattern[len(pattern)-1] == '/' {
			return stdlib.RegexReplace(args[0], cty.StringVal(pattern[1:len(pattern)-1]), args[2])
		}
		return stdlib.Replace(args[0], args[1], args[2])
	},
})
