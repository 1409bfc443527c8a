package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"buckethead/config/diag"
	"buckethead/config/faults"
	"buckethead/vendors"
)

// hidden loads a file with the token in the environment and as BH_VAR_api_token, and checks that
// nothing of it is shown.
func hidden(t *testing.T, src string) (*Config, diag.List) {
	t.Helper()
	o := from(src, "CLOUDFLARE_API_TOKEN", theToken, "BH_VAR_api_token", theToken, "BH_VAR_plain", theToken, "REF_TOKEN", "op://v/i/f", "EMPTY_TOKEN", "",
		"AGE_KEYS_SECRET", `{"main": "`+theToken+`"}`)
	c, diags := Load(o)
	for _, form := range tokenForms() {
		if seen := shown(c, diags); strings.Contains(seen, form) {
			t.Errorf("%s is shown of\n%s\n%s", form, src, seen)
		}
	}
	return c, diags
}

// Faults that depend on the value of a secret are told once, however many questions a file asks.
func TestLoad_answersOneQuestionAboutASecret(t *testing.T) {
	many := func(form string) string {
		var b strings.Builder
		for i := range 64 {
			fmt.Fprintf(&b, form+"\n", i)
		}
		return b.String()
	}
	const register = "project \"p%d\" {\n bucket = \"abc\"\n register {\n access_key_id = \"a\"\n endpoint_url = \"https://x.y\"\n secret_access_key = VALUE\n }\n}"
	for name, src := range map[string]string{
		"expressions":     many(`locals { a%d = regex("^a", env("CLOUDFLARE_API_TOKEN")) }`),
		"indexes":         many(`locals { a%d = { x = 1 }[env("CLOUDFLARE_API_TOKEN")] }`),
		"attributes":      many(`locals { a%d = jsondecode(env("AGE_KEYS_SECRET")).other }`),
		"empty secrets":   many(strings.Replace(register, "VALUE", `startswith(env("CLOUDFLARE_API_TOKEN"), "Z") ? "" : "x"`, 1)),
		"wrong types":     many(strings.Replace(register, "VALUE", `[env("CLOUDFLARE_API_TOKEN")]`, 1)),
		"references":      many(strings.Replace(register, "VALUE", `startswith(env("CLOUDFLARE_API_TOKEN"), "Z") ? "op://a/b/c" : "x"`, 1)),
		"made references": many(strings.Replace(register, "VALUE", `"op://a/b/${env("CLOUDFLARE_API_TOKEN")}"`, 1)),
		"types":           many("variable \"a%d\" {\n type = number\n default = env(\"CLOUDFLARE_API_TOKEN\")\n}"),
		"nulls":           many("variable \"a%d\" {\n nullable = false\n default = env(\"CLOUDFLARE_API_TOKEN\") == \"x\" ? \"y\" : null\n}"),
		"validations":     "variable \"api_token\" {\n" + many("validation {\n condition = startswith(var.api_token, \"%d\")\n error_message = \"no\"\n}") + "}\n",
	} {
		_, diags := hidden(t, "secrets \"age_file\" \"main\" {}\nsecrets \"onepassword\" \"eng\" {\n  vault = \"v\"\n}\n"+src)
		if n := len(slices.DeleteFunc(slices.Clone(codes(diags)), func(c string) bool { return !strings.HasPrefix(c, faults.SecretFault.Code) })); n != 1 {
			t.Errorf("%s: %d faults about the secret: %v", name, n, codes(diags))
		}
		if slices.ContainsFunc(diags, func(d diag.Diagnostic) bool {
			return slices.Contains([]string{faults.InvalidExpression.Code, faults.InvalidVariable.Code, faults.FailedValidation.Code, faults.EmptySecret.Code, faults.WrongType.Code, faults.UnknownScheme.Code}, d.Code)
		}) {
			t.Errorf("%s: told by other faults: %v", name, codes(diags))
		}
	}
}

// Secrets still do what they are for.
func TestLoad_usesSecretsOfTheEnvironment(t *testing.T) {
	const r2 = "secrets \"onepassword\" \"eng\" {\n  vault = \"v\"\n}\ncloud \"cloudflare_r2\" \"x\" {\n account_id = \"a\"\n api_token = VALUE\n}\n"
	for value, want := range map[string]vendors.Value{
		`env("CLOUDFLARE_API_TOKEN")`:                                   {Secret: vendors.NewSecret(theToken)},
		`nonsensitive(env("CLOUDFLARE_API_TOKEN"))`:                     {Secret: vendors.NewSecret(theToken)},
		`trimspace("${env("CLOUDFLARE_API_TOKEN")}")`:                   {Secret: vendors.NewSecret(theToken)},
		`coalesce(env("EMPTY_TOKEN", ""), env("CLOUDFLARE_API_TOKEN"))`: {Secret: vendors.NewSecret(theToken)},
		`try(env("UNSET_TOKEN"), env("CLOUDFLARE_API_TOKEN"))`:          {Secret: vendors.NewSecret(theToken)},
		`true ? env("CLOUDFLARE_API_TOKEN") : env("UNSET_TOKEN", "x")`:  {Secret: vendors.NewSecret(theToken)},
		`jsondecode(env("AGE_KEYS_SECRET")).main`:                       {Secret: vendors.NewSecret(theToken)},
		`jsondecode(env("AGE_KEYS_SECRET"))[join("", ["ma", "in"])]`:    {Secret: vendors.NewSecret(theToken)},
		`var.api_token`:    {Secret: vendors.NewSecret(theToken)},
		`local.derived`:    {Secret: vendors.NewSecret(theToken)},
		`env("REF_TOKEN")`: {Reference: "op://v/i/f"},
		`var.plain == "x" ? "op://a/b/c" : "op://a/b/d"`: {Reference: "op://a/b/d"},
	} {
		c, diags := hidden(t, "variable \"plain\" {}\nvariable \"api_token\" {}\nlocals {\n  derived = env(\"CLOUDFLARE_API_TOKEN\")\n}\n"+strings.Replace(r2, "VALUE", value, 1))
		if len(diags) > 0 {
			t.Errorf("%s: %v", value, diags)
			continue
		}
		got := c.Clouds[0].Settings["api_token"]
		if got.Reference != want.Reference || got.Secret.Reveal() != want.Secret.Reveal() {
			t.Errorf("%s: %+v", value, got)
		}
	}
}

