package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"buckethead/config/diag"
	"buckethead/config/faults"
)

// The questions are asked with a semicolon for the end of a line. BIT is whether a letter of
// the secret is an a, # the number of the letter.
const (
	askedOfTitle = `project "p#" {; secrets = age_file.main; cloud = local.main; bucket = "abc#"; item_title = VALUE; }`
	askedOfKey   = `project "p#" {; secrets = age_file.main; bucket = "abc"; register {; access_key_id = "a"
endpoint_url = "https://x.y"; secret_access_key = VALUE; }; }`
	askedOfToken = `cloud "cloudflare_r2" "c#" {; account_id = "-"; api_token = VALUE; }`
)

// asked puts values into the place for one.
func asked(place string, values ...string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ReplaceAll(place, "VALUE", v)
	}
	return out
}

// askedByExpressions are questions that stand in locals, whose value is used or not.
func askedByExpressions() (out []string) {
	for _, value := range []string{
		`BIT ? tonumber("x") : 1`, `can(BIT ? tonumber("x") : 1)`, `format("%${BIT ? 2 : 900000000}d", 1)`,
		`env(BIT ? "UNSET_A" : "PLAIN")`, `BIT ? env("UNSET_A") : ""`, `BIT ? nope : 1`, `BIT ? var.nope : 1`,
		`BIT ? foo() : 1`, `BIT ? length() : 1`, `BIT ? { a = 1 }.b : 1`, `BIT ? [1][2] : 1`, `BIT ? var.gap : "x"`,
		`try(BIT ? var.gap : "x", "y")`, `try({ a = BIT ? "1" : tonumber("x"), b = "2" }.b, "3")`,
		`[for x in BIT ? [1] : [] : nope]`, `"%{ if BIT }${nope}%{ endif }"`, `jsondecode(BIT ? "{}" : "{\"a\":1}").a`,
	} {
		out = append(out, `locals {; a# = `+value+`; }; `+strings.ReplaceAll(askedOfTitle, "VALUE", "local.a#"))
	}
	for _, value := range []string{
		`range(BIT ? 2 : 100000000)`, `BIT ? try(env("UNSET_A"), tonumber("x")) : ""`,
		`{ (BIT ? "a" : "b") = 1, a = 2 }`, `file(BIT ? "nope" : "gone")`,
		`BIT ? 1 : 2; a# = BIT ? 1 : foo()`, `BIT ? tonumber("x") : 1; b# = local.a# == 1 ? nope : 1`,
	} {
		out = append(out, `locals {; a# = `+value+`; }`)
	}
	return out
}

// askedByBlocks are questions that attributes of blocks ask by themselves.
func askedByBlocks() (out []string) {
	out = append(out, asked(askedOfTitle,
		`BIT ? env("AWS_SECRET_ACCESS_KEY") : env("DB_PASSWORD")`, `env(BIT ? "AWS_SECRET_ACCESS_KEY" : "DB_PASSWORD")`,
		`"x"; protect = BIT`, `"x"; rotate {; every = BIT ? "1d" : null; }`)...)
	out = append(out, asked(askedOfKey,
		`BIT ? null : "x"`, `BIT ? "" : "x"`, `BIT ? [] : null`, `BIT ? "op://a/b/c" : "op://a/b/d"`, `BIT ? var.gap : "x"`,
		`BIT ? env("A_REFERENCE_TOKEN") : "x"`, `BIT ? env("A_REFERENCE_TOKEN") : env("OTHER_REFERENCE_TOKEN")`,
		`BIT ? env("A_REFERENCE") : env("OTHER_REFERENCE")`)...)
	out = append(out, asked(askedOfToken,
		`BIT ? var.gap : "x"`, `BIT ? nope : "x"`, `BIT ? null : "x"`, `BIT ? "" : "x"`)...)
	each := `project "p#" {; for_each = VALUE; secrets = age_file.main; cloud = local.main; bucket = "abc#"`
	out = append(out, asked(each+`; item_title = each.value; }`, `{ a = BIT ? "a" : "" }`)...)
	out = append(out, asked(each+"; }", `BIT ? toset(["a"]) : toset([])`, `{ (BIT ? "a" : "b") = 1 }`, `BIT ? var.gap : {}`)...)
	return append(out,
		`project "p#" {; for_each = toset([]); bucket = "a"; item_title = BIT ? each.key : "x"; }`,
		`project "p#" {; bucket = local.a#; }; locals {; a# = BIT ? "b" : "B!"; }`,
		`policy "p#" {; condition = BIT; error_message = "x"; }`,
		`policy "p#" {; condition = BIT ? nope : true; error_message = "x"; }`,
		`variable "v#" {; default = BIT ? "a" : "b"; validation {; condition = var.v# == "a"; error_message = "x"; }; }`,
		`variable "v#" {; default = ""; validation {; condition = BIT ? var.gap : false; error_message = "x"; }; }`,
		`variable "v#" {; type = number; default = BIT ? "a" : "1"; }`,
		`variable "v#" {; nullable = false; default = BIT ? "a" : null; }`,
		`variable "v#" {; type = object({ a = string }); default = BIT ? jsondecode("{}") : jsondecode("{\"a\": 1}"); }`,
		`variable "v#" {; default = ""; sensitive = BIT; }`,
		`secrets "onepassword" "s#" {; vault = "v"; token = BIT ? null : "x"; }`,
		`secrets "onepassword" "s#" {; vault = "v"; token = BIT ? "cut-off" : "x"; }`,
		`import {; to = project.p; bucket = BIT ? var.gap : "x"; }`,
		`bh {; stack = BIT ? var.gap : "x"; }`,
	)
}

