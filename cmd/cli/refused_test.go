package cli_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"buckethead/cmd/cli"
)

// refusing is a network that takes no connection.
type refusing struct{ asked atomic.Int32 }

func (n *refusing) RoundTrip(*http.Request) (*http.Response, error) {
	n.asked.Add(1)
	return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, Err: syscall.ECONNREFUSED}
}

// TestPlan_asksARefusingStoreOnce: the token of the cloud, a brought key and the list of
// items all need the store; it is asked once, and the cause is on the screen.
func TestPlan_asksARefusingStoreOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "buckets.hcl")
	if err := os.WriteFile(path, []byte(`
cloud "cloudflare_r2" "main" {
  account_id = "0123456789abcdef0123456789abcdef"
  api_token  = "op://Engineering/cloudflare/credential"
}
secrets "onepassword" "eng" {
  vault         = "Engineering"
  on_delete     = "delete"
  connect_host  = "http://127.0.0.1:1"
}
project "photos" { bucket = "photos" }
project "brought" {
  bucket = "brought"
  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = "op://Engineering/brought/secret"
    endpoint_url      = "https://s3.example.com"
  }
}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	network := &refusing{}
	var out bytes.Buffer
	code := cli.Main(cli.Process{Args: []string{"--file", path, "plan"}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		Env: onlyToken, Now: time.Now,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, Hooks: cli.Hooks{Transport: network, NoSync: true}})
	if code != 1 || network.asked.Load() != 1 {
		t.Errorf("exit %d after %d attempts, want 1 after one attempt:\n%s", code, network.asked.Load(), &out)
	}
	if strings.Count(out.String(), "dial tcp 127.0.0.1:1: connection refused") != 1 {
		t.Errorf("the cause is not on the screen, or more than once:\n%s", &out)
	}
}

func onlyToken(name string) (string, bool) {
	if name == "OP_CONNECT_TOKEN" {
		return "the-token", true
	}
	return "", false
}
