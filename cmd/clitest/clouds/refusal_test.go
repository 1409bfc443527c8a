package clouds

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"buckethead/cmd/clitest"
	simulator "buckethead/vendors/sim/cloudflare"
	connectsim "buckethead/vendors/sim/connect"
)

// storeRefusals are how a Connect server does not take an item. known says that it certainly
// did not.
var storeRefusals = []struct {
	name  string
	fault connectsim.Fault
	known bool
}{
	{"denied", connectsim.Fault{Status: 403}, true},
	{"invalid", connectsim.Fault{Status: 400}, true},
	{"full", connectsim.Fault{Status: 429}, true},
	{"5xx", connectsim.Fault{Status: 500}, false},
	{"reset", connectsim.Fault{Kind: connectsim.Reset}, false},
	{"reset after it acted", connectsim.Fault{After: true, Kind: connectsim.Reset}, false},
}

const opRotating = `
project "photos" {
  bucket = "photos"
  rotate {
    every   = "90d"
    overlap = "7d"
  }
}
`

// TestRefusal_connect applies six times to a vault that takes no item, and counts the tokens
// after each: no more than were stored, and one whose storing is unknown.
func TestRefusal_connect(t *testing.T) {
	scenes := []struct {
		name   string
		stored int
		rotate bool
		limit  string
	}{
		{name: "provision"},
		{name: "rotate", stored: 1, rotate: true},
		{name: "in an overlap", stored: 2, rotate: true},
		{name: "two below the limit", stored: 2, rotate: true, limit: `token_limit = 5`},
	}
	for _, s := range scenes {
		for i, r := range storeRefusals {
			if !*clitest.Every && i%3 != len(s.name)%3 {
				continue
			}
			t.Run(s.name+"/"+r.name, func(t *testing.T) {
				opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
					head := strings.Replace(opHead, `"cloudflare_r2" "main" {`, `"cloudflare_r2" "main" {`+"\n"+s.limit+"\n", 1)
					a.write("buckets.hcl", head+opRotating)
					for range s.stored {
						a.must("rotate", "photos", "--yes")
						time.Sleep(time.Hour)
					}
					a.connect.OnCall(func(c connectsim.Call) *connectsim.Fault {
						if c.Op != "item.create" && c.Op != "item.update" {
							return nil
						}
						f := r.fault
						return &f
					})
					for apply := 1; apply <= 6; apply++ {
						args := []string{"apply", "--yes"}
						if s.rotate {
							args = []string{"rotate", "photos", "--yes"}
						}
						out, code := a.bh(args...)
						want := s.stored
						if !r.known {
							want++
						}
						live := len(a.minted())
						if live > want || s.stored > 1 && live > 2 && r.known {
							t.Fatalf("apply %d (exit %d): %d tokens live, want at most %d:\n%s", apply, code, live, want, out)
						}
						if r.known && (code == 0 || !strings.Contains(out, "was revoked")) {
							t.Errorf("apply %d: exit %d, and nothing is said of the key that was revoked:\n%s", apply, code, out)
						}
						time.Sleep(10 * time.Minute)
					}
					a.connect.OnCall(nil)
					a.must("apply", "--yes")
					time.Sleep(8 * 24 * time.Hour)
					a.converges(1)
				})
			})
		}
	}
}

// TestRefusal_manyProjects provisions 20 projects, eight at once, into a vault that takes no
// item, and into one that takes no more after a while.
func TestRefusal_manyProjects(t *testing.T) {
	for _, from := range []int{1, 6} {
		t.Run(fmt.Sprintf("from write %d", from), func(t *testing.T) {
			opCase(t, connectsim.Options{Latency: 10 * time.Millisecond}, func(t *testing.T, a *opAccount) {
				a.declare(`
project "n" {
  for_each = toset([for i in range(20) : format("%02d", i)])
  bucket   = "acme-${each.key}"
}
`)
				var writes, issued atomic.Int64
				a.OnCall(func(c simulator.Call) *simulator.Fault {
					if c.Op == "token.create" {
						issued.Add(1)
					}
					return nil
				})
				a.connect.OnCall(func(c connectsim.Call) *connectsim.Fault {
					if c.Op == "item.create" && writes.Add(1) >= int64(from) {
						return &connectsim.Fault{Status: 403}
					}
					return nil
				})
				out, code := a.bh("apply", "--yes", "--parallelism", "8")
				if code == 0 || from == 1 && issued.Load() != 1 || len(a.minted()) != from-1 || len(a.live()) != from-1 {
					t.Errorf("exit %d: %d tokens were issued, %d live, and %d items:\n%s", code, issued.Load(), len(a.minted()), len(a.live()), out)
				}
				if n := strings.Count(out, "no credential was issued, because onepassword.eng did not accept the one of"); n != 1 ||
					from == 1 && !strings.Contains(out, "The same applies to 18 other projects.") {
					t.Errorf("why others were skipped is told %d times:\n%s", n, out)
				}
				a.connect.OnCall(nil)
				a.converges(20)
			})
		})
	}
}

