package cloudflare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

const account = "0123456789abcdef0123456789abcdef"

// canned answers every request in the same way.
type canned struct {
	status  int
	body    string
	headers http.Header
	err     error
}

func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	if c.err != nil {
		return nil, c.err
	}
	headers := http.Header{"Content-Type": {"application/json"}, "Cf-Ray": {"8f1-AMS"}}
	for name, values := range c.headers {
		headers[name] = values
	}
	return &http.Response{StatusCode: c.status, Header: headers, Body: io.NopCloser(strings.NewReader(c.body))}, nil
}

func cloudOver(t testing.TB, rt http.RoundTripper) *Cloud {
	t.Helper()
	var mu sync.Mutex
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	read := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	// Sleeping is over at once, and the clock has moved on.
	sleep := func(ctx context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
		return ctx.Err()
	}
	c, err := open(vendors.Host{Now: read, Sleep: sleep, Transport: rt},
		vendors.Settings{"account_id": {Text: account}, "api_token": {Secret: vendors.NewSecret("the-api-token")}, "token_kind": {Text: "account"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func coded(status, code int, message string) canned {
	text := fmt.Sprintf(`{"success":false,"errors":[{"code":%d,"message":%q}],"messages":[],"result":null}`, code, message)
	return canned{status: status, body: text}
}

// The rows of https://developers.cloudflare.com/r2/api/error-codes/, and what else
// was seen from the API, as whole answers.
func TestErrors_ofRealAnswers(t *testing.T) {
	bucket := vendors.BucketID{Name: "photos"}
	id := strings.Repeat("a", 32)
	get := func(c *Cloud) error { _, err := c.GetBucket(t.Context(), bucket); return err }
	create := func(c *Cloud) error {
		_, err := c.CreateBucket(t.Context(), vendors.BucketSpec{ID: bucket})
		return err
	}
	remove := func(c *Cloud) error { return c.DeleteBucket(t.Context(), bucket) }
	patch := func(c *Cloud) error {
		_, err := c.UpdateBucket(t.Context(), vendors.BucketSpec{ID: bucket, StorageClass: "standard"})
		return err
	}
	mint := func(c *Cloud) error {
		_, err := c.IssueCredential(t.Context(), vendors.CredentialSpec{Name: "x", Bucket: bucket, Access: vendors.ReadOnly})
		return err
	}
	read := func(c *Cloud) error { _, err := c.GetCredential(t.Context(), id); return err }
	revoke := func(c *Cloud) error { return c.RevokeCredential(t.Context(), id) }
	cors := func(c *Cloud) error {
		_, err := c.ReadBucketSettings(t.Context(), bucket, []vendors.SettingsKind{vendors.CORSSettings})
		return err
	}
	detach := func(c *Cloud) error { return c.detach(t.Context(), bucket, "a.example.com") }
	for name, c := range map[string]struct {
		answer canned
		call   func(*Cloud) error
		kind   error
		code   string
		open   bool // the outcome
	}{
		"10001 internal error":            {coded(500, 10001, "We encountered an internal error. Please try again."), create, vendors.ErrUnavailable, "10001", true},
		"10002 unauthorized":              {coded(401, 10002, "Unauthorized"), get, vendors.ErrDenied, "10002", false},
		"10003 access denied":             {coded(403, 10003, "Access Denied"), create, vendors.ErrDenied, "10003", false},
		"10004 you own it, as 409":        {coded(409, 10004, "The bucket you tried to create already exists, and you own it."), create, vendors.ErrExists, "10004", false},
		"10004 you own it, as 400":        {coded(400, 10004, "The bucket you tried to create already exists, and you own it."), create, vendors.ErrExists, "10004", false},
		"10073 conflict":                  {coded(409, 10073, "Bucket name already exists"), create, vendors.ErrExists, "10073", false},
		"a create with another 409":       {coded(409, 12345, "conflict"), create, vendors.ErrExists, "12345", false},
		"10005 invalid name":              {coded(400, 10005, "The specified bucket name is not valid."), create, vendors.ErrInvalid, "10005", false},
		"10006 no such bucket":            {coded(404, 10006, "The specified bucket does not exist."), get, vendors.ErrNotFound, "10006", false},
		"10006 under another status":      {coded(400, 10006, "The specified bucket does not exist."), get, vendors.ErrNotFound, "10006", false},
		"10006 to a delete":               {coded(404, 10006, "The specified bucket does not exist."), remove, nil, "", false},
		"10008 not empty":                 {coded(409, 10008, "The bucket you tried to delete (photos) is not empty (account x)"), remove, vendors.ErrNotEmpty, "10008", false},
		"10009 too many buckets":          {coded(400, 10009, "You have attempted to create more buckets than you are allowed"), create, vendors.ErrInvalid, "10009", false},
		"10015 no route":                  {coded(404, 10015, "No route"), remove, vendors.ErrInvalid, "10015", false},
		"10042 not entitled":              {coded(403, 10042, "Please enable R2 through the Cloudflare Dashboard."), create, vendors.ErrDenied, "10042", false},
		"10043 unavailable":               {coded(503, 10043, "Service Unavailable"), remove, vendors.ErrUnavailable, "10043", true},
		"10058 too many":                  {coded(429, 10058, "Too many requests"), create, vendors.ErrRateLimited, "10058", false},
		"10053 no such domain, detaching": {coded(404, 10053, "not found"), detach, nil, "", false},
		"10059 no CORS":                   {coded(404, 10059, "The CORS configuration does not exist."), cors, nil, "", false},
		"10063 upstream credentials":      {coded(400, 10063, "invalid"), get, vendors.ErrDenied, "10063", false},
		"10069 locked":                    {coded(403, 10069, "The object is locked by the bucket policy"), remove, vendors.ErrDenied, "10069", false},
		"10081 data catalog":              {coded(409, 10081, "conflict"), get, vendors.ErrConflict, "10081", false},
		"10085 no such bucket elsewhere":  {coded(404, 10085, "bucket not found"), get, vendors.ErrNotFound, "10085", false},
		"7003 no route":                   {coded(404, 7003, "Could not route to /accounts/x"), read, vendors.ErrInvalid, "7003", false},
		"7001 method not allowed":         {coded(405, 7001, "Method PATCH not available for that URI."), patch, vendors.ErrInvalid, "7001", false},
		"971 rate limited":                {coded(429, 971, "Please wait and consider throttling your request speed"), mint, vendors.ErrRateLimited, "971", false},
		"10000 authentication":            {coded(403, 10000, "Authentication error"), mint, vendors.ErrDenied, "10000", false},
		"9109 under 400":                  {coded(400, 9109, "Invalid access token"), get, vendors.ErrDenied, "9109", false},
		"1001 permission group":           {coded(400, 1001, "Permission group not found"), mint, vendors.ErrInvalid, "1001", false},
		"1003 no such token":              {coded(404, 1003, "token not found"), read, vendors.ErrNotFound, "1003", false},
		"1003 to a revoke":                {coded(404, 1003, "token not found"), revoke, nil, "", false},
		"another 404 about a token":       {canned{status: 404, body: `{"success":false,"errors":[],"result":null}`}, read, vendors.ErrNotFound, "", false},
		"a 404 of something in between":   {canned{status: 404, body: `<html>nginx</html>`}, read, vendors.ErrUnavailable, "", false},
		"such a 404 to a revoke":          {canned{status: 404, body: `<html>nginx</html>`}, revoke, vendors.ErrUnavailable, "", false},
		"a 404 about a bucket, no code":   {canned{status: 404, body: `{"success":false,"errors":[],"result":null}`}, get, vendors.ErrUnavailable, "", false},
		"a 403 is no absence":             {canned{status: 403, body: `{"success":false,"errors":[{"code":99999,"message":"no"}]}`}, revoke, vendors.ErrDenied, "99999", false},
		"plain text":                      {canned{status: 500, body: "Internal Server Error InternalError", headers: http.Header{"Content-Type": {"text/plain"}}}, create, vendors.ErrUnavailable, "", true},
		"bare strings":                    {canned{status: 400, body: `{"success":false,"errors":["no good"],"messages":["x"],"result":null}`}, create, vendors.ErrInvalid, "", false},
		"200 with errors":                 {canned{status: 200, body: `{"success":false,"errors":[{"code":10004,"message":"x"}],"result":null}`}, create, vendors.ErrExists, "10004", false},
		"200 without a word":              {canned{status: 200, body: `{"success":false,"errors":[],"result":null}`}, mint, vendors.ErrUnavailable, "", true},
		"200 with half a body":            {canned{status: 200, body: `{"success":true,"errors":[],"result":{"id":"aaaa`}, mint, vendors.ErrUnavailable, "", true},
		"200 with a page":                 {canned{status: 200, body: `<html>login</html>`, headers: http.Header{"Content-Type": {"text/html"}}}, create, vendors.ErrUnavailable, "", true},
		"200 with no result":              {canned{status: 200, body: `{"success":true,"errors":[],"result":null}`}, mint, vendors.ErrUnavailable, "", true},
		"200 about another bucket":        {canned{status: 200, body: `{"success":true,"errors":[],"result":{"name":"other"}}`}, get, vendors.ErrUnavailable, "", false},
		"a redirect":                      {canned{status: 302, body: ``, headers: http.Header{"Location": {"https://elsewhere.example"}}}, mint, vendors.ErrUnavailable, "", true},
		"408":                             {canned{status: 408, body: `{}`}, mint, vendors.ErrUnavailable, "", true},
		"cut":                             {canned{err: io.ErrUnexpectedEOF}, mint, vendors.ErrUnavailable, "", true},
		"no connection":                   {canned{err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, mint, vendors.ErrUnavailable, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if c.answer.err == nil && c.answer.headers == nil {
				c.answer.headers = http.Header{"Retry-After": {"7"}}
			}
			err := c.call(cloudOver(t, c.answer))
			if c.kind == nil {
				if err != nil {
					t.Fatalf("got %v, want success", err)
				}
				return
			}
			var e *vendors.Error
			if !errors.As(err, &e) || !errors.Is(err, c.kind) || e.Code != c.code || e.OutcomeUnknown != c.open {
				t.Fatalf("got %+v (%v), want %v with code %q, open %t", e, err, c.kind, c.code, c.open)
			}
			if c.answer.err == nil && e.RequestID != "8f1-AMS" || strings.Contains(err.Error(), "the-api-token") || e.Message == "" {
				t.Errorf("got %+v", e)
			}
			if c.answer.status == 429 && e.RetryAfter != 7*time.Second {
				t.Errorf("try again after %s", e.RetryAfter)
			}
		})
	}
}

// What the SDK's own errors would show must not get out: they print the request.
func TestErrors_holdNothingOfTheSDK(t *testing.T) {
	err := cloudOver(t, coded(403, 10000, "Authentication error")).DeleteBucket(t.Context(), vendors.BucketID{Name: "photos"})
	for e := err; e != nil; e = errors.Unwrap(e) {
		if _, own := e.(*vendors.Error); !own {
			t.Errorf("the error holds a %T", e)
		}
	}
	transported := act{op: "x", writes: true}.transportError(&url.Error{Op: "Post", URL: "https://x/?token=secret", Err: &transport.NotSentError{Err: errors.New("refused")}})
	if strings.Contains(transported.Error(), "secret") || !vendors.Refused(transported) {
		t.Errorf("got %v", transported)
	}
}

func TestCancelled_isNotSent(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := cloudOver(t, canned{status: 200, body: "{}"}).IssueCredential(ctx, vendors.CredentialSpec{Name: "x", Bucket: vendors.BucketID{Name: "photos"}, Access: vendors.ReadOnly})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
