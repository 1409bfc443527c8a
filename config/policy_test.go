package config

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/policy"
)

func project(name, key string) addr.Address {
	return addr.Address{Kind: addr.Project, Name: name, Key: key}
}

// policed is a policy with this condition before two projects and one that brings its keys.
func policed(condition string) string {
	return header + `policy "rule" {
  condition     = ` + condition + `
  error_message = "no"
}
project "photos" {
  bucket        = "photos"
  access        = "read_only"
  item_title    = "Photos"
  protect       = true
  on_destroy    = "retain"
  rotate {
    every   = "90d"
    overlap = "2d"
  }
}
project "tenant" {
  for_each = toset(["north"])
  bucket   = "tenant-${each.key}"
}
project "drop" {
  bucket = "drop"
  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = env("SECRET")
    endpoint_url      = "https://s3.example.com"
  }
}
`
}

func TestCheckProjects_knowsWhatIsDeclared(t *testing.T) {
	const photos, tenant, drop = "photos", `tenant["north"]`, "drop"
	for condition, broken := range map[string][]string{
		`true`:                                nil,
		`project.name != "photos"`:            {photos},
		`project.address != "project.photos"`: {photos},
		`project.key == null`:                 {tenant},
		`project.declared`:                    nil,
		`!project.registered`:                 {drop},
		`project.bucket != "tenant-north"`:    {tenant},
		`project.cloud == "local.main"`:       {drop},
		`project.secrets == "age_file.main"`:  nil,
		`project.item_title != "Photos"`:      {photos},
		`project.access == "read_write"`:      {drop, photos},
		`project.access != null`:              {drop},
		`project.location == null`:            nil,
		`project.jurisdiction == null`:        nil,
		`project.storage_class == null`:       nil,
		`length(project.allowed_ips) > 0`:     {drop, photos, tenant},
		`project.expires_after == null`:       nil,
		`project.rotate_every != null`:        {drop, tenant},
		`project.rotate_overlap == null`:      {photos},
		`!project.protect`:                    {photos},
		`project.on_destroy != "retain"`:      {photos},
		`project.adopt != null`:               {drop},
		`!project.public_access`:              nil,
		`length(concat(project.custom_domains, project.cors_origins)) == 0`:              nil,
		`project.rotate_every == null || seconds(project.rotate_every) > seconds("90d")`: {photos},
		`project.rotate_every == null || seconds(project.rotate_every) < seconds("91d")`: nil,
		`operation.kind == "destroy" && project.name == "photos"`:                        nil, // speaks of operations, of which there are none
	} {
		c := load(t, from(policed(condition), "SECRET", canary))
		var got []string
		for _, d := range c.CheckProjects() {
			got = append(got, d.Address.Label())
			if d.Code != "BH1080" || d.Severity != diag.Error || d.Detail != `no. This is the policy "rule" at buckets.hcl:4.` {
				t.Errorf("%s: %+v", condition, d)
			}
			if at := c.Projects[slices.IndexFunc(c.Projects, func(p Project) bool { return p.Addr == d.Address })].Range; d.Subject != at {
				t.Errorf("%s: points at %v, and the project stands at %v", condition, d.Subject, at)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, broken) {
			t.Errorf("%s: broken by %q, want %q", condition, got, broken)
		}
	}
}

func TestCheckProjects_knowsTheSettings(t *testing.T) {
	c := load(t, from(`cloud "cloudflare_r2" "main" {
  account_id = "a"
  api_token  = env("SECRET")
}
secrets "age_file" "main" {}
project "p" {
  bucket        = "abc"
  location      = "weur"
  jurisdiction  = "eu"
  storage_class = "standard"
  allowed_ips   = ["10.0.0.0/8"]
  expires_after = "365d"
  public_access {}
  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
  }
  custom_domain {
    domain  = "files.example.com"
    zone_id = "0123456789abcdef0123456789abcdef"
  }
}
policy "all" {
  condition = jsonencode([project.location, project.jurisdiction, project.storage_class, project.allowed_ips, project.expires_after, project.public_access,
  project.cors_origins, project.custom_domains]) == ""
  error_message = jsonencode([project.location, project.jurisdiction, project.storage_class, project.allowed_ips, project.expires_after, project.public_access,
  project.cors_origins, project.custom_domains])
}
`, "SECRET", canary))
	diags := c.CheckProjects()
	if want := `["weur","eu","standard",["10.0.0.0/8"],"365d",true,["*"],["files.example.com"]]`; len(diags) != 1 || !strings.HasPrefix(diags[0].Detail, want) {
		t.Errorf("got %v, want %s", diags, want)
	}
}

func TestCheckOperations(t *testing.T) {
	kept := policy.Operation{Project: project("photos", ""), Kind: "update", Reason: "access", Changes: []string{"access"}}
	gone := policy.Operation{Project: project("old", "x"), Kind: "destroy", Reason: "undeclared", Blocked: true, Bucket: "old", Jurisdiction: "eu", Location: "weur",
		Cloud: "local.main", Secrets: "age_file.main", ItemTitle: "Old"}
	for condition, broken := range map[string][]string{
		`operation != null`:                                                     nil,
		`operation.kind != "destroy"`:                                           {"old"},
		`operation.reason == "undeclared"`:                                      {"photos"},
		`operation.blocked`:                                                     {"photos"},
		`!contains(operation.changes, "access")`:                                {"photos"},
		`operation.kind == "update" || project.declared`:                        {"old"},
		`operation.kind == "update" && project.protect`:                         {"old"},
		`operation.kind == "update" || project.bucket != "old"`:                 {"old"},
		`operation.kind == "update" || project.address == "project.old[\"x\"]"`: nil,
		`operation.kind == "update" || project.key == "x"`:                      nil,
		`operation.kind == "update" || "${project.cloud}${project.secrets}" == "local.mainage_file.main"`: nil,
		`operation.kind == "update" || "${project.jurisdiction}${project.location}" == "euweur"`:          nil,
		`operation.kind == "update" || project.item_title == "Old" && project.protect == null`:            nil,
		`project.name == "nobody"`: nil, // speaks of projects alone
	} {
		c := load(t, from(policed(condition), "SECRET", canary))
		var got []string
		for _, d := range c.CheckOperations([]policy.Operation{kept, gone}) {
			got = append(got, d.Address.Name)
			line := 7 // of the project
			if d.Address.Name == "old" {
				line = 4 // of the policy
			}
			if d.Subject.Start.Line != line {
				t.Errorf("%s: points at line %d", condition, d.Subject.Start.Line)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, broken) {
			t.Errorf("%s: broken by %q, want %q", condition, got, broken)
		}
	}
}

// A message that speaks of an operation makes a policy of operations as much as a
// condition does.
func TestPolicy_speaksOfOperationsInItsMessage(t *testing.T) {
	c := load(t, from(header+"policy \"p\" {\n condition = false\n error_message = \"Not ${operation.kind}\"\n}"))
	diags := c.CheckOperations([]policy.Operation{{Project: project("a", ""), Kind: "forget"}})
	if len(c.CheckProjects()) != 0 || len(diags) != 1 || !strings.HasPrefix(diags[0].Detail, "Not forget. ") {
		t.Errorf("projects: %v, operations: %v", c.CheckProjects(), diags)
	}
}

func TestPolicy_isSoftenedAndJudgesOnceWhatConcernsNoProject(t *testing.T) {
	c := load(t, from(policed(`false`)+"policy \"soft\" {\n condition = false\n error_message = \"\"\n severity = \"warning\"\n}", "SECRET", canary))
	diags := c.CheckProjects()
	if want := []string{"BH1080@4", "BH1080@31"}; !slices.Equal(codes(diags), want) || diags[0].Severity != diag.Error || diags[1].Severity != diag.Warning {
		t.Errorf("got %v", diags)
	}
}

func TestPolicy_showsNoSecret(t *testing.T) {
	secret := "variable \"s\" {\n default = \"" + canary + "\"\n sensitive = true\n}\n"
	for name, src := range map[string]string{
		"in the message":            "policy \"p\" {\n condition = project.bucket == var.s\n error_message = \"It is ${var.s}\"\n}",
		"of the environment":        "policy \"p\" {\n condition = project.bucket == var.s\n error_message = \"It is ${sensitive(env(\"SECRET\"))}\"\n}",
		"in a condition that fails": "policy \"p\" {\n condition = parseint(\"${project.bucket}${var.s}\", 10) > 0\n error_message = \"x\"\n}",
		"in a message that fails":   "policy \"p\" {\n condition = false && project.adopt\n error_message = \"x${parseint(var.s, 10)}\"\n}",
		"as the condition":          "policy \"p\" {\n condition = project.adopt ? var.s : var.s\n error_message = \"x\"\n}",
	} {
		c, diags := Load(from(header+secret+src+"\nproject \"q\" {\n bucket = \"abc\"\n}", "SECRET", canary))
		if !diags.HasErrors() {
			diags = c.CheckProjects()
		}
		if len(diags) != 1 {
			t.Errorf("%s: %v", name, diags)
		}
		for _, d := range diags {
			if strings.Contains(d.Error()+d.Fix, canary) {
				t.Errorf("%s: %v", name, d)
			}
		}
	}
}

// Checking leaves the Config as it is, and so returns the same each time.
func TestPolicy_checksLeaveNothingBehind(t *testing.T) {
	src, err := os.ReadFile("../testdata/config/policies.hcl")
	if err != nil {
		t.Fatal(err)
	}
	o := from("")
	o.Overlay[DefaultFile] = src
	c := load(t, o)
	first := c.CheckProjects()
	if want := []string{"BH1080@35", "BH1080@35"}; !slices.Equal(codes(first), want) || !strings.Contains(first[0].Detail, "not shown") {
		t.Errorf("got %v", first)
	}
	if again := c.CheckProjects(); !reflect.DeepEqual(first, again) {
		t.Errorf("first %v, then %v", first, again)
	}
	if d := c.CheckOperations([]policy.Operation{{Project: project("gone", ""), Kind: "destroy", Reason: "undeclared", Bucket: "prod-x"}}); len(d) != 1 ||
		!strings.HasPrefix(d[0].Detail, "destroy of gone: undeclared,. ") {
		t.Errorf("got %v", d)
	}
}

// TestPolicy_ofThePage keeps the example true: it loads, and objects to what it says.
func TestPolicy_ofThePage(t *testing.T) {
	page, err := os.ReadFile("../cmd/cli/topics/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(page), "## Rules of your own")
	_, after, _ = strings.Cut(after, "```hcl\n")
	example, _, _ := strings.Cut(after, "```")
	c := load(t, from(header+example+"project \"old\" {\n bucket = \"acme-prod-old\"\n}"))
	diags := append(c.CheckProjects(), c.CheckOperations([]policy.Operation{{Project: project("old", ""), Kind: "destroy", Reason: "undeclared"}})...)
	if len(c.Policies) != 2 || len(diags) != 2 {
		t.Errorf("%d policies object %v", len(c.Policies), diags)
	}
}

// What the load warned of is not said again by the checks.
func TestPolicy_repeatsNoWarningOfTheFiles(t *testing.T) {
	c, diags := Load(from(`cloud "cloudflare_r2" "main" {
  account_id = "a"
  api_token  = env("SECRET")
}
secrets "age_file" "main" {}
policy "kept" {
  condition     = project.bucket != ""
  error_message = "never"
}
project "p" {
  bucket        = "abc"
  expires_after = "30d"
  rotate { every = "30d" }
}
`, "SECRET", canary))
	if again := c.CheckProjects(); len(diags) != 1 || diags.HasErrors() || len(again) != 0 {
		t.Errorf("the load says %v, and the check %v", diags, again)
	}
}
