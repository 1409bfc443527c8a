package clouds

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	simulator "buckethead/vendors/sim/cloudflare"
)

// noNetwork fails the test at each request.
type noNetwork struct{ t testing.TB }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("an offline plan sent %s %s", r.Method, r.URL)
	return nil, errors.New("there is no network")
}

const offlineFile = `
project "photos" {
  bucket = "acme-photos"
  access = "read_only"
  allowed_ips = ["192.0.2.0/24"]
  expires_after = "400d"
  lifecycle_rule { delete_after = "30d" }
  public_access {}
}
project "tenant" {
  for_each = toset(["north", "south"])
  bucket = "acme-${each.key}"
  rotate {
    every = "90d"
    overlap = "7d"
  }
}
project "drop" {
  bucket = "drop"
  register {
    access_key_id = "AKIAEXAMPLE"
    secret_access_key = env("DROP_SECRET")
    endpoint_url = "https://s3.example.com"
    verify = false
  }
}
`

// lines returns the operations that a plan shows, without what explains them.
func lines(text string) string {
	return strings.Join(regexp.MustCompile(`(?m)^[-+~>=.!] \w+ +\S+`).FindAllString(text, -1), "\n")
}

// An offline plan compares the file with the state without a secret, a request, or the key of
// the store, and says the same as the plan that looks, where nothing was changed outside bh.
func TestOffline_plansAsThePlanThatLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newR2(t, simulator.Options{})
		a.env["DROP_SECRET"] = "drop-secret-0123456789"
		a.declare(offlineFile)
		if out, code := a.bh("apply", "--auto-approve"); code != 0 {
			t.Fatal(out)
		}
		online := a.env
		looking := func(look bool) {
			a.env, a.transport = online, nil
			if !look {
				a.env, a.transport = map[string]string{"NO_COLOR": "1"}, noNetwork{t}
			}
			for _, name := range []string{"identity.txt", "secrets.age"} {
				from, to := filepath.Join(a.dir, ".bh", name), filepath.Join(a.dir, "away-"+name)
				if look {
					from, to = to, from
				}
				if err := os.Rename(from, to); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
		}
		for _, test := range []struct {
			name, text, want string
			args             []string
		}{
			{"as applied", offlineFile, "", nil},
			{"changed", strings.NewReplacer(`"read_only"`, `"read_write"`, `"30d" }`, `"60d" }`, `"north", `, `"east", `).Replace(offlineFile),
				"~ update photos\n+ provision tenant[\"east\"]\n- destroy tenant[\"north\"]", []string{"--allow-destroy", "1"}},
			{"all goes", offlineFile, "- destroy drop\n- destroy photos\n- destroy tenant[\"north\"]\n- destroy tenant[\"south\"]", []string{"--destroy"}},
			{"one of them", offlineFile, "- destroy photos", []string{"--destroy", "--target", "photos"}},
			{"renamed", strings.ReplaceAll(offlineFile, `project "photos"`, "moved {\n  from = project.photos\n  to = project.pictures\n}\nproject \"pictures\""), "> move pictures", nil},
		} {
			a.declare(test.text)
			looking(false)
			out, code := a.bh(append([]string{"plan", "--offline"}, test.args...)...)
			got := regexp.MustCompile(` +`).ReplaceAllString(lines(out), " ")
			if code != 0 || got != test.want || !strings.Contains(out, "BH5043") || (test.want == "") != strings.Contains(out, "No changes between the files and the state.") {
				t.Errorf("%s: exit %d\n%s\nwant\n%s\n%s", test.name, code, got, test.want, out)
			}
			looking(true)
			seen, code := a.bh(append([]string{"plan"}, test.args...)...)
			if code != 0 || lines(seen) != lines(out) {
				t.Errorf("%s: the plan that looks (exit %d) has\n%s\nand the offline one\n%s\n%s", test.name, code, lines(seen), lines(out), seen)
			}
		}
	})
}

