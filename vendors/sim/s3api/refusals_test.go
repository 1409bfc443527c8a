package s3api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"buckethead/vendors/sim/s3api"
)

// raw is a request that no SDK would send. What is empty is as it should be.
type raw struct {
	method, path, body, hash   string
	keyID, secret, region, svc string
	off                        time.Duration         // of the clock
	before, after              func(r *http.Request) // it is signed
}

func (q raw) send(t *testing.T, w *world) *http.Response {
	t.Helper()
	or := func(text, preset string) string {
		if text == "" {
			return preset
		}
		return text
	}
	r, err := http.NewRequestWithContext(t.Context(), or(q.method, "GET"), w.endpoint+or(q.path, "/states/k"), strings.NewReader(q.body))
	must(t, err)
	sum := sha256.Sum256([]byte(q.body))
	hash := or(q.hash, hex.EncodeToString(sum[:]))
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if q.before != nil {
		q.before(r)
	}
	keys := aws.Credentials{AccessKeyID: or(q.keyID, keyID), SecretAccessKey: or(q.secret, secret)}
	must(t, v4.NewSigner().SignHTTP(t.Context(), keys, r, hash, or(q.svc, "s3"), or(q.region, region), time.Now().Add(q.off),
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }))
	if q.after != nil {
		q.after(r)
	}
	answer, err := w.http.Do(r)
	must(t, err)
	return answer
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func without(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

func TestRefusals(t *testing.T) {
	const remove = "<Delete><Object><Key>k</Key></Object></Delete>"
	for name, tt := range map[string]struct {
		raw
		status int
		code   string
	}{
		"in order":               {raw{}, 200, ""},
		"unsigned payload":       {raw{method: "PUT", body: "x", hash: "UNSIGNED-PAYLOAD"}, 200, ""},
		"slightly late":          {raw{off: -14 * time.Minute}, 200, ""},
		"not signed":             {raw{after: without("Authorization")}, 403, "AccessDenied"},
		"another scheme":         {raw{after: set("Authorization", "Basic eDp5")}, 400, "InvalidArgument"},
		"malformed":              {raw{after: set("Authorization", "AWS4-HMAC-SHA256 Credential=x")}, 400, "AuthorizationHeaderMalformed"},
		"another service":        {raw{svc: "iam"}, 400, "AuthorizationHeaderMalformed"},
		"another region":         {raw{region: "auto"}, 400, "AuthorizationHeaderMalformed"},
		"unknown key":            {raw{keyID: "AKIDOTHER"}, 403, "InvalidAccessKeyId"},
		"another secret":         {raw{secret: "x"}, 403, "SignatureDoesNotMatch"},
		"another path":           {raw{after: func(r *http.Request) { r.URL.Path = "/states/other" }}, 403, "SignatureDoesNotMatch"},
		"another time":           {raw{after: func(r *http.Request) { r.Header.Set("X-Amz-Date", r.Header.Get("X-Amz-Date")[:9]+"000001Z") }, off: time.Minute}, 403, ""},
		"no time":                {raw{after: without("X-Amz-Date")}, 403, "AccessDenied"},
		"another day":            {raw{after: set("X-Amz-Date", "20010203T040506Z")}, 400, "AuthorizationHeaderMalformed"},
		"late":                   {raw{off: -16 * time.Minute}, 403, "RequestTimeTooSkewed"},
		"early":                  {raw{off: 16 * time.Minute}, 403, "RequestTimeTooSkewed"},
		"a header is not signed": {raw{method: "PUT", after: set("X-Amz-Checksum-Crc32", "AAAAAA==")}, 403, "AccessDenied"},
		"no hash":                {raw{before: without("X-Amz-Content-Sha256"), hash: "x"}, 400, "InvalidRequest"},
		"a malformed hash":       {raw{before: set("X-Amz-Content-Sha256", "x"), hash: "x"}, 400, "InvalidArgument"},
		"another body":           {raw{method: "PUT", body: "x", hash: strings.Repeat("0", 64)}, 400, "XAmzContentSHA256Mismatch"},
		"stream":                 {raw{method: "PUT", body: "x", hash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, 501, "NotImplemented"},
		"aws-chunked":            {raw{method: "PUT", body: "x", before: set("Content-Encoding", "aws-chunked")}, 501, "NotImplemented"},
		"trailer":                {raw{method: "PUT", body: "x", before: set("X-Amz-Trailer", "x-amz-checksum-crc32")}, 501, "NotImplemented"},
		"no path":                {raw{path: "/"}, 400, "UnknownPath"},
		"a method of an object":  {raw{method: "PATCH"}, 400, "UnknownMethod"},
		"a method of a bucket":   {raw{method: "PUT", path: "/states"}, 400, "UnknownMethod"},
		"old list":               {raw{path: "/states"}, 400, "UnknownMethod"},
		"a parameter":            {raw{path: "/states/k?acl"}, 400, "UnknownQueryParameter"},
		"a parameter twice":      {raw{path: "/states?list-type=2&prefix=a&prefix=b"}, 400, "RepeatedQueryParameter"},
		"another operation":      {raw{path: "/states/k?x-id=PutObject"}, 400, "InvalidRequest"},
		"a malformed query":      {raw{after: func(r *http.Request) { r.URL.RawQuery = "%zz" }}, 400, "InvalidURI"},
		"a header":               {raw{before: set("Range", "bytes=0-1")}, 400, "UnknownHeader"},
		"a header of another":    {raw{before: set("X-Amz-Copy-Source-If-Match", hello)}, 400, "UnknownHeader"},
		"a header twice":         {raw{before: func(r *http.Request) { r.Header["If-Match"] = []string{hello, hello} }}, 400, "RepeatedHeader"},
		"a body":                 {raw{body: "x"}, 400, "InvalidRequest"},
		"no length":              {raw{method: "PUT", body: "x", before: func(r *http.Request) { r.ContentLength = -1 }}, 411, "MissingContentLength"},
		"a long key":             {raw{path: "/states/" + strings.Repeat("k", 1025)}, 400, "KeyTooLongError"},
		"no digest":              {raw{method: "PUT", body: "x", before: set("Content-Md5", "x")}, 400, "InvalidDigest"},
		"another digest":         {raw{method: "PUT", body: "x", before: set("X-Amz-Checksum-Crc32", "AAAAAA==")}, 400, "BadDigest"},
		"deletes without digest": {raw{method: "POST", path: "/states?delete", body: remove}, 400, "InvalidRequest"},
		"deletes that are none":  {raw{method: "POST", path: "/states?delete", body: "", before: set("Content-Md5", "1B2M2Y8AsgTpgAmY7PhCfg==")}, 400, "MalformedXML"},
		"no such bucket":         {raw{path: "/gone/k"}, 404, "NoSuchBucket"},
		"no such key":            {raw{path: "/states/gone"}, 404, "NoSuchKey"},
	} {
		t.Run(name, func(t *testing.T) {
			eachWay(t, options(), func(t *testing.T, w *world) {
				w.sim.Put(bucket, "k", []byte("hello"))
				answer := tt.send(t, w)
				defer func() { _ = answer.Body.Close() }()
				body, err := io.ReadAll(answer.Body)
				must(t, err)
				if answer.StatusCode != tt.status || answer.Header.Get("X-Amz-Request-Id") == "" || answer.Header.Get("Date") == "" {
					t.Fatalf("got %d %v %s, want %d", answer.StatusCode, answer.Header, body, tt.status)
				}
				var got struct{ Code, Message, Resource, RequestId string }
				if tt.status >= 400 {
					must(t, xml.Unmarshal(body, &got))
					if got.Message == "" || !strings.HasPrefix(got.Resource, "/") || got.RequestId != answer.Header.Get("X-Amz-Request-Id") {
						t.Errorf("%s", body)
					}
				}
				if tt.code != "" && got.Code != tt.code {
					t.Errorf("got %s, want %s: %s", got.Code, tt.code, got.Message)
				}
			})
		})
	}
}

func TestDeny(t *testing.T) {
	eachWay(t, options(), func(t *testing.T, w *world) {
		w.sim.Deny(func(c s3api.Call) bool { return c.Op == "PutObject" })
		_, err := w.put(t.Context(), "k", "hello", "", "")
		is(t, err, 403, "AccessDenied")
		w.sim.Deny(nil)
		_, err = w.put(t.Context(), "k", "hello", "", "")
		must(t, err)
	})
}
