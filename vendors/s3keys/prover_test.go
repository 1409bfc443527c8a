package s3keys_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/s3keys"
	"buckethead/vendors/sim/s3api"
)

const (
	keyID  = "AKIAEXAMPLE"
	secret = "a-secret-that-only-signs"
	region = "eu-central-1"
)

// serve answers on a loopback port until the test ends.
func serve(t *testing.T, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func simulator(o s3api.Options) *s3api.Server {
	o.AccessKeyID, o.SecretAccessKey, o.Region, o.Buckets, o.Now = keyID, secret, region, []string{"drop", "döner & co"}, time.Now
	return s3api.New(o)
}

func prover(traces *[]vendors.Exchange) *s3keys.Prover {
	return s3keys.New(vendors.Host{Now: time.Now, Trace: func(e vendors.Exchange) {
		if traces != nil {
			*traces = append(*traces, e)
		}
	}}, "")
}

func keysFor(endpoint string) vendors.BucketCredentials {
	return vendors.BucketCredentials{AccessKeyID: keyID, SecretAccessKey: vendors.NewSecret(secret), Bucket: "drop", EndpointURL: endpoint, Region: region}
}

// Whatever the strict server refuses has a cause in words, its code and its request id.
func TestProveKeys_simulator(t *testing.T) {
	for name, c := range map[string]struct {
		edit  func(*vendors.BucketCredentials)
		serve func(*s3api.Server)
		kind  error
		want  []string
	}{
		"opens":            {},
		"a slash behind":   {edit: func(k *vendors.BucketCredentials) { k.EndpointURL += "/" }},
		"a name to escape": {edit: func(k *vendors.BucketCredentials) { k.Bucket = "döner & co" }},
		"an object in it":  {serve: func(s *s3api.Server) { s.Put("drop", "a b", []byte("x")) }},
		"a wrong secret":   {edit: func(k *vendors.BucketCredentials) { k.SecretAccessKey = vendors.NewSecret("other") }, kind: vendors.ErrDenied, want: []string{"the secret access key does not belong to the access key id AKIAEXAMPLE", "code SignatureDoesNotMatch", "request 0000000000000001"}},
		"an unknown key":   {edit: func(k *vendors.BucketCredentials) { k.AccessKeyID = "AKIAOTHER" }, kind: vendors.ErrDenied, want: []string{"does not know the access key id AKIAOTHER", "code InvalidAccessKeyId"}},
		"a missing bucket": {edit: func(k *vendors.BucketCredentials) { k.Bucket = "gone" }, kind: vendors.ErrNotFound, want: []string{"there is no bucket gone", "code NoSuchBucket"}},
		"may not list":     {serve: func(s *s3api.Server) { s.Deny(func(s3api.Call) bool { return true }) }, kind: vendors.ErrDenied, want: []string{"does not allow these keys to list the bucket drop", "code AccessDenied"}},
		"another region":   {edit: func(k *vendors.BucketCredentials) { k.Region = "" }, kind: vendors.ErrInvalid, want: []string{"the region 'auto' is wrong; expecting 'eu-central-1'", "code AuthorizationHeaderMalformed"}},
		"overloaded":       {serve: func(s *s3api.Server) { s.OnCall(func(s3api.Call) *s3api.Fault { return &s3api.Fault{Status: 503} }) }, kind: vendors.ErrRateLimited, want: []string{"code SlowDown"}},
		"no keys":          {edit: func(k *vendors.BucketCredentials) { k.SecretAccessKey = vendors.Secret{} }, kind: vendors.ErrDenied, want: []string{"no keys"}},
		"no TLS elsewhere": {edit: func(k *vendors.BucketCredentials) { k.EndpointURL = "http://s3.example.com" }, kind: vendors.ErrInvalid, want: []string{"https"}},
	} {
		t.Run(name, func(t *testing.T) {
			sim := simulator(s3api.Options{})
			if c.serve != nil {
				c.serve(sim)
			}
			keys := keysFor(serve(t, sim))
			if c.edit != nil {
				c.edit(&keys)
			}
			err := prover(nil).ProveKeys(t.Context(), keys)
			check(t, err, c.kind, c.want...)
			if n := len(sim.Log()); n > 1 {
				t.Errorf("%d requests", n)
			}
			// A server signs & and the like as it encodes them itself.
			if path := "/d%C3%B6ner%20%26%20co"; strings.Contains(keys.Bucket, "&") && sim.Log()[0].Path != path {
				t.Errorf("asked for %s", sim.Log()[0].Path)
			}
		})
	}
}

func check(t *testing.T, err, kind error, want ...string) {
	t.Helper()
	if !errors.Is(err, kind) || (kind == nil) != (err == nil) {
		t.Fatalf("got %v, want %v", err, kind)
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q lacks %q", err, text)
		}
	}
	if err != nil && strings.Contains(fmt.Sprintf("%+v", err), secret) {
		t.Errorf("the secret is in %v", err)
	}
}

