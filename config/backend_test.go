package config

import (
	"strings"
	"testing"

	"buckethead/config/faults"
	"buckethead/vendors"
)

// shared are options with a kind of state that has attributes of its own.
func shared(src string, env ...string) Options {
	o := from(src, env...)
	o.States = []StateKind{{Name: "s3", Settings: []vendors.Setting{{Name: "bucket", Required: true}, {Name: "key", Required: true},
		{Name: "endpoint_url", Env: []string{"AWS_ENDPOINT_URL_S3"}}, {Name: "secret_access_key", Secret: true}},
		Check: func(s vendors.Settings) []vendors.Problem {
			if s.Text("bucket") == "BAD" {
				return []vendors.Problem{{Attribute: "bucket", Summary: "No such name", Fix: "Use lower case."}}
			}
			return nil
		}}}
	return o
}

func TestLoad_readsSharedState(t *testing.T) {
	c := load(t, shared(`
bh {
  state "s3" {
    bucket            = "acme-${var.env}"
    key               = "${local.name}.state"
    secret_access_key = env("STATE_SECRET")
  }
}
variable "env" { default = "prod" }
locals { name = "bh/main" }
`, "AWS_ENDPOINT_URL_S3", "https://s3.example.com", "STATE_SECRET", "canary-state"))
	s := c.State
	if s.Kind != "s3" || s.Range.Start.Line == 0 || s.Settings.Text("bucket") != "acme-prod" || s.Settings.Text("key") != "bh/main.state" ||
		s.Settings.Text("endpoint_url") != "https://s3.example.com" || s.Settings["secret_access_key"].Secret.Reveal() != "canary-state" {
		t.Errorf("got %+v", s)
	}
}

func TestLoad_readsReferencesOfSharedState(t *testing.T) {
	c := load(t, shared(`
bh {
  state "s3" {
    bucket            = "acme"
    key               = "main.state"
    secret_access_key = "op://Engineering/state/secret"
  }
}
secrets "onepassword" "eng" { vault = "Engineering" }
`))
	if got := c.State.Settings["secret_access_key"].Reference; got != "op://Engineering/state/secret" {
		t.Errorf("got %q", got)
	}
}

func TestLoad_refusesSharedState(t *testing.T) {
	for name, c := range map[string]struct{ block, want string }{
		"a literal secret":   {`state "s3" { bucket = "a", key = "k", secret_access_key = "canary" }`, faults.LiteralSecret.Code},
		"nothing":            {`state "s3" {}`, faults.MissingAttribute.Code},
		"what it forbids":    {`state "s3" { bucket = "BAD", key = "k" }`, faults.InvalidSetting.Code},
		"an attribute":       {`state "s3" { bucket = "a", key = "k", keyy = "k" }`, faults.UnknownAttribute.Code},
		"an unread store":    {`state "s3" { bucket = "a", key = "k", secret_access_key = "op://v/i/f" }`, faults.UnknownScheme.Code},
		"another kind":       {`state "gcs" { bucket = "a" }`, faults.UnknownBackend.Code},
		"path of a file":     {`state "s3" { bucket = "a", key = "k", path = "x" }`, faults.UnknownAttribute.Code},
		"bucket of a folder": {`state "local" { bucket = "a" }`, faults.UnknownAttribute.Code},
	} {
		src := "bh {\n" + strings.NewReplacer("{ ", "{\n", ", ", "\n", " }", "\n}").Replace(c.block) + "\n}\n"
		_, diags := Load(shared(src))
		found := false
		for _, d := range diags {
			found = found || d.Code == c.want
			if strings.Contains(d.Detail, "canary") {
				t.Errorf("%s: the secret is shown: %s", name, d.Detail)
			}
		}
		if !found {
			t.Errorf("%s: got %v, want %s", name, diags, c.want)
		}
	}
}
