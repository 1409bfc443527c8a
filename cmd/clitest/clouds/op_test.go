package clouds

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/clitest"
	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
	simulator "buckethead/vendors/sim/cloudflare"
	connectsim "buckethead/vendors/sim/connect"
)

const opToken = "the-token-of-the-connect-server"

// opAccount is Cloudflare on one side and a vault behind a Connect server on the other.
type opAccount struct {
	*r2Account
	connect *connectsim.Simulator
	vault   string
}

// RoundTrip carries requests to whichever of the two they are for.
func (a *opAccount) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() == "connect.example" {
		return a.connect.Transport().RoundTrip(r)
	}
	return a.r2Account.Transport().RoundTrip(r)
}

func newOP(t testing.TB, o connectsim.Options) *opAccount {
	t.Helper()
	o.Now, o.Sleep = time.Now, clitest.Sleep
	a := &opAccount{r2Account: newR2(t, simulator.Options{KeyDelay: 2 * time.Second}), connect: connectsim.New(o)}
	a.vault = a.connect.AddVault("Engineering")
	a.connect.AddToken(opToken, connectsim.Token{Vaults: []string{a.vault}, Write: true})
	a.env["OP_CONNECT_HOST"], a.env["OP_CONNECT_TOKEN"] = "https://connect.example", opToken
	a.transport = a
	return a
}

const opHead = `
bh { stack = "acme" }
cloud "cloudflare_r2" "main" {}
secrets "onepassword" "eng" {
  vault     = "Engineering"
  on_delete = "delete"
}
`

func (a *opAccount) declare(text string) { a.write("buckets.hcl", opHead+text) }

// live returns the items in the vault that are not deleted.
func (a *opAccount) live() []connectsim.Item {
	var out []connectsim.Item
	for _, x := range a.connect.Items(a.vault) {
		if x.State == "" {
			out = append(out, x)
		}
	}
	return out
}

func value(x connectsim.Item, id string) string {
	for _, f := range x.Fields {
		if f.ID == id {
			return f.Value
		}
	}
	return ""
}

// complaints returns what is wrong, given that nothing is left to do.
func (a *opAccount) complaints(projects int) []string {
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	items, tokens, buckets := a.live(), a.minted(), a.Buckets()
	if len(items) != projects || len(tokens) != projects || len(buckets) != projects {
		complain("%d items, %d tokens and %d buckets, want %d of each", len(items), len(tokens), len(buckets), projects)
	}
	cloud, err := cloudflare.Vendor.OpenBuckets(context.Background(), vendors.Host{Now: time.Now, Sleep: clitest.Sleep, Transport: a.r2Account.Transport()},
		vendors.Settings{"account_id": {Text: simulator.DefaultAccountID}, "api_token": {Secret: vendors.NewSecret("unused")}, "token_kind": {Text: "account"}})
	if err != nil {
		a.t.Fatal(err)
	}
	trace, _ := os.ReadFile(filepath.Join(a.dir, "trace.log"))
	shown := a.shown.String() + string(trace)
	time.Sleep(time.Minute)
	for _, x := range items {
		keys := vendors.BucketCredentials{AccessKeyID: value(x, vendors.FieldAccessKeyID), SecretAccessKey: vendors.NewSecret(value(x, vendors.FieldSecretAccessKey))}
		id := vendors.BucketID{Name: value(x, vendors.FieldBucket), Namespace: value(x, vendors.FieldJurisdiction)}
		if err := cloud.(vendors.CredentialVerifier).VerifyCredential(context.Background(), id, keys); err != nil {
			complain("the keys of %s: %v", x.Title, err)
		}
		if strings.Contains(shown, keys.SecretAccessKey.Reveal()) {
			complain("the secret of %s was shown", x.Title)
		}
	}
	if strings.Contains(shown, opToken) || !bytes.Contains(trace, []byte("connect.example")) {
		complain("the log has the token, or lacks the requests")
	}
	return append(append(wrong, a.Unknown()...), a.connect.Unknown()...)
}