// TestRefusal_ageFile cannot write its file, where the system has no files of ours.
func TestRefusal_ageFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.write("buckets.hcl", strings.Replace(r2Head, `"age_file" "main" {`, `"age_file" "main" {`+"\npath = \"/proc/bh.age\"\n", 1)+
			`project "photos" { bucket = "photos" }`)
		for apply := 1; apply <= 6; apply++ {
			if out, code := a.bh("apply", "--yes"); code == 0 || len(a.minted()) > 0 {
				t.Fatalf("apply %d: exit %d, %d tokens live:\n%s", apply, code, len(a.minted()), out)
			}
		}
		a.declare(`project "photos" { bucket = "photos" }`)
		a.converges(1)
	})
}

// TestR2_rotateInAnOverlap rotates again and again: there are never more than two live keys,
// and the plan says that the older one ends.
func TestR2_rotateInAnOverlap(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(opRotating)
		a.must("apply", "--yes")
		for n := range 4 {
			time.Sleep(time.Hour)
			out := a.must("rotate", "photos", "--yes")
			says := strings.Contains(out, "is revoked first: a project has at most one older key")
			if live := len(a.minted()); live != 2 || says != (n > 0) {
				t.Errorf("rotation %d: %d tokens live, and the end of the older one is told: %t\n%s", n+1, live, says, out)
			}
		}
	})
}

// TestR2_addressesThatLeaveThisMachineOut limits a key to another network: that is a note, not
// a failure, and nothing is left to do.
func TestR2_addressesThatLeaveThisMachineOut(t *testing.T) {
	r2Case(t, simulator.Options{KeyDelay: 2 * time.Second}, func(t *testing.T, a *r2Account) {
		project := func(networks string) { a.declare("project \"reports\" {\n  bucket = \"reports\"\n" + networks + "}\n") }
		project("  allowed_ips = [\"192.0.2.0/24\"]\n")
		begun := time.Now()
		out := a.must("apply", "--yes")
		if took := time.Since(begun); took > 20*time.Second || !strings.Contains(out, "reports: not proved from here: only 192.0.2.0/24 may use it") {
			t.Errorf("took %s:\n%s", took, out)
		}
		if out := a.must("plan"); !strings.Contains(out, "No changes") {
			t.Error(out)
		}
		if out := a.must("show", "reports"); !strings.Contains(out, "restricted") {
			t.Error(out)
		}
		project("")
		if out := a.must("apply", "--yes"); strings.Contains(out, "not proved") {
			t.Error(out)
		}
		if out := a.must("show", "reports"); !strings.Contains(out, "proved") {
			t.Error(out)
		}
	})
}

// TestR2_endpointThatTakesNoConnection is told at the first try.
func TestR2_endpointThatTakesNoConnection(t *testing.T) {
	for _, endpoint := range []string{"http://127.0.0.1:1", "https://no-such-host.invalid"} {
		t.Run(endpoint, func(t *testing.T) {
			r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
				a.transport = refusing{a.Transport(), endpoint}
				a.env["CLOUDFLARE_S3_ENDPOINT_URL"] = endpoint
				a.declare(`project "photos" { bucket = "photos" }`)
				begun := time.Now()
				out, code := a.bh("apply", "--yes")
				if took := time.Since(begun); code == 0 || took > time.Second || !strings.Contains(out, "add --verify=false") {
					t.Errorf("exit %d after %s:\n%s", code, took, out)
				}
				if !strings.Contains(out, "connection refused") && !strings.Contains(out, "unknown host") {
					t.Errorf("the cause is not told:\n%s", out)
				}
				a.must("apply", "--yes", "--verify=false")
				if len(a.minted()) != 1 {
					t.Errorf("%d tokens", len(a.minted()))
				}
			})
		})
	}
}

// TestQuickstart_realVendors swaps the two blocks of the quickstart, as its comment says.
func TestQuickstart_realVendors(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "quickstart", "buckets.hcl"))
		if err != nil {
			t.Fatal(err)
		}
		swapped := strings.NewReplacer(`cloud "local" "main" {}`, `cloud "cloudflare_r2" "main" {}`,
			`secrets "age_file" "main" {}`, "secrets \"onepassword\" \"main\" {\n  vault     = \"Engineering\"\n  on_delete = \"delete\"\n}").Replace(string(text))
		a.write("buckets.hcl", swapped)
		out := a.must("apply", "--yes")
		if !strings.Contains(out, "5 done") || !strings.Contains(out, "reports: not proved from here: only 192.0.2.0/24 may use it") {
			t.Error(out)
		}
		if out := a.must("plan"); !strings.Contains(out, "No changes") {
			t.Error(out)
		}
	})
}
