package eval

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
	"buckethead/config/files"
	"buckethead/config/functions"
)

// marksOf evaluates an expression in which S is a secret with this value.
func marksOf(t *testing.T, expression, value string) (cty.Value, expr.Carried, hcl.Diagnostics) {
	t.Helper()
	ev := newTestEvaluator(func(name string) (string, bool) {
		if name != "S_TOKEN" {
			return "", false
		}
		return value, true
	})
	dir := t.TempDir()
	secret := cty.StringVal(value).Mark(expr.SecretOf("S_TOKEN"))
	for name, text := range map[string]string{"t.tftpl": "x${v}", "fails.tftpl": `${regex("^a", v)}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ev.functions = functions.All(ev.world(files.ForFunctions(dir, ev.Meter)))
	ctx := &hcl.EvalContext{Functions: ev.functions,
		Variables: map[string]cty.Value{"S": secret, "K": cty.StringVal("b"),
			"M": cty.ObjectVal(map[string]cty.Value{"a": secret, "c": cty.StringVal("x")})}}
	ctx.Functions[expr.GuardedIndex] = expr.GuardedIndexFunc
	e, diags := hclsyntax.ParseExpression([]byte(expression), "", hcl.InitialPos)
	expr.GuardIndexes(e, []byte(expression))
	if diags.HasErrors() {
		t.Fatal(expression, diags)
	}
	v, diags := e.Value(ctx)
	_, of := expr.Unmark(v)
	return v, of, diags
}

// Each function, with the secret in each of its arguments: what comes out is secret. A
// function without a line here fails the test.
func TestFunctions_passSecretsOn(t *testing.T) {
	number := "5"
	for name, calls := range map[string][]string{
		"abs": {`abs(S)`}, "ceil": {`ceil(S)`}, "floor": {`floor(S)`}, "log": {`log(S, 2)`, `log(2, S)`}, "max": {`max(S, 1)`, `max(1, S)`},
		"min": {`min(S, 1)`, `min(1, S)`}, "parseint": {`parseint(S, 10)`, `parseint("1", S)`}, "pow": {`pow(S, 1)`, `pow(1, S)`},
		"signum": {`signum(S)`}, "sum": {`sum([S, 1])`}, "chomp": {`chomp(S)`}, "format": {`format(S)`, `format("%s", S)`},
		"formatlist": {`formatlist("${S}%s", ["a"])`, `formatlist("%s", [S])`}, "indent": {`indent(S, "x")`, `indent(1, S)`},
		"join": {`join(S, ["a", "b"])`, `join(",", [S])`}, "lower": {`lower(S)`}, "regex": {`regex(S, "5")`, `regex(".", S)`},
		"regexall": {`regexall(S, "5")`, `regexall(".", S)`}, "replace": {`replace(S, "a", "b")`, `replace("a", S, "b")`, `replace("a", "a", S)`},
		"split": {`split(S, "a5b")`, `split("", S)`}, "strrev": {`strrev(S)`}, "substr": {`substr(S, 0, 1)`, `substr("abc", S, 1)`, `substr("abc", 0, S)`},
		"title": {`title(S)`}, "trim": {`trim(S, "x")`, `trim("x", S)`}, "trimprefix": {`trimprefix(S, "x")`, `trimprefix("x", S)`},
		"trimsuffix": {`trimsuffix(S, "x")`, `trimsuffix("x", S)`}, "trimspace": {`trimspace(S)`}, "upper": {`upper(S)`},
		"startswith": {`startswith(S, "a")`, `startswith("a", S)`}, "endswith": {`endswith(S, "a")`, `endswith("a", S)`},
		"alltrue": {`alltrue([S == "5"])`}, "anytrue": {`anytrue([S == "a"])`}, "chunklist": {`chunklist([S], 1)`, `chunklist(["a"], S)`},
		"coalesce": {`coalesce(S, "a")`, `coalesce("", S)`, `coalesce(S == "5" ? "" : "x", "a")`}, "coalescelist": {`coalescelist([S], ["a"])`, `coalescelist(S == "5" ? tolist([]) : ["x"], ["a"])`},
		"compact": {`compact([S, "a"])`}, "concat": {`concat([S], ["a"])`, `concat(["a"], [S])`}, "contains": {`contains([S], "a")`, `contains(["a"], S)`},
		"distinct": {`distinct([S, "a"])`}, "element": {`element([S], 0)`, `element(["a", "b"], S)`}, "flatten": {`flatten([[S]])`},
		"index": {`index([S, "a"], "a")`, `index(["a", "5"], S)`}, "keys": {`keys({ (S) = 1 })`, `keys({ for k in ["a"] : k => 1 if S == "5" })`},
		"length": {`length(S)`, `length([for k in ["a"] : k if S == "5"])`}, "lookup": {`lookup({ (S) = "x" }, "a", "b")`, `lookup({ a = "x" }, S, "b")`, `lookup({ a = "x" }, "b", S)`, `lookup({ a = S }, "a", "b")`},
		"merge": {`merge({ (S) = 1 }, { a = 1 })`, `merge({ a = S }, { b = 1 })`}, "one": {`one([S])`, `one([for k in ["a"] : k if S == "a"])`}, "range": {`range(S)`},
		"reverse": {`reverse([S])`}, "setintersection": {`setintersection([S], ["a"])`, `setintersection(["a"], [S])`},
		"setproduct": {`setproduct([S], ["a"])`, `setproduct(["a"], [S])`}, "setsubtract": {`setsubtract([S], ["a"])`, `setsubtract(["a"], [S])`},
		"setunion": {`setunion([S], ["a"])`}, "slice": {`slice(["a", "b", "c", "d", "e"], 0, S)`, `slice([S], 0, 1)`}, "sort": {`sort([S, "a"])`},
		"transpose": {`transpose({ a = [S] })`, `transpose({ (S) = ["a"] })`}, "values": {`values({ (S) = 1 })`, `values({ a = S })`}, "zipmap": {`zipmap([S], ["a"])`, `zipmap(["a"], [S])`},
		"base64decode": {`base64decode(base64encode(S))`}, "base64encode": {`base64encode(S)`}, "base64sha256": {`base64sha256(S)`},
		"csvdecode": {`csvdecode("a\n${S}")`}, "jsondecode": {`jsondecode(S)`, `jsondecode("{\"a\": ${S}}").a`}, "jsonencode": {`jsonencode(S)`, `jsonencode({ a = [S] })`},
		"urlencode": {`urlencode(S)`}, "yamldecode": {`yamldecode(S)`}, "yamlencode": {`yamlencode([S])`}, "md5": {`md5(S)`}, "sha1": {`sha1(S)`},
		"sha256": {`sha256(S)`}, "sha512": {`sha512(S)`}, "formatdate": {`formatdate(S, "2020-01-01T00:00:00Z")`, `formatdate("YYYY", "202${S}-01-01T00:00:00Z")`},
		"timeadd": {`timeadd("2020-01-01T00:00:00Z", "${S}s")`, `timeadd("202${S}-01-01T00:00:00Z", "1s")`}, "seconds": {`seconds("${S}d")`}, "tobool": {`tobool(S == "5")`}, "tolist": {`tolist([S])`},
		"tomap": {`tomap({ a = S })`, `tomap({ (S) = "a" })`}, "tonumber": {`tonumber(S)`}, "toset": {`toset([S])`}, "tostring": {`tostring(S)`},
		"try": {`try(S, "a")`, `try(regex("^a", S), "no")`, `try(regex("^a", env("S_TOKEN")), "no")`, `try([for n in ["S_TOKEN"] : regex("^a", env(n))], "no")`,
			`try({ a = "x" }[S], "no")`, `try({ a = S }["b"], { a = "x" }[S], "no")`, `try(try(regex("^a", S)), "no")`, `try(jsondecode("{\"a\": ${S}}").b, "no")`},
		"can": {`can(regex("^a", S))`, `can(regex("^5", S))`, `can(regex("^a", env("S_TOKEN")))`, `can([for n in ["S_TOKEN"] : regex("^a", env(n))])`,
			`can({ a = 1 }[S])`, `[for x in [S] : can(regex("^a", x))]`, `[for i in [0] : can([for k in ["x"] : regex("^a", [S][i])])]`, `can(parseint([S][0], 2))`},
		"base64sha512": {`base64sha512(S)`}, "base64gzip": {`base64gzip(S)`}, "base64gunzip": {`base64gunzip(base64gzip(S))`},
		"urldecode": {`urldecode(S)`}, "textencodebase64": {`textencodebase64(S, "UTF-16LE")`, `try(textencodebase64("a", S), "x")`},
		"textdecodebase64": {`textdecodebase64(base64encode(S), "UTF-8")`, `try(textdecodebase64("YQ==", S), "x")`},
		"strcontains":      {`strcontains(S, "a")`, `strcontains("a", S)`}, "uuidv5": {`uuidv5("dns", S)`, `try(uuidv5(S, "a"), "x")`},
		"timecmp":   {`timecmp("202${S}-01-01T00:00:00Z", "2020-01-01T00:00:00Z")`, `timecmp("2020-01-01T00:00:00Z", "202${S}-01-01T00:00:00Z")`},
		"matchkeys": {`matchkeys([S], ["a"], ["a"])`, `matchkeys(["a"], [S], ["5"])`, `matchkeys(["a"], ["5"], [S])`},
		"cidrhost":  {`cidrhost("10.0.0.${S}/24", 1)`, `cidrhost("10.0.0.0/24", S)`}, "cidrnetmask": {`cidrnetmask("10.0.0.0/${S}")`},
		"cidrsubnet":   {`cidrsubnet("10.0.0.0/${S}", 8, 1)`, `cidrsubnet("10.0.0.0/8", S, 1)`, `cidrsubnet("10.0.0.0/8", 8, S)`},
		"cidrsubnets":  {`cidrsubnets("10.0.0.0/${S}", 8)`, `cidrsubnets("10.0.0.0/8", S)`, `cidrsubnets("10.0.0.0/8", 1, S)`},
		"cidrcontains": {`cidrcontains("10.0.0.0/${S}", "10.0.0.1")`, `cidrcontains("10.0.0.0/8", "10.0.0.${S}")`},
		"basename":     {`basename(S)`}, "dirname": {`dirname(S)`}, "filebase64": {`try(filebase64(S), "x")`}, "filemd5": {`try(filemd5(S), "x")`},
		"filesha1": {`try(filesha1(S), "x")`}, "filesha256": {`try(filesha256(S), "x")`}, "filesha512": {`try(filesha512(S), "x")`},
		"filebase64sha256": {`try(filebase64sha256(S), "x")`}, "filebase64sha512": {`try(filebase64sha512(S), "x")`},
		"fileset": {`fileset(".", S)`, `try(fileset(S, "*"), "x")`},
		"templatefile": {`templatefile("t.tftpl", { v = S })`, `templatefile("t.tftpl", { v = "", w = S })`, `try(templatefile(S, {}), "x")`,
			`try(templatefile("fails.tftpl", { v = S }), "x")`, `can(templatefile("fails.tftpl", { v = S }))`, `[for s in [S] : can(templatefile("fails.tftpl", { v = s }))]`},
		"templatestring": {`templatestring("$${v}", { v = S })`, `templatestring(S, {})`, `templatestring("$${can(regex(\"^a\", v))}", { v = S })`,
			`try(templatestring("$${regex(\"^a\", v)}", { v = S }), "x")`, `templatestring("%%{ if v == 5 }x%%{ endif }", { v = S })`},
		// Whether a value is secret is decided by names, see TestIsSensitive_tellsNothing.
		"issensitive": {},
		"env":         {`env("S_TOKEN")`, `env(S, "default")`}, "file": {`try(file(S), "x")`}, "fileexists": {`fileexists(S)`},
		"sensitive": {`sensitive(S)`}, "nonsensitive": {`nonsensitive(S)`, `nonsensitive([S])`, `nonsensitive({ (S) = 1 })`, `nonsensitive(sensitive(env("S_TOKEN")))`},
	} {
		for _, call := range calls {
			if v, of, diags := marksOf(t, call, number); diags.HasErrors() || of.Origin == "" {
				t.Errorf("%s: %s is %#v, marked %+v: %v", name, call, v, of, diags)
			}
		}
		delete(unlisted, name)
	}
	if len(unlisted) > 0 {
		t.Errorf("no line for %v", slices.Sorted(maps.Keys(unlisted)))
	}
}

var unlisted = functions.All(&functions.World{})

// What issensitive() says is the same for each value of the secret.
func TestIsSensitive_tellsNothing(t *testing.T) {
	for expression, want := range map[string]cty.Value{
		`issensitive(S)`: cty.True, `issensitive([S])`: cty.True, `issensitive(S == "5")`: cty.True, `issensitive(S == "5" ? "x" : "y")`: cty.True,
		`issensitive(S == "5" ? S : "y")`: cty.True, `issensitive({ "7" = "x", "5" = "y" }[S])`: cty.True, `issensitive([for k in ["a"] : k if S == "5"])`: cty.True,
		`issensitive(try({ "5" = "x" }[S], "no"))`: cty.True, `issensitive(can(regex("^5", S)))`: cty.True, `issensitive(nonsensitive(S))`: cty.True,
		`issensitive(coalesce(S == "5" ? "" : "x", "a"))`: cty.True, `issensitive(lookup({ "5" = "x" }, S, "d"))`: cty.True, `issensitive(fileexists(S))`: cty.True,
		`issensitive(templatestring("%%{ if v == 5 }x%%{ endif }", { v = S }))`: cty.True, `try(issensitive(regex("^5", S)), "no")`: cty.NilVal,
		`issensitive("a")`: cty.False, `issensitive(sensitive("a"))`: cty.True, `issensitive(nonsensitive(sensitive("a")))`: cty.False, `issensitive(M["c"])`: cty.False,
		`issensitive(env("UNSET_TOKEN", "x"))`: cty.False,
	} {
		for _, value := range []string{"5", "7"} {
			v, of, diags := marksOf(t, expression, value)
			switch {
			case diags.HasErrors():
				t.Errorf("%s: %v", expression, diags)
			case want == cty.NilVal && of.Sensitive: // it failed, which is marked
			case want == cty.NilVal && value == "5":
			case !v.RawEquals(want):
				t.Errorf("%s is %#v for %s", expression, v, value)
			}
		}
	}
}

// Operators, templates, loops and conditions pass secrets on as well.
func TestExpressions_passSecretsOn(t *testing.T) {
	for _, e := range []string{
		`S == "a"`, `S != "a"`, `S < 6`, `!(S == "a")`, `S + 1`, `-S`, `S == "a" || true`, `false && S == "a"`, `true || S == "a"`, `S == "a" ? "x" : "y"`, `true ? S : "x"`,
		`"${S}"`, `"x-${S}-y"`, `"%{ if S == "a" }x%{ else }y%{ endif }"`, `"%{ for c in split("", S) }${c}%{ endfor }"`, `"%{ for c in ["a", "b"] }%{ if S == c }x%{ endif }%{ endfor }"`,
		"<<E\n${S}\nE\n", `[S][0]`, `{ a = S }.a`, `{ a = "x", "5" = "y" }[S]`, `{ a = "x", "5" = "y" }[[S][0]]`, `toset([for i in [0] : { a = "x", "5" = "y" }[[S][i]]])`, `[0, 1, 2, 3, 4, 6][S]`, `[S][*]`, `[{ a = S }][*].a`, `{ (S) = 1 }`, `{ "${S}" = 1 }`,
		`[for c in split("", S) : c]`, `[for c in ["a"] : c if S == c]`, `{ for c in ["a"] : c => 1 if S == "5" }`, `{ for c in [S] : c => 1 }`, `{ for c in ["a"] : c => S }`, `{ for c in [S, S] : c => 1... }`,
		`[for k, v in { (S) = 1 } : k]`, `[for k, v in { (S) = 1 } : v]`, `(S)`, `max([S]...)`, `toset(S == "5" ? ["a"] : [])`, `[for x in (S == "5" ? ["a"] : ["b"]) : x]`,
	} {
		if v, of, diags := marksOf(t, e, "5"); diags.HasErrors() || of.Origin == "" {
			t.Errorf("%s is %#v, marked %+v: %v", e, v, of, diags)
		}
	}
}

// What has nothing to do with the secret is not secret.
func TestExpressions_markNothingElse(t *testing.T) {
	for _, e := range []string{`env("UNSET_TOKEN", "x")`, `try(env("UNSET_TOKEN"), "x")`, `can(env("UNSET_TOKEN"))`, `try("x", S)`, `{ a = S, b = "x" }.b`,
		`try(M["b"], "y")`, `try(M.b, "y")`, `try(M[K], "y")`, `can(M[K])`, `keys(M)`, `M["c"]`} {
		if v, of, diags := marksOf(t, e, "5"); diags.HasErrors() || of.Sensitive {
			t.Errorf("%s is %#v, marked %+v: %v", e, v, of, diags)
		}
	}
}
