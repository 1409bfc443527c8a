package config

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/config/faults"
	"buckethead/vendors"
)

// cloudHeader is a header with a cloud that knows every setting; it is five lines long.
const cloudHeader = `cloud "cloudflare_r2" "main" {
  account_id = "x"
  api_token  = env("TOKEN")
}
secrets "age_file" "main" {}
`

// TestDynamic_faults: the blocks stand in a project, and begin at line 8. Of each fault want has the code, the line, what is said and
// the way out.
func TestDynamic_faults(t *testing.T) {
	rule := func(forEach, content string) string {
		return "dynamic \"lock_rule\" {\n for_each = " + forEach + "\n content {\n" + content + "\n }\n}"
	}
	const addLine, correct = "Add a line: for_each = ...", "Correct the expression, or use another value in it."
	const durations = `Write numbers with units, largest first: "90d", "12h", "1w 2d". The units are w, d, h, m and s.`
	const oneOfThree = "Add one of retain_for, retain_until, and indefinite = true."
	const oneAtMost = "Give its for_each at most one element: CONDITION ? [1] : []."
	known := "Known here: cors_rule, custom_domain, lifecycle_rule, lock_rule, public_access, register, rotate."
	for name, c := range map[string]struct {
		src  string
		want []string
	}{
		"misspelled type":     {`dynamic "cors_rul" {}`, []string{`BH1004@8 A project block has no block "cors_rul". Did you mean "cors_rule"?`}},
		"attribute as a type": {`dynamic "bucket" {}`, []string{`BH1004@8 A project block has no block "bucket". bucket is an attribute: write bucket = ...`}},
		"dynamic of dynamic":  {`dynamic "dynamic" {}`, []string{`BH1004@8 A project block has no block "dynamic". ` + known}},
		"no type":             {`dynamic {}`, []string{`BH1006@8 A dynamic block has 1 label, and this one has 0. Write it as: dynamic "TYPE" { ... }`}},
		"misspelled dynamic":  {`dynmic "lock_rule" {}`, []string{`BH1004@8 A project block has no block "dynmic". Did you mean "dynamic"?`}},
		"empty": {`dynamic "lock_rule" {}`, []string{
			"BH1007@8 This dynamic block needs a content block. Add content { ... } with the attributes of each lock_rule block.",
			"BH1007@8 This dynamic block needs for_each. " + addLine}},
		"other attributes": {"dynamic \"lock_rule\" {\n foreach = []\n for_each = []\n labels = []\n content {\n  retain_for = \"1d\"\n }\n}", []string{
			`BH1005@9 A dynamic block has no attribute "foreach". Did you mean "for_each"?`,
			`BH1005@11 A dynamic block has no attribute "labels". Known here: for_each, iterator.`}},
		"two contents": {rule("[]", "retain_for = \"1d\"") + "\n" + "dynamic \"lock_rule\" {\n for_each = []\n content {}\n content {}\n}", []string{
			"BH1008@17 A dynamic block has one content block, and another is at buckets.hcl:16. Remove one of the two."}},
		"null":      {rule("null", "retain_for = \"1d\""), []string{"BH1050@9 for_each is null. Use an empty list, [], for no blocks at all."}},
		"no number": {rule("3", "retain_for = \"1d\""), []string{`BH1050@9 for_each of a dynamic block takes a list, a set, a map or an object, and this is a number. Write ["a", "b"] or { a = ..., b = ... }; for one block or none, CONDITION ? [1] : [].`}},
		"each without for_each": {rule(`each.key == "a" ? [1] : []`, "retain_for = \"1d\""), []string{
			"BH1013@9 There is no each here: it exists only in a project with for_each. Add for_each to the project, or write the value itself."}},
		"faults of for_each and of content": {rule("local.nope", "retain = 1\nprefix = local.nape"), []string{
			`BH1013@9 No local value "nope" is declared. Declare a local value with that name, or use one that exists.`,
			`BH1005@11 A lock_rule block has no attribute "retain". Known here: enabled, id, indefinite, prefix, retain_for, retain_until.`,
			`BH1013@12 No local value "nape" is declared. Declare a local value with that name, or use one that exists.`}},
		"faults of a block that is not made": {"dynamic \"cors_rule\" {\n for_each = []\n content {\n  allowed_origins = cors_rle.value\n }\n}", []string{
			"BH1007@10 This cors_rule block needs allowed_methods. Add a line: allowed_methods = ...",
			`BH1013@11 There is nothing called "cors_rle" here. Did you mean "cors_rule"? Text needs quotes.`}},
		"same fault of all": {rule("[1, 2, 3]", "retain_for = \"90\""), []string{
			`BH1016@11 "90" is not a duration for retain_for: the number has no unit. ` + durations}},
		"same fault of some": {rule(`{ a = "7d", b = "8", c = "8" }`, "retain_for = lock_rule.value"), []string{
			`BH1016@11 "8" is not a duration for retain_for: the number has no unit. This is for the element "b". ` + durations}},
		"faults of their own": {rule(`["7d", "8", "9"]`, "retain_for = lock_rule.value"), []string{
			`BH1016@11 "8" is not a duration for retain_for: the number has no unit. This is for the element 1. ` + durations,
			`BH1016@11 "9" is not a duration for retain_for: the number has no unit. This is for the element 2. ` + durations}},
		"element without a name": {rule(`toset([{ a = "7d" }, { a = "8" }])`, "retain_for = lock_rule.value.a"), []string{
			`BH1016@11 "8" is not a duration for retain_for: the number has no unit. This is for the element number 2. ` + durations}},
		"fault of the block as a whole": {rule(`[{ a = "1d" }, { a = null }]`, "retain_for = lock_rule.value.a"), []string{
			"BH1075@10 The rule does not say how long objects are kept. This is for the element 1. " + oneOfThree}},
		"fault of all as a whole": {rule("[1, 2]", "prefix = \"x\""), []string{"BH1075@10 The rule does not say how long objects are kept. " + oneOfThree}},
		"unknown name in an element": {rule("[1]", "retain_for = lock_rule.kye"), []string{
			`BH1012@11 Unsupported attribute. This object does not have an attribute named "kye". This is for the element 0. ` + correct}},
		"iterator in quotes": {"dynamic \"lock_rule\" {\n for_each = []\n iterator = \"r\"\n content {}\n}", []string{
			"BH1010@10 iterator takes a name without quotes, and this is not one. Write it as: iterator = rule"}},
		"iterator that is taken": {"dynamic \"lock_rule\" {\n for_each = []\n iterator = var\n content {}\n}", []string{
			`BH1011@10 The name "var" already means something else. Choose another name: iterator = rule`}},
		"iterator each": {"dynamic \"lock_rule\" {\n for_each = []\n iterator = each\n content {}\n}", []string{
			`BH1011@10 The name "each" already means something else. Choose another name: iterator = rule`}},
		"type instead of the iterator": {"dynamic \"lock_rule\" {\n for_each = [\"1d\"]\n iterator = rule\n content {\n  retain_for = lock_rule.value\n }\n}", []string{
			`BH1013@12 There is nothing called "lock_rule" here. The element is rule here, as iterator says.`}},
		"ids that are the same": {rule(`["7d", "8d"]`, "id = \"same\"\nretain_for = lock_rule.value"), []string{
			`BH1070@11 Two elements make a lock_rule block with the id "same". Use something for the id that differs for each element.`}},
		"id of another block": {"lock_rule {\n id = \"a\"\n retain_for = \"1d\"\n}\n" + rule(`["a"]`, "id = lock_rule.value\nretain_for = \"1d\""), []string{
			`BH1070@15 Two lock_rule blocks have the id "a": here and at buckets.hcl:9. This is for the element 0. Give each of them its own id, or remove one.`}},
		"two of what there is one": {"dynamic \"rotate\" {\n for_each = [\"30d\", \"40d\"]\n content {\n  every = rotate.value\n }\n}", []string{
			"BH1008@10 A project can have only one rotate block, and this dynamic block makes several. " + oneAtMost}},
		"one more of what there is one": {"public_access {}\ndynamic \"public_access\" {\n for_each = [1]\n content {\n }\n}", []string{
			"BH1008@11 The public_access block of the project is declared twice: here and at buckets.hcl:8. Remove one of the two, or give it another name."}},
		"dynamic in a block without blocks": {rule("[1]", "retain_for = \"1d\"\ndynamic \"part\" {\n  for_each = []\n}"), []string{
			`BH1004@12 A lock_rule block has no block "part". Remove it: no block is allowed here.`}},
		"vendor's rule": {"dynamic \"lifecycle_rule\" {\n for_each = [\"13d\"]\n content {\n  delete_after = lifecycle_rule.value\n }\n}", []string{
			"BH1051@8 Thirteen days bring bad luck. Write 14d."}},
		"no vendor's rule for half of the rules": {"lifecycle_rule {\n delete_after = \"13d\"\n}\ndynamic \"lifecycle_rule\" {\n for_each = null\n content {\n  delete_after = \"1d\"\n }\n}", []string{
			"BH1050@12 for_each is null. Use an empty list, [], for no blocks at all."}},
		"too many": {rule("range(1001)", "retain_for = \"1d\"\nprefix = lock_rule.key"), []string{
			"BH1072@10 A bucket can have at most 1000 lock_rule blocks, and this is one too many. This is for the element 1000. Remove some, or combine several of them into one."}},
		"outside of projects": {"}\ndynamic \"project\" {", []string{
			`BH1004@9 There is no block of type "dynamic". A dynamic block belongs in a project. For several projects, write for_each in a project block.`}},
		"in a variable": {"}\nvariable \"v\" {\n default = 1\n dynamic \"validation\" {\n }\n", []string{
			"BH1004@11 A dynamic block cannot make the validation block of a variable block. Write validation { ... } itself: dynamic blocks are allowed only in projects."}},
		"beside register": {"register {\n access_key_id = \"a\"\n secret_access_key = env(\"TOKEN\")\n endpoint_url = \"https://x.example\"\n}\n" + rule("[1]", "retain_for = \"1d\"") + "\n" + strings.ReplaceAll(rule("[]", "delete_after = \"1d\""), "lock_rule", "lifecycle_rule"), []string{
			"BH1057@13 lock_rule has no effect in a project with register: bh stores those keys and does not use a cloud. Remove lock_rule, or remove register to have bh make the bucket and its keys."}},
		"register that is not known": {"access = \"read_only\"\ndynamic \"register\" {\n for_each = local.nope\n content {\n  access_key_id = \"a\"\n  secret_access_key = env(\"TOKEN\")\n  endpoint_url = \"https://x.example\"\n }\n}", []string{
			`BH1013@10 No local value "nope" is declared. Declare a local value with that name, or use one that exists.`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := Load(from(cloudHeader+"project \"p\" {\n  bucket = \"acme\"\n"+c.src+"\n}\n", "TOKEN", "t"))
			var got []string
			for i, d := range diags {
				got = append(got, codes(diags)[i]+" "+d.Detail+" "+d.Fix)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// Terraform users write rules that only some instances have like this.
func TestDynamic_differsBetweenInstances(t *testing.T) {
	src, err := os.ReadFile("../testdata/config/dynamic.hcl")
	if err != nil {
		t.Fatal(err)
	}
	c := load(t, from(string(src), "TOKEN", "t"))
	want := []vendors.LifecycleRule{{ID: "incoming-ttl", Enabled: true, DeleteAfter: 48 * time.Hour}}
	for i, p := range c.Projects {
		s := p.Bucket.Settings
		if !slices.Equal(s.Lifecycle, want) {
			t.Errorf("%s: %+v", p.Addr, s.Lifecycle)
		}
		want = nil
		if len(s.Lock) != 2 || s.Lock[0].Prefix != "a/" || s.Lock[1].ID != "rule-2" || &s.Lock[0] != &c.Projects[0].Bucket.Settings.Lock[0] {
			t.Errorf("%s: what all instances share was not read once: %+v", p.Addr, s.Lock)
		}
		if days := p.Rotate.Every / (24 * time.Hour); (days == 10) != (i == 1) {
			t.Errorf("%s: %d days", p.Addr, days)
		}
	}
}

// What a block would need is not needed while it is not made.
func TestDynamic_emptyNeedsNothing(t *testing.T) {
	c := load(t, from(cloudHeader+`
locals { ages = { tmp = "2d" } }
project "p" {
  bucket = "acme"
  dynamic "register" {
    for_each = local.ages.tmp == "1d" ? [1] : []
    content {
      access_key_id     = env("NOT_SET")
      secret_access_key = env("NOT_SET_SECRET")
      endpoint_url      = local.ages.url
    }
  }
}`, "TOKEN", "t"))
	if c.Projects[0].Register != nil {
		t.Errorf("%+v", c.Projects[0].Register)
	}
	c = load(t, from(cloudHeader+`
project "p" {
  bucket = "acme"
  dynamic "register" {
    for_each = { AKIA = env("SOME_SECRET") }
    iterator = key
    content {
      access_key_id     = key.key
      secret_access_key = key.value
      endpoint_url      = "https://x.example"
    }
  }
}`, "TOKEN", "t", "SOME_SECRET", "canary"))
	if r := c.Projects[0].Register; r == nil || r.AccessKeyID != "AKIA" || r.SecretAccessKey.Reveal() != "canary" {
		t.Errorf("a secret in an element is not read: %+v", r)
	}
}

// A dynamic block that lacks a value from outside lacks it for its part of the project.
func TestDynamic_lacks(t *testing.T) {
	o := from(header + "variable \"v\" {}\nproject \"p\" {\n  bucket = \"acme\"\n  dynamic \"rotate\" {\n    for_each = var.v\n    content { every = \"9d\" }\n  }\n" +
		"  dynamic \"lock_rule\" {\n    for_each = var.v\n    content { retain_for = \"9d\" }\n  }\n}\n")
	o.Partial = true
	c, diags := Load(o)
	if len(diags) > 0 || len(c.Lacking("p", "rotate")) != 1 || len(c.Lacking("p", "settings")) != 1 {
		t.Errorf("%v %+v", diags, c.Lacks)
	}
}

// A secret that someone writes into for_each is masked, and a name is not.
func TestDynamic_masks(t *testing.T) {
	src := header + "project \"p\" {\n  bucket = \"acme\"\n  dynamic \"register\" {\n    for_each = [\"canary-canary\"]\n    iterator = pair\n    content {\n" +
		"      access_key_id = \"a\"\n      secret_access_key = pair.value\n      endpoint_url = \"https://x.example\"\n    }\n  }\n}\n"
	c, diags := Load(from(src))
	if got := codes(diags); !slices.Equal(got, []string{"BH1040@10"}) {
		t.Error(got, diags)
	}
	shown := string(c.Sources[DefaultFile])
	if strings.Contains(shown, "canary") || !strings.Contains(shown, "secret_access_key = pair.value") {
		t.Errorf("shown:\n%s", shown)
	}
}

// Which element, or which instance, it is that a secret does not suit could tell the secret.
func TestLoad_namesNoElementForASecret(t *testing.T) {
	const question = `jsonencode([for x in [1] : parseint("x", 10) if env("PIN_TOKEN") == trimprefix(NAME.key, "k")])`
	for name, src := range map[string]string{
		"instance": "project \"p\" {\n  for_each = toset([for i in range(10) : \"k${i}\"])\n  bucket = \"acme-${each.key}\"\n  location = " + strings.Replace(question, "NAME", "each", 1) + "\n}\n",
		"element": "project \"p\" {\n  bucket = \"acme\"\n  dynamic \"lock_rule\" {\n    for_each = { for i in range(10) : \"k${i}\" => i }\n    content { retain_for = " +
			strings.Replace(question, "NAME", "lock_rule", 1) + " }\n  }\n}\n",
	} {
		_, diags := Load(from(cloudHeader+src, "TOKEN", "t", "PIN_TOKEN", "7"))
		if len(diags) == 0 {
			t.Errorf("%s: nothing refused", name)
		}
		for _, d := range diags {
			if text := fmt.Sprint(d.Address, d.Detail, d.Fix); strings.ContainsAny(text, "0123456789") {
				t.Errorf("%s: %s", name, text)
			}
		}
	}
}

// A secret is taken whole through the elements of dynamic blocks, too.
func TestDynamic_takesSecretsWhole(t *testing.T) {
	for over, whole := range map[string]bool{
		`[env("A_SECRET")]`: true, `[each.value]`: true, `{ a = each.value }`: true,
		`[substr(env("A_SECRET"), 0, 3)]`: false, `[substr(each.value, 0, 3)]`: false, `["x${each.value}"]`: false,
	} {
		_, diags := Load(from(cloudHeader+`project "p" {
  for_each = { a = env("A_SECRET") }
  bucket   = "acme"
  dynamic "register" {
    for_each = `+over+`
    content {
      access_key_id     = "a"
      secret_access_key = register.value
      endpoint_url      = "https://x.example"
    }
  }
}`, "TOKEN", "t", "A_SECRET", "canary"))
		if (len(diags) == 0) != whole || !whole && diags[0].Code != faults.SecretFault.Code {
			t.Errorf("%s: %v", over, diags)
		}
	}
}

// How many expressions compute with secrets counts those of dynamic blocks.
func TestDynamic_countsWhatComputes(t *testing.T) {
	src := cloudHeader + "project \"p\" {\n  for_each = { a = env(\"A_SECRET\") }\n  bucket = \"acme\"\n  dynamic \"register\" {\n    for_each = [each.value]\n    iterator = pair\n" +
		"    content {\n      access_key_id = pair.value\n      secret_access_key = substr(pair.value, 0, 3)\n      endpoint_url = each.value == \"\" ? \"a\" : \"b\"\n    }\n  }\n}\n"
	l := newLoader(from(src, "TOKEN", "t", "A_SECRET", "canary"))
	l.read()
	l.decode()
	if got := l.ev.Computing(l.files[0].Body.Blocks); got != 1 {
		t.Error(got)
	}
}
