package clouds

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	simulator "buckethead/vendors/sim/cloudflare"
)

// r2Case runs a story in a bubble of time.
func r2Case(t *testing.T, o simulator.Options, story func(t *testing.T, a *r2Account)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { story(t, newR2(t, o)) })
}

// planOf returns what a plan shows. The plan must have changes.
func (a *r2Account) planOf(args ...string) string {
	a.t.Helper()
	out, code := a.bh(append([]string{"plan", "--detailed-exitcode"}, args...)...)
	if code != 2 {
		a.t.Fatalf("plan: exit %d, want changes\n%s", code, out)
	}
	return out
}

func (a *r2Account) converges(projects int) {
	a.t.Helper()
	a.must("apply", "--yes")
	if out := a.must("plan"); !strings.Contains(out, "No changes") {
		a.t.Fatalf("after an apply:\n%s", out)
	}
	if wrong := a.complaints(projects); len(wrong) > 0 {
		a.t.Fatal(strings.Join(wrong, "\n"))
	}
}

const r2Photos = `
project "photos" {
  bucket        = "photos"
  storage_class = "Standard"
  allowed_ips   = ["127.0.0.0/8"]
  expires_after = "90d"
  lock_rule {
    prefix     = "audit/"
    retain_for = "1d"
  }
  lifecycle_rule { delete_after = "30d" }
  cors_rule {
    allowed_origins = ["https://example.com"]
    allowed_methods = ["GET"]
  }
  custom_domain {
    domain  = "photos.example.com"
    zone_id = "` + r2Zone + `"
    min_tls = "1.2"
  }
  public_access { enabled = false }
}
`

// Every attribute that someone changes behind bh's back is seen, and set right
// again by one apply.
func TestR2_driftOfEveryAttribute(t *testing.T) {
	token := func(edit func(*simulator.Token)) func(a *r2Account) {
		return func(a *r2Account) { a.EditToken(a.minted()[0].ID, edit) }
	}
	bucket := func(edit func(*simulator.Bucket)) func(a *r2Account) {
		return func(a *r2Account) { a.EditBucket("default", "photos", edit) }
	}
	for name, c := range map[string]struct {
		drift func(a *r2Account)
		want  []string
	}{
		"token disabled": {func(a *r2Account) { a.SetTokenStatus(a.minted()[0].ID, "disabled") }, []string{"~ rotate", "disabled outside of bh"}},
		"token expired":  {func(a *r2Account) { a.SetTokenStatus(a.minted()[0].ID, "expired") }, []string{"~ rotate", "expired"}},
		"token exposed":  {func(a *r2Account) { a.SetTokenStatus(a.minted()[0].ID, "revoked (exposed)") }, []string{"~ rotate", "published"}},
		"token gone":     {func(a *r2Account) { a.RemoveToken(a.minted()[0].ID) }, []string{"~ rotate", "revoked outside of bh"}},
		"token's access": {token(func(x *simulator.Token) {
			x.Policies[0].Groups = []simulator.Group{{ID: "6a018a9f2fc74eb6b293b0c548f38b39", Name: "Workers R2 Storage Bucket Item Read"}}
		}), []string{"~ update", `access: "read_only" -> "read_write"`, "outside of bh"}},
		"token's IPs":     {token(func(x *simulator.Token) { x.RequestIP = nil }), []string{"~ update", "allowed_ips"}},
		"token shuts out": {token(func(x *simulator.Token) { x.NotRequestIP = []string{"127.0.0.9/32"} }), []string{"~ update", "not 127.0.0.9/32"}},
		"token's expiry":  {token(func(x *simulator.Token) { x.ExpiresOn = time.Time{} }), []string{"~ update", "expires"}},
		"storage class":   {bucket(func(b *simulator.Bucket) { b.StorageClass = "InfrequentAccess" }), []string{"~ update", `storage_class: "infrequentaccess" -> "standard"`}},
		"CORS rules":      {bucket(func(b *simulator.Bucket) { b.CORS = nil }), []string{"~ update", "cors_rule", "outside of bh"}},
		"lifecycle rules": {bucket(func(b *simulator.Bucket) { b.Lifecycle = nil }), []string{"~ update", "lifecycle_rule", "outside of bh"}},
		"lock rules":      {bucket(func(b *simulator.Bucket) { b.Lock = nil }), []string{"~ update", "lock_rule", "outside of bh"}},
		"custom domain":   {bucket(func(b *simulator.Bucket) { b.CustomDomains = nil }), []string{"~ update", "custom_domain", "outside of bh"}},
		"minimum of TLS":  {bucket(func(b *simulator.Bucket) { b.CustomDomains[0].MinTLS = "1.0" }), []string{"~ update", "custom_domain", "outside of bh"}},
		"public access":   {bucket(func(b *simulator.Bucket) { b.ManagedDomain = true }), []string{"~ update", "public_access", "outside of bh"}},
	} {
		t.Run(name, func(t *testing.T) {
			r2Case(t, simulator.Options{SparseLists: true}, func(t *testing.T, a *r2Account) {
				a.declare(r2Photos)
				a.converges(1)
				c.drift(a)
				out := a.planOf()
				for _, want := range c.want {
					if !strings.Contains(out, want) {
						t.Errorf("the plan lacks %q:\n%s", want, out)
					}
				}
				a.converges(1)
			})
		})
	}
}

