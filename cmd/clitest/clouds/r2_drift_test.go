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

// A token whose value was rolled elsewhere is listed as before: only its use tells that what
// is stored does not open the bucket. Keys that this machine may not use are left out.
func TestR2_driftProves(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare("project \"photos\" { bucket = \"photos\" }\nproject \"far\" {\n bucket = \"far\"\n allowed_ips = [\"192.0.2.0/24\"]\n}\n")
		a.must("apply", "--auto-approve", "--verify=false")
		out := a.must("drift", "--prove")
		if !strings.Contains(out, "No drift in 2 projects. The stored keys of 1 project open their bucket. Not proved: those of 1 project") {
			t.Errorf("after an apply:\n%s", out)
		}
		if out := a.must("status", "--prove"); !strings.Contains(out, "not proved from here: only 192.0.2.0/24 may use them") {
			t.Errorf("the status is\n%s", out)
		}
		for _, token := range a.minted() {
			if strings.Contains(token.Name, "photos") {
				a.EditToken(token.ID, func(x *simulator.Token) { x.Value = "rolled" })
			}
		}
		a.must("drift")
		a.ResetCounts()
		out, code := a.bh("drift", "--prove")
		if code != 2 || !strings.Contains(out, "credential_unproved  the stored keys do not open the bucket: Cloudflare: ") || !strings.Contains(out, "SignatureDoesNotMatch") {
			t.Errorf("exit %d\n%s", code, out)
		}
		if n := a.Calls("s3.list"); n != 2 {
			t.Errorf("%d proofs", n)
		}
		// What is gone is told once, and not tried.
		for _, token := range a.minted() {
			a.RemoveToken(token.ID)
		}
		a.ResetCounts()
		if out, _ := a.bh("drift", "--prove"); strings.Contains(out, "credential_unproved") || a.Calls("s3.list") != 0 {
			t.Errorf("%d proofs of keys that are gone\n%s", a.Calls("s3.list"), out)
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
