package config

import (
	"slices"
	"strings"
	"testing"

	"buckethead/config/faults"
)

// keyOf is a project, for each of for_each, whose key is VALUE.
const keyOf = "secrets \"onepassword\" \"eng\" {\n  vault = \"v\"\n}\nsecrets \"age_file\" \"main\" {}\n" +
	"variable \"api_token\" {}\nvariable \"plain\" {\n  default = \"x\"\n}\n" +
	"locals {\n  keys = { a = { key = env(\"A_SECRET\"), title = \"t\" } }\n  cut = substr(env(\"A_SECRET\"), 0, 5)\n" +
	"  all = jsondecode(env(\"ALL_SECRET\"))\n  cuts = { a = local.cut }\n}\n" +
	"project \"p\" {\n  for_each = EACH\n  bucket = \"abc\"\n  secrets = age_file.main\n" +
	"  register {\n    access_key_id = \"a\"\n    endpoint_url = \"https://x.y\"\n    secret_access_key = VALUE\n  }\n}\n"

func keyIs(each, value string) Options {
	src := strings.NewReplacer("EACH", each, "VALUE", value).Replace(keyOf)
	return from(src, "A_SECRET", "the-secret-of-a", "B_SECRET", "the-secret-of-b", "ALL_SECRET", `{"a": "one-of-all", "b": {"c": "another"}}`,
		"BH_VAR_api_token", "a-token", "BASE64_SECRET", "dGhlLXNlY3JldA==", "KEY_A_SECRET", "key-of-a")
}

// Secrets that are taken whole are used, from wherever they come.
func TestSecrets_areTakenWhole(t *testing.T) {
	const one = `toset(["a"])`
	for _, c := range [][3]string{
		{one, `env("A_SECRET")`, "the-secret-of-a"},
		{one, `coalesce(env("A_SECRET"), env("B_SECRET"))`, "the-secret-of-a"},
		{one, `coalesce(env("UNSET_SECRET", ""), env("B_SECRET"))`, "the-secret-of-b"},
		{one, `try(env("UNSET_SECRET"), env("B_SECRET"))`, "the-secret-of-b"},
		{one, `(env("A_SECRET"))`, "the-secret-of-a"},
		{one, `"${trimspace(env("A_SECRET"))}"`, "the-secret-of-a"},
		{one, `var.plain == "x" ? env("A_SECRET") : env("B_SECRET")`, "the-secret-of-a"},
		{one, `var.api_token != "" ? env("A_SECRET") : env("B_SECRET")`, "the-secret-of-a"},
		{one, `env("A_SECRET") == null ? env("A_SECRET") : env("B_SECRET")`, "the-secret-of-b"},
		{one, `[env("A_SECRET"), env("B_SECRET")][1]`, "the-secret-of-b"},
		{one, `{ a = env("A_SECRET"), b = env("B_SECRET") }[each.key]`, "the-secret-of-a"},
		{one, `{ for k in ["a", "b"] : k => env("${upper(k)}_SECRET") }[each.key]`, "the-secret-of-a"},
		{one, `env("KEY_${upper(each.key)}_SECRET")`, "key-of-a"},
		{one, `jsondecode(env("ALL_SECRET"))[each.key]`, "one-of-all"},
		{one, `jsondecode(env("ALL_SECRET")).b.c`, "another"},
		{one, `local.all.b["c"]`, "another"},
		{one, `base64decode(env("BASE64_SECRET"))`, "the-secret"},
		{one, `sha256(var.api_token)`, "1f6076e3a47ba1ded08025ffe06e57af217c14f9407f33fba50f99b1c7019387"},
		{one, `nonsensitive(var.api_token)`, "a-token"},
		{`local.keys`, `each.value.key`, "the-secret-of-a"},
		{`{ a = env("A_SECRET") }`, `each.value`, "the-secret-of-a"},
		{`{ for k in ["a"] : k => local.all[k] }`, `each.value`, "one-of-all"},
	} {
		cfg, diags := Load(keyIs(c[0], c[1]))
		if len(diags) > 0 {
			t.Errorf("%s, %s: %v", c[0], c[1], diags)
		} else if got := cfg.Projects[0].Register.SecretAccessKey.Reveal(); got != c[2] {
			t.Errorf("%s, %s: got %q", c[0], c[1], got)
		}
	}
	// Without instances nothing is read.
	load(t, keyIs(`toset([])`, `jsondecode(env("ALL_SECRET"))[each.key]`))
}

