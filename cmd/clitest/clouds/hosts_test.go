package clouds

import (
	"net"
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

// TestHosts_planShowsReferences: a plan reads the secret of each register block, also of those that it has nothing to do for.
func TestHosts_planShowsReferences(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		const register = "project \"drop\" {\n  bucket = \"drop\"\n  register {\n    access_key_id = \"AKIA\"\n    secret_access_key = \"REF\"\n" +
			"    endpoint_url = \"https://s3.example\"\n    verify = false\n  }\n}\n"
		a.declare("project \"photos\" { bucket = \"photos\" }")
		a.must("apply", "--yes")
		const ref = "op://Engineering/photos/keys/secret_access_key"
		a.declare("project \"photos\" { bucket = \"photos\" }\n" + strings.Replace(register, "REF", ref, 1))
		a.must("apply", "--yes")
		for format, want := range map[string]string{"human": "References: project.drop " + ref + ".",
			"json": `"references":[{"address":"project.drop","reference":"` + ref + `"}]`, "markdown": "References: project.drop "} {
			if out := a.must("plan", "--format", format); !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", format, want, out)
			}
		}
	})
}

// TestHosts_initSaysWhatToAllow: who has servers of their own learns from the first command which hosts to allow,
// also while the state cannot be reached, and doctor says the same.
func TestHosts_initSaysWhatToAllow(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		a.transport = noServer{a.transport}
		a.env["STATE_SECRET"] = "the-secret-of-the-state"
		a.write("buckets.hcl", `
bh {
  stack = "acme"
  state "s3" {
    bucket            = "states"
    key               = "bh/prod.state"
    region            = "us-east-1"
    endpoint_url      = "https://minio.corp.example"
    access_key_id     = "minio"
    secret_access_key = env("STATE_SECRET")
  }
}
cloud "cloudflare_r2" "main" { api_base_url = "https://cloudflare.corp.example" }
secrets "onepassword" "eng" {
  vault        = "Engineering"
  connect_host = "https://connect.corp.example"
  on_delete    = "delete"
}
`)
		for _, command := range []string{"init", "doctor"} {
			out, code := a.bh(command)
			for _, host := range []string{"cloudflare", "connect"} {
				if code != 1 || strings.Contains(out, "can be reached") ||
					!strings.Contains(out, `export BH_ALLOWED_HOSTS="$BH_ALLOWED_HOSTS `+host+`.corp.example"`) {
					t.Errorf("%s: exit %d\n%s", command, code, out)
				}
			}
			if command == "init" && !strings.Contains(out, "BH5001") {
				t.Errorf("the state was reached\n%s", out)
			}
		}
		a.env["BH_ALLOWED_HOSTS"] = " connect.corp.example, cloudflare.corp.example"
		if out, _ := a.bh("init"); strings.Contains(out, "export") {
			t.Errorf("what is allowed is asked for\n%s", out)
		}
	})
}

// noServer has no server of the corporation.
type noServer struct{ http.RoundTripper }

func (n noServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Hostname(), "corp.example") {
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
	}
	return n.RoundTripper.RoundTrip(r)
}
