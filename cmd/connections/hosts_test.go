package connections

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/vendors"
)

func noEnvironment(string) string { return "" }

// blockAt is a block whose endpoint stands in the file.
type blockAt struct {
	vendor, setting string
	settings        vendors.Settings
}

func blocksAt(host string) []blockAt {
	url := "https://" + host + ":8443/path"
	return []blockAt{
		{"cloudflare_r2", "api_base_url", vendors.Settings{"api_base_url": {Text: url, Source: "buckets.hcl"},
			"account_id": {Text: strings.Repeat("a", 32)}, "token_kind": {Text: "account"}, "api_token": {Secret: vendors.NewSecret("cf-secret-token")}}},
		{"onepassword", "connect_host", vendors.Settings{"connect_host": {Text: url, Source: "buckets.hcl"}, "vault": {Text: "v"},
			"on_delete": {Text: "delete"}, "connect_token": {Secret: vendors.NewSecret("connect-secret-token")}}},
	}
}

func (o blockAt) open(t *testing.T, environment map[string]string, transport http.RoundTripper) error {
	t.Helper()
	declared := &config.Config{Dir: t.TempDir()}
	connection := config.Connection{Vendor: o.vendor, Name: "main", Settings: o.settings}
	if o.vendor == "cloudflare_r2" {
		declared.Clouds = []config.Connection{connection}
	} else {
		declared.Secrets = []config.Connection{connection}
	}
	c := New(Options{Config: declared, Env: func(name string) string { return environment[name] }, Now: time.Now,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, Transport: transport,
		Log: slog.New(slog.DiscardHandler)})
	var err error
	if o.vendor == "cloudflare_r2" {
		_, err = c.Cloud(t.Context(), connection.Address())
	} else {
		_, err = c.Store(t.Context(), connection.Address())
	}
	return err
}

// TestHosts_onlyTheFileNamesThem: a token goes to the hosts of its vendor, to this machine, and where the
// environment says, never to a host that only the file names.
func TestHosts_onlyTheFileNamesThem(t *testing.T) {
	for _, test := range []struct {
		name, host  string
		environment map[string]string
		fine        bool
	}{
		{"stranger", "evil.example", nil, false},
		{"this machine", "127.0.0.1", nil, true},
		{"this machine by name", "localhost", nil, true},
		{"not quite this machine", "localhost.evil.example", nil, false},
		{"allowed", "Minio.Example.com", map[string]string{"BH_ALLOWED_HOSTS": "other.example, minio.example.com"}, true},
		{"allowed below a domain", "a.b.example.com", map[string]string{"BH_ALLOWED_HOSTS": "*.example.com"}, true},
		{"the domain itself is not below it", "example.com", map[string]string{"BH_ALLOWED_HOSTS": "*.example.com"}, false},
		{"ends alike", "evilexample.com", map[string]string{"BH_ALLOWED_HOSTS": "*.example.com example.com"}, false},
		{"another is allowed", "evil.example", map[string]string{"BH_ALLOWED_HOSTS": "other.example"}, false},
		{"in the vendor's variable", "self.example", map[string]string{"CLOUDFLARE_API_BASE_URL": "https://self.example/client/v4",
			"OP_CONNECT_HOST": "https://self.example"}, true},
		{"in its second variable", "self.example", map[string]string{"CLOUDFLARE_BASE_URL": "https://self.example",
			"OP_CONNECT_HOST": "https://self.example"}, true},
		{"in a variable of no vendor", "self.example", map[string]string{"MY_URL": "https://self.example"}, false},
		{"the list cannot be read", "self.example", map[string]string{"BH_ALLOWED_HOSTS": "https://self.example"}, false},
	} {
		for _, o := range blocksAt(test.host) {
			t.Run(test.name+" "+o.vendor, func(t *testing.T) {
				err := o.open(t, test.environment, noNetwork{})
				if (err == nil) != test.fine {
					t.Fatalf("got %v", err)
				}
				if err == nil {
					return
				}
				if !errors.Is(err, vendors.ErrHostNotAllowed) {
					t.Errorf("code cannot decide on %v", err)
				}
				if strings.Contains(err.Error(), "secret-token") {
					t.Errorf("the secret is in %v", err)
				}
			})
		}
	}
	// A vendor's own hosts need nobody's leave.
	own := blocksAt("api.cloudflare.com")[0]
	if err := own.open(t, nil, noNetwork{}); err != nil {
		t.Errorf("api.cloudflare.com: %v", err)
	}
}

// TestHosts_saysWhatAllowsThem: the command that is printed adds to what is allowed already, and works.
func TestHosts_saysWhatAllowsThem(t *testing.T) {
	const want = `export BH_ALLOWED_HOSTS="$BH_ALLOWED_HOSTS evil.example"`
	o := blocksAt("evil.example")[0]
	for _, had := range []string{"", "a.example,*.b.example"} {
		var refused *vendors.HostError
		if err := o.open(t, map[string]string{"BH_ALLOWED_HOSTS": had}, noNetwork{}); !errors.As(err, &refused) {
			t.Fatalf("got %v", err)
		}
		if refused.Allow != want || refused.Setting != "api_base_url" || refused.Connection != "cloudflare_r2.main" {
			t.Errorf("got %+v, want %s", refused, want)
		}
		if err := o.open(t, map[string]string{"BH_ALLOWED_HOSTS": had + " evil.example"}, noNetwork{}); err != nil {
			t.Errorf("after %s: %v", refused.Allow, err)
		}
	}
	// What could do harm in a shell is not printed as a command.
	var refused *vendors.HostError
	if err := blocksAt("$(id).evil.example")[0].open(t, nil, noNetwork{}); !errors.As(err, &refused) || refused.Allow != "" ||
		strings.Contains(err.Error(), "export") {
		t.Errorf("got %v", err)
	}
}
