package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"buckethead/config/faults"
)

// write puts files into a new folder.
func written(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad_prefersFlagThenFileThenEnvironmentThenDefault(t *testing.T) {
	dir := written(t, map[string]string{
		"buckets.hcl": "variable \"a\" {\n  type = string\n  default = \"default\"\n}\n" + header + "project \"p\" {\n  bucket = var.a\n}\n",
		"one.vars":    "a = \"file\"\n",
		"two.json":    `{"a": "json"}`,
	})
	o := Options{Dir: dir, Vendors: stubVendors()}
	for _, step := range []struct {
		want   string
		change func()
	}{
		{"default", func() {}},
		{"default", func() { o.Env = stubEnv("BH_VAR_a", "") }}, // as CI sets what it does not have
		{"environment", func() { o.Env = stubEnv("BH_VAR_a", "environment", "BH_VAR_unknown", "x") }},
		{"file", func() { o.VarFiles = []string{"one.vars"} }},
		{"json", func() { o.VarFiles = []string{"one.vars", "two.json"} }},
		{"flag", func() { o.Vars = map[string]string{"a": "flag"} }},
	} {
		step.change()
		if got := load(t, o).Projects[0].Bucket.ID.Name; got != step.want {
			t.Errorf("got %q, want %q", got, step.want)
		}
	}
}

func TestLoad_readsInputsByType(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{"string", "true", "true"},
		{"string", `["a"]`, `["a"]`},
		{"", "plain text", "plain text"},
		{"any", "5", "5"},
		{"number", "5", "5"},
		{"bool", "true", "true"},
		{"list(string)", `["a", "b"]`, "a,b"},
		{"set(string)", `["b", "a", "b"]`, "a,b"},
		{"object({ a = string, b = optional(string, \"d\") })", `{ a = "x" }`, "x,d"},
		{"map(object({ n = number }))", `{ k = { n = "7" } }`, "7"},
	} {
		kind, value := "", "tostring(var.v)"
		if c.kind != "" {
			kind = "type = " + c.kind
		}
		switch {
		case strings.HasPrefix(c.kind, "object"):
			value = `join(",", [var.v.a, var.v.b])`
		case strings.HasPrefix(c.kind, "map"):
			value = `tostring(var.v["k"].n)`
		case strings.Contains(c.kind, "("):
			value = `join(",", var.v)`
		}
		o := from("variable \"v\" {\n" + kind + "\n}\n" + header + "project \"p\" {\n  bucket = \"abc\"\n  item_title = " + value + "\n}\n")
		o.Vars = map[string]string{"v": c.text}
		if got := load(t, o).Projects[0].ItemTitle; got != c.want {
			t.Errorf("%s from %q: got %q, want %q", c.kind, c.text, got, c.want)
		}
	}
}

func TestLoad_refusesInputsThatDoNotFit(t *testing.T) {
	dir := written(t, map[string]string{
		"unknown.vars": "\nregoin = 1\n",
		"block.vars":   "region {\n}\n",
		"object.vars":  "all = { a = { n = \"x\" } }\n",
	})
	src := "variable \"region\" {\n  default = \"x\"\n}\nvariable \"count\" {\n  type = number\n  default = 1\n}\nvariable \"all\" {\n  type = map(object({ n = number }))\n  default = {}\n  nullable = false\n}\n"
	for name, c := range map[string]struct {
		change func(*Options)
		want   []string
		says   string
	}{
		"unknown flag":         {func(o *Options) { o.Vars = map[string]string{"regoin": "x"} }, []string{"BH1021@"}, `Did you mean "region"?`},
		"unknown in a file":    {func(o *Options) { o.VarFiles = []string{"unknown.vars"} }, []string{"BH1021@2"}, `Did you mean "region"?`},
		"block in a file":      {func(o *Options) { o.VarFiles = []string{"block.vars"} }, []string{"BH1003@1"}, "Blocks are not allowed"},
		"missing file":         {func(o *Options) { o.VarFiles = []string{"nope.vars"} }, []string{"BH1002@"}, "nope.vars"},
		"another type":         {func(o *Options) { o.Vars = map[string]string{"count": "x"} }, []string{"BH1022@"}, "--var"},
		"another type, in env": {func(o *Options) { o.Env = stubEnv("BH_VAR_count", "[]") }, []string{"BH1022@"}, "BH_VAR_count"},
		"within":               {func(o *Options) { o.VarFiles = []string{"object.vars"} }, []string{"BH1022@1"}, `["a"].n`},
		"null":                 {func(o *Options) { o.Vars = map[string]string{"all": "null"} }, []string{"BH1022@"}, "nullable"},
	} {
		t.Run(name, func(t *testing.T) {
			o := from(src)
			o.Dir = dir
			c.change(&o)
			_, diags := Load(o)
			if got := codes(diags); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if told := diags.Err().Error() + diags[0].Fix; !strings.Contains(told, c.says) {
				t.Errorf("%q is not said in %q", c.says, told)
			}
		})
	}
}

