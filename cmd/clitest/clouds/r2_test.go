// Package clouds runs bh against simulated vendors: Cloudflare R2, and 1Password behind a
// Connect server. Most tests run it in this process, in the time of a synctest bubble;
// some as processes that are killed at each call.
//
// # How a test reads
//
// r2Case and opCase run a story in a bubble, with an account of its own: r2Account is a
// simulated Cloudflare and a folder with buckets.hcl, and opAccount adds a vault behind a
// Connect server. A story declares projects, runs commands, changes things as a person would,
// and checks what is printed and what is in the accounts.
//
// # Faults
//
// TestR2_faults and TestOP_faults spoil every call of each change, before or after it acts,
// once or from then on. One more apply then has to repair everything: no token is left
// over, and no item is doubled or lost. By default they take samples; with -every they leave
// nothing out.
package clouds

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
	"buckethead/cmd/redact"
	"buckethead/vendors"
	"buckethead/vendors/agefile"
	"buckethead/vendors/cloudflare"
	simulator "buckethead/vendors/sim/cloudflare"
)

func TestMain(m *testing.M) { clitest.Main(m) }

const r2Zone = "00000000000000000000000000000abc"

// r2Account is an account at the simulator and a folder from which bh is run on it,
// in this process, with the time of a synctest bubble.
type r2Account struct {
	*simulator.Simulator
	t     testing.TB
	dir   string
	env   map[string]string
	shown strings.Builder // all that was ever printed

	alter     func(*cli.Process) // nil for a process as it is
	signals   chan os.Signal
	transport http.RoundTripper // in place of the simulator's, where it is not nil
}

func newR2(t testing.TB, o simulator.Options) *r2Account {
	t.Helper()
	o.Now, o.Sleep = time.Now, clitest.Sleep
	a := &r2Account{Simulator: simulator.New(o), t: t, dir: t.TempDir()}
	a.AddZone(r2Zone, "example.com")
	_, value := a.AddToken(simulator.TokenSpec{Name: "bh", Groups: []string{"Workers R2 Storage Write", "Account API Tokens Write"}})
	a.env = map[string]string{"CLOUDFLARE_API_TOKEN": value, "CLOUDFLARE_ACCOUNT_ID": simulator.DefaultAccountID, "NO_COLOR": "1", "BH_CLI_ARGS_apply": "--allow-destroy 100",
		"BH_LOG": "trace", "BH_LOG_PATH": filepath.Join(a.dir, "trace.log")}
	return a
}

const r2Head = `
bh { stack = "acme" }
cloud "cloudflare_r2" "main" {}
secrets "age_file" "main" {}
`

func (a *r2Account) declare(text string) { a.write("buckets.hcl", r2Head+text) }

func (a *r2Account) write(name, text string) {
	a.t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, name), []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// bh runs a command and returns what it printed and its exit code.
func (a *r2Account) bh(args ...string) (string, int) {
	var out bytes.Buffer
	args = append(args[:1:1], append([]string{"--file", filepath.Join(a.dir, "buckets.hcl")}, args[1:]...)...)
	var transport http.RoundTripper = a.Transport()
	if a.transport != nil {
		transport = a.transport
	}
	p := cli.Process{Args: args, Env: func(name string) (string, bool) { v, ok := a.env[name]; return v, ok }, Stdin: strings.NewReader(""),
		Stdout: &out, Stderr: &out, Now: time.Now, Sleep: clitest.Sleep, Signals: a.signals, Hooks: cli.Hooks{Transport: transport, NoSync: true}}
	if a.alter != nil {
		a.alter(&p)
	}
	code := cli.Main(p)
	a.shown.Write(out.Bytes())
	return out.String(), code
}

