package config

import (
	"os"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"buckethead/config/faults"
	"buckethead/config/functions"
)

func TestYAML_keysStayAsTheyAreWritten(t *testing.T) {
	dir := written(t, map[string]string{
		"keys.yaml": "se: {}\nno: {}\nn: {}\noff: {}\nNo: {}\nyes: {}\non: {}\ntrue: {}\n1: {}\n1.0: {}\n0x10: {}\n010: {}\n1_000: {}\n~: {}\nnull: {}\n" +
			"2026-01-02: {}\n.inf: {}\n\"01\": {}\n'a b': {}\n!!str 5: {}\n!!bool nein: {}\n\"<<\": {}\n",
	})
	o := from(header + "project \"t\" {\n  for_each = yamldecode(file(\"keys.yaml\"))\n  bucket = \"abc-${sha256(each.key)}\"\n}\n")
	o.Dir = dir
	var got []string
	for _, p := range load(t, o).Projects {
		got = append(got, p.Addr.Key)
	}
	want := "'01 010 0x10 1 1.0 1_000 2026-01-02 .inf 5 << No a b n nein no null off on se true yes ~"
	if text := strings.Join(got, " "); len(got) != 22 || !strings.Contains(text, " n nein no null off on se true yes ~") || !strings.Contains(text, "0x10 1 1.0 1_000") {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestYAML_readsValuesAsTerraformDoes(t *testing.T) {
	for src, want := range map[string]string{
		"a: no": `{"a":false}`, "a: 'no'": `{"a":"no"}`, "a: 0x10": `{"a":16}`, "a: 1.50": `{"a":1.5}`, "a:": `{"a":null}`, "a: ~": `{"a":null}`, "a: \"\"": `{"a":""}`,
		"a: 2026-01-02": `{"a":"2026-01-02T00:00:00Z"}`, "a: text": `{"a":"text"}`, "a: |\n  no\n": `{"a":"no\n"}`, "a: >\n  5\n": `{"a":"5\n"}`, "a: >-\n  5\n": `{"a":"5"}`, "- 1\n- [a, {b: c}]": `[1,["a",{"b":"c"}]]`, "5": `5`, "{}": `{}`, "[]": `[]`,
		"a: !!str 5": `{"a":"5"}`, "a: !!int 5": `{"a":5}`, "a: !!binary aGk=": `{"a":"aGk="}`, "a: a\n  b": `{"a":"a b"}`, "a: yes please": `{"a":"yes please"}`, "a: 'n'": `{"a":"n"}`, "a: +1": `{"a":1}`,
		"a: &x {b: 1}\nc: *x": `{"a":{"b":1},"c":{"b":1}}`, "a: &x no\nb: *x": `{"a":false,"b":false}`,
		"x: &x {b: 1, c: 2}\ny: {<<: *x, c: 3}": `{"x":{"b":1,"c":2},"y":{"b":1,"c":3}}`, "x: &x {b: 1, c: 2}\ny: {c: 3, <<: *x}": `{"x":{"b":1,"c":2},"y":{"b":1,"c":3}}`,
		"x: &x {b: 1}\nz: &z {b: 2, d: 4}\ny: {<<: [*x, *z]}": `{"x":{"b":1},"y":{"b":1,"d":4},"z":{"b":2,"d":4}}`, "&k a: 1\nb: {*k : 2}": `{"a":1,"b":{"a":2}}`,
		"\ufeffa: 1": `{"a":1}`, "---\na: 1\n...\n": `{"a":1}`, "# c\na: 1 # d": `{"a":1}`, "a: .inf": "", "a: 1e3": `{"a":1000}`, "a: 1:30": `{"a":"1:30"}`,
	} {
		v, err := functions.YAMLDecode.Call([]cty.Value{cty.StringVal(src)})
		if want == "" {
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", src, err)
			continue
		}
		if got, err := jsonText(v); err != nil || got != want {
			t.Errorf("%q: got %s %v, want %s", src, got, err, want)
		}
	}
}

func TestData_isNotMergedSilently(t *testing.T) {
	const nfc, nfd = "\u00e9", "e\u0301"
	for src, says := range map[string]string{
		`yamldecode("a: 1\nb: 2\na: 3")`:                          `"a" is written twice, in line 1 and in line 3`,
		`yamldecode("x: {no: 1, 'no': 2}")`:                       `"no" is written twice`,
		`yamldecode("1: 1\n'1': 2")`:                              `"1" is written twice, in line 1 and in line 2`,
		`jsondecode("{\"a\": 1,\n\"b\": {\"a\": 2},\n\"a\": 3}")`: `"a" is written twice, in line 1 and in line 3`,
		`jsondecode("[{\"a\": {\"b\": 1, \"b\": {}}}]")`:          `"b" is written twice`,
		`jsondecode("{\"a\": 1, \"\\u0061\": 2}")`:                `"a" is written twice, in line 1 and in line 1`,
		`csvdecode("a,a\n1,2")`:                                   `duplicate column name "a"`,
		`{ a = 1, b = 2, a = 3 }`:                                 `"a" is already a key of this map, at buckets.hcl:2`,
		`{ a = 1, "a" = 2 }`:                                      `"a" is already a key`,
		`{ (lower("A")) = 1, a = 2 }`:                             `"a" is already a key`,
		`{ "${"a"}" = 1, a = 2 }`:                                 `"a" is already a key`,
		`{ 1 = 1, "1" = 2 }`:                                      `"1" is already a key`,
		`[{ x = { a = 1, a = 2 } }]`:                              `"a" is already a key`,
		`merge({ a = 1, a = 2 }, {})`:                             `"a" is already a key`,
		`[for x in ["a"] : { (x) = 1, a = 2 }]`:                   `"a" is already a key`,
		`true ? { a = 1, a = 2 } : { a = 1 }`:                     `"a" is already a key`,
		`({ a = 1, a = 2 })`:                                      `"a" is already a key`,
		`{ for x in ["a", "a"] : x => 1 }`:                        `produced the key "a"`,
		`{ ` + nfc + ` = 1, ` + nfd + ` = 2 }`:                    `look the same`,
		`toset(["` + nfc + `-x", "` + nfd + `-x"])`:               `look the same`,
	} {
		_, diags := Load(from("locals {\n  v = " + src + "\n}\n"))
		if len(diags) != 1 || !strings.Contains(diags[0].Detail, says) || diags[0].Fix == "" {
			t.Errorf("%s: %v, want %s", src, diags, says)
		}
	}
	for _, src := range []string{
		`merge({ a = 1 }, { a = 2 })`, `zipmap(["a", "a"], [1, 2])`, `{ for x in ["a", "a"] : x => 1... }`, `toset(["a", "a"])`, `yamldecode("a: {x: 1}\nb: {x: 1}")`,
		`jsondecode("{\"a\": {\"x\": 1}, \"b\": {\"x\": [{\"x\": \"x\"}, \"x\"]}, \"c\": \"a\"}")`, `[{ a = 1 }, { a = 2 }]`, `{ a = { a = 1 } }`,
		`"` + nfd + ` ` + nfd + `" # ` + nfc, `{ ` + nfd + ` = 1, e = 2 }`, `try({ a = 1, a = 2 }, "caught")`,
	} {
		if _, diags := Load(from("locals {\n  v = " + src + "\n}\n")); len(diags) > 0 {
			t.Errorf("%s: %v", src, diags)
		}
	}
}

// It holds wherever a map can be written.
func TestData_isNotMergedSilentlyAnywhere(t *testing.T) {
	dir := written(t, map[string]string{"a.vars": "m = { a = 1, a = 2 }\n", "a.json": "{\"m\": {\"a\": 1,\n\"a\": 2}}", "top.json": "{\"m\": {},\n\"m\": {}}"})
	variable := "variable \"m\" {\n  type = map(number)\n  default = {}\n}\n"
	for name, c := range map[string]struct {
		src   string
		files []string
		vars  map[string]string
	}{
		"for_each":          {src: header + "project \"p\" {\n  for_each = { a = 1, a = 2 }\n  bucket = \"abc\"\n}\n"},
		"default":           {src: "variable \"m\" {\n  default = { a = 1, a = 2 }\n}\n"},
		"file of variables": {src: variable, files: []string{"a.vars"}},
		"JSON":              {src: variable, files: []string{"a.json"}},
		"JSON, at the top":  {src: variable, files: []string{"top.json"}},
		"--var":             {src: variable, vars: map[string]string{"m": "{ a = 1, a = 2 }"}},
		"--var, twins":      {src: variable, vars: map[string]string{"m": "{ e\u0301 = 1, \u00e9 = 2 }"}},
		"policy":            {src: "policy \"p\" {\n  condition = length({ a = 1, a = 2 }) == 2\n  error_message = \"x\"\n}\n"},
	} {
		o := from(c.src)
		o.Dir, o.VarFiles, o.Vars = dir, c.files, c.vars
		c, diags := Load(o)
		if !diags.HasErrors() {
			diags = c.CheckProjects()
		}
		if len(diags) != 1 {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

func TestEncoding_isNamedOnce(t *testing.T) {
	dir := written(t, map[string]string{})
	utf16 := func(text string, mark string) string {
		out := mark
		for _, r := range text {
			out += string([]byte{byte(r), 0})
		}
		return out
	}
	for name, c := range map[string]struct{ src, says string }{
		"UTF-16":          {utf16(strings.Repeat(header, 100), "\xff\xfe"), "is UTF-16"},
		"UTF-16, big":     {"\xfe\xff\x00a", "is UTF-16"},
		"UTF-16, no mark": {utf16(header, ""), "looks like UTF-16"},
		"UTF-32":          {"\xff\xfe\x00\x00a\x00\x00\x00", "is UTF-32"},
		"gzip":            {"\x1f\x8b\x08\x00\x00", "gzip"},
		"a NUL":           {header + strings.Repeat("#\n", 400) + "# \x00\n", "line 403 holds a NUL byte"},
		"Latin-1":         {header + "# caf\xe9\n", "line 3 holds the byte 0xE9"},
		"an ELF file":     {"\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 500), "UTF-16"},
	} {
		o := from(c.src)
		_, diags := Load(o)
		if len(diags) != 1 || diags[0].Code != faults.WrongEncoding.Code || !strings.Contains(diags[0].Detail, c.says) {
			t.Errorf("%s: %v", name, diags)
		}
		if _, diags := Format([]byte(c.src), "x.hcl"); len(diags) != 1 || diags[0].Code != faults.WrongEncoding.Code {
			t.Errorf("%s: fmt: %v", name, diags)
		}
		if err := writeFile(dir+"/data", c.src); err != nil {
			t.Fatal(err)
		}
		o = from("locals {\n  a = file(\"data\")\n}\n")
		o.Dir = dir
		if _, diags := Load(o); len(diags) != 1 || diags[0].Code != faults.WrongEncoding.Code || diags[0].Subject.Start.Line != 2 {
			t.Errorf("%s: file: %v", name, diags)
		}
	}
}

func TestByteOrderMarks_areReadOver(t *testing.T) {
	dir := written(t, map[string]string{"y": "\ufeffa: 1", "j": "\ufeff{\"a\": 1}", "c": "\ufeffa\n1", "v.vars": "\ufeffa = \"1\"", "v.json": "\ufeff{\"a\": \"1\"}"})
	for _, expression := range []string{`yamldecode(file("y")).a`, `jsondecode(file("j")).a`, `csvdecode(file("c"))[0].a`, `var.a`} {
		for _, file := range []string{"v.vars", "v.json"} {
			o := from("\ufeff" + header + "variable \"a\" {}\nproject \"p\" {\n  bucket = \"abc\"\n  item_title = " + expression + "\n}\n")
			o.Dir, o.VarFiles = dir, []string{file}
			if c := load(t, o); c.Projects[0].ItemTitle != "1" {
				t.Errorf("%s: %q", expression, c.Projects[0].ItemTitle)
			}
		}
	}
}

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

func jsonText(v cty.Value) (string, error) {
	src, err := stdlib.JSONEncode(v)
	if err != nil {
		return "", err
	}
	return src.AsString(), nil
}
