package config

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// textFunc makes a function from one string to another.
func textFunc(f func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := f(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(text), nil
		},
	})
}

// testFunc makes a function that asks something of two strings.
func testFunc(second string, f func(string, string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}, {Name: second, Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// digestFunc makes a function that returns a digest in hex.
func digestFunc(sum func([]byte) []byte) function.Function {
	return textFunc(func(s string) (string, error) { return hex.EncodeToString(sum([]byte(s))), nil })
}

var (
	startsWithFunc = testFunc("prefix", strings.HasPrefix)
	endsWithFunc   = testFunc("suffix", strings.HasSuffix)

	md5Func    = digestFunc(func(b []byte) []byte { s := md5.Sum(b); return s[:] })
	sha1Func   = digestFunc(func(b []byte) []byte { s := sha1.Sum(b); return s[:] })
	sha256Func = digestFunc(func(b []byte) []byte { s := sha256.Sum256(b); return s[:] })
	sha512Func = digestFunc(func(b []byte) []byte { s := sha512.Sum512(b); return s[:] })

	base64SHA256Func = textFunc(func(s string) (string, error) {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:]), nil
	})
	base64EncodeFunc = textFunc(func(s string) (string, error) {
		return base64.StdEncoding.EncodeToString([]byte(s)), nil
	})
	base64DecodeFunc = textFunc(func(s string) (string, error) {
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return "", errors.New("this is not Base64")
		}
		if !utf8.Valid(raw) {
			return "", errors.New("the decoded bytes are not UTF-8 text")
		}
		return string(raw), nil
	})
	urlEncodeFunc = textFunc(func(s string) (string, error) { return url.QueryEscape(s), nil })
)

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
