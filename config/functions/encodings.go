package functions

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var encodings = group{"Encodings", []row{
	{name: "base64decode", f: textFunc(base64Text), text: "Decodes Base64 into text in UTF-8.",
		example: `base64decode("aGk=")`, result: `"hi"`},
	{name: "base64encode", f: textFunc(func(s string) (string, error) { return inBase64([]byte(s)), nil }),
		text: "Encodes a text in Base64.", example: `base64encode("hi")`, result: `"aGk="`},
	{name: "base64gunzip", f: textFunc(gunzip), text: "Decodes Base64, and decompresses the result with gzip.",
		example: `base64gunzip("H4sIAAAAAAAA/wAEAPv/dGVzdAAAAP//AwAMfn/YBAAAAA==")`, result: `"test"`},
	{name: "base64gzip", f: textFunc(gzipped),
		text:    "Compresses a text with gzip, and encodes that in Base64; the bytes can differ between versions of bh.",
		example: `base64gunzip(base64gzip("test"))`, result: `"test"`},
	{name: "csvdecode", f: csvDecodeFunc, text: "Reads CSV: a list of maps, with the first line as their keys.",
		example: `csvdecode("name,size\na,1")`, result: `[{ name = "a", size = "1" }]`},
	{name: "jsondecode", f: JSONDecode,
		text: "Reads JSON.", example: `jsondecode("{\"a\": [1]}")`, result: `{ a = [1] }`},
	{name: "jsonencode", f: stdlib.JSONEncodeFunc, text: "Writes a value as JSON.",
		example: `jsonencode({ a = [1] })`, result: `"{\"a\":[1]}"`},
	{name: "textdecodebase64", f: charsetFunc("source", decodeCharset),
		text:    "Decodes Base64 into text, from another encoding such as UTF-16LE.",
		example: `textdecodebase64("aABpAA==", "UTF-16LE")`, result: `"hi"`},
	{name: "textencodebase64", f: charsetFunc("string", encodeCharset),
		text:    "Writes a text in another encoding, such as UTF-16LE, and encodes that in Base64.",
		example: `textencodebase64("hi", "UTF-16LE")`, result: `"aABpAA=="`},
	{name: "urldecode", f: textFunc(unescape), text: "Decodes what urlencode() encodes.",
		example: `urldecode("a+b%21")`, result: `"a b!"`},
	{name: "urlencode", f: textFunc(func(s string) (string, error) { return url.QueryEscape(s), nil }),
		text: "Encodes a text for the query of a URL.", example: `urlencode("a b!")`, result: `"a+b%21"`},
	{name: "yamldecode", f: YAMLDecode, text: "Reads YAML; keys stay as they are written.",
		example: `yamldecode("a: [1]\non: 2")`, result: `{ a = [1], on = 2 }`},
	{name: "yamlencode", f: yaml.YAMLEncodeFunc, text: "Writes a value as YAML.",
		example: `yamlencode({ a = 1 })`, result: `"\"a\": 1\n"`},
}}

func fromBase64(s string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("this is not Base64")
	}
	return raw, nil
}

func base64Text(s string) (string, error) {
	raw, err := fromBase64(s)
	if err != nil {
		return "", err
	}
	return asUTF8("decoded", raw)
}

func asUTF8(how string, raw []byte) (string, error) {
	if !utf8.Valid(raw) {
		return "", fmt.Errorf("the %s bytes are not text in UTF-8", how)
	}
	return string(raw), nil
}

func unescape(s string) (string, error) {
	out, err := url.QueryUnescape(s)
	if err != nil {
		return "", errors.New("a % is not followed by two hexadecimal digits")
	}
	return asUTF8("decoded", []byte(out))
}

// gzipped compresses as Terraform does, which flushes before it closes.
func gzipped(s string) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, s)
	if err := errors.Join(err, z.Flush(), z.Close()); err != nil {
		return "", err
	}
	return inBase64(b.Bytes()), nil
}

// gunzip stops at the length that a string may have: a few bytes expand to gigabytes.
func gunzip(s string) (string, error) {
	raw, err := fromBase64(s)
	if err != nil {
		return "", err
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return "", errors.New("the decoded bytes are not gzip")
	}
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(z, StringLimit+1))
	switch {
	case n > StringLimit:
		return "", &Fault{TooLarge, fmt.Sprintf("the text has more than %d MiB when it is expanded", StringLimit>>20),
			"Make it smaller."}
	case err != nil:
		return "", errors.New("the gzip data is damaged or not complete")
	}
	return asUTF8("expanded", []byte(b.String()))
}

// charsetFunc makes a function of a text and the name of an encoding.
func charsetFunc(name string, f func(text string, c charset) (string, error)) function.Function {
	return twoTexts(name, "encoding", func(text, encoding string) (string, error) {
		c, known := charsets[strings.ToUpper(encoding)]
		if !known {
			return "", function.NewArgErrorf(1, "%q is not an encoding that bh knows: UTF-8, UTF-16, UTF-16LE, UTF-16BE, "+
				"ISO-8859-1 or US-ASCII", encoding)
		}
		return f(text, c)
	})
}