func (a *r2Account) must(args ...string) string {
	a.t.Helper()
	out, code := a.bh(args...)
	if code != 0 {
		a.t.Fatalf("bh %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// minted are the tokens that are there beside bh's own.
func (a *r2Account) minted() []simulator.Token {
	return slices.DeleteFunc(a.Tokens(false), func(t simulator.Token) bool { return t.Name == "bh" })
}

// items are the items of the age file.
func (a *r2Account) items() []vendors.Item {
	a.t.Helper()
	store, err := agefile.Vendor.OpenSecrets(context.Background(), vendors.Host{Dir: a.dir, Now: time.Now, Sleep: clitest.Sleep},
		vendors.Settings{"path": {Text: ".bh/secrets.age"}, "identity_file": {Text: ".bh/identity.txt"}})
	if err != nil {
		a.t.Fatal(err)
	}
	list, err := store.ListItems(context.Background())
	if err != nil {
		a.t.Fatal(err)
	}
	var out []vendors.Item
	for _, i := range list {
		item, err := store.GetItem(context.Background(), i.ID)
		if err != nil {
			a.t.Fatal(err)
		}
		out = append(out, item)
	}
	return out
}

// complaints says what is not as it has to be when nothing is left to do: one live
// token for each item and none beside, whose keys open the bucket; one bucket for
// each item; nothing that the API does not know was sent, and no secret shown.
func (a *r2Account) complaints(projects int) []string {
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	items, tokens, buckets := a.items(), a.minted(), a.Buckets()
	if len(items) != projects || len(tokens) != projects || len(buckets) != projects {
		complain("%d items, %d tokens and %d buckets, want %d of each", len(items), len(tokens), len(buckets), projects)
	}
	cloud, err := cloudflare.Vendor.OpenBuckets(context.Background(), vendors.Host{Now: time.Now, Sleep: clitest.Sleep, Transport: a.Transport()},
		vendors.Settings{"account_id": {Text: simulator.DefaultAccountID}, "api_token": {Secret: vendors.NewSecret("unused")}, "token_kind": {Text: "account"}})
	if err != nil {
		a.t.Fatal(err)
	}
	time.Sleep(time.Minute) // keys take a while
	for _, item := range items {
		id := vendors.BucketID{Name: item.Keys.Bucket, Namespace: item.Keys.Jurisdiction}
		if err := cloud.(vendors.CredentialVerifier).VerifyCredential(context.Background(), id, item.Keys); err != nil {
			complain("the keys of %s: %v", item.Title, err)
		}
	}
	trace, err := os.ReadFile(filepath.Join(a.dir, "trace.log"))
	if err != nil || !bytes.Contains(trace, []byte("msg=request")) {
		complain("the log has no requests in it (%v)", err)
	}
	shown := a.shown.String() + string(trace)
	if strings.Contains(shown, redact.Marker) {
		complain("the net caught something, so a rule above it has a hole")
	}
	for _, strange := range a.Unknown() {
		complain("the API does not know: %s", strange)
	}
	for _, t := range a.Tokens(false) {
		if strings.Contains(shown, t.Value) {
			complain("the value of %s was shown", t.Name)
		}
	}
	for _, item := range items {
		if strings.Contains(shown, item.Keys.SecretAccessKey.Reveal()) {
			complain("the secret of %s was shown", item.Title)
		}
	}
	return wrong
}

const r2Two = `
project "photos" {
  bucket        = "photos"
  storage_class = "InfrequentAccess"
  allowed_ips   = ["127.0.0.0/8"]
  lock_rule {
    prefix     = "audit/"
    retain_for = "1d"
  }
  lifecycle_rule { abort_uploads_after = "7d" }
  cors_rule {
    allowed_origins = ["https://example.com"]
    allowed_methods = ["GET"]
  }
  custom_domain {
    domain  = "photos.example.com"
    zone_id = "` + r2Zone + `"
  }
  public_access {}
}
project "albums" {
  bucket       = "albums"
  jurisdiction = "eu"
  access       = "read_only"
}
`

// r2Changed has other settings of one project, and another access of the other.
const r2Changed = `
project "photos" {
  bucket        = "photos"
  storage_class = "Standard"
  lifecycle_rule { delete_after = "30d" }
  cors_rule {
    allowed_origins = ["https://example.org"]
    allowed_methods = ["GET", "PUT"]
  }
  custom_domain {
    domain  = "pictures.example.com"
    zone_id = "` + r2Zone + `"
  }
}
project "albums" {
  bucket       = "albums"
  jurisdiction = "eu"
}
`

func TestR2_wholeWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newR2(t, simulator.Options{KeyDelay: 20 * time.Second, Limit: 1200, FreshBucketDelay: 5 * time.Second, SparseLists: true})
		steps := []struct {
			declared string
			args     []string
			projects int
		}{
			{r2Two, []string{"apply", "--yes"}, 2}, {r2Two, []string{"rotate", "photos", "albums", "--no-overlap", "--yes"}, 2},
			{r2Changed, []string{"apply", "--yes"}, 2}, {"", []string{"apply", "--yes"}, 0},
		}
		for _, s := range steps {
			a.declare(s.declared)
			t.Log(a.must(s.args...))
			if out := a.must("plan"); !strings.Contains(out, "No changes") {
				t.Fatalf("a plan after %v:\n%s", s.args, out)
			}
			a.ResetCounts()
			a.must("apply", "--yes")
			for _, c := range a.Log() {
				if c.Method != "GET" {
					t.Errorf("a second apply sent %s %s", c.Method, c.Path)
				}
			}
			if wrong := a.complaints(s.projects); len(wrong) > 0 {
				t.Fatal(strings.Join(wrong, "\n"))
			}
			if s.projects > 0 {
				if out := a.must("show", "photos"); !strings.Contains(out, "lifecycle_rule") {
					t.Errorf("show prints\n%s", out)
				}
			}
		}
		if a.Rejected429() > 0 {
			t.Error("calls were refused as too many")
		}
	})
}
