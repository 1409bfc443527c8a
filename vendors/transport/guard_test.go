package transport

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

type answers struct{ sent int }

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.sent++
	return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
}

// TestGuard_letsOnlySignaturesThrough: whatever might carry a secret stays here, in a header, a query or a
// body, for a host that must not get it.
func TestGuard_letsOnlySignaturesThrough(t *testing.T) {
	const signature = "AWS4-HMAC-SHA256 Credential=id/20261201/auto/s3/aws4_request, SignedHeaders=host, Signature=00"
	refused := errors.New("not there")
	for _, test := range []struct {
		name, method, query, body string
		headers                   http.Header
		goes                      bool
	}{
		{"bearer", "GET", "", "", http.Header{"Authorization": {"Bearer secret"}}, false},
		{"basic", "GET", "", "", http.Header{"Authorization": {"Basic c2VjcmV0"}}, false},
		{"no header", "GET", "", "", nil, false},
		{"a body", "POST", "", "secret", nil, false},
		{"another header", "GET", "", "", http.Header{"X-Auth-Key": {"secret"}}, false},
		{"signed", "GET", "", "", http.Header{"Authorization": {signature}}, true},
		{"signed, and a token", "GET", "", "", http.Header{"Authorization": {signature, "Bearer secret"}}, false},
		{"a session token", "GET", "", "", http.Header{"Authorization": {signature}, "X-Amz-Security-Token": {"secret"}}, false},
		{"a session token in the query", "GET", "?X-Amz-Security-Token=secret", "", http.Header{"Authorization": {signature}}, false},
		{"signed in lower case", "GET", "", "", http.Header{"Authorization": {"aws4-hmac-sha256 x"}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			next := &answers{}
			guarded := Guard(next, func(host string) error {
				if host == "evil.example" {
					return refused
				}
				return nil
			})
			for host, goes := range map[string]bool{"evil.example": test.goes, "api.example": true} {
				next.sent = 0
				r, err := http.NewRequest(test.method, "https://"+host+":8443/"+test.query, strings.NewReader(test.body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header = test.headers.Clone()
				if r.Header == nil {
					r.Header = http.Header{}
				}
				resp, err := guarded.RoundTrip(r)
				if err == nil {
					_ = resp.Body.Close()
				}
				var notSent *NotSentError
				if (err == nil) != goes || (next.sent == 1) != goes || !goes && !(errors.Is(err, refused) && errors.As(err, &notSent)) {
					t.Errorf("%s: got %v, sent %d", host, err, next.sent)
				}
			}
		})
	}
	if next := http.RoundTripper(&answers{}); Guard(next, nil) != next {
		t.Error("without a rule there is nothing to guard")
	}
}
