package registry_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/registry"
)

func TestAll(t *testing.T) {
	var names []string
	for _, v := range registry.All() {
		names = append(names, v.Name)
	}
	if !slices.Equal(names, []string{"age_file", "cloudflare_r2", "local", "onepassword"}) {
		t.Errorf("got %v, want every vendor by name", names)
	}
	first := registry.All()
	first[0].Name = "changed"
	if registry.All()[0].Name == "changed" {
		t.Error("a caller can change the list of others")
	}
}

func TestFind(t *testing.T) {
	for name, want := range map[string]bool{"local": true, "age_file": true, "": false, "cloudflare_r2": true, "Local": false, "cloudflare": false} {
		if v, there := registry.Find(name); there != want || there && v.Name != name {
			t.Errorf("%q: got %q, %t", name, v.Name, there)
		}
	}
}

// required has something that will do for each setting that a vendor cannot do without.
var required = map[string]string{"account_id": "0123456789abcdef0123456789abcdef", "api_token": "a token", "vault": "Engineering",
	"service_account_token": "ops_eyJzaWduSW5BZGRyZXNzIjogIngiLCAiZW1haWwiOiAieCIsICJzZWNyZXRLZXkiOiAieCIsICJzcnBYIjogIngiLCAibXVrIjogIngiLCAidXNlckF1dGgiOiAieCIsICJkZXZpY2VVdWlkIjogIngiLCAidGhyb3R0bGVTZWNyZXQiOiAieCJ9"}

// TestVendors_describeThemselves: what the language, the docs and doctor read is
// there, and opening with the defaults makes no call and no file.
func TestVendors_describeThemselves(t *testing.T) {
	known := []string{"location", "jurisdiction", "storage_class", "allowed_ips", "expires_after",
		"cors_rule", "lifecycle_rule", "lock_rule", "custom_domain", "public_access"}
	for _, v := range registry.All() {
		dir := t.TempDir()
		host, settings := vendors.Host{Dir: dir, Now: func() time.Time { return time.Unix(0, 0) }}, vendors.Settings{}
		seen := map[string]bool{}
		for _, s := range v.Settings {
			if s.Name == "" || s.Doc == "" || !strings.HasSuffix(s.Doc, ".") || seen[s.Name] || s.Secret && s.Default != "" {
				t.Errorf("%s: setting %+v", v.Name, s)
			}
			seen[s.Name] = true
			if s.Default != "" {
				settings[s.Name] = vendors.Value{Text: s.Default, Source: "default"}
			}
			if required[s.Name] != "" {
				settings[s.Name] = vendors.Value{Text: required[s.Name], Secret: vendors.NewSecret(required[s.Name])}
			}
		}
		if v.Title == "" || v.OpenBuckets == nil && v.OpenSecrets == nil || (v.OpenSecrets != nil) != (v.ReferenceScheme != "") {
			t.Errorf("%s has no title, opens nothing, or is a store without a scheme", v.Name)
		}
		for _, a := range v.BucketAttributes {
			if !slices.Contains(known, a) {
				t.Errorf("%s: no project has an attribute %s", v.Name, a)
			}
		}
		if v.OpenBuckets != nil {
			if _, err := v.OpenBuckets(context.Background(), host, settings); err != nil {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
		if v.OpenSecrets != nil {
			if _, err := v.OpenSecrets(context.Background(), host, settings); err != nil {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s: opening made %v (%v)", v.Name, left, err)
		}
	}
}

// TestVendors_nameItemsWithoutATokenAsTheStoreDoes: a reference is made of the settings that the vendor names for it.
func TestVendors_nameItemsWithoutATokenAsTheStoreDoes(t *testing.T) {
	for _, v := range registry.All() {
		if v.OpenSecrets == nil {
			continue
		}
		settings, some := vendors.Settings{}, vendors.Settings{}
		for _, s := range v.Settings {
			settings[s.Name] = vendors.Value{Text: s.Default}
			if required[s.Name] != "" {
				settings[s.Name] = vendors.Value{Text: required[s.Name], Secret: vendors.NewSecret(required[s.Name])}
			}
			if s.Map {
				settings[s.Name] = vendors.Value{Map: map[string]string{vendors.FieldBucket: "The Bucket"}}
			}
			if slices.Contains(v.ReferenceSettings, s.Name) {
				some[s.Name] = settings[s.Name]
			}
		}
		store, err := v.OpenSecrets(t.Context(), vendors.Host{Dir: t.TempDir(), Now: func() time.Time { return time.Unix(0, 0) }}, settings)
		if err != nil {
			t.Fatal(err)
		}
		id := strings.Repeat("a", 26)
		for _, title := range []string{"photos", "a/b", "Büro", `tenant["north"]`, ""} {
			for _, field := range []string{"", vendors.FieldBucket, vendors.FieldSecretAccessKey} {
				want, wrong := store.Reference(id, title, field)
				if got, err := v.Reference(some, id, title, field); got != want || err != nil || wrong != nil {
					t.Errorf("%s: %s of %q is %s, and the store says %s", v.Name, field, title, got, want)
				}
			}
		}
	}
}