func errorOf(code, more string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>As the server\n says.</Message>" + more +
		"<RequestId>REQ1</RequestId></Error>"
}

// Responses as in the documentation of AWS and R2, and from servers that are not S3 at all. A
// signature never goes where an answer points.
func TestProveKeys_answers(t *testing.T) {
	const page = "<!DOCTYPE html>\n<html><body>Welcome</body></html>"
	for name, c := range map[string]struct {
		status int
		header http.Header
		body   string
		kind   error
		want   []string
	}{
		"a redirect with a region":      {301, http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}}, errorOf("PermanentRedirect", "<Endpoint>drop.s3.eu-west-1.amazonaws.com</Endpoint>"), vendors.ErrInvalid, []string{`the bucket drop is in the region eu-west-1, not in eu-central-1: set region = "eu-west-1"`, "code PermanentRedirect", "request REQ1"}},
		"a redirect with an endpoint":   {307, nil, errorOf("TemporaryRedirect", "<Endpoint>other.example.com</Endpoint>"), vendors.ErrInvalid, []string{"redirects to other.example.com"}},
		"a redirect with a location":    {301, http.Header{"Location": {"https://other.example.com/drop"}}, "", vendors.ErrInvalid, []string{"HTTP 301, the server redirects to other.example.com"}},
		"a redirect with a region only": {301, http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}}, "", vendors.ErrInvalid, []string{"HTTP 301, the bucket drop is in the region eu-west-1"}},
		"a region in the error":         {400, nil, errorOf("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"), vendors.ErrInvalid, []string{`set region = "eu-west-1"`}},
		"a page":                        {200, http.Header{"Content-Type": {"text/html"}}, page, vendors.ErrInvalid, []string{"the server that answered is not S3: HTTP 200, text/html"}},
		"a page that is not there":      {404, http.Header{"Content-Type": {"text/html"}}, page, vendors.ErrInvalid, []string{"not S3: HTTP 404"}},
		"a page of a busy proxy":        {503, nil, page, vendors.ErrUnavailable, []string{"not S3: HTTP 503"}},
		"a page that denies":            {403, nil, page, vendors.ErrDenied, nil},
		"nothing":                       {204, nil, "", vendors.ErrInvalid, []string{"not S3: HTTP 204"}},
		"an error that is a success":    {200, nil, errorOf("InternalError", ""), vendors.ErrInvalid, []string{"As the server says (code InternalError"}},
		"half an error":                 {403, nil, "<Error><Code>AccessDenied</Co", vendors.ErrDenied, []string{"not S3"}},
		"R2 and an unknown token":       {401, nil, errorOf("Unauthorized", ""), vendors.ErrDenied, []string{"does not accept the access key id"}},
		"R2 and keys of a wrong shape":  {400, nil, errorOf("InvalidArgument", ""), vendors.ErrDenied, []string{"As the server says (code InvalidArgument"}},
		"slow down":                     {503, http.Header{"Retry-After": {"7"}}, errorOf("SlowDown", ""), vendors.ErrRateLimited, nil},
		"a 404 of another code":         {404, nil, errorOf("NoSuchThing", ""), vendors.ErrInvalid, nil},
		"a bucket in the URL":           {404, nil, errorOf("NoSuchKey", ""), vendors.ErrInvalid, []string{"the endpoint must not contain the bucket"}},
		"a wrong clock":                 {403, nil, errorOf("RequestTimeTooSkewed", ""), vendors.ErrDenied, []string{"this machine's clock"}},
		"a long and dirty message":      {500, nil, strings.Replace(errorOf("InternalError", ""), "As", strings.Repeat("a\u202e", 999), 1), vendors.ErrUnavailable, []string{"…"}},
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			at := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests++
				if r.URL.RequestURI() != "/drop?list-type=2&max-keys=1" || strings.Contains(strings.ToLower(r.Header.Get("Authorization")), "accept-encoding") || strings.Contains(fmt.Sprint(r.Header), secret) {
					t.Errorf("sent %s %v", r.URL, r.Header)
				}
				for name, values := range c.header {
					w.Header()[name] = values
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			var traces []vendors.Exchange
			err := prover(&traces).ProveKeys(t.Context(), keysFor(at))
			check(t, err, c.kind, c.want...)
			if requests != 1 || len(traces) != 1 || len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\n\u202e") {
				t.Errorf("%d requests, %d traces, %q", requests, len(traces), err)
			}
			var e *vendors.Error
			if errors.As(err, &e); e.OutcomeUnknown || c.header.Get("Retry-After") != "" && e.RetryAfter != 7*time.Second {
				t.Errorf("%+v", e)
			}
		})
	}
}

