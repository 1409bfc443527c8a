//go:build unix

package clouds

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"buckethead/cmd/clitest"
	simulator "buckethead/vendors/sim/cloudflare"
)

// BenchmarkPlanR2 plans 1,000 projects that are as recorded, with 1,001 tokens in
// the account, in a process of its own against the simulator on loopback.
func BenchmarkPlanR2(b *testing.B) {
	var latency time.Duration
	// A limit that is far away, and of which the answers tell: setting the scene
	// takes no more than it must.
	a := newR2(b, simulator.Options{Limit: 1_000_000, AccountTokens: 2000})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = clitest.Sleep(context.Background(), latency)
		a.ServeHTTP(w, r)
	}))
	defer server.Close()
	delete(a.env, "BH_LOG")
	a.declareAt(`token_limit = 2000
  api_base_url = "`+server.URL+`/client/v4"
  s3_endpoint_url = "`+server.URL+`/s3/{jurisdiction}"`, tenants(1000))
	run := func(args ...string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], args...)
		cmd.Dir = a.dir
		cmd.Env = append(os.Environ(), "BH_TEST_AS_BH=1", "CLOUDFLARE_API_TOKEN="+a.env["CLOUDFLARE_API_TOKEN"], "CLOUDFLARE_ACCOUNT_ID="+simulator.DefaultAccountID)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil || args[0] == "plan" && !strings.Contains(out.String(), "No changes") {
			b.Fatalf("%v: %.500s", err, out.String())
		}
		return cmd
	}
	run("apply", "--yes", "--quiet")
	for _, l := range []time.Duration{0, 50 * time.Millisecond} {
		b.Run("latency="+l.String(), func(b *testing.B) {
			latency = l
			a.ResetCounts()
			var cpu time.Duration
			most, n := int64(0), 0
			for b.Loop() {
				usage := run("plan").ProcessState
				cpu += usage.UserTime() + usage.SystemTime()
				most = max(most, usage.SysUsage().(*syscall.Rusage).Maxrss)
				n++
			}
			b.ReportMetric(float64(cpu.Milliseconds())/float64(n), "cpu-ms/op")
			b.ReportMetric(float64(most)/1024, "peak-MB")
			b.ReportMetric(float64(len(a.Log()))/float64(n), "calls/op")
		})
	}
}
