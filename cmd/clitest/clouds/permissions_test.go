package clouds

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/clitest"
	simulator "buckethead/vendors/sim/cloudflare"
	connectsim "buckethead/vendors/sim/connect"
	"buckethead/vendors/sim/s3api"
)

var (
	planGroups  = []string{"Workers R2 Storage Read", "Account API Tokens Read"}
	applyGroups = []string{"Workers R2 Storage Write", "Account API Tokens Write"}
)

// readers is Cloudflare, a Connect server and the server of a shared state, with an identity at
// each that may write and one that may only read.
type readers struct {
	*opAccount
	states *s3api.Server
	wrote  []string // what was asked of the state but to read
	token  string   // for Cloudflare, that may only read
}

func (a *readers) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() == "states.example" {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			a.wrote = append(a.wrote, r.Method+" "+r.URL.Path)
		}
		return a.states.Transport().RoundTrip(r)
	}
	return a.opAccount.RoundTrip(r)
}

func newReaders(t *testing.T) *readers {
	a := &readers{opAccount: newOP(t, connectsim.Options{})}
	a.states = s3api.New(s3api.Options{AccessKeyID: clitest.StatesKeyID, SecretAccessKey: clitest.StatesSecret, Region: "us-east-1", Buckets: []string{clitest.StatesBucket}, Now: time.Now})
	a.transport = a
	_, a.token = a.AddToken(simulator.TokenSpec{Name: "plan", Groups: planGroups})
	for _, variable := range clitest.StatesEnvironment() {
		name, value, _ := strings.Cut(variable, "=")
		a.env[name] = value
	}
	return a
}

// readOnly makes bh use the identities that may only read.
func (a *readers) readOnly() {
	a.env["CLOUDFLARE_API_TOKEN"] = a.token
	a.connect.AddToken("the-token-that-reads", connectsim.Token{ReadOnly: []string{a.vault}})
	a.env["OP_CONNECT_TOKEN"] = "the-token-that-reads"
	a.states.Deny(func(c s3api.Call) bool {
		return !slices.Contains([]string{"GetObject", "HeadObject", "ListObjectsV2"}, c.Op)
	})
}

// A plan writes nothing anywhere: with identities that may only read, it says the same as with
// those that may write, whatever it has to read for that.
func TestPlan_needsOnlyToRead(t *testing.T) {
	const state = "bh {\n  stack = \"acme\"\n  state \"s3\" {\n    bucket = \"states\"\n    key = \"acme\"\n    region = \"us-east-1\"\n    endpoint_url = \"https://states.example\"\n    access_key_id = env(\"AWS_ACCESS_KEY_ID\")\n    secret_access_key = env(\"AWS_SECRET_ACCESS_KEY\")\n  }\n}\n"
	head := strings.Replace(opHead, "bh { stack = \"acme\" }\n", state, 1)
	before := "project \"photos\" {\n  bucket = \"acme-photos\"\n  lifecycle_rule { delete_after = \"30d\" }\n  public_access {}\n}\nproject \"old\" { bucket = \"acme-old\" }\nproject \"other\" { bucket = \"acme-other\" }\n"
	after := "project \"photos\" {\n  bucket = \"acme-photos\"\n  access = \"read_only\"\n  lifecycle_rule { delete_after = \"60d\" }\n}\nproject \"new\" { bucket = \"acme-new\" }\nproject \"other\" { bucket = \"acme-other\" }\n"
	synctest.Test(t, func(t *testing.T) {
		a := newReaders(t)
		a.write("buckets.hcl", head+before)
		if out, code := a.bh("plan"); code != 0 { // no state yet
			t.Fatal(out)
		}
		a.must("apply", "--auto-approve")
		a.write("buckets.hcl", head+after)
		for _, x := range a.live() {
			if x.Title == "other" {
				a.connect.EditItem(x.ID, func(x *connectsim.Item) { x.Title = "renamed" }) // which a plan reads
			}
		}
		want := a.must("plan", "--allow-destroy", "1")
		a.wrote = nil
		a.readOnly()
		if out := a.must("plan", "--allow-destroy", "1"); out != want || !strings.Contains(out, "1 to destroy") || !strings.Contains(out, "1 to provision") {
			t.Errorf("got\n%s\nwant\n%s", out, want)
		}
		for _, args := range [][]string{{"status"}, {"discover"}, {"show"}, {"history"}, {"doctor", "--for", "plan"}} {
			a.must(args...)
		}
		if out, code := a.bh("drift"); code != 2 {
			t.Errorf("drift: exit %d\n%s", code, out)
		}
		if len(a.wrote) > 0 {
			t.Errorf("the state was asked to %q", a.wrote)
		}
		if out, code := a.bh("apply", "--auto-approve", "--allow-destroy", "1"); code != 1 {
			t.Errorf("applied by who may only read: exit %d\n%s", code, out)
		}
	})
}

// doctor lists what plan and apply need of each vendor, and warns where a plan can write.
func TestDoctor_for(t *testing.T) {
	const mint = "it can create any token of the account, with any permission"
	for _, test := range []struct {
		name, purpose string
		groups        []string
		code          int
		want, not     []string
	}{
		{"a plan that reads", "plan", planGroups, 0, []string{"ok Workers R2 Storage Read held", "ok Account API Tokens Read held", "unknown r (read) needed to"}, []string{"Write", mint, "w (write)"}},
		{"a plan that can write", "plan", applyGroups, 0, []string{"ok Workers R2 Storage Read held", "warning Workers R2 Storage Write held, but a plan does not need it", "warning Account API Tokens Write held, but a plan does not need it: " + mint, "Plan with a separate identity"}, nil},
		{"a plan that can mint", "plan", append(planGroups[:1:1], applyGroups[1]), 0, []string{"warning Account API Tokens Write", mint}, []string{"Workers R2 Storage Write"}},
		{"a plan that lacks", "plan", []string{"Account API Tokens Read"}, 1, []string{"error Workers R2 Storage Read missing"}, nil},
		{"an apply", "apply", applyGroups, 0, []string{"ok Workers R2 Storage Write held", "ok Account API Tokens Write held", mint, "unknown r (read)", "unknown w (write)"}, []string{"warning"}},
		{"an apply that reads", "apply", planGroups, 1, []string{"error Workers R2 Storage Write missing", "error Account API Tokens Write missing"}, nil},
		{"nothing asked for", "", applyGroups, 0, []string{"ok Workers R2 Storage Write held"}, []string{mint, "r (read)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newOP(t, connectsim.Options{})
				_, a.env["CLOUDFLARE_API_TOKEN"] = a.AddToken(simulator.TokenSpec{Name: "x", Groups: test.groups})
				a.declare(r2Photos)
				args := []string{"doctor"}
				if test.purpose != "" {
					args = append(args, "--for", test.purpose)
				}
				out, code := a.bh(args...)
				words := strings.Join(strings.Fields(out), " ")
				if code != test.code {
					t.Errorf("exit %d\n%s", code, out)
				}
				for _, want := range test.want {
					if !strings.Contains(words, want) {
						t.Errorf("it lacks %q\n%s", want, out)
					}
				}
				for _, not := range test.not {
					if strings.Contains(words, not) {
						t.Errorf("it has %q\n%s", not, out)
					}
				}
			})
		})
	}
}