// What only a value that was not given decides is left out; everything else is judged as ever.
func TestOffline_judges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newR2(t, simulator.Options{})
		a.env, a.transport = map[string]string{"NO_COLOR": "1"}, noNetwork{t}
		shared := "bh {\n  state \"s3\" {\n    bucket = \"states\"\n    key = \"k\"\n    region = \"auto\"\n  }\n}\n"
		plain := "project \"a\" { bucket = \"bucket-a\" }\nproject \"b\" { bucket = \"bucket-b\" }\n"
		cloud := "cloud \"cloudflare_r2\" \"main\" { token_limit = 1 }\nsecrets \"onepassword\" \"eng\" { vault = \"eng\" }\n"
		roomy := strings.Replace(cloud, "= 1 ", "= 9 ", 1)
		for _, test := range []struct {
			name, text string
			code       int
			want       string
		}{
			{"a shared state", shared + roomy + plain, 0, `The state was not read: it is in the bucket "states"`},
			{"no state", roomy + plain, 0, "There is no state in .bh/state.db. The plan shows everything that the file declares"},
			{"a state somewhere", "bh {\n  state \"local\" { path = env(\"STATE\") }\n}\n" + roomy + plain, 0, "its place depends on a value that was not given"},
			{"a quota", cloud + plain, 1, "may have 1 credentials at once and the state knows of 0. This plan needs room for 2."},
			{"a policy", roomy + plain + "policy \"p\" {\n  condition = project.bucket != \"bucket-b\"\n  error_message = \"not b\"\n}\n", 1, "not b"},
			{"a policy on operations", roomy + plain + "policy \"p\" {\n  condition = operation.kind != \"provision\"\n  error_message = \"none\"\n}\n", 1, "none"},
			{"a policy without its value", roomy + plain + "policy \"p\" {\n  condition = project.bucket != env(\"NOT\")\n  error_message = \"no\"\n}\n", 0, "A policy was not judged [BH5045]"},
			{"a project without its value", roomy + plain + "project \"c\" { bucket = env(\"NOT\") }\n", 0, "Left out of the offline plan [BH5044]"},
			{"an import that nobody can check", roomy + plain + "import {\n  to = project.a\n  bucket = \"bucket-a\"\n  item = \"x\"\n}\n", 0, "only the providers know those"},
			{"a file that is wrong", roomy + "project \"a\" {}\n", 1, "A project needs bucket"},
		} {
			a.write("buckets.hcl", test.text)
			out, code := a.bh("plan", "--offline")
			if code != test.code || !strings.Contains(strings.Join(strings.Fields(out), " "), test.want) {
				t.Errorf("%s: exit %d\n%s", test.name, code, out)
			}
			if test.code == 0 && !strings.Contains(out, "b  ") {
				t.Errorf("%s: b is not planned\n%s", test.name, out)
			}
		}
	})
}

// No apply takes an offline plan, by its digest or as a file.
func TestOffline_isNotApplied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newR2(t, simulator.Options{})
		a.declare("project \"photos\" { bucket = \"acme-photos\" }\n")
		a.env["GITHUB_OUTPUT"], a.env["GITHUB_STEP_SUMMARY"] = filepath.Join(a.dir, "output"), filepath.Join(a.dir, "summary")
		page, code := a.bh("plan", "--offline", "--format", "markdown")
		output, _ := os.ReadFile(a.env["GITHUB_OUTPUT"])
		summary, _ := os.ReadFile(a.env["GITHUB_STEP_SUMMARY"])
		if code != 0 || strings.Contains(page, "igest") || strings.Contains(string(summary), "igest") || !strings.Contains(string(summary), "### bh plan: offline, 1 to provision") ||
			!strings.Contains(string(output), "has_changes=true\nplan_digest=\n") {
			t.Errorf("exit %d, outputs %q\n%s", code, output, page)
		}
		json, _ := a.bh("plan", "--offline", "--json")
		digest := regexp.MustCompile(`"plan_digest":"([0-9a-f]{64})"`).FindStringSubmatch(json)
		if digest == nil || !strings.Contains(json, `"offline":true`) {
			t.Fatal(json)
		}
		if out, code := a.bh("apply", "--expect", digest[1]); code != 1 || !strings.Contains(out, "not the expected one") {
			t.Errorf("exit %d\n%s", code, out)
		}
		if out, code := a.bh("plan", "--offline", "--out", filepath.Join(a.dir, "next")); code != 1 || !strings.Contains(out, "an offline plan cannot be saved") {
			t.Errorf("exit %d\n%s", code, out)
		}
		if _, err := os.Stat(filepath.Join(a.dir, "next")); err == nil {
			t.Error("it was saved")
		}
	})
}