// It is not drift if the API changes order or case, or leaves something out for a while.
func TestR2_noPhantomDrift(t *testing.T) {
	r2Case(t, simulator.Options{NullResultInfo: true, NearestLocation: "ENAM"}, func(t *testing.T, a *r2Account) {
		a.declare(strings.Replace(r2Photos, `bucket        = "photos"`, "bucket = \"photos\"\n location = \"weur\"", 1))
		a.converges(1)
		a.EditBucket("default", "photos", func(b *simulator.Bucket) {
			b.Location = "APAC"
			b.CustomDomains[0].Ownership, b.CustomDomains[0].SSL = "unknown", "unknown"
		})
		a.HideToken(func(string) bool { return true })
		a.HideBucket(func(string, string) bool { return true })
		if out := a.must("plan"); !strings.Contains(out, "No changes") {
			t.Errorf("got\n%s", out)
		}
	})
}

// A bucket that is gone is an error, and so is one that another made.
func TestR2_bucketsOfOthers(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(r2Photos)
		a.AddBucket(simulator.Bucket{Name: "photos"})
		if out, code := a.bh("plan"); code != 1 || !strings.Contains(out, "not managed by this stack") {
			t.Fatalf("exit %d\n%s", code, out)
		}
		a.declare(strings.Replace(r2Photos, "expires_after", "adopt = true\n expires_after", 1))
		a.converges(1)
		a.RemoveBucket("default", "photos")
		if out, code := a.bh("plan"); code != 1 || !strings.Contains(out, "bucket is gone") {
			t.Fatalf("exit %d\n%s", code, out)
		}
		a.must("apply", "--yes", "--allow-recreate")
		a.converges(1)
	})
}

// The same name in several jurisdictions is as many buckets.
func TestR2_jurisdictionsShareAName(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		project := func(space string) string {
			line := ""
			if space != "" {
				line = "\n  jurisdiction = \"" + space + "\""
			}
			return "project \"in_" + space + "\" {\n  bucket = \"photos\"" + line + "\n}\n"
		}
		a.declare(project("") + project("eu") + project("us") + project("fedramp"))
		a.converges(4)
		a.ResetCounts()
		a.must("plan")
		if a.Calls("bucket.list") != 4 || len(a.Log()) != 5 {
			t.Errorf("a plan made %v", a.Log())
		}
		a.PutObject("eu", "photos", "key", 1)
		a.declare(project("") + project("us"))
		if out, code := a.bh("apply", "--yes"); code != 1 || !strings.Contains(out, "bucket holds 1 object") {
			t.Fatalf("exit %d\n%s", code, out)
		}
		if left := a.Buckets(); len(left) != 3 {
			t.Errorf("left are %v", left)
		}
		if wrong := a.complaints(3); len(wrong) > 0 {
			t.Error(wrong)
		}
	})
}

// A destroy that is refused has killed no key.
func TestR2_refusedDestroyKeepsKeys(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(r2Photos)
		a.converges(1)
		a.declare("")
		// The object comes between the plan and the deletion.
		a.OnCall(func(c simulator.Call) *simulator.Fault {
			if c.Op == "object.list" && c.Nth == 2 {
				return &simulator.Fault{Call: func() { a.PutObject("default", "photos", "late", 1) }}
			}
			return nil
		})
		if out, code := a.bh("apply", "--yes"); code != 1 || !strings.Contains(out, "holds objects") {
			t.Fatalf("exit %d\n%s", code, out)
		}
		a.OnCall(nil)
		if len(a.minted()) != 1 || len(a.items()) != 1 {
			t.Errorf("left are %v and %v", a.minted(), a.items())
		}
	})
}

// At the quota nothing is made at all.
func TestR2_quotaIsPlannedWith(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		for i := range 498 {
			a.AddToken(simulator.TokenSpec{Name: fmt.Sprint("other ", i)})
		}
		a.declare(r2Two) // 499 with bh's own, and two more
		a.ResetCounts()
		out, code := a.bh("apply", "--yes")
		if code != 1 || !strings.Contains(out, "BH2012") || !strings.Contains(out, "500") {
			t.Errorf("exit %d\n%s", code, out)
		}
		for _, c := range a.Log() {
			if c.Method != "GET" {
				t.Errorf("%s %s was sent", c.Method, c.Path)
			}
		}
		if len(a.Buckets()) > 0 {
			t.Error("buckets were made")
		}
	})
}

// A signal in the middle of forty projects leaves nothing behind that the next apply does
// not clean up.
func TestR2_interruptStrandsNothing(t *testing.T) {
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, "project \"p%02d\" { bucket = \"bucket-%02d\" }\n", i, i)
	}
	for _, at := range []int{1, 10, 37, 60} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			r2Case(t, simulator.Options{Latency: 50 * time.Millisecond, KeyDelay: 3 * time.Second}, func(t *testing.T, a *r2Account) {
				a.declare(many.String())
				signals := make(chan os.Signal, 1)
				a.signals = signals
				var count atomic.Int64
				a.OnCall(func(c simulator.Call) *simulator.Fault {
					if c.Method == "POST" {
						if count.Add(1) == int64(at) {
							return &simulator.Fault{Call: func() { signals <- os.Interrupt }}
						}
					}
					return nil
				})
				if out, code := a.bh("apply", "--yes"); code != 130 {
					t.Fatalf("exit %d\n%s", code, out)
				}
				a.signals = nil
				a.OnCall(nil)
				for _, token := range a.minted() {
					stored := false
					for _, item := range a.items() {
						stored = stored || item.Keys.AccessKeyID == token.ID
					}
					if !stored {
						t.Errorf("%s is stored nowhere", token.Name)
					}
				}
				a.converges(40)
			})
		})
	}
}
