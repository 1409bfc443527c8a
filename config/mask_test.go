package config

import (
	"strings"
	"testing"
)

// quotedAs returns the lines that the diagnostics of a file point at, as they are shown.
func quotedAs(t *testing.T, src string, env ...string) string {
	t.Helper()
	c, diags := Load(from(src, env...))
	if len(diags) == 0 {
		t.Fatalf("no fault in\n%s", src)
	}
	return shown(c, diags)
}

// What was never meant to be a configuration tells none of its secrets, wherever it breaks.
func TestLoad_quotesNoSecretOfOtherFiles(t *testing.T) {
	const key = "hT5canaryX9kQ2vLmN8wR4yB"
	for name, src := range map[string]string{
		".env":                  "CLOUDFLARE_API_TOKEN=" + key + "\nOP_CONNECT_TOKEN=" + key + "-x\nDB_PASSWORD=canary\nURL=https://me:canary@example.com/\n",
		".env, quoted":          "CLOUDFLARE_API_TOKEN=\"canary pass\"\nPIN='canary'\nexport AWS_SECRET_ACCESS_KEY=\"canary/x+y\"\n",
		".env, a plain word":    "DB_PASSWORD=canary\nPLAIN=canary\n",
		".env, export":          "export GITHUB_TOKEN=canary\n",
		"credentials of AWS":    "[default]\naws_access_key_id = AKIA\naws_secret_access_key = canary/abc+def\n",
		".netrc":                "machine example.com login me password canary\n",
		".git/config":           "[http \"https://github.com/\"]\n\textraheader = AUTHORIZATION: basic canary\n[remote \"origin\"]\n\turl = https://x-access-token:canary@github.com/a/b\n",
		".npmrc":                "registry=x\n_authToken=canary-1\n",
		"a key alone":           key + "\n",
		"a token of GitHub":     "ghs_canary0123456789\n",
		"a token of 1Password":  "ops_eyJjYW5hcnkiOjEyMzQ1Njc4OTB9canary\n",
		"YAML":                  "token: canary\nnested:\n  client-secret: canary\n",
		"JSON":                  "{\"token\": \"canary\", \"kind\": \"x\"}\n",
		"JSON, on lines":        "{\n  \"password\": \"canary\",\n",
		"age identity":          "# created: 2026\n# public key: age1\nAGE-SECRET-KEY-1CANARYcanary\n",
		"a header":              "Authorization: Bearer canary\n",
		"one block on one line": "cloud \"cloudfare\" \"x\" { api_token = \"canary\" }\n",
		"misspelled":            "cloud \"cloudflare_r2\" \"x\" {\n account_id = \"a\"\n api_tokn = \"canary\"\n}\n",
		"broken, and unquoted":  "cloud \"cloudflare_r2\" \"x\" {\n api_token = canary-1x9\n oops oops\n}\n",
		"broken after a secret": "cloud \"cloudflare_r2\" \"x\" {\n api_token = \"canary\" oops\n}\n",
	} {
		if seen := quotedAs(t, src); strings.Contains(strings.ToLower(seen), "canary") {
			t.Errorf("%s is shown:\n%s", name, seen)
		}
		if out, diags := Format([]byte(src), "x.hcl"); diags.HasErrors() {
			seen := shown(&Config{Sources: map[string][]byte{"x.hcl": Quotable(out, "x.hcl")}}, diags)
			if strings.Contains(strings.ToLower(seen), "canary") {
				t.Errorf("%s is shown by fmt:\n%s", name, seen)
			}
		}
	}
}

// Masks cover what may be a secret and nothing else.
func TestLoad_quotesWhatIsNoSecret(t *testing.T) {
	project := func(lines string) string { return header + "project \"p\" {\n  bucket = \"abc\"\n" + lines + "\n}\n" }
	r2 := func(lines string) string {
		return "cloud \"cloudflare_r2\" \"x\" {\n account_id = \"0123456789abcdef0123456789abcdef\"\n " + lines + "\n}\n"
	}
	for _, c := range []struct{ src, line string }{
		{project(`  rotate = "90d"`), `  rotate = "90d"`},
		{project(`  rotate { every = "90d" } token = "hidden"`), `  rotate { every = "90d" } token = "******"`},
		{project(`  colour = "blue"`), `  colour = "blue"`},
		{project(`  register = "hidden"`), `  register = "******"`},
		{`stack = "main"`, `stack = "main"`},
		{r2(`api_token = env("MY_CF_TOKEN")`), ` api_token = env("MY_CF_TOKEN")`},
		{r2(`api_token = trimspace("${env("MY_CF_TOKEN")}")`), ` api_token = trimspace("${env("MY_CF_TOKEN")}")`},
		{r2(`api_token = "op://Engineering/cloudflare/token"`), ` api_token = "op://Engineering/cloudflare/token"`},
		{r2(`api_token = "hidden"`), ` api_token = "******"`},
		{r2(`api_token = substr("hidden", 0, 5)`), ` api_token = substr("******", 0, 5)`},
		{r2(`api_token = 1234`), ` api_token = ****`},
		{r2(`api_token = "hidden${local.nope}"`), ` api_token = "******${local.nope}"`},
		{r2(`api_token = env("hidden-one")`), ` api_token = env("**********")`},
		{r2(`api_token = env("MY_CF_TOKEN", "hidden")`), ` api_token = env("MY_CF_TOKEN", "******")`},
		{r2(`token_knd = "account"`), ` token_knd = "account"`},
		{r2(`token_kind = account`), ` token_kind = account`},
		{r2("api_token = env(\"MY_CF_TOKEN\") oops"), ` api_token = env("MY_CF_TOKEN") oops`},
		{r2("api_token = \"op://Engineering/cloudflare/token\" oops"), ` api_token = "op://Engineering/cloudflare/token" oops`},
		{"variable \"v\" {\n  type = number\n  sensitive = true\n  default = env(\"V_COUNT\")\n}\n", `  default = env("V_COUNT")`},
		{"cloud \"cloudfare\" \"x\" { account_id = \"abc\" }\n", `cloud "cloudfare" "x" { account_id = "abc" }`},
	} {
		if seen := quotedAs(t, c.src, "V_COUNT", "x"); !strings.Contains(seen, "\n"+c.line+"\n") || strings.Contains(seen, "hidden") {
			t.Errorf("want %s in\n%s", c.line, seen)
		}
	}
}
