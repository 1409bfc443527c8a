package cloudflare

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"buckethead/vendors/sim/kit"
	"buckethead/vendors/sim/s3api"
)

const s3Domain = ".r2.cloudflarestorage.com"

// isS3 reports whether a request is to the S3 API.
func isS3(r *http.Request) bool {
	return strings.HasSuffix(bareHost(r), s3Domain) || strings.HasPrefix(r.URL.Path, "/s3/")
}

func bareHost(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

// s3Operations are the words for the operations of S3.
var s3Operations = map[string]string{
	"HeadBucket": "s3.head", "ListObjectsV2": "s3.list", "DeleteObjects": "s3.delete",
	"HeadObject": "s3.object.head", "GetObject": "s3.object.get", "PutObject": "s3.object.put",
	"CopyObject": "s3.object.copy", "DeleteObject": "s3.object.delete",
	"CreateMultipartUpload": "s3.upload.create", "UploadPart": "s3.upload.part",
	"CompleteMultipartUpload": "s3.upload.complete", "AbortMultipartUpload": "s3.upload.abort",
}

// s3Job finds which endpoint, bucket and object a call is about. The bucket is in the path:
// hosts of buckets are not simulated.
func (s *Simulator) s3Job(r *http.Request, body []byte, whole bool) kit.Job {
	account, path := s.o.AccountID, r.URL.Path
	var jurisdiction string
	if host, ok := strings.CutSuffix(bareHost(r), s3Domain); ok {
		account, jurisdiction, _ = strings.Cut(host, ".")
		jurisdiction = normal(jurisdiction)
	} else {
		jurisdiction, path, _ = strings.Cut(strings.TrimPrefix(path, "/s3/"), "/")
	}
	q := s3api.NewRequest(r, path, body, whole)
	j := kit.Job{Call: q.Call()}
	j.Call.Op, j.Call.Jurisdiction = s3Operations[q.Op], jurisdiction
	j.Act = func(c Call) kit.Answer {
		refused := &s3api.Error{Status: http.StatusBadRequest, Message: "there is no endpoint " + r.Host, Strange: true}
		if account == s.o.AccountID && slices.Contains(jurisdictions, jurisdiction) {
			var a kit.Answer
			if a, refused = s.s3.Do(q, s3Gate{s, r, jurisdiction}); refused == nil {
				return a
			}
		}
		return s.s3Error(c, r, *refused)
	}
	j.Fail = func(c Call, f *Fault) kit.Answer { return s.s3Error(c, r, *s3api.Fail(f)) }
	j.Finish = func(c Call, a *kit.Answer) {
		s.finish(c, a)
		a.Header.Set("X-Amz-Request-Id", s3api.RequestID(c))
	}
	return j
}

// s3Error returns an error as R2 does. Requests that no client should send get one of two
// codes. https://developers.cloudflare.com/r2/api/error-codes/
func (s *Simulator) s3Error(c Call, r *http.Request, e s3api.Error) kit.Answer {
	if e.Strange {
		s.Strange("S3 %s %s: %s", c.Method, c.Path, e.Message)
		if e.Code == "UnknownMethod" || e.Code == "UnknownPath" {
			e.Status, e.Code = http.StatusNotImplemented, "NotImplemented"
		} else {
			e.Status, e.Code = http.StatusBadRequest, "InvalidArgument"
		}
	}
	return e.Answer(r.URL.Path, s3api.RequestID(c))
}

// s3Gate admits tokens to the buckets of one jurisdiction.
type s3Gate struct {
	s            *Simulator
	r            *http.Request
	jurisdiction string
}

// Secret is the hash of a token's value:
// https://developers.cloudflare.com/r2/api/tokens/#get-s3-api-credentials-from-an-api-token
func (g s3Gate) Secret(keyID string) (string, *s3api.Error) {
	if len(keyID) != 32 {
		return "", &s3api.Error{Status: http.StatusBadRequest, Strange: true,
			Message: fmt.Sprintf("the access key id has length %d, should be 32", len(keyID))}
	}
	t := g.s.keyFor(keyID)
	if t == nil {
		return "", &s3api.Error{Status: http.StatusUnauthorized, Code: "Unauthorized", Message: "Unauthorized"}
	}
	return kit.HexHash(t.Value), nil
}

func (g s3Gate) Allow(keyID, bucket string, write bool) *s3api.Error {
	if t := g.s.keyFor(keyID); !t.admits(clientIP(g.r)) || !t.opens(g.s.o.AccountID, g.jurisdiction, bucket, write) {
		return &s3api.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Access Denied"}
	}
	return nil
}

func (g s3Gate) Bucket(name string) *s3api.Bucket {
	if b := g.s.buckets[bucketKey{g.jurisdiction, name}]; b != nil {
		return b.store
	}
	return nil
}

func (g s3Gate) Change(bucket, key string) *s3api.Error {
	if g.s.buckets[bucketKey{g.jurisdiction, bucket}].locked(key, g.s.o.Now()) {
		return &s3api.Error{Status: http.StatusForbidden, Code: "ObjectLockedByBucketPolicy",
			Message: "The object is locked by the bucket policy."}
	}
	return nil
}

// keyFor returns the token behind an access key, if S3 knows its current version. A new or
// changed token takes up to a minute:
// https://developers.cloudflare.com/r2/reference/consistency/
func (s *Simulator) keyFor(id string) *Token {
	now := s.o.Now()
	for _, t := range s.tokens {
		if t.ID == id && t.live(now) && !now.Before(t.keysFrom) {
			return t
		}
	}
	return nil
}

// opens reports whether a token opens a bucket: by itself, as one of all buckets, or by
// a permission on all of the account's R2.
func (t *Token) opens(account, jurisdiction, bucket string, write bool) bool {
	one := bucketScope + "." + account + "_" + jurisdiction + "_" + bucket
	all := accountScope + "." + account
	groups := []string{itemWrite, r2Write}
	if !write {
		groups = append(groups, itemRead, r2Read)
	}
	return t.allows(groups, func(name string, what any) bool {
		inner, nested := what.(map[string]any)
		return name == one && what == "*" || name == all && (what == "*" || nested && inner[bucketScope+".*"] == "*")
	})
}
