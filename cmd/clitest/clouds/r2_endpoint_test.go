package clouds

import (
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	simulator "buckethead/vendors/sim/cloudflare"
)

// deaf refuses connections to one host.
type deaf struct {
	http.RoundTripper
	host  string
	asked int
}

func (d *deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == d.host {
		d.asked++
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	return d.RoundTripper.RoundTrip(r)
}

const (
	endpointOther = "https://s3.acme.example/s3/{jurisdiction}"
	endpointWrong = "http://127.0.0.1:1"
)

func r2At(endpoint string) string {
	return `
bh { stack = "acme" }
cloud "cloudflare_r2" "main" { s3_endpoint_url = "` + endpoint + `" }
secrets "age_file" "main" {}
project "photos" { bucket = "photos" }
project "albums" {
  bucket       = "albums"
  jurisdiction = "eu"
}
`
}

func (a *r2Account) endpoints() string {
	var out []string
	for _, item := range a.items() {
		out = append(out, item.Keys.EndpointURL)
	}
	return strings.Join(out, " ")
}

// A changed endpoint is planned, written into each item with the same keys, and proved.
func TestR2_endpointChanges(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(`
project "photos" { bucket = "photos" }
project "albums" {
  bucket       = "albums"
  jurisdiction = "eu"
}
`)
		a.must("apply", "--yes")
		before := a.minted()
		a.write("buckets.hcl", r2At(endpointOther))
		own := "https://" + simulator.DefaultAccountID
		out := a.planOf()
		for _, want := range []string{"Plan: 2 to update.",
			`- "` + own + `.r2.cloudflarestorage.com"` + "\n        + " + `"https://s3.acme.example/s3/default"` + "\n",
			`- "` + own + `.eu.r2.cloudflarestorage.com"` + "\n        + " + `"https://s3.acme.example/s3/eu"` + "\n"} {
			if !strings.Contains(out, want) {
				t.Errorf("the plan lacks %q:\n%s", want, out)
			}
		}
		a.ResetCounts()
		a.converges(2)
		if after := a.minted(); len(after) != 2 || after[0].ID != before[0].ID || after[1].ID != before[1].ID {
			t.Errorf("the keys were %v and are %v", before, after)
		}
		proved := 0
		for _, c := range a.Log() {
			if c.Op == "s3.list" && strings.HasPrefix(c.Path, "/s3/") {
				proved++
			}
		}
		if proved < 2 {
			t.Errorf("%d proofs at the new endpoint, want one for each project", proved)
		}

		// The same by a variable says so.
		a.write("buckets.hcl", strings.Replace(r2At(""), `s3_endpoint_url = ""`, "", 1))
		a.env["CLOUDFLARE_S3_ENDPOINT_URL"] = "https://two.acme.example/s3/{jurisdiction}"
		want := "(from CLOUDFLARE_S3_ENDPOINT_URL):\n        - \"https://s3.acme.example/s3/eu\"\n        + \"https://two.acme.example/s3/eu\""
		if out := a.planOf(); !strings.Contains(out, want) {
			t.Errorf("the plan lacks %q:\n%s", want, out)
		}
		if out := a.planOf("--json"); !strings.Contains(out, `"source":"CLOUDFLARE_S3_ENDPOINT_URL"`) {
			t.Errorf("the lines lack the source:\n%s", out)
		}
		a.converges(2)
		delete(a.env, "CLOUDFLARE_S3_ENDPOINT_URL")
		if out := a.planOf("--target", "albums"); !strings.Contains(out, "Plan: 1 to update.") ||
			!strings.Contains(out, "(from CLOUDFLARE_ACCOUNT_ID):\n") || !strings.Contains(out, `+ "`+own+`.eu.r2.cloudflarestorage.com"`) {
			t.Errorf("the endpoint that is Cloudflare's again:\n%s", out)
		}
		a.converges(2)
	})
}

// After a first apply with an endpoint where nothing listens, the next one, with the right
// endpoint, writes it and proves it, and does not ask at the old one.
func TestR2_wrongFirstEndpointHeals(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		nobody := &deaf{RoundTripper: a.Transport(), host: "127.0.0.1:1"}
		a.transport = nobody
		a.write("buckets.hcl", r2At(endpointWrong))
		if out, code := a.bh("apply", "--yes"); code == 0 || !strings.Contains(out, "BH4004") {
			t.Fatalf("an apply with an endpoint where nobody listens: exit %d\n%s", code, out)
		}
		keys := len(a.minted())
		a.write("buckets.hcl", r2At(endpointOther))
		out := a.planOf()
		if !strings.Contains(out, `"`+endpointWrong+`" -> "https://s3.acme.example/s3/eu"`) {
			t.Errorf("the plan:\n%s", out)
		}
		nobody.asked = 0
		begun := time.Now()
		a.must("apply", "--yes")
		if took := time.Since(begun); nobody.asked > 0 || took > 10*time.Second {
			t.Errorf("the apply asked at the old endpoint %d times and took %v", nobody.asked, took)
		}
		if len(a.minted()) != keys {
			t.Errorf("there were %d keys, and are %d", keys, len(a.minted()))
		}
		a.converges(2)
		if got := a.endpoints(); strings.Contains(got, endpointWrong) {
			t.Errorf("the items have %s", got)
		}
	})
}