// A file that asks any number of questions about a secret has one of them answered: of n
// faults that depend on n letters of it, which is the first. So four letters, each of which is
// an a or a b, make five outcomes and not sixteen.
func TestLoad_answersOneQuestionHoweverItIsAsked(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long, and of one goroutine")
	}
	for _, form := range append(askedByExpressions(), askedByBlocks()...) {
		for _, partial := range []bool{false, true} {
			outcomes, examples := map[string]bool{}, ""
			for world := range 16 {
				token := []byte("aaaa-and-the-rest")
				for i := range 4 {
					if world>>i&1 == 1 {
						token[i] = 'b'
					}
				}
				told := answers(t, form, string(token), partial)
				if !outcomes[told] {
					examples += fmt.Sprintf("%s\n%s\n", token[:4], told)
				}
				outcomes[told] = true
			}
			if len(outcomes) > 5 {
				t.Errorf("%d outcomes, partial %v:\n%s\n%s", len(outcomes), partial, form, examples)
			}
		}
	}
}

// answers returns all that a load tells if a question is asked about four letters of a token.
func answers(t *testing.T, form, token string, partial bool) string {
	t.Helper()
	src := `secrets "age_file" "main" {}; secrets "onepassword" "main" {; vault = "v"; }; cloud "local" "main" {};`
	if strings.Contains(form, "var.gap") {
		src += `variable "gap" {};`
	}
	for i := range 4 {
		bit := fmt.Sprintf(`(substr(env("CLOUDFLARE_API_TOKEN"), %d, 1) == "a")`, i)
		src += strings.NewReplacer("BIT", bit, "#", fmt.Sprint(i)).Replace(form) + ";"
	}
	o := from(strings.ReplaceAll(src, ";", "\n"), "CLOUDFLARE_API_TOKEN", token, "AWS_SECRET_ACCESS_KEY", "secret-of-aws",
		"DB_PASSWORD", "password-of-db", "A_REFERENCE_TOKEN", "op://v/i/f", "OTHER_REFERENCE_TOKEN", "op://v/i/g",
		"A_REFERENCE", "op://v/i/f", "OTHER_REFERENCE", "op://v/i/g", "PLAIN", "x")
	o.Partial = partial
	c, diags := Load(o)
	if slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == faults.InvalidSyntax.Code }) {
		t.Fatalf("%s: %v", form, diags)
	}
	told := everything(t, append(diags, c.CheckProjects()...))
	if diags.HasErrors() {
		return told
	}
	told += fmt.Sprintf("%v %+v %+v", c.Names, c.Lacks, c.Imports)
	for _, p := range c.Projects {
		if p.Register != nil {
			told += p.Register.Reference
		}
		told += fmt.Sprintf("%v %v %v", p.Addr, p.Bucket, p.ItemTitle)
	}
	return told
}

// everything writes diagnostics with all that they have.
func everything(t *testing.T, list diag.List) string {
	t.Helper()
	text, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A fault tells no more than that it is there: not which of many places, instances, names and
// sizes it has.
func TestLoad_answersWithOneBit(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long, and of one goroutine")
	}
	letter := `substr(env("CLOUDFLARE_API_TOKEN"), 0, 1)`
	var arms, names, locals, sizes, each strings.Builder
	for c := 'A'; c <= 'Z'; c++ {
		fmt.Fprintf(&arms, `%s == "%c" ? tonumber("x") : `, letter, c)
		fmt.Fprintf(&names, `%c = "UNSET_%[1]c", `, c)
		fmt.Fprintf(&locals, "  %c = %s == \"%[1]c\" ? tonumber(\"x\") : 1\n", c, letter)
		fmt.Fprintf(&sizes, "  %c = format(\"%%5000000s\", \"x\")\n", c)
		fmt.Fprintf(&each, "project \"%c\" {\n  bucket = \"bucket-%d\"\n  for_each = { a = env(\"CLOUDFLARE_API_TOKEN\") }\n"+
			"  protect = startswith(each.value, \"%[1]c\") ? tonumber(\"x\") : true\n}\n", c, c)
	}
	project := header + "project \"p\" {\n  bucket = \"abc\"\n  for_each = toset(split(\"\", \"ABCDEFGHIJKLMNOPQRSTUVWXYZ\"))\n"
	alphabet := `index(split("", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), ` + letter + `)`
	for name, src := range map[string]string{
		"places in an expression": "locals {\n  a = " + arms.String() + "1\n}\n",
		"places in a file":        "locals {\n" + locals.String() + "}\n",
		"values of instances":     header + each.String(),
		"unset variables":         "locals {\n  a = env({" + names.String() + "}[" + letter + "])\n}\n",
		"instances":               project + "  item_title = " + letter + " == each.key ? tonumber(\"x\") : 1\n}\n",
		"sizes":                   "locals {\n  A1 = format(\"%${500000 * " + alphabet + "}s\", \"x\")\n" + sizes.String() + "}\n",
		"names of secrets": project + "  register {\n    access_key_id = \"a\"\n    endpoint_url = \"https://x.y\"\n" +
			"    secret_access_key = [env(\"${" + letter + "}_TOKEN\")]\n  }\n}\n",
	} {
		outcomes := map[string]bool{}
		for _, c := range "AKQVZ" {
			env := []string{"CLOUDFLARE_API_TOKEN", string(c) + "-and-the-rest"}
			for d := 'A'; d <= 'Z'; d++ {
				env = append(env, string(d)+"_TOKEN", "x")
			}
			_, diags := Load(from(src, env...))
			outcomes[everything(t, diags)] = true
		}
		if len(outcomes) > 2 {
			t.Errorf("%s: %d outcomes, such as %s", name, len(outcomes), slices.Sorted(maps.Keys(outcomes))[0])
		}
	}
}
