package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"buckethead/config/diag"
	"buckethead/config/faults"
)

const canary = "canary-7f3a91"

// shown returns all that a person could see of a failed load: the diagnostics, and
// the lines of the files around the places that they point at.
func shown(c *Config, diags diag.List) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%+v\n%s\n%s\n", d, d.Error(), d.Fix)
		for _, r := range []diag.Range{d.Subject, d.Context} {
			lines := strings.Split(string(c.Sources[r.File]), "\n")
			for i := r.Start.Line; i <= r.End.Line && i <= len(lines) && i > 0; i++ {
				b.WriteString(lines[i-1] + "\n")
			}
		}
	}
	return b.String()
}

func register(secret string) string {
	return header + "secrets \"onepassword\" \"eng\" {\n  vault = \"v\"\n}\nproject \"p\" {\n  bucket = \"abc\"\n  secrets = age_file.main\n  register {\n    access_key_id = \"AK\"\n    secret_access_key = " +
		secret + "\n    endpoint_url = \"https://example.com\"\n  }\n}\n"
}

func TestLoad_takesASecretFromOutsideOnly(t *testing.T) {
	declare := "variable \"s\" {\n  type = string\n  sensitive = true\n}\nvariable \"plain\" {\n  type = string\n}\nlocals {\n  derived = trimspace(\"${env(\"SECRET\")}\")\n  words = { k = \"" + canary + "\" }\n}\n"
	for name, c := range map[string]struct {
		secret, reference, code string
	}{
		"environment":           {secret: `env("SECRET")`},
		"environment, derived":  {secret: `local.derived`},
		"sensitive variable":    {secret: `var.s`},
		"sensitive, in text":    {secret: `"${var.s}"`},
		"environment or text":   {secret: `try(env("SECRET"), "x")`},
		"reference":             {secret: `"op://vault/item/field"`, reference: "op://vault/item/field"},
		"reference to the file": {secret: `"age://item/field"`, reference: "age://item/field"},
		"literal":               {secret: `"` + canary + `"`, code: faults.LiteralSecret.Code},
		"literal in a local":    {secret: `local.words.k`, code: faults.LiteralSecret.Code},
		"literal in parts":      {secret: `join("", ["` + canary + `"])`, code: faults.LiteralSecret.Code},
		"default of env":        {secret: `env("UNSET", "` + canary + `")`, code: faults.LiteralSecret.Code},
		"plain variable":        {secret: `var.plain`, code: faults.LiteralSecret.Code},
		"empty environment":     {secret: `env("EMPTY")`, code: faults.UnsetEnvironment.Code},
		"blank environment":     {secret: `trimspace(env("BLANK"))`, code: faults.EmptySecret.Code},
		"unset environment":     {secret: `env("UNSET")`, code: faults.UnsetEnvironment.Code},
		"a secret for a name":   {secret: `env("` + canary + `")`, code: faults.UnsetEnvironment.Code},
		"null":                  {secret: `null`, code: faults.MissingAttribute.Code},
		"a list":                {secret: `["` + canary + `"]`, code: faults.WrongType.Code},
		"broken reference":      {secret: `"` + canary + `${local.nope}"`, code: faults.UnknownReference.Code},
	} {
		t.Run(name, func(t *testing.T) {
			o := from(declare+register(c.secret), "SECRET", canary, "EMPTY", "", "BLANK", " ")
			o.Vars = map[string]string{"s": canary, "plain": canary}
			cfg, diags := Load(o)
			if seen := shown(cfg, diags); strings.Contains(seen, "canary-7f3a91"[:6]) {
				t.Errorf("the secret is shown:\n%s", seen)
			}
			if c.code != "" {
				if len(diags) != 1 || diags[0].Code != c.code {
					t.Errorf("got %v, want %s", codes(diags), c.code)
				}
				return
			}
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			r := cfg.Projects[0].Register
			if r.Reference != c.reference || c.reference == "" && r.SecretAccessKey.Reveal() != canary || c.reference != "" && !r.SecretAccessKey.IsZero() {
				t.Errorf("got %q and a secret (%v)", r.Reference, !r.SecretAccessKey.IsZero())
			}
		})
	}
}

