package config

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"buckethead/config/diag"
)

// literals returns every literal of this package that can be the name of an attribute or of
// a block: what the decoder takes is among them.
func literals(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^[a-z][a-z_]*$`)
	var out []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") || e.Name() == "language.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if text, err := strconv.Unquote(l.Value); err == nil && name.MatchString(text) {
					out = append(out, text)
				}
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unknownHere reports whether Load calls the marked name unknown.
func unknownHere(src string) bool {
	_, diags := Load(shared(src))
	line := strings.Count(src[:strings.Index(src, "#HERE")], "\n") + 1
	return slices.ContainsFunc(diags, func(d diag.Diagnostic) bool {
		return (d.Code == unknownAttribute.Code || d.Code == unknownBlock.Code) && d.Subject.Start.Line == line
	})
}

// TestSchema_isTheLanguage writes every word into every block, as an attribute and as a
// block: Load knows it if, and only if, the schema does.
func TestSchema_isTheLanguage(t *testing.T) {
	names := literals(t)
	var walk func(path string, around func(string) string, b blockType)
	walk = func(path string, around func(string) string, b blockType) {
		if b.name == "locals" {
			return
		}
		for _, name := range names {
			isAttribute := slices.ContainsFunc(b.attributes, func(a attribute) bool { return a.name == name })
			isBlock := slices.ContainsFunc(b.blocks, func(inner blockType) bool { return inner.name == name })
			if unknownHere(around(name+" = null #HERE")) != !isAttribute {
				t.Errorf("%s: the attribute %s: the schema knows it: %t, and Load says the opposite", path, name, isAttribute)
			}
			if unknownHere(around(name+" { #HERE\n}")) != !isBlock && !(isBlock && len(b.blocks) == 0) {
				t.Errorf("%s: the block %s: the schema knows it: %t, and Load says the opposite", path, name, isBlock)
			}
		}
		for _, inner := range b.blocks {
			if inner.name == "cloud" || inner.name == "secrets" {
				continue // TestSchema_ofVendors
			}
			head := inner.name
			for range inner.labels {
				head += ` "x"`
			}
			for label, kind := range inner.byLabel {
				walk(path+"/"+inner.name+" "+label, func(s string) string { return around(fmt.Sprintf("%s %q {\n%s\n}", inner.name, label, s)) }, kind)
			}
			if inner.byLabel == nil {
				walk(path+"/"+inner.name, func(s string) string { return around(head + " {\n" + s + "\n}") }, inner)
			}
		}
	}
	walk("", func(s string) string { return s + "\ncloud \"cloudflare_r2\" \"main\" {}\n" }, blockType{blocks: language(shared(""))})
}

func TestSchema_ofVendors(t *testing.T) {
	for kind, vendor := range map[string]string{"cloud": "cloudflare_r2", "secrets": "onepassword"} {
		b := vendorTypes(shared(""), kind)[vendor]
		for _, name := range literals(t) {
			known := slices.ContainsFunc(b.attributes, func(a attribute) bool { return a.name == name })
			if unknownHere(fmt.Sprintf("%s %q \"main\" {\n%s = null #HERE\n}\n", kind, vendor, name)) != !known {
				t.Errorf("%s %s: %s: the schema knows it: %t, and Load says the opposite", kind, vendor, name, known)
			}
		}
	}
}

// What editors accept and refuse.
func TestSchema_judges(t *testing.T) {
	text, err := Schema(shared(""))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("language.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("language.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		json string
		good bool
	}{
		{`{}`, true},
		{`{"bh": {"stack": "x", "state": {"s3": {"bucket": "b", "key": "k"}}}}`, true},
		{`{"bh": {"state": {"s3": {"bucket": "b"}}}}`, false},
		{`{"bh": {"state": {"gcs": {}}}}`, false},
		{`{"project": {"photos": {"bucket": "b", "access": "read_only", "protect": true, "rotate": {"every": "90d"}}}}`, true},
		{`{"project": {"photos": {"bucket": "b", "access": "${var.access}", "protect": "${var.p}"}}}`, true},
		{`{"project": {"photos": {"bucket": "b", "access": "write"}}}`, false},
		{`{"project": {"photos": {"access": "read_only"}}}`, false},
		{`{"project": {"two words": {"bucket": "b"}}}`, false},
		{`{"project": {"photos": {"bucket": "b", "cors_rule": [{"allowed_origins": ["*"], "allowed_methods": ["GET"]}]}}}`, true},
		{`{"cloud": {"cloudflare_r2": {"main": {"token_kind": "user"}}}}`, true},
		{`{"cloud": {"cloudflare_r3": {"main": {}}}}`, false},
		{`{"moved": [{"from": "project.a", "to": "project.b"}, {"from": "project.c", "to": "project.d"}]}`, true},
		{`{"locals": {"anything": [1, 2]}}`, true},
		{`{"resource": {}}`, false},
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(c.json))
		if err != nil {
			t.Fatal(err)
		}
		if got := schema.Validate(value); (got == nil) != c.good {
			t.Errorf("%s: %v", c.json, got)
		}
	}
}
