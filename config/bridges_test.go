package config

import (
	"os"
	"slices"
	"strings"
	"testing"

	"buckethead/config/diag"
	"buckethead/config/language"
)

// Each word of Terraform's is met where people write it, as a block, an attribute or a reference.
func TestBridges_areReached(t *testing.T) {
	inProject := func(text string) string {
		return header + "project \"p\" {\n  bucket = \"bucket-1\"\n" + text + "\n}\n"
	}
	places := map[string][]string{
		"resource":              {"resource \"aws_s3_bucket\" \"p\" {}", inProject("resource \"x\" {}")},
		"data":                  {"data \"aws_s3_bucket\" \"p\" {}"},
		"output":                {"output \"p\" { value = 1 }"},
		"module":                {"module \"p\" { source = \"x\" }"},
		"provider":              {"provider \"aws\" {}", inProject("provider = aws.x")},
		"terraform":             {"terraform {}"},
		"backend":               {"bh {\n  backend \"s3\" {}\n}"},
		"required_providers":    {"bh {\n  required_providers {}\n}"},
		"count":                 {inProject("count = 2")},
		"depends_on":            {inProject("depends_on = [project.x]"), "cloud \"local\" \"x\" {\n  depends_on = []\n}"},
		"lifecycle":             {inProject("lifecycle { prevent_destroy = true }")},
		"prevent_destroy":       {inProject("prevent_destroy = true")},
		"create_before_destroy": {inProject("create_before_destroy = true")},
		"ignore_changes":        {inProject("ignore_changes = [bucket]")},
		"provisioner":           {inProject("provisioner \"local-exec\" {}")},
		"count.":                {inProject("item_title = count.index")},
		"data.":                 {inProject("item_title = data.x.y.z")},
		"module.":               {inProject("item_title = module.x.y")},
		"terraform.":            {inProject("item_title = terraform.workspace")},
	}
	for word, way := range language.Bridges {
		if len(places[word]) == 0 || !strings.HasSuffix(way, ".") || strings.Count(way, "`")%2 > 0 {
			t.Errorf("%s: nothing shows it, or %q is cut off", word, way)
		}
		for _, src := range places[word] {
			_, diags := Load(from(src))
			if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Fix == way }) {
				t.Errorf("%s: nothing says so of\n%s\n%v", word, src, diags)
			}
		}
	}
	if _, diags := Load(from("cloud \"terraform\" \"x\" {}")); len(diags) != 1 || diags[0].Fix == language.Bridges["terraform"] {
		t.Errorf("of a vendor: %v", diags)
	}
}

// Terraform reads its files of values by itself. bh says that it does not, where that may be why a value is missing.
func TestBridges_filesOfValues(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fixOf := func(o Options) string {
		t.Helper()
		o.Path, o.Overlay = "", nil
		_, diags := Load(o)
		if len(diags) == 0 {
			return ""
		}
		return diags[0].Fix
	}
	write(DefaultFile, "variable \"env\" {}\n")
	write("dev.tfvars", "env = \"dev\"\n")
	if fix := fixOf(from("")); !strings.HasPrefix(fix, "Set it with --var env=VALUE") {
		t.Errorf("without such a file: %s", fix)
	}
	write("terraform.tfvars", "")
	write("-a b.auto.tfvars.json", "{}")
	want := "bh does not read Terraform's files of values by itself: add --var-file './-a b.auto.tfvars.json' --var-file terraform.tfvars. Set it with --var env="
	if fix := fixOf(from("")); !strings.HasPrefix(fix, want) {
		t.Errorf("got %s", fix)
	}
	o := from("")
	o.VarFiles = []string{"terraform.tfvars", "./-a b.auto.tfvars.json"}
	if fix := fixOf(o); !strings.HasPrefix(fix, "Set it with --var env=VALUE") {
		t.Errorf("with the flags: %s", fix)
	}
	write("terraform.tfvars", "env = \"prod\"\n")
	if fix := fixOf(o); fix != "" {
		t.Errorf("with a value: %s", fix)
	}
}
