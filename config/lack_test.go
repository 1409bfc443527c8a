package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"buckethead/config/eval"
	"buckethead/config/faults"
)

const partial = `variable "name" {}
variable "key" {
  sensitive = true
  default   = env("KEY")
}
variable "ok" {
  default = "x"
  validation {
    condition     = var.ok != var.name
    error_message = "same"
  }
}
locals {
  deep   = { a = [local.prefix, "x"] }
  prefix = "${var.name}-"
  plain  = "plain"
}
bh {
  state "local" { path = local.plain }
}
cloud "local" "one" { root = "a" }
cloud "local" "two" { root = local.deep.a[0] }
cloud "cloudflare_r2" "three" {}
secrets "age_file" "one" {}
secrets "onepassword" "two" {
  vault = "eng"
  token = var.key
}
project "a" {
  bucket  = "bucket-a"
  cloud   = cloud.local.one
  secrets = age_file.one
}
project "b" {
  bucket     = "bucket-b"
  cloud      = cloud.local.one
  secrets    = age_file.one
  item_title = try(var.name, "default")
  rotate { every = upper(local.prefix) }
}
project "c" {
  for_each = toset(["x", "y"])
  bucket   = "bucket-${each.key}-${local.prefix}"
  cloud    = cloud.local.one
  secrets  = age_file.one
}
project "d" {
  for_each = { for k in [var.name] : k => k }
  bucket   = each.key
  cloud    = cloud.local.one
  secrets  = age_file.one
}
project "e" {
  bucket  = "bucket-e"
  cloud   = cloud.local.one
  secrets = env("WHICH")
}
policy "p" {
  condition     = project.name != var.name
  error_message = "no"
}
import {
  to     = project.e
  bucket = var.name
}
`

// What was not given is kept with what needs it, and nowhere else.
func TestLoad_partly(t *testing.T) {
	options := func(partly bool) Options {
		o := from(partial)
		o.Partial = partly
		return o
	}
	c, faults := Load(options(true))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var got []string
	note := func(what string, lacks []eval.Lack, ready error) {
		var lacking *eval.LackError
		if (len(lacks) > 0) != errors.As(ready, &lacking) && what != "projects " {
			t.Errorf("%s: ready is %v", what, ready)
		}
		for _, l := range lacks {
			got = append(got, fmt.Sprintf("%s %s%s: %s@%d %s", what, l.Fault.Address.Name, l.Attribute, l.Fault.Code, l.Fault.Subject.Start.Line, l.Fault.Detail))
		}
	}
	note("state", c.State.Lacks, c.State.Ready())
	for _, x := range slices.Concat(c.Clouds, c.Secrets) {
		note(x.Address(), x.Lacks, x.Ready())
	}
	note("projects ", c.Lacks, nil)
	slices.Sort(got)
	const name = `The variable "name" has no value and no default. It is used at buckets.hcl:`
	want := []string{
		`cloudflare_r2.three account_id: BH1007@23 cloudflare_r2 needs account_id.`,
		`cloudflare_r2.three api_token: BH1007@23 cloudflare_r2 needs api_token.`,
		`local.two root: BH1020@1 ` + name + `22.`,
		`onepassword.two token: BH1027@4 The environment variable KEY is not set. It is used at buckets.hcl:27.`,
		`projects  bitem_title: BH1020@1 ` + name + `38.`,
		`projects  brotate: BH1020@1 ` + name + `39.`,
		`projects  cbucket: BH1020@1 ` + name + `43.`,
		`projects  dfor_each: BH1020@1 ` + name + `48.`,
		`projects  esecrets: BH1027@56 The environment variable WHICH is not set.`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c.State.Path != "plain" || len(c.Projects) != 5 || len(c.Lacking("b", "rotate", "for_each")) != 1 || len(c.Lacking("a", "rotate")) != 0 {
		t.Errorf("got %s and %d projects", c.State.Path, len(c.Projects))
	}
	// Otherwise each is told once, where it is missing.
	_, faults = Load(options(false))
	if got := codes(faults); !slices.Equal(got, []string{"BH1020@1", "BH1027@4", "BH1007@23", "BH1007@23", "BH1027@56"}) {
		t.Errorf("in full: %v", got)
	}
}

// What decides whose state is opened is never done without.
func TestLoad_partlyNeedsTheStack(t *testing.T) {
	o := from("variable \"stack\" {}\nbh {\n  stack = var.stack\n}\n")
	o.Partial = true
	if _, diags := Load(o); len(diags) != 1 || diags[0].Code != faults.MissingVariable.Code {
		t.Errorf("got %v", diags)
	}
	// A faulty file stays one, whatever a command uses of it.
	o = from("cloud \"local\" \"a\" {\n  rot = \"x\"\n}\nvariable \"n\" {\n  type = number\n}\n")
	o.Partial, o.Vars = true, map[string]string{"n": "x"}
	if _, faults := Load(o); len(faults) != 2 {
		t.Errorf("got %v", faults)
	}
}