func TestLoad_refusesReferencesThatNoStoreReads(t *testing.T) {
	src := header + "project \"p\" {\n  bucket = \"abc\"\n  register {\n    access_key_id = \"AK\"\n    secret_access_key = \"op://a/b/c\"\n    endpoint_url = \"https://example.com\"\n  }\n}\n"
	_, diags := Load(from(src))
	if got := codes(diags); !slices.Equal(got, []string{faults.UnknownScheme.Code + "@7"}) {
		t.Errorf("undeclared: %v", got)
	}
	_, diags = Load(from("secrets \"onepassword\" \"a\" {\n  vault = \"v\"\n  token = \"op://a/b/c\"\n}\n"))
	if got := codes(diags); !slices.Equal(got, []string{faults.UnknownScheme.Code + "@3"}) {
		t.Errorf("of itself: %v", got)
	}
	c := load(t, from("cloud \"cloudflare_r2\" \"a\" {\n  account_id = \"x\"\n  api_token = \"op://a/b/c\"\n}\nsecrets \"onepassword\" \"a\" {\n  vault = \"v\"\n}\n"))
	if v := c.Clouds[0].Settings["api_token"]; v.Reference != "op://a/b/c" || !v.Secret.IsZero() {
		t.Errorf("declared: %+v", v)
	}
}

