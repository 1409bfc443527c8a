package clouds

import (
	"strings"
	"testing"
	"time"

	simulator "buckethead/vendors/sim/cloudflare"
)

// What someone changes at Cloudflare is shown with its class, all of it at once, and
// nothing is written; after an apply there is no drift.
func TestR2_drift(t *testing.T) {
	r2Case(t, simulator.Options{SparseLists: true}, func(t *testing.T, a *r2Account) {
		a.declare(r2Photos + "project \"gone\" { bucket = \"gone\" }\n")
		a.converges(2)
		if out := a.must("drift"); !strings.Contains(out, "No drift in 2 projects.") {
			t.Fatalf("after an apply:\n%s", out)
		}
		for _, token := range a.minted() {
			if strings.Contains(token.Name, "photos") {
				a.SetTokenStatus(token.ID, "revoked (exposed)")
				a.EditToken(token.ID, func(x *simulator.Token) { x.RequestIP, x.ExpiresOn = nil, time.Time{} })
			}
		}
		a.EditBucket("default", "photos", func(b *simulator.Bucket) {
			b.StorageClass, b.Lifecycle, b.CustomDomains, b.ManagedDomain = "InfrequentAccess", nil, nil, true
		})
		a.RemoveBucket("default", "gone")
		a.ResetCounts()
		// What is not declared any more is drift as well.
		a.declare(r2Photos)
		out, code := a.bh("drift")
		if code != 2 {
			t.Fatalf("exit %d, want drift\n%s", code, out)
		}
		for _, want := range []string{`bucket_gone  bucket "gone" is gone`, `bucket_settings     storage_class: "standard" -> "infrequentaccess"`,
			"settings_drift      lifecycle_rule: ", "settings_drift      custom_domain: ", `settings_drift      public_access: "none" -> "enabled"`,
			`credential_exposed  status: "active" -> "exposed"`, `policy_drift        allowed_ips: "127.0.0.0/8" -> ""`, "policy_drift        expires: "} {
			if !strings.Contains(strings.ReplaceAll(out, "bucket_gone       ", "bucket_gone"), want) {
				t.Errorf("the drift lacks %q:\n%s", want, out)
			}
		}
		for _, c := range a.Log() {
			if c.Method != "GET" {
				t.Errorf("it sent %s %s", c.Method, c.Path)
			}
		}
	})
}

// A project that was renamed without a moved block is told so, and with the block it
// keeps its keys.
func TestR2_renamed(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare("project \"photos\" {\n bucket = \"photos\"\n jurisdiction = \"eu\"\n}\n")
		a.converges(1)
		kept := a.minted()[0].ID
		renamed := "project \"pictures\" {\n bucket = \"photos\"\n jurisdiction = \"eu\"\n}\n"
		a.declare(renamed)
		block := "moved {\n      from = project.photos\n      to   = project.pictures\n    }"
		if out := a.planOf(); !strings.Contains(out, "BH2020") || !strings.Contains(out, block) {
			t.Fatalf("got\n%s", out)
		}
		a.declare(strings.Replace(renamed, `"eu"`, `"us"`, 1))
		if out := a.planOf(); strings.Contains(out, "BH2020") {
			t.Fatalf("the bucket of another jurisdiction is another one:\n%s", out)
		}
		a.declare(renamed + block)
		a.converges(1)
		if a.minted()[0].ID != kept {
			t.Error("the key is another one")
		}
	})
}
