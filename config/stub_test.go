package config

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/config/diag"
	"buckethead/vendors"
)

var stubBucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// stubVendors are a cloud that knows every attribute, one that knows none, and
// two stores. They cannot be opened: nothing here may try to.
func stubVendors() []vendors.Vendor {
	closed := errors.New("config opened a vendor")
	buckets := func(context.Context, vendors.Host, vendors.Settings) (vendors.BucketProvider, error) {
		return nil, closed
	}
	secrets := func(context.Context, vendors.Host, vendors.Settings) (vendors.SecretStore, error) { return nil, closed }
	return []vendors.Vendor{
		{
			Name: "cloudflare_r2", Title: "Cloudflare", OpenBuckets: buckets,
			Settings: []vendors.Setting{
				{Name: "account_id", Env: []string{"CLOUDFLARE_ACCOUNT_ID"}, Required: true},
				{Name: "api_token", Env: []string{"CLOUDFLARE_API_TOKEN"}, Secret: true, Required: true},
				{Name: "token_kind", Default: "account"},
			},
			BucketAttributes: []string{"location", "jurisdiction", "storage_class", "allowed_ips", "expires_after",
				"cors_rule", "lifecycle_rule", "lock_rule", "custom_domain", "public_access"},
			CheckSettings: func(s vendors.Settings) []vendors.Problem {
				if s.Text("token_kind") == "account" || s.Text("token_kind") == "user" {
					return nil
				}
				return []vendors.Problem{{Attribute: "token_kind", Summary: "There is no such kind of token", Fix: "Write account or user."}}
			},
			CheckBucket: func(b vendors.BucketSpec) []vendors.Problem {
				var out []vendors.Problem
				if n := b.ID.Name; !stubName(n) {
					out = append(out, vendors.Problem{Attribute: "bucket", Summary: "The name " + n + " breaks the rules", Fix: "Use lower case."})
				}
				if slices.ContainsFunc(b.Settings.Lifecycle, func(r vendors.LifecycleRule) bool { return r.DeleteAfter == 13*24*time.Hour }) {
					out = append(out, vendors.Problem{Attribute: "lifecycle_rule", Summary: "Thirteen days bring bad luck", Fix: "Write 14d."})
				}
				if b.Location == "mars" {
					out = append(out, vendors.Problem{Attribute: "location", Summary: "There is no such location", Fix: "Write weur."})
				}
				return out
			},
			CheckCredential: func(c vendors.CredentialSpec) []vendors.Problem {
				if len(c.AllowedIPs) > 3 {
					return []vendors.Problem{{Attribute: "allowed_ips", Summary: "Too many networks", Fix: "Name three at most."}}
				}
				return nil
			},
		},
		{Name: "local", Title: "Local folders", OpenBuckets: buckets, Settings: []vendors.Setting{{Name: "root", Default: ".bh/local"}}},
		{
			Name: "onepassword", Title: "1Password", OpenSecrets: secrets, ReferenceScheme: "op",
			Settings: []vendors.Setting{
				{Name: "vault", Required: true},
				{Name: "token", Env: []string{"OP_SERVICE_ACCOUNT_TOKEN"}, Secret: true},
			},
			CheckSettings: func(s vendors.Settings) []vendors.Problem {
				if s["token"].Secret.Reveal() == "cut-off" {
					return []vendors.Problem{{Attribute: "token", Summary: "The token is cut off", Fix: "Copy all of it."}}
				}
				return nil
			},
			CheckItemTitle: func(title string) []vendors.Problem {
				if strings.Contains(title, "/") {
					return []vendors.Problem{{Attribute: "item_title", Summary: "A title has no slash", Fix: "Remove it."}}
				}
				return nil
			},
		},
		{
			Name: "age_file", Title: "age file", OpenSecrets: secrets, ReferenceScheme: "age",
			Settings: []vendors.Setting{{Name: "path", Default: ".bh/secrets.age"}, {Name: "recipients", Env: []string{"AGE_RECIPIENTS"}, List: true}},
		},
	}
}

func stubName(n string) bool {
	if len(n) < 3 || len(n) > 63 {
		return false
	}
	return stubBucketName.MatchString(n)
}

// stubEnv is an environment with these variables.
func stubEnv(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// from returns options to load one text as buckets.hcl, without touching a disk.
func from(src string, env ...string) Options {
	return Options{
		Overlay: map[string][]byte{DefaultFile: []byte(src)},
		Vendors: stubVendors(),
		Env:     stubEnv(env...),
		Version: "0.1.0-dev",
	}
}

// header declares what a project needs around it; it is two lines long.
const header = `cloud "local" "main" {}
secrets "age_file" "main" {}
`

// load loads options that must have no errors.
func load(t testing.TB, o Options) *Config {
	t.Helper()
	c, diags := Load(o)
	for _, d := range diags {
		t.Errorf("unexpected: %s %v\n  fix: %s", d.Code, d, d.Fix)
	}
	if t.Failed() {
		t.FailNow()
	}
	return c
}

// codes returns the codes and lines of a list, as BH1001@3, in order.
func codes(l diag.List) []string {
	var out []string
	for _, d := range l {
		at := ""
		if !d.Subject.IsZero() {
			at = d.Subject.String()[strings.LastIndex(d.Subject.String(), ":")+1:]
		}
		out = append(out, d.Code+"@"+at)
	}
	return out
}
