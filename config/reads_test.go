package config

import (
	"strings"
	"testing"

	"buckethead/config/faults"
)

// The names of a loop hide those around it, so that what an expression reads is not what it
// seems to.
func TestReads_namesOfLoops(t *testing.T) {
	const around = "variable \"x\" {\n  default = \"HOME\"\n}\nlocals {\n  m = { a = env(\"CLOUDFLARE_API_TOKEN\"), b = \"1d\" }\n  e = EXPRESSION\n}\n" + header +
		"project \"p\" {\n  bucket = \"abc\"\n}\n"
	for _, e := range []string{
		`[for var in [{ x = "CLOUDFLARE_API_TOKEN" }] : seconds(env(var.x))]`, `[for var in [{ x = "a" }] : seconds(local.m[var.x])]`,
		`{ for var in [{ x = "CLOUDFLARE_API_TOKEN" }] : seconds(env(var.x)) => 1 }`, `[for local in [{ m = local.m }] : seconds(local.m[["a"][0]])]`,
		`[for var in [{ x = "CLOUDFLARE_API_TOKEN" }] : env(upper(replace(env(var.x), "/[^a-z]/", "")))]`,
		`[for var in [{ x = "CLOUDFLARE_API_TOKEN" }] : [for v in [var] : seconds(env(v.x))]]`,
	} {
		if _, diags := hidden(t, strings.Replace(around, "EXPRESSION", e, 1)); len(diags) != 1 || diags[0].Code == faults.InvalidExpression.Code {
			t.Errorf("%s: %v", e, diags)
		}
		rule := "policy \"rule\" {\n  condition = can(" + e + ")\n  error_message = \"no\"\n}\n"
		c, diags := hidden(t, strings.Replace(around, "EXPRESSION", `""`, 1)+rule)
		if len(diags) != 1 || diags[0].Code != faults.ShownSecret.Code || len(c.CheckProjects()) > 0 {
			t.Errorf("a policy reads %s: %v", e, diags)
		}
	}
	// Where a name stands for what it does around the loop, nothing is hidden.
	load(t, from(strings.Replace(around, "EXPRESSION", `[for v in [1] : var.x]`, 1)+"policy \"rule\" {\n  condition = alltrue([for v in [\"b\"] : can(local.m[\"b\"])])\n  error_message = \"no\"\n}\n",
		"CLOUDFLARE_API_TOKEN", theToken))
}

// What an expression reads is looked for after its evaluation was ended, and within bounds.
func TestReads_withinBounds(t *testing.T) {
	for _, e := range []string{`sensitive("${format("%999999999d", 1)}x")`, `sensitive([for x in [1] : format("%999999999d", 1)])`, `env(join("", [for x in [1] : format("%999999999d", 1)]))`} {
		src := "locals {\n  e = " + e + "\n}\nmoved {\n  from = \"project.${1 + 1}${2}\"\n  to = project.b\n}\n"
		if _, diags := Load(from(src)); diags[0].Code != faults.SecretFault.Code {
			t.Errorf("%s: %v", e, diags)
		}
	}
}
