package config

import (
	"strings"
	"testing"
)

// An unset variable is named, wherever it is read, and what looks like a secret in its place
// is not.
func TestLoad_namesUnsetVariables(t *testing.T) {
	token := func(value string) string {
		return "variable \"s\" {\n  sensitive = true\n  default = \"ss\"\n}\nlocals {\n  stage = \"PROD\"\n}\ncloud \"cloudflare_r2\" \"x\" {\n account_id = \"a\"\n api_token = " + value + "\n}\n"
	}
	const both = "The environment variables A_TOKEN and B_TOKEN are not set."
	for src, want := range map[string]string{
		token(`env("MY_CF_TOKEN")`):                                         "The environment variable MY_CF_TOKEN is not set.",
		token(`trimspace("${env("MY_CF_TOKEN")}")`):                         "The environment variable MY_CF_TOKEN is not set.",
		token(`sensitive(env("MY_CF_TOKEN"))`):                              "The environment variable MY_CF_TOKEN is not set.",
		token(`env("MY_CF_${local.stage}_TOKEN")`):                          "The environment variable MY_CF_PROD_TOKEN is not set.",
		token(`[for n in ["X_TOKEN"] : env(n)][0]`):                         "This cannot work with the value of an environment variable.", // which can be any
		token(`true ? env("MY_CF_TOKEN") : var.s`):                          "The environment variable MY_CF_TOKEN is not set.",
		token(`try(env("A_TOKEN"), env("B_TOKEN"))`):                        both,
		token(`coalesce(env("A_TOKEN", ""), "")`):                           "coalesce() cannot work with the arguments that it has here.",
		token(`env("my_cf_token")`):                                         "The environment variable my_cf_token is not set.",
		token(`env("BH_VAR_cf_token")`):                                     "The environment variable BH_VAR_cf_token is not set.",
		token(`env("hunter2")`):                                             "An environment variable that env() reads here is not set.",
		token(`env("ghp_16C7e42F292c6912E7710c838347Ae17")`):                "An environment variable that env() reads here is not set.",
		token(`env("${var.s}_TOKEN")`):                                      "An environment variable that env() reads here is not set.",
		header + "project \"p\" {\n  bucket = \"x-${env(\"STAGE\")}\"\n}\n": "The environment variable STAGE is not set.",
		token(`env("EMPTY_TOKEN")`):                                         "The environment variable EMPTY_TOKEN is set, but it is empty.",
		token(`try(env("EMPTY_TOKEN"), env("B_TOKEN"))`):                    "The environment variables B_TOKEN and EMPTY_TOKEN are not set.",
		header + "project \"p\" {\n  bucket = \"x-${env(\"EMPTY\")}\"\n}\n": "The environment variable EMPTY is set, but it is empty.",
		token(`trimspace(env("BLANK"))`):                                    "The environment variable BLANK is set, but it is empty.",
	} {
		c, diags := Load(from(src, "EMPTY_TOKEN", "", "EMPTY", "", "BLANK", " "))
		if told := shown(c, diags); !strings.Contains(told, want) {
			t.Errorf("want %s in\n%s", want, told)
		} else if strings.Contains(want, "The environment") && !strings.Contains(told, "run `export ") {
			t.Errorf("no way out:\n%s", told)
		} else if strings.Contains(src, "TOKEN") && strings.Contains(told, "write a default") {
			t.Errorf("a default for a secret:\n%s", told)
		}
	}
}
