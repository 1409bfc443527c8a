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

// Others use up the budget of the token: bh says that it waits and until when, goes
// on by itself, and a signal ends the wait without leaving anything behind.
func TestR2_waitsForTheLimit(t *testing.T) {
	r2Case(t, simulator.Options{Limit: 30, Window: 5 * time.Minute}, func(t *testing.T, a *r2Account) {
		var many strings.Builder
		for _, name := range strings.Fields("a b c d e f g h i j k l m n o p q r s t") {
			many.WriteString("project \"" + name + "\" { bucket = \"bucket-" + name + "\" }\n")
		}
		a.declare(many.String())
		begun := time.Now()
		out := a.must("apply", "--yes")
		if took := time.Since(begun); took < 5*time.Minute || took > 11*time.Minute || a.Rejected429() > 0 {
			t.Errorf("took %s, and %d calls were refused", took, a.Rejected429())
		}
		if !strings.Contains(out, "Cloudflare: ") || !strings.Contains(out, "used up; continuing at 00:05:") {
			t.Errorf("nobody was told of the wait:\n%s", out)
		}
		time.Sleep(10 * time.Minute)
		if out := a.must("plan"); !strings.Contains(out, "No changes") {
			t.Error(out)
		}
	})
}

func TestR2_signalEndsAWait(t *testing.T) {
	r2Case(t, simulator.Options{Limit: 12, Window: 5 * time.Minute}, func(t *testing.T, a *r2Account) {
		a.declare(`
project "x" {
  for_each = toset(["1", "2", "3", "4", "5", "6", "7", "8"])
  bucket   = "bucket-${each.key}"
}
`)
		signals := make(chan os.Signal, 1)
		a.signals = signals
		time.AfterFunc(20*time.Second, func() { signals <- os.Interrupt })
		begun := time.Now()
		out, code := a.bh("apply", "--yes")
		if code != 130 || time.Since(begun) > 3*time.Minute {
			t.Errorf("exit %d after %s\n%s", code, time.Since(begun), out)
		}
		a.signals = nil
		time.Sleep(time.Hour)
		a.must("apply", "--yes")
		time.Sleep(time.Hour)
		a.converges(8)
	})
}

// refusing is a network on which one address takes no connection.
type refusing struct {
	http.RoundTripper
	url string
}

func (n refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.String(), n.url) {
		return n.RoundTripper.RoundTrip(r)
	}
	var cause error = &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
	if net.ParseIP(r.URL.Hostname()) != nil {
		cause = os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: cause}
}