func (a *opAccount) converges(projects int) {
	a.t.Helper()
	a.must("apply", "--yes")
	if out := a.must("plan"); !strings.Contains(out, "No changes") {
		a.t.Fatalf("after an apply:\n%s", out)
	}
	if wrong := a.complaints(projects); len(wrong) > 0 {
		a.t.Fatal(strings.Join(wrong, "\n"))
	}
}

const opTwo = `
project "photos" {
  bucket = "photos"
}
project "albums" {
  bucket       = "albums"
  jurisdiction = "eu"
}
`

// opLives are changes to projects whose keys are in the vault.
var opLives = []struct {
	name          string
	before, after string
	args          []string
	projects      int
}{
	{"provision", "", opTwo, []string{"apply", "--yes"}, 2},
	{"update", opTwo, strings.Replace(opTwo, `= "photos"`, `= "photos"`+"\n  item_title = \"pictures\"\n  access = \"read_only\"", 1), []string{"apply", "--yes"}, 2},
	{"rotate", opTwo, opTwo, []string{"rotate", "photos", "--no-overlap", "--yes"}, 2},
	{"destroy", opTwo, "", []string{"apply", "--yes"}, 0},
}

var opFaults = []connectsim.Fault{
	{Kind: connectsim.Status}, {Status: 429}, {Kind: connectsim.Reset}, {Kind: connectsim.Hang}, {Kind: connectsim.NonJSON},
	{After: true, Kind: connectsim.Status}, {After: true, Kind: connectsim.Reset}, {After: true, Kind: connectsim.Truncate}, {After: true, Kind: connectsim.NonJSON},
}

// TestOP_faults spoils every call to the store of each change, before and after it
// acts, once or from then on, with reads that are late. Then one more apply: no
// token is stranded, no item is doubled, none is lost.
func TestOP_faults(t *testing.T) {
	for _, life := range opLives {
		for i, fault := range opFaults {
			for _, forEver := range []bool{false, true} {
				if !*clitest.Every && forEver != (i == 0) || !*clitest.Every && i != 0 && fault.Kind != connectsim.Reset {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s%d after=%t for ever=%t", life.name, fault.Kind, fault.Status, fault.After, forEver), func(t *testing.T) {
					t.Parallel()
					step := clitest.Sampled(3)
					for n := 1 + i%step; n < 100; n += step {
						met := false
						synctest.Test(t, func(t *testing.T) {
							a := newOP(t, connectsim.Options{ReadDelay: 3 * time.Second})
							if life.before != "" {
								a.declare(life.before)
								a.must("apply", "--yes")
								time.Sleep(time.Hour)
							}
							a.declare(life.after)
							count := 0
							a.connect.OnCall(func(connectsim.Call) *connectsim.Fault {
								if count++; count == n || forEver && count > n {
									f := fault
									return &f
								}
								return nil
							})
							first, _ := a.bh(append(life.args, "--parallelism", "1")...)
							a.connect.OnCall(nil)
							if met = count >= n; !met {
								return
							}
							time.Sleep(time.Minute)
							second := a.must("apply", "--yes")
							time.Sleep(25 * time.Hour) // the overlap of a key that was renewed again
							third := a.must("apply", "--yes")
							wrong := a.complaints(life.projects)
							if out := a.must("plan"); !strings.Contains(out, "No changes") {
								wrong = append(wrong, "there is still something to do:\n"+out)
							}
							if len(wrong) > 0 {
								t.Errorf("call %d: %s\n\nfirst:\n%s\nsecond:\n%s\nthird:\n%s", n, strings.Join(wrong, "\n"), first, second, third)
							}
						})
						if !met && n < 4 {
							t.Errorf("only %d calls were met", n)
						}
						if !met || t.Failed() {
							return
						}
					}
				})
			}
		}
	}
}

// opCase runs a story in a bubble of time.
func opCase(t *testing.T, o connectsim.Options, story func(t *testing.T, a *opAccount)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { story(t, newOP(t, o)) })
}

func TestOP_wholeWay(t *testing.T) {
	opCase(t, connectsim.Options{Latency: 20 * time.Millisecond}, func(t *testing.T, a *opAccount) {
		for _, life := range opLives {
			a.declare(life.after)
			t.Log(a.must(life.args...))
			a.converges(life.projects)
		}
	})
}
