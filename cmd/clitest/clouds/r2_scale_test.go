package clouds

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/clitest"
	simulator "buckethead/vendors/sim/cloudflare"
)

// tenants declares n projects.
func tenants(n int) string {
	return fmt.Sprintf("project \"tenant\" {\n  for_each = toset([for n in range(%d) : format(\"%%04d\", n)])\n  bucket = \"tenant-${each.key}\"\n}\n", n)
}

// manyTenants is how many projects the tests of large stacks have: a thousand, or a
// sample.
func manyTenants() int {
	if *clitest.Every {
		return 1000
	}
	return 150
}

// TestR2_thousandProjects applies a thousand projects under the limit that
// Cloudflare publishes, in simulated time, and counts. A sample has a limit that is
// as much smaller.
func TestR2_thousandProjects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		many := manyTenants()
		limit := 1200 * many / 1000
		a := newR2(t, simulator.Options{Limit: limit, Window: 5 * time.Minute, Latency: 40 * time.Millisecond, KeyDelay: time.Second, AccountTokens: 2000})
		delete(a.env, "BH_LOG") // a log of the requests would be longer than all else
		a.declareAt("token_limit = 2000", tenants(many))
		begun := time.Now()
		out := a.must("apply", "--yes", "--quiet")
		took := time.Since(begun)
		rest, proofs := 0, 0
		for _, c := range a.Log() {
			if c.Op == "s3.list" {
				proofs++
			} else {
				rest++
			}
		}
		// The limit allows fewer calls than itself in any five minutes.
		least := time.Duration((rest-1)/(limit-1)) * 5 * time.Minute
		if took > least*105/100 || a.Rejected429() > 0 {
			t.Errorf("%d calls took %s and %d were refused; the least that the limit allows is %s\n%s", rest, took, a.Rejected429(), least, out)
		}
		t.Logf("%d calls and %d proofs in %s; the least is %s", rest, proofs, took, least)
		if a.Calls("bucket.create") != many || a.Calls("token.create") != many || writeCalls(a) != 2*many {
			t.Errorf("%d writes", writeCalls(a))
		}
		time.Sleep(10 * time.Minute)

		a.ResetCounts()
		a.must("plan")
		// bh's own token is one more, and on a page of its own.
		pages := many / 50
		if got := [...]int{a.Calls("bucket.list"), a.Calls("token.list"), len(a.Log())}; got != [...]int{1, pages + 1, pages + 2} {
			t.Errorf("a plan of %d projects and one token more made %v calls", many, got)
		}
		a.ResetCounts()
		a.must("apply", "--yes")
		if writeCalls(a) != 0 || len(a.Log()) != pages+2 {
			t.Errorf("a second apply made %d calls, %d of them writes", len(a.Log()), writeCalls(a))
		}
		a.RemoveToken(a.minted()[0].ID)
		a.ResetCounts()
		if out := a.planOf("--json"); !strings.Contains(out, fmt.Sprintf(`"reads":%d,`, pages+2)) {
			t.Errorf("the plan says of its reads:\n%s", out)
		}
		if got := [...]int{a.Calls("bucket.list"), a.Calls("token.list"), a.Calls("token.get"), len(a.Log())}; got != [...]int{1, pages, 1, pages + 2} {
			t.Errorf("a plan of %d projects with as many tokens, one of which is gone, made %v calls", many, got)
		}
	})
}

func writeCalls(a *r2Account) int {
	n := 0
	for _, c := range a.Log() {
		if c.Method != http.MethodGet && c.Method != http.MethodHead {
			n++
		}
	}
	return n
}

// declareAt is declare with settings of the cloud.
func (a *r2Account) declareAt(settings, text string) {
	a.t.Helper()
	a.write("buckets.hcl", strings.Replace(r2Head, `"main" {}`, "\"main\" {\n  "+settings+"\n}", 1)+text)
}