func TestLoad_readsAFileOrAFolder(t *testing.T) {
	dir := written(t, map[string]string{
		"env/b.hcl":     "project \"b\" {\n  bucket = local.name\n}\n",
		"env/a.hcl":     header + "locals {\n  name = chomp(file(\"name.txt\"))\n}\n",
		"env/name.txt":  "from-file\n",
		"env/.swap.hcl": "broken",
		"empty/x.txt":   "",
	})
	o := Options{Dir: dir, Path: "env", Vendors: stubVendors()}
	c := load(t, o)
	if c.Dir != filepath.Join(dir, "env") || c.Projects[0].Bucket.ID.Name != "from-file" || c.Projects[0].Range.File != filepath.Join("env", "b.hcl") {
		t.Errorf("folder: %+v", c)
	}
	for path, want := range map[string]string{"": "bh init", "nope.hcl": "nope.hcl", "empty": "ends in .hcl"} {
		c, diags := Load(Options{Dir: dir, Path: path})
		if len(diags) != 1 || diags[0].Code != faults.MissingFile.Code || !strings.Contains(diags[0].Detail+diags[0].Fix, want) || !strings.Contains(diags[0].Fix, "bh init") || c == nil {
			t.Errorf("%q: %v", path, diags)
		}
	}
	for folder, want := range map[string]string{"env": "There is no buckets.hcl in FOLDER, but a.hcl and other *.hcl files.", "empty": "There is no buckets.hcl in FOLDER."} {
		at := filepath.Join(dir, folder)
		_, diags := Load(Options{Dir: at})
		if len(diags) != 1 || strings.ReplaceAll(diags[0].Detail, at, "FOLDER") != want || strings.Contains(diags[0].Fix, "`--file .`") != (folder == "env") {
			t.Errorf("%s: %v", folder, diags)
		}
	}
	if c := load(t, Options{Dir: dir, Path: filepath.Join("env", "a.hcl"), Vendors: stubVendors()}); c.Dir != filepath.Join(dir, "env") {
		t.Errorf("file: %q", c.Dir)
	}
}

func TestLoad_namesAConnectionInEveryWay(t *testing.T) {
	clouds := "cloud \"local\" \"one\" {}\ncloud \"local\" \"two\" {}\nsecrets \"age_file\" \"main\" {}\nlocals {\n  other = \"two\"\n}\n"
	for _, way := range []string{`local.two`, `cloud.local.two`, `"local.two"`, `"cloud.local.two"`, `"two"`, `local.other`, `"${local.other}"`} {
		c := load(t, from(clouds+"project \"p\" {\n  bucket = \"abc\"\n  cloud = "+way+"\n  secrets = secrets.age_file.main\n}\n"))
		if p := c.Projects[0]; p.Cloud != "local.two" || p.Secrets != "age_file.main" {
			t.Errorf("%s: %q, %q", way, p.Cloud, p.Secrets)
		}
	}
	_, diags := Load(from(clouds + "cloud \"cloudflare_r2\" \"two\" {\n  account_id = \"a\"\n  api_token = env(\"T\")\n}\nproject \"p\" {\n  bucket = \"abc\"\n  cloud = \"two\"\n}\n"))
	if got := codes(diags); !slices.Contains(got, "BH1033@13") {
		t.Errorf("an ambiguous name: %v", got)
	}
}