// A value that is a secret by its variable's name stays one, whatever the block says.
func TestLoad_keepsVariablesSecretByTheirName(t *testing.T) {
	title := header + "project \"p\" {\n  bucket = \"abc\"\n  item_title = nonsensitive(var.NAME)\n}\n"
	for _, c := range []struct {
		name, block string
		secret      bool
	}{
		{"api_token", "variable \"api_token\" {}\n", true},
		{"api_token", "variable \"api_token\" {\n  sensitive = true\n}\n", true},
		{"api_token", "variable \"api_token\" {\n  sensitive = false\n}\n", true},
		{"Db_Password", "variable \"Db_Password\" {}\n", true},
		{"note", "variable \"note\" {\n  sensitive = true\n}\n", false},
		{"note", "variable \"note\" {}\n", false},
	} {
		for _, where := range []string{"env", "flag", "file"} {
			o := from(c.block + strings.Replace(title, "NAME", c.name, 1))
			switch where {
			case "env":
				o.Env = stubEnv("BH_VAR_"+c.name, theToken)
			case "flag":
				o.Vars = map[string]string{c.name: theToken}
			case "file":
				o.VarFiles = []string{"x.vars"}
				o.Overlay["x.vars"] = []byte(c.name + " = \"" + theToken + "\"\n")
			}
			cfg, diags := Load(o)
			told := shown(cfg, diags)
			if c.secret && (len(diags) != 1 || diags[0].Code != faults.ShownSecret.Code || strings.Contains(told, theToken) || !strings.Contains(told, "under another name")) ||
				!c.secret && (len(diags) != 0 || cfg.Projects[0].ItemTitle != theToken) {
				t.Errorf("%s from %s: %s", c.name, where, told)
			}
		}
	}
	// A default stands in the file, which everyone can read.
	c := load(t, from("variable \"api_token\" {\n  default = \"written\"\n}\n"+strings.Replace(title, "NAME", "api_token", 1)))
	if c.Projects[0].ItemTitle != "written" {
		t.Error(c.Projects[0].ItemTitle)
	}
}

func TestOptions_secretVariable(t *testing.T) {
	o := trustOptions()
	for _, name := range []string{"CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_TOKEN_EU", "cloudflare_api_token", "OP_SERVICE_ACCOUNT_TOKEN", "GITHUB_TOKEN", "TOKEN", "token", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN", "DB_PASSWORD", "PASSWORD_FILE", "MYSQL_PASSWD", "SSH_PRIVATE_KEY", "PRIVATE_KEY_PEM", "GPG_PASSPHRASE", "CLOUDFLARE_API_KEY", "BH_VAR_api_token", "npm_config_token"} {
		if !o.SecretVariable(name) {
			t.Errorf("%s is not secret", name)
		}
	}
	for _, name := range []string{"CLOUDFLARE_ACCOUNT_ID", "AWS_ACCESS_KEY_ID", "OP_CONNECT_HOST", "TOKEN_KIND", "STAGE", "HOME", "AGE_RECIPIENTS", "TOKENS", "SUBTOKEN", "KEY", ""} {
		if o.SecretVariable(name) {
			t.Errorf("%s is secret", name)
		}
	}
}

// A policy reads no secret at all, and what it sees of projects and operations has none.
func TestPolicies_readNoSecret(t *testing.T) {
	const p = "variable \"api_token\" {}\nlocals {\n  derived = { a = env(\"CLOUDFLARE_API_TOKEN\") }\n}\n" + header + "project \"p\" {\n  bucket = \"abc\"\n}\n"
	for _, x := range []string{`env("CLOUDFLARE_API_TOKEN")`, `nonsensitive(env("CLOUDFLARE_API_TOKEN"))`, `var.api_token`, `local.derived.a`, `local.derived["a"]`, `nonsensitive(jsonencode(local.derived))`,
		`can(regex("^Z", var.api_token)) ? "a" : "b"`, `join("", [for n in ["CLOUDFLARE_API_TOKEN"] : env(n)])`, `{ a = "b" }[env("CLOUDFLARE_API_TOKEN")]`, `jsonencode(local)`} {
		for name, rule := range map[string][2]string{
			"condition": {"length(" + x + ") > 100", `"no"`}, "message": {"false", x}, "message of a project": {"false", `"${project.name} ` + "${" + x + `}"`},
			"message of an operation": {"operation.kind == null", `"` + "${" + x + `}"`}, "condition of a project": {`project.name != ` + x, `"no"`},
		} {
			c, diags := hidden(t, p+"policy \"rule\" {\n  condition = "+rule[0]+"\n  error_message = "+rule[1]+"\n}\n")
			if len(diags) != 1 || diags[0].Code != faults.ShownSecret.Code {
				t.Errorf("%s, %s: %v", name, x, diags)
			}
			if told := c.CheckProjects(); len(told) > 0 {
				t.Errorf("%s, %s: judged: %v", name, x, told)
			}
		}
	}
}