// Every text has a sensitive variable s and a file of variables with the canary in
// it. Whatever goes wrong, nothing that is told has the canary in it.
func TestLoad_neverShowsASensitiveValue(t *testing.T) {
	dir := t.TempDir()
	vars := filepath.Join(dir, "x.vars")
	if err := os.WriteFile(vars, []byte("s = \""+canary+"\"\nl = [\""+canary+"\"]\nn = \""+canary+"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	declare := "variable \"s\" {\n  type = string\n  sensitive = true\n}\nvariable \"l\" {\n  sensitive = true\n}\nvariable \"n\" {\n  type = any\n  sensitive = true\n}\n" + header
	project := func(lines string) string { return "project \"p\" {\n" + lines + "\n}\n" }
	for name, src := range map[string]string{
		"bucket":             project("bucket = var.s"),
		"title":              project("bucket = \"abc\"\nitem_title = \"x ${var.s}\""),
		"flag":               project("bucket = \"abc\"\nprotect = var.s"),
		"duration":           project("bucket = \"abc\"\nexpires_after = var.s"),
		"list":               project("bucket = \"abc\"\nallowed_ips = [var.s]"),
		"choice":             project("bucket = \"abc\"\naccess = var.s"),
		"for_each":           project("bucket = \"abc\"\nfor_each = toset([var.s])"),
		"for_each keys":      project("bucket = \"abc\"\nfor_each = { (var.s) = 1 }"),
		"for_each template":  project("bucket = \"${var.s}-${each.key}\"\nfor_each = toset([\"a\"])"),
		"for_each values":    project("bucket = each.value\nfor_each = { a = var.s }"),
		"function":           "locals {\n a = parseint(var.s, 10)\n}\n",
		"function in a loop": "locals {\n a = [for x in var.l : parseint(x, 10)]\n}\n",
		"key":                "locals {\n a = { a = 1 }[var.s]\n}\n",
		"arithmetic":         "locals {\n a = 1 + var.s\n}\n",
		"local":              "locals {\n b = var.s\n a = tonumber(local.b)\n}\n",
		"try":                "locals {\n a = try(parseint(var.s, 10))\n}\n",
		"env":                "locals {\n a = parseint(env(\"SECRET\"), 10)\n}\n",
		"regex":              "locals {\n a = regex(var.s, \"x\")\n}\n",
		"file":               "locals {\n a = file(var.s)\n}\n",
		"setting":            "cloud \"local\" \"b\" {\n root = var.s\n}\n",
		"stack":              "bh {\n stack = var.s\n}\n",
		"validation":         "variable \"v\" {\n default = \"" + canary + "\"\n sensitive = true\n validation {\n  condition = false\n  error_message = \"no ${var.v}\"\n }\n}\n",
		"default":            "variable \"v\" {\n type = number\n default = \"" + canary + "\"\n sensitive = true\n}\n",
		"default of default": "variable \"v\" {\n type = number\n default = parseint(\"" + canary + "\", 10)\n sensitive = true\n}\n",
		"misspelled secret":  project("bucket = \"abc\"\nregister {\n access_key_id = \"a\"\n endpoint_url = \"https://x.y\"\n secret_acess_key = \"" + canary + "\"\n}"),
		"secret at the top":  "secret_access_key = \"" + canary + "\"\n",
		"secret in project":  project("bucket = \"abc\"\nsecret_access_key = \"" + canary + "\""),
		"unknown vendor":     "cloud \"cloudfare\" \"x\" {\n api_token = \"" + canary + "\"\n}\n",
		"token":              "cloud \"cloudflare_r2\" \"x\" {\n account_id = \"a\"\n api_token = \"" + canary + "\"\n}\n",
		"password in a URL":  project("bucket = \"abc\"\nregister {\n access_key_id = \"a\"\n endpoint_url = \"https://u:" + canary + "@x.y\"\n secret_access_key = env(\"SECRET\")\n}"),
		"broken file":        project("bucket = \"abc\"\nregister {\n secret_access_key = \"" + canary + "\" oops\n}"),
		"without quotes":     project("bucket = \"abc\"\nregister {\n access_key_id = \"a\"\n endpoint_url = \"https://x.y\"\n secret_access_key = " + canary + "\n}"),
		"doubled sign":       project("bucket = \"abc\"\nregister {\n secret_access_key = = \"" + canary + "\"\n}"),
		"key of a map":       "variable \"v\" {\n type = map(number)\n default = { " + canary + " = \"x\" }\n sensitive = true\n}\n",
		"unclosed text":      project("bucket = \"abc\"\nregister {\n secret_access_key = \"" + canary + "\n}"),
		"heredoc":            project("bucket = \"abc\"\nregister {\n secret_access_key = <<EOT\n" + canary + "\nEOT\n oops oops\n}"),
	} {
		t.Run(name, func(t *testing.T) {
			o := from(declare+src, "SECRET", canary)
			o.VarFiles = []string{vars}
			cfg, diags := Load(o)
			if len(diags) == 0 {
				t.Error("no fault was found")
			}
			if seen := shown(cfg, diags); strings.Contains(seen, "canary-7f3a91"[:6]) {
				t.Errorf("the secret is shown:\n%s", seen)
			}
		})
	}
}

func TestLoad_neverShowsASensitiveInput(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"bad.vars": "n = \"" + canary + "\"\nl = " + canary + "\n", "broken.vars": "n = \"" + canary + "\n", "bad.json": `{"n": "` + canary + `", "l": "` + canary + `"}`, "broken.json": `{"n": "` + canary + `"`, "bare.json": `{"n": ` + canary + `}`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src := "variable \"n\" {\n  type = number\n  sensitive = true\n}\nvariable \"l\" {\n  type = list(number)\n  sensitive = true\n}\n"
	for name, change := range map[string]func(*Options){
		"flag":              func(o *Options) { o.Vars = map[string]string{"n": canary, "l": "[\"" + canary + "\"]"} },
		"flag, no value":    func(o *Options) { o.Vars = map[string]string{"n": "${" + canary, "l": canary + "(1)"} },
		"environment":       func(o *Options) { o.Env = stubEnv("BH_VAR_n", canary, "BH_VAR_l", canary) },
		"file":              func(o *Options) { o.VarFiles = []string{filepath.Join(dir, "bad.vars")} },
		"broken file":       func(o *Options) { o.VarFiles = []string{filepath.Join(dir, "broken.vars")} },
		"JSON file":         func(o *Options) { o.VarFiles = []string{filepath.Join(dir, "bad.json")} },
		"broken JSON file":  func(o *Options) { o.VarFiles = []string{filepath.Join(dir, "broken.json")} },
		"bare JSON":         func(o *Options) { o.VarFiles = []string{filepath.Join(dir, "bare.json")} },
		"undeclared":        func(o *Options) { o.Vars = map[string]string{"nn": canary, "n": "1", "l": "[]"} },
		"file not readable": func(o *Options) { o.VarFiles = []string{dir} },
	} {
		t.Run(name, func(t *testing.T) {
			o := from(src)
			change(&o)
			cfg, diags := Load(o)
			if len(diags) == 0 {
				t.Error("no fault was found")
			}
			if seen := shown(cfg, diags); strings.Contains(seen, "canary-7f3a91"[:6]) {
				t.Errorf("the secret is shown:\n%s", seen)
			}
		})
	}
}

func TestLoad_letsNonsensitiveThrough(t *testing.T) {
	src := "variable \"s\" {\n  sensitive = true\n}\n" + header + "project \"p\" {\n  bucket = nonsensitive(var.s)\n}\nproject \"q\" {\n  bucket = env(\"NAME\")\n}\n"
	o := from(src, "NAME", "from-env")
	o.Vars = map[string]string{"s": "from-var"}
	c := load(t, o)
	if a, b := c.Projects[0].Bucket.ID.Name, c.Projects[1].Bucket.ID.Name; a != "from-var" || b != "from-env" {
		t.Errorf("got %q and %q", a, b)
	}
}

func TestLoad_masksOnlyItsOwnCopy(t *testing.T) {
	o := from(register(`"` + canary + `"`))
	before := string(o.Overlay[DefaultFile])
	c, _ := Load(o)
	if string(o.Overlay[DefaultFile]) != before {
		t.Error("the caller's text was changed")
	}
	if masked := c.Sources[DefaultFile]; len(masked) != len(before) || strings.Count(string(masked), "\n") != strings.Count(before, "\n") {
		t.Error("the masked text has other lines than the file")
	}
}

func TestLoad_keepsTheMarksOfEachValue(t *testing.T) {
	block := func(each, secret string) string {
		return "variable \"s\" {\n  sensitive = true\n}\n" + header + "project \"p\" {\n  for_each = " + each + "\n  bucket = \"${each.key}-bucket\"\n  register {\n    access_key_id = \"AK\"\n    secret_access_key = " + secret + "\n    endpoint_url = \"https://x.y\"\n  }\n}\n"
	}
	for each, secret := range map[string]string{
		`{ a = env("SECRET") }`:              `each.value`,
		`{ a = { k = var.s, n = 1 } }`:       `each.value.k`,
		`jsondecode(env("OBJECT"))`:          `each.value`,
		`{ for k in ["a"] : k => var.s }`:    `"${each.value}"`,
		`tomap({ a = trimspace(var.s) })`:    `each.value`,
		`toset(["a"])`:                       `env("SECRET")`,
		`{ a = { n = "SECRET", x = true } }`: `env(each.value.n)`,
	} {
		o := from(block(each, secret), "SECRET", canary, "OBJECT", `{"a":"`+canary+`"}`)
		o.Vars = map[string]string{"s": canary}
		if p := load(t, o).Projects[0]; p.Register.SecretAccessKey.Reveal() != canary || p.Addr.Key != "a" {
			t.Errorf("%s: %+v", each, p)
		}
	}
	_, diags := Load(from(block(`{ a = "`+canary+`" }`, "each.value"), "BH_VAR_s", "x"))
	if got := codes(diags); !slices.Equal(got, []string{faults.LiteralSecret.Code + "@11"}) {
		t.Errorf("a literal: %v", got)
	}
}
