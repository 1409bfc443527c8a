package clouds

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	simulator "buckethead/vendors/sim/cloudflare"
	connectsim "buckethead/vendors/sim/connect"
)

// strangers stands for every host that is not simulated, and keeps the requests that it gets. As the
// hosts of somebody who listens, it answers.
type strangers struct {
	http.RoundTripper
	mu  sync.Mutex
	got []*http.Request
}

func (s *strangers) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Hostname(), "evil.example") {
		return s.RoundTripper.RoundTrip(r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, r.Clone(r.Context()))
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

// everyCommand are the commands that speak to a vendor, but for exec, which starts processes.
var everyCommand = [][]string{{"plan"}, {"apply", "--yes"}, {"drift"}, {"doctor"}, {"discover"}, {"status"}, {"rotate", "photos", "--yes"},
	{"destroy", "--yes"}, {"import", "other", "--bucket", "other"}, {"state", "rebuild"}, {"env", "photos"}}

// TestHosts_noCommandSendsASecret: a file that somebody proposes names a host of his own. No command sends
// a token there; the plan names the host and the variable that allows it.
func TestHosts_noCommandSendsASecret(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		listening := &strangers{RoundTripper: a.Transport()}
		a.transport = listening
		a.declare(`project "photos" { bucket = "photos" }`)
		a.must("apply", "--yes")
		for _, host := range []string{"evil.example", "api.cloudflare.com.evil.example", "127.0.0.1.evil.example"} {
			a.write("buckets.hcl", strings.Replace(r2Head, `"main" {}`, `"main" { api_base_url = "https://`+host+`/client/v4" }`, 1)+
				`project "photos" { bucket = "photos" }`)
			for _, args := range everyCommand {
				a.bh(args...)
			}
			out, code := a.bh("plan")
			if code != 1 || !strings.Contains(out, "[BH3003]") || !strings.Contains(out, `export BH_ALLOWED_HOSTS="$BH_ALLOWED_HOSTS `+host+`"`) ||
				!strings.Contains(out, "buckets.hcl line 3") {
				t.Errorf("%s: exit %d\n%s", host, code, out)
			}
		}
		for _, r := range listening.got {
			t.Errorf("%s %s was sent", r.Method, r.URL)
		}
		// Where the environment allows the host, it is asked, and the plan names it.
		a.env["BH_ALLOWED_HOSTS"] = "127.0.0.1.evil.example"
		a.bh("plan")
		if len(listening.got) == 0 {
			t.Error("a host that is allowed is not asked")
		}
	})
}

// TestHosts_connect is the same for the token of a Connect server, and the secrets that bh stores there.
func TestHosts_connect(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		listening := &strangers{RoundTripper: a.transport}
		a.transport = listening
		head := "bh { stack = \"acme\" }\ncloud \"cloudflare_r2\" \"main\" {}\nsecrets \"onepassword\" \"main\" {\n  vault = \"Engineering\"\n" +
			"  on_delete = \"delete\"\n%}\nproject \"photos\" { bucket = \"photos\" }\n"
		a.write("buckets.hcl", strings.Replace(head, "%", "", 1))
		a.must("apply", "--yes")
		a.write("buckets.hcl", strings.Replace(head, "%", "  connect_host = \"https://evil.example\"\n", 1))
		for _, args := range everyCommand {
			a.bh(args...)
		}
		if out, code := a.bh("plan"); code != 1 || !strings.Contains(out, `export BH_ALLOWED_HOSTS="$BH_ALLOWED_HOSTS evil.example"`) {
			t.Errorf("exit %d\n%s", code, out)
		}
		for _, r := range listening.got {
			t.Errorf("%s %s was sent", r.Method, r.URL)
		}
	})
}

// TestHosts_planShowsEndpoints: a reviewer of a plan sees every server that is not the vendor's own, also
// one that gets signatures alone, in each form of the plan.
func TestHosts_planShowsEndpoints(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(`project "photos" { bucket = "photos" }`)
		if out := a.must("plan"); strings.Contains(out, "Endpoints") {
			t.Errorf("Cloudflare's own hosts are no news:\n%s", out)
		}
		a.write("buckets.hcl", r2At(endpointOther))
		for format, want := range map[string]string{"human": "Endpoints: cloudflare_r2.main jurisdiction.s3.acme.example (s3_endpoint_url).",
			"json":     `"endpoints":[{"connection":"cloudflare_r2.main","setting":"s3_endpoint_url","host":"jurisdiction.s3.acme.example"}]`,
			"markdown": "Endpoints: cloudflare_r2.main"} {
			want = strings.ReplaceAll(want, "jurisdiction.s3", "s3")
			if out := a.must("plan", "--format", format); !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", format, want, out)
			}
		}
	})
}