type carrier func(*http.Request) (*http.Response, error)

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

// What cannot be reached is told apart from what may answer later.
func TestProveKeys_unanswered(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := "http://" + closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	plain := serve(t, http.NotFoundHandler())
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(tls.Close)
	dns := func(e net.DNSError) http.RoundTripper {
		return carrier(func(*http.Request) (*http.Response, error) { return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &e} })
	}
	reset := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		_ = conn.Close()
	}))
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		endpoint string
		via      http.RoundTripper
		ctx      context.Context
		final    bool
		want     string
	}{
		"nothing on the port":     {endpoint: refused, final: true, want: "nothing is listening at " + strings.TrimPrefix(refused, "http://") + " (connection refused)"},
		"an unknown host":         {endpoint: "https://s3.example", via: dns(net.DNSError{Err: "no such host", Name: "s3.example", IsNotFound: true}), final: true, want: "unknown host s3.example"},
		"names cannot be found":   {endpoint: "https://s3.example", via: dns(net.DNSError{Err: "server misbehaving", Name: "s3.example", IsTemporary: true}), want: "server misbehaving"},
		"an unknown certificate":  {endpoint: tls.URL, final: true, want: "no TLS connection to"},
		"no TLS behind https":     {endpoint: strings.Replace(plain, "http:", "https:", 1), final: true, want: "speaks HTTP without TLS"},
		"a connection that broke": {endpoint: reset, want: "no response"},
		"a signal":                {endpoint: plain, ctx: ended, want: "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			p := s3keys.New(vendors.Host{Now: time.Now, Transport: c.via}, "")
			ctx := t.Context()
			if c.ctx != nil {
				ctx = c.ctx
			}
			err := p.ProveKeys(ctx, keysFor(c.endpoint))
			check(t, err, vendors.ErrUnavailable, c.want)
			if errors.Is(err, vendors.ErrUnreachable) != c.final {
				t.Errorf("final: %t, want %t: %v", !c.final, c.final, err)
			}
		})
	}
}