func TestLoad_readsForEach(t *testing.T) {
	for each, want := range map[string]string{
		`toset(["b", "a", "b"])`:                     `p["a"]=a p["b"]=b`,
		`toset([for n in ["x"] : upper(n)])`:         `p["X"]=X`,
		`{ a = "one", b = "two" }`:                   `p["a"]=one p["b"]=two`,
		`{ a = "one", b = 5 }`:                       `p["a"]=one p["b"]=5`,
		`{ a = env("NAMES") }`:                       `p["a"]=n2,n1`,
		`tomap({ a = "one" })`:                       `p["a"]=one`,
		`{ "two words" = "w" }`:                      `p["two words"]=w`,
		`toset([])`:                                  "",
		`{}`:                                         "",
		`toset(split(",", env("NAMES")))`:            `p["n1"]=n1 p["n2"]=n2`,
		`{ for i in range(2) : "k${i}" => "v${i}" }`: `p["k0"]=v0 p["k1"]=v1`,
	} {
		c := load(t, from(header+"project \"p\" {\n  for_each = "+each+"\n  bucket = each.value\n}\n", "NAMES", "n2,n1"))
		var got []string
		for _, p := range c.Projects {
			got = append(got, p.Addr.Label()+"="+p.Bucket.ID.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", each, got, want)
		}
	}
}

func TestLoad_takesSettingsFromTheEnvironment(t *testing.T) {
	src := "cloud \"cloudflare_r2\" \"a\" {}\nsecrets \"age_file\" \"a\" {}\n"
	c := load(t, from(src, "CLOUDFLARE_ACCOUNT_ID", "id", "CLOUDFLARE_API_TOKEN", "age://item/field", "AGE_RECIPIENTS", "one, two,"))
	cloud, store := c.Clouds[0].Settings, c.Secrets[0].Settings
	if cloud.Text("account_id") != "id" || cloud["api_token"].Reference != "age://item/field" || !slices.Equal(store["recipients"].List, []string{"one", "two"}) {
		t.Errorf("got %+v and %+v", cloud, store)
	}
	_, diags := Load(from(src, "CLOUDFLARE_ACCOUNT_ID", "", "CLOUDFLARE_API_TOKEN", ""))
	if got := codes(diags); !slices.Equal(got, []string{"BH1007@1", "BH1007@1"}) {
		t.Errorf("set to nothing: %v", got)
	}
}

// A variable is sensitive from the row that says so: what stands below it in the table cannot show the value.
func TestLoad_readsNoSensitiveValueInTheBlockThatSaysSo(t *testing.T) {
	_, diags := Load(from("variable \"a\" {\n  sensitive = true\n  nullable = env(\"BH_VAR_a\") == \"x\"\n}\n", "BH_VAR_a", "x"))
	if got := codes(diags); !slices.Equal(got, []string{"BH1041@3"}) {
		t.Errorf("got %v", diags)
	}
}

// TestLoad_variableUnderAnotherName: a value that was meant for a variable is named, however it is written.
func TestLoad_variableUnderAnotherName(t *testing.T) {
	for set, says := range map[string]string{
		"TF_VAR_token": "TF_VAR_token is set, but bh reads BH_VAR_token. Set it",
		"BH_VAR_TOKEN": "BH_VAR_TOKEN is set, but bh reads BH_VAR_token. Set it",
		"OTHER_token":  "Set it",
	} {
		_, diags := Load(from("variable \"token\" {\n  sensitive = true\n}\n", set, "hunter2-hunter2"))
		if len(diags) == 0 || !strings.HasPrefix(diags[0].Fix, says) || strings.Contains(diags[0].Fix, "hunter2") {
			t.Errorf("%s: %v", set, diags)
		}
	}
}