// What is cut out of a secret, put together with it, or chosen by it is refused, whatever the secret is.
func TestSecrets_areNotTakenInParts(t *testing.T) {
	const one = `toset(["a"])`
	for _, c := range [][2]string{
		{one, `"x${env("A_SECRET")}"`}, {one, `substr(env("A_SECRET"), 0, 5)`}, {one, `sha256(substr(env("A_SECRET"), 0, 1))`},
		{one, `startswith(env("A_SECRET"), "t") ? env("A_SECRET") : env("B_SECRET")`}, {one, `local.cut`},
		{one, `env("A_SECRET") == "x" ? env("A_SECRET") : env("B_SECRET")`}, {one, `local.cut != "" ? "x" : "y"`},
		{one, `split("-", env("A_SECRET"))[1]`}, {one, `strrev(env("A_SECRET"))`}, {one, `regex("^..", env("A_SECRET"))`},
		{one, `jsondecode(env("ALL_SECRET"))[startswith(env("A_SECRET"), "t") ? "a" : "b"]`},
		{one, `env(startswith(env("A_SECRET"), "t") ? "A_SECRET" : "B_SECRET")`},
		{one, `[for k in split("", env("A_SECRET")) : k][0]`}, {one, `[for k in ["a"] : k if k != env("A_SECRET")][0]`},
		{one, `"%{ if env("A_SECRET") == "x" }a%{ else }b%{ endif }"`}, {one, `coalesce(local.cut, "x")`}, {one, `jsonencode(local)`},
		{`local.cuts`, `each.value`}, {`{ a = local.cut }`, `each.value`}, {`{ a = { b = local.cut } }`, `each.value.b`},
	} {
		_, diags := Load(keyIs(c[0], c[1]))
		if len(diags) != 1 || diags[0].Code != faults.SecretFault.Code || !strings.Contains(diags[0].Fix, "Use the value as it is") {
			t.Errorf("%s, %s: %v", c[0], c[1], diags)
		}
	}
}

// Beside a fault that depends on a secret, those are told that depend on no value.
func TestLoad_tellsOtherFaultsBesideThatOfASecret(t *testing.T) {
	const broken = "locals {\n  a = jsondecode(env(\"A_SECRET\")).b\n}\n"
	for src, want := range map[string][]string{
		broken + strings.Repeat("unknown {}\n", 10):         slices.Repeat([]string{faults.UnknownBlock.Code}, 10),
		broken + "variable \"x\" {}\n":                      {faults.MissingVariable.Code},
		broken + "locals {\n  b = local.none\n}\n":          nil,
		broken + "bh {\n  required_version = \">= 9\"\n}\n": {faults.UnsupportedVersion.Code},
	} {
		_, diags := Load(from(src, "A_SECRET", "{}"))
		var got []string
		later := false
		for _, d := range diags {
			if d.Code != faults.SecretFault.Code {
				got = append(got, d.Code)
			}
			later = later || strings.Contains(d.Fix, "bh shows other errors once")
		}
		if !slices.Equal(got, want) || later == slices.Contains(want, faults.UnsupportedVersion.Code) {
			t.Errorf("%s\n%v", src, diags)
		}
	}
}

// That a variable from outside does not fit its type depends on it, too.
func TestLoad_answersOneQuestionAboutVariables(t *testing.T) {
	for _, value := range []string{"a-token", `["a`, `{}`} {
		_, diags := Load(from("variable \"api_token\" {\n  type = list(number)\n}\n", "BH_VAR_api_token", value))
		if len(diags) != 1 || diags[0].Code != faults.SecretFault.Code {
			t.Errorf("%s: %v", value, diags)
		}
	}
}

// What is wrong with the text of an expression is told, whatever the secret in it is.
func TestSecrets_faultsOfTheTextAreTold(t *testing.T) {
	for value, want := range map[string]string{
		`coalesce(env("A_SECRET"), env("UNSET_TOKEN"))`: "The environment variable UNSET_TOKEN is not set.",
		`coalesce(env("A_SECRET"), var.api_tokens)`:     `No variable "api_tokens" is declared.`,
		`[env("A_SECRET"), nope()][0]`:                  `There is no function "nope".`,
		`jsondecode(env("A_SECRET"))`:                   "This cannot work with the value of A_SECRET.",
		`jsondecode(env("REFERENCES_SECRET")).a`:        "cannot be made from the value of REFERENCES_SECRET in this way.",
	} {
		o := keyIs(`toset(["a"])`, value)
		env := o.Env
		o.Env = func(name string) (string, bool) {
			if name == "REFERENCES_SECRET" {
				return `{"a": "op://v/i/f"}`, true
			}
			return env(name)
		}
		_, diags := Load(o)
		if len(diags) != 1 || diags[0].Code != faults.SecretFault.Code || !strings.Contains(diags[0].Detail, want) {
			t.Errorf("%s: %v", value, diags)
		}
	}
}
