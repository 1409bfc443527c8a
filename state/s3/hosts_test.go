package s3_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buckethead/state/s3"
	"buckethead/vendors"
)

// overheard keeps the hosts that got a session token, and answers that there is no such object.
type overheard struct{ hosts []string }

func (o *overheard) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("X-Amz-Security-Token") != "" {
		o.hosts = append(o.hosts, r.URL.Hostname())
	}
	return &http.Response{StatusCode: 404, Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}, Request: r,
		Body: io.NopCloser(strings.NewReader("<Error><Code>NoSuchKey</Code></Error>"))}, nil
}

// TestHosts_sessionToken: keys that only sign may be used anywhere; a session token goes along with each
// request, and so only to hosts that may have it, or that the user's own AWS configuration names.
func TestHosts_sessionToken(t *testing.T) {
	configuration := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(configuration, []byte("[profile own]\nendpoint_url = https://Own.example\n"+
		"aws_access_key_id = id\naws_secret_access_key = secret\naws_session_token = session\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", configuration)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", configuration)
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	for _, test := range []struct {
		name, endpoint, profile, token, to string
		fine                               bool
	}{
		{"stranger", "https://evil.example", "", "session", "", false},
		{"stranger, without a token", "https://evil.example", "", "", "", true},
		{"a customer's server at AWS", "https://abcde12345.execute-api.eu-west-1.amazonaws.com", "", "session", "", false},
		{"the same, with another full stop", "https://s3.abcde12345。execute-api.amazonaws.com", "", "session", "", false},
		{"AWS, named", "https://s3.eu-west-1.amazonaws.com", "", "session", "s3.eu-west-1.amazonaws.com", true},
		{"AWS, in a private network", "https://bucket.vpce-1a2b-3c4d.s3.eu-west-1.vpce.amazonaws.com", "", "session", "bucket.vpce-1a2b-3c4d.s3", true},
		{"R2", "https://account.eu.r2.cloudflarestorage.com", "", "session", "account.eu.r2.", true},
		{"AWS", "", "", "session", "states.s3.eu-west-1.amazonaws.com", true},
		{"allowed", "https://allowed.example", "", "session", "allowed.example", true},
		{"the user's configuration", "", "own", "session", "Own.example", true},
		{"the file, beside that configuration", "https://evil.example", "own", "session", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("AWS_SESSION_TOKEN", test.token)
			next, allowed := &overheard{}, append(vendors.Hosts{"allowed.example"}, s3.OwnHosts...)
			place, err := s3.New(t.Context(), s3.Options{Settings: vendors.Settings{"bucket": {Text: "states"}, "key": {Text: "main.state"},
				"region": {Text: "eu-west-1"}, "endpoint_url": {Text: test.endpoint}, "profile": {Text: test.profile}}, Stack: "main",
				Now: time.Now, Transport: next, Rescue: t.TempDir(), MaySend: func(host string) error {
					if allowed.Contains(host) {
						return nil
					}
					return &vendors.HostError{Connection: "the state", Host: host, Allow: "export X"}
				}})
			if err != nil {
				t.Fatal(err)
			}
			opened, err := place.Read(t.Context())
			if err == nil {
				_ = opened.Close()
			}
			if (err == nil) != test.fine || err != nil && !errors.Is(err, vendors.ErrHostNotAllowed) {
				t.Errorf("got %v", err)
			}
			if got := strings.Join(next.hosts, " "); test.to == "" && got != "" || test.to != "" && !strings.HasPrefix(got, test.to) {
				t.Errorf("the token went to %q, want %q", got, test.to)
			}
		})
	}
}