// A wrong endpoint that comes later is written and not proved; the keys work on, and the next
// endpoint is proved first of all.
func TestR2_wrongLaterEndpointHeals(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		nobody := &deaf{RoundTripper: a.Transport(), host: "127.0.0.1:1"}
		a.transport = nobody
		a.write("buckets.hcl", r2At(endpointOther))
		a.must("apply", "--yes")
		a.write("buckets.hcl", r2At(endpointWrong))
		if out, code := a.bh("apply", "--yes"); code == 0 || !strings.Contains(out, "BH4004") {
			t.Fatalf("exit %d\n%s", code, out)
		}
		if out := a.planOf(); !strings.Contains(out, "not proved") {
			t.Errorf("a plan that has the proof before it:\n%s", out)
		}
		a.write("buckets.hcl", r2At(endpointOther))
		nobody.asked = 0
		a.must("apply", "--yes")
		if nobody.asked > 0 {
			t.Errorf("the apply asked at the old endpoint %d times", nobody.asked)
		}
		a.converges(2)
	})
}

// In another account nothing of a project can be seen: nothing is made again, revoked or
// destroyed there, whatever is asked for.
func TestR2_otherAccount(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(`project "photos" { bucket = "photos" }`)
		a.must("apply", "--yes")
		other := newR2(t, simulator.Options{AccountID: strings.Repeat("ab", 16)})
		other.dir, other.env["CLOUDFLARE_ACCOUNT_ID"] = a.dir, strings.Repeat("ab", 16)
		for _, args := range [][]string{{"plan"}, {"apply", "--yes", "--allow-recreate"}, {"destroy", "--yes", "--allow-destroy", "9"}} {
			out, code := other.bh(args...)
			if code == 0 || !strings.Contains(out, "BH2030") || !strings.Contains(out, simulator.DefaultAccountID) {
				t.Errorf("bh %v: exit %d\n%s", args, code, out)
			}
		}
		other.declare("")
		if out, code := other.bh("apply", "--yes"); code == 0 || !strings.Contains(out, "BH2030") {
			t.Errorf("the destroy of what is in the other account: exit %d\n%s", code, out)
		}
		if len(other.minted())+len(other.Buckets()) > 0 {
			t.Errorf("the other account has %v and %v", other.minted(), other.Buckets())
		}
		a.declare(`project "photos" { bucket = "photos" }`)
		a.converges(1)
	})
}

// Tokens of the other kind cannot be seen or revoked, so nothing is issued beside them. The
// way out that the error names works.
func TestR2_otherTokenKind(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		const project = "project \"photos\" {\n  bucket = \"photos\"\n  adopt  = true\n}\n"
		a.declare(project)
		a.must("apply", "--yes")
		old := a.minted()[0].ID
		_, value := a.AddToken(simulator.TokenSpec{Name: "bh of a user", User: true, Groups: []string{"Workers R2 Storage Write", "API Tokens Write"}})
		a.env["CLOUDFLARE_API_TOKEN"] = value
		user := strings.Replace(r2Head, `"main" {}`, `"main" { token_kind = "user" }`, 1)
		a.write("buckets.hcl", user+project)
		for _, args := range [][]string{{"plan"}, {"apply", "--yes"}, {"rotate", "photos", "--yes"}, {"destroy", "--yes", "--allow-destroy", "9"}} {
			out, code := a.bh(args...)
			if code == 0 || !strings.Contains(out, "BH2032") || !strings.Contains(out, old) {
				t.Errorf("bh %v: exit %d\n%s", args, code, out)
			}
		}
		if got := a.minted(); len(got) != 1 || got[0].ID != old || len(a.Tokens(true)) != 1 {
			t.Errorf("the tokens are %v and %v", got, a.Tokens(true))
		}
		a.write("buckets.hcl", user+"removed { from = project.photos }\n")
		a.must("apply", "--yes")
		a.RemoveToken(old)
		a.write("buckets.hcl", user+strings.Replace(project, "adopt  = true", "adopt  = true\n  item_title = \"photos again\"", 1))
		a.must("apply", "--yes")
		if out := a.must("plan"); !strings.Contains(out, "No changes") || len(a.Tokens(true)) != 2 {
			t.Errorf("after the way out: %v\n%s", a.Tokens(true), out)
		}
	})
}
