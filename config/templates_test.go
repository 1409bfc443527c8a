package config

import (
	"slices"
	"strings"
	"testing"

	"buckethead/config/faults"
)

// rendered loads a project whose title is made by an expression, beside these files.
func rendered(t *testing.T, expression string, files map[string]string, env ...string) (string, Options) {
	t.Helper()
	o := from("locals {\n  v = "+expression+"\n}\n"+header+"project \"p\" {\n  bucket = \"abc\"\n  item_title = local.v\n}\n", env...)
	o.Dir = written(t, files)
	return o.Dir, o
}

func TestTemplates_areRendered(t *testing.T) {
	files := map[string]string{
		"hello.tftpl": "Hello, ${name}!", "list.tftpl": "%{ for x in xs ~}\n- ${x}\n%{ endfor ~}\n", "sub/data.tftpl": "${jsonencode({ a = upper(name) })} ${file(\"sub/plain.txt\")}",
		"sub/plain.txt": "plain", "bom.tftpl": "\ufeff${name}", "index.tftpl": `${m[name]}`, "twice.tftpl": "${name}${name}",
	}
	for expression, want := range map[string]string{
		`templatefile("hello.tftpl", { name = "Ada" })`:                               "Hello, Ada!",
		`templatefile("./hello.tftpl", { name = "Ada" })`:                             "Hello, Ada!",
		`templatefile("${path.module}/hello.tftpl", { name = path.root })`:            "Hello, .!",
		`templatefile("list.tftpl", { xs = ["a", "b"] })`:                             "- a\n- b",
		`templatefile("sub/data.tftpl", { name = "x" })`:                              `{"a":"X"} plain`,
		`templatefile("bom.tftpl", { name = "x" })`:                                   "x",
		`templatefile("index.tftpl", { m = { a = "y" }, name = "a" })`:                "y",
		`templatestring(file("hello.tftpl"), { name = "Ada" })`:                       "Hello, Ada!",
		`join("", [for n in ["a", "b"] : templatefile("twice.tftpl", { name = n })])`: "aabb",
	} {
		_, o := rendered(t, "trimspace("+expression+")", files)
		if got := load(t, o).Projects[0].ItemTitle; got != want {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
}

// A fault of a template is shown at its place in the template, with the line of the call.
func TestTemplates_pointToTheirLines(t *testing.T) {
	for name, c := range map[string]struct {
		template, call string
		want           string
		says           []string
	}{
		"a name that is not passed in": {"a\n${nmae}", `templatefile("t.tftpl", { name = "x" })`, "BH1013 t.tftpl:2", []string{`the call does not pass it in`, "rendered at buckets.hcl:2", "one of them: name"}},
		"a name of the file":           {"${local.v}${var.x}", `templatefile("t.tftpl", {})`, "BH1013 t.tftpl:1 BH1013 t.tftpl:1", []string{`"local"`, `"var"`}},
		"env":                          {"a\nb\n${env(\"TOKEN\")}", `templatefile("t.tftpl", {})`, "BH1014 t.tftpl:3", []string{"A template cannot call env()", "Pass the value in"}},
		"itself":                       {"${templatefile(\"t.tftpl\", {})}", `templatefile("t.tftpl", {})`, "BH1014 t.tftpl:1", nil},
		"another template":             {"${templatestring(\"\", {})}", `templatefile("t.tftpl", {})`, "BH1014 t.tftpl:1", nil},
		"a function that is not there": {"\n${uper(name)}", `templatefile("t.tftpl", { name = "x" })`, "BH1014 t.tftpl:2", []string{"upper()"}},
		"the clock":                    {"\n${timestamp()}", `templatefile("t.tftpl", {})`, "BH1014 t.tftpl:2", []string{"reads the clock"}},
		"a value that does not fit":    {"\n\n${tonumber(name)}", `templatefile("t.tftpl", { name = "x" })`, "BH1012 t.tftpl:3", []string{"rendered at buckets.hcl:2"}},
		"an index":                     {"${m[k]}", `templatefile("t.tftpl", { m = {}, k = "a" })`, "BH1012 t.tftpl:1", nil},
		"not a template":               {"a\n${", `templatefile("t.tftpl", {})`, "BH1003 t.tftpl:2", []string{"$${"}},
		"a key twice":                  {"\n${jsonencode({ a = 1, a = 2 })}", `templatefile("t.tftpl", {})`, "BH1018 t.tftpl:2", nil},
		"no such file":                 {"", `templatefile("no.tftpl", {})`, "BH1012 buckets.hcl:2", []string{"there is no file no.tftpl"}},
		"not UTF-8":                    {"\xff\xfea\x00", `templatefile("t.tftpl", {})`, "BH1019 buckets.hcl:2", nil},
		"not a map":                    {"", `templatefile("t.tftpl", ["a"])`, "BH1012 buckets.hcl:2", []string{"a map of variables"}},
		"not a name":                   {"", `templatefile("t.tftpl", { "a b" = 1 })`, "BH1012 buckets.hcl:2", nil},
		"text, a name":                 {"", `templatestring("a\n$${nmae}", {})`, "BH1013 buckets.hcl:2", []string{"In line 2 of the template: "}},
		"text, not a template":         {"", `templatestring("$${", {})`, "BH1003 buckets.hcl:2", nil},
		"hidden by try":                {"${nmae}", `try(templatefile("t.tftpl", {}), "x")`, "", nil},
	} {
		_, o := rendered(t, c.call, map[string]string{"t.tftpl": c.template})
		conf, diags := Load(o)
		var got []string
		told := ""
		for _, d := range diags {
			got = append(got, d.Code+" "+d.Subject.String())
			told += d.Error() + " " + d.Fix + "\n"
			if strings.HasPrefix(d.Subject.File, "t.") && (string(conf.Sources[d.Subject.File]) != c.template || !d.Context.IsZero()) {
				t.Errorf("%s: the lines are not there to be shown", name)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %s", name, got, c.want)
		}
		for _, part := range c.says {
			if !strings.Contains(told, part) {
				t.Errorf("%s: %q is not said in:\n%s", name, part, told)
			}
		}
	}
}

// Nothing of a template is told that works with a secret: which line fails would say
// something about it.
func TestTemplates_tellNothingOfSecrets(t *testing.T) {
	for _, expression := range []string{
		`templatefile("t.tftpl", { v = env("S_TOKEN") })`, `templatestring("$${tonumber(v)}", { v = env("S_TOKEN") })`,
		`[for s in [env("S_TOKEN")] : templatefile("t.tftpl", { v = s })][0]`, `templatestring(env("S_TOKEN"), {})`, `templatefile("no.tftpl", { v = env("S_TOKEN") })`,
	} {
		_, o := rendered(t, expression, map[string]string{"t.tftpl": "a\n${tonumber(v)}"}, "S_TOKEN", "canary${")
		c, diags := Load(o)
		if len(diags) != 1 || diags[0].Code != faults.SecretFault.Code || diags[0].Subject.String() != "buckets.hcl:2" || len(c.Sources) != 1 ||
			strings.Contains(diags[0].Error(), "canary") || strings.Contains(diags[0].Detail, "line") {
			t.Errorf("%s: %v", expression, diags)
		}
	}
	_, o := rendered(t, `templatefile("t.tftpl", { v = env("S_TOKEN") })`, map[string]string{"t.tftpl": "a ${v}"}, "S_TOKEN", "canary")
	if _, diags := Load(o); !slices.Equal(codes(diags), []string{faults.ShownSecret.Code + "@8"}) {
		t.Errorf("a title that has a secret in it: %v", diags)
	}
}

func TestPath_isThatOfTheRootModule(t *testing.T) {
	for expression, want := range map[string]string{"path.module": ".", "path.root": ".", `"${path.module}/x"`: "./x"} {
		_, o := rendered(t, expression, nil)
		if got := load(t, o).Projects[0].ItemTitle; got != want {
			t.Errorf("%s: %q", expression, got)
		}
	}
	for expression, says := range map[string]string{"path.cwd": "depends on the machine", "path.modul": "path.module", "pth.module": `"path"`} {
		_, o := rendered(t, expression, nil)
		if _, diags := Load(o); !slices.Equal(codes(diags), []string{"BH1013@2"}) || !strings.Contains(diags[0].Detail+diags[0].Fix, says) {
			t.Errorf("%s: %v %s", expression, diags, diags[0].Fix)
		}
	}
}

// The parser calls itself for each directive within another one, and a stack has an end.
func TestTemplates_areNotTooDeep(t *testing.T) {
	for _, open := range []string{"%{ if true }", "%{~ for x in [] ~}"} {
		end := map[bool]string{true: "%{ endif }", false: "%{ endfor }"}[strings.Contains(open, "if")]
		nested := strings.Repeat(open, 3000) + strings.Repeat(end, 3000)
		if _, diags := Load(from("locals {\n  a = <<E\n" + nested + "\nE\n}\n")); len(diags) != 1 || diags[0].Code != faults.InvalidSyntax.Code {
			t.Errorf("%s in a file: %v", open, diags)
		}
		_, o := rendered(t, `templatefile("t.tftpl", {})`, map[string]string{"t.tftpl": nested})
		if _, diags := Load(o); len(diags) != 1 || diags[0].Code != faults.TooLarge.Code || diags[0].Subject.String() != "t.tftpl:1" {
			t.Errorf("%s in a template: %v", open, diags)
		}
		load(t, from("locals {\n  a = <<E\n"+strings.Repeat(open+end, 3000)+"\nE\n}\n")) // one after the other
	}
}

// A policy is checked after the load, and leaves the configuration as it was.
func TestTemplates_ofPolicies(t *testing.T) {
	const policy = "policy \"p\" {\n  condition = startswith(templatefile(\"t.tftpl\", { b = project.bucket }), \"acme-\")\n  error_message = \"no\"\n}\n"
	for template, want := range map[string]string{"acme-${b}": "", "${b}": faults.BrokenPolicy.Code + " buckets.hcl:6", "\n${tonumber(b)}": "BH1012 t.tftpl:2"} {
		_, o := rendered(t, `"title"`, map[string]string{"t.tftpl": template})
		o.Overlay[DefaultFile] = append(o.Overlay[DefaultFile], policy...)
		c := load(t, o)
		got := ""
		for _, d := range c.CheckProjects() {
			got += d.Code + " " + d.Subject.String()
		}
		if got != want || len(c.Sources) != 1 {
			t.Errorf("%q: got %s, want %s, with %d files", template, got, want, len(c.Sources))
		}
	}
}
