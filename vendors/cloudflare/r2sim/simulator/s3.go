package simulator

import (
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"buckethead/vendors/cloudflare/r2sim/sigv4"
)

const s3Domain = ".r2.cloudflarestorage.com"

// isS3 says whether a request is to the S3 API.
func isS3(r *http.Request) bool {
	return strings.HasSuffix(bareHost(r), s3Domain) || strings.HasPrefix(r.URL.Path, "/s3/")
}

func bareHost(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

// s3Headers are what S3 clients send with a HEAD.
var s3Headers = []string{"Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "User-Agent", "Accept", "Accept-Encoding", "Content-Length", "Connection",
	"Amz-Sdk-Invocation-Id", "Amz-Sdk-Request"}

// emptySHA256 is the hash of no body.
var emptySHA256 = hexHash("")

// s3Request is a call to S3: only HEAD of a bucket, in path style, is known.
type s3Request struct {
	*http.Request
	account, jurisdiction, bucket string
}

// s3Job reads which endpoint and bucket a call is about.
func (s *Simulator) s3Job(r *http.Request) job {
	in := s3Request{Request: r, account: s.o.AccountID}
	path := strings.TrimPrefix(r.URL.Path, "/")
	if host, ok := strings.CutSuffix(bareHost(r), s3Domain); ok {
		in.account, in.jurisdiction, _ = strings.Cut(host, ".")
		in.jurisdiction = normal(in.jurisdiction)
	} else {
		in.jurisdiction, path, _ = strings.Cut(strings.TrimPrefix(path, "s3/"), "/")
	}
	in.bucket = path
	j := job{call: Call{Method: r.Method, Path: r.URL.EscapedPath(), Jurisdiction: in.jurisdiction}}
	if r.Method == http.MethodHead && path != "" && !strings.Contains(path, "/") {
		j.call.Op = "s3.head"
	}
	j.run = func() answer {
		if j.call.Op == "" {
			s.strange("S3 %s %s: only HEAD of a bucket is simulated", r.Method, r.URL.EscapedPath())
			return s3Error(http.StatusNotImplemented, "NotImplemented")
		}
		return s.headBucket(in)
	}
	return j
}

// s3Error is an answer of S3. A HEAD's has no body, so that only the status arrives.
// https://developers.cloudflare.com/r2/api/error-codes/
func s3Error(status int, code string) answer {
	return answer{status: status, mime: "application/xml", raw: []byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>` +
		http.StatusText(status) + `</Message></Error>`)}
}

// headBucket answers a HeadBucket: first the request, then the key, then the bucket.
func (s *Simulator) headBucket(r s3Request) answer {
	sig, refused, ok := s.signed(r)
	if !ok {
		return refused
	}
	t := s.keyFor(sig.KeyID)
	switch {
	case t == nil:
		return s3Error(http.StatusUnauthorized, "Unauthorized")
	case subtle.ConstantTimeCompare([]byte(sig.Sign(r.Request, hexHash(t.Value))), []byte(sig.Value)) != 1:
		return s3Error(http.StatusForbidden, "SignatureDoesNotMatch")
	case !t.admits(clientIP(r.Request)) || !t.opens(s.o.AccountID, r):
		return s3Error(http.StatusForbidden, "AccessDenied")
	case s.buckets[bucketKey{r.jurisdiction, r.bucket}] == nil:
		return s3Error(http.StatusNotFound, "NoSuchBucket")
	}
	return answer{status: http.StatusOK, raw: []byte{}}
}

// signed checks what can be checked without knowing the key.
func (s *Simulator) signed(r s3Request) (sigv4.Signature, answer, bool) {
	bad := func(format string, args ...any) (sigv4.Signature, answer, bool) {
		s.strange("s3.head: "+format, args...)
		return sigv4.Signature{}, s3Error(http.StatusBadRequest, "InvalidArgument"), false
	}
	for name, values := range r.Header {
		if !slices.Contains(s3Headers, name) || len(values) != 1 {
			return bad("the header %s is not known, or there more than once", name)
		}
	}
	sig, ok := sigv4.Read(r.Header.Get("Authorization"))
	at, err := time.Parse(sigv4.TimeLayout, r.Header.Get("X-Amz-Date"))
	hash := r.Header.Get("X-Amz-Content-Sha256")
	switch {
	case r.account != s.o.AccountID || !slices.Contains(jurisdictions, r.jurisdiction):
		return bad("there is no endpoint %s", r.Host)
	case r.URL.RawQuery != "" || r.ContentLength > 0:
		return bad("there is a query or a body")
	case !ok:
		return bad("the Authorization header is missing or malformed")
	case err != nil || !strings.HasPrefix(r.Header.Get("X-Amz-Date"), sig.Date):
		return bad("x-amz-date is missing, malformed or not the credential's")
	case hash != emptySHA256 && hash != "UNSIGNED-PAYLOAD":
		return bad("x-amz-content-sha256 is not that of an empty body")
	case !sig.Covers(r.Header):
		return bad("host or a header of x-amz is not signed")
	case sig.Service != "s3" || !slices.Contains([]string{"auto", "us-east-1", ""}, sig.Region):
		// https://developers.cloudflare.com/r2/api/s3/api/#bucket-region
		return bad("the scope is of service %q in region %q", sig.Service, sig.Region)
	case len(sig.KeyID) != 32:
		return bad("the access key id has length %d, should be 32", len(sig.KeyID))
	}
	if skew := s.o.Now().Sub(at); skew > 15*time.Minute || skew < -15*time.Minute {
		return sigv4.Signature{}, s3Error(http.StatusForbidden, "RequestTimeTooSkewed"), false
	}
	return sig, answer{}, true
}

// keyFor gives the token behind an access key, if S3 knows it as it is. A fresh or
// changed one takes up to a minute: https://developers.cloudflare.com/r2/reference/consistency/
func (s *Simulator) keyFor(id string) *Token {
	now := s.o.Now()
	for _, t := range s.tokens {
		if t.ID == id && t.live(now) && !now.Before(t.keysFrom) {
			return t
		}
	}
	return nil
}

// opens says whether a token opens a bucket: by itself, as one of all buckets, or by
// a permission on all of the account's R2.
func (t *Token) opens(account string, r s3Request) bool {
	one := bucketScope + "." + account + "_" + r.jurisdiction + "_" + r.bucket
	all := accountScope + "." + account
	return t.allows([]string{itemWrite, itemRead, r2Write, r2Read}, func(name string, what any) bool {
		inner, nested := what.(map[string]any)
		return name == one && what == "*" || name == all && (what == "*" || nested && inner[bucketScope+".*"] == "*")
	})
}
