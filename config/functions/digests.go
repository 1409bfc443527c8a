package functions

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var digests = group{"Digests", []row{
	{name: "base64sha256", f: digestFunc(sum256, inBase64), text: "Returns the SHA-256 of a text in Base64.",
		example: `base64sha256("a")`, result: `"ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="`},
	{name: "base64sha512", f: digestFunc(sum512, inBase64), text: "Returns the SHA-512 of a text in Base64.",
		example: `substr(base64sha512("a"), 0, 8)`, result: `"H0D8ktok"`},
	{name: "filebase64sha256", of: fileDigest(sum256, inBase64), text: "Returns the SHA-256 of a file in Base64.",
		example: `filebase64sha256("hello.txt")`, result: `"zgYJL7lI2f+sfRo3bkBLJrdXW8wR7gWkYV/vT+w6MIs="`},
	{name: "filebase64sha512", of: fileDigest(sum512, inBase64), text: "Returns the SHA-512 of a file in Base64.",
		example: `substr(filebase64sha512("hello.txt"), 0, 8)`, result: `"xvgdsOn4"`},
	{name: "filemd5", of: fileDigest(sumMD5, hex.EncodeToString), text: "Returns the MD5 of a file in hex.",
		example: `filemd5("hello.txt")`, result: `"5a8dd3ad0756a93ded72b823b19dd877"`},
	{name: "filesha1", of: fileDigest(sum1, hex.EncodeToString), text: "Returns the SHA-1 of a file in hex.",
		example: `filesha1("hello.txt")`, result: `"8f7d88e901a5ad3a05d8cc0de93313fd76028f8c"`},
	{name: "filesha256", of: fileDigest(sum256, hex.EncodeToString), text: "Returns the SHA-256 of a file in hex.",
		example: `substr(filesha256("hello.txt"), 0, 8)`, result: `"ce06092f"`},
	{name: "filesha512", of: fileDigest(sum512, hex.EncodeToString), text: "Returns the SHA-512 of a file in hex.",
		example: `substr(filesha512("hello.txt"), 0, 8)`, result: `"c6f81db0"`},
	{name: "md5", f: digestFunc(sumMD5, hex.EncodeToString), text: "Returns the MD5 of a text in hex.",
		example: `md5("a")`, result: `"0cc175b9c0f1b6a831c399e269772661"`},
	{name: "sha1", f: digestFunc(sum1, hex.EncodeToString), text: "Returns the SHA-1 of a text in hex.",
		example: `sha1("a")`, result: `"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"`},
	{name: "sha256", f: digestFunc(sum256, hex.EncodeToString), text: "Returns the SHA-256 of a text in hex.",
		example: `substr(sha256("a"), 0, 8)`, result: `"ca978112"`},
	{name: "sha512", f: digestFunc(sum512, hex.EncodeToString), text: "Returns the SHA-512 of a text in hex.",
		example: `substr(sha512("a"), 0, 8)`, result: `"1f40fc92"`},
	{name: "uuidv5", f: uuidFunc, text: "Returns the UUID of a name in a namespace: dns, url, oid, x500 or a UUID.",
		example: `uuidv5("dns", "www.example.com")`, result: `"2ed6657d-e927-568b-95e1-2665a8aea6a2"`},
}}

func sumMD5(b []byte) []byte { s := md5.Sum(b); return s[:] }
func sum1(b []byte) []byte   { s := sha1.Sum(b); return s[:] }
func sum256(b []byte) []byte { s := sha256.Sum256(b); return s[:] }
func sum512(b []byte) []byte { s := sha512.Sum512(b); return s[:] }

func inBase64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// digestFunc makes a function that returns the digest of a text.
func digestFunc(sum func([]byte) []byte, write func([]byte) string) function.Function {
	return textFunc(func(s string) (string, error) { return write(sum([]byte(s))), nil })
}

// fileDigest is digestFunc for the content of a file.
func fileDigest(sum func([]byte) []byte, write func([]byte) string) func(*World) function.Function {
	return func(w *World) function.Function {
		return pathFunc(cty.String, func(path string) (cty.Value, error) {
			src, err := w.Files.Bytes(path)
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(write(sum(src))), nil
		})
	}
}

// namespaces are those of RFC 4122, which differ in one byte.
var namespaces = map[string]string{
	"dns": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "url": "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
	"oid": "6ba7b812-9dad-11d1-80b4-00c04fd430c8", "x500": "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
}

var uuidFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "namespace", Type: cty.String}, {Name: "name", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		namespace := args[0].AsString()
		if known, ok := namespaces[namespace]; ok {
			namespace = known
		}
		id, err := parseUUID(namespace)
		if err != nil {
			return cty.NilVal, function.NewArgErrorf(0, "%q is not a UUID, nor one of dns, url, oid and x500", args[0].AsString())
		}
		sum := sum1(append(id, args[1].AsString()...))[:16]
		sum[6] = sum[6]&0x0f | 0x50 // version 5
		sum[8] = sum[8]&0x3f | 0x80 // as RFC 4122 writes it
		return cty.StringVal(fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:])), nil
	},
})

// parseUUID reads a UUID in its usual form.
func parseUUID(text string) ([]byte, error) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return nil, errors.New("not a UUID")
	}
	return hex.DecodeString(strings.ReplaceAll(text, "-", ""))
}
