package s3api

import (
	"net/http"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
)

// API describes how S3 behaves.
type API struct {
	Now     func() time.Time
	Regions []string // that a signature may name
	// Tools adds what the AWS CLI and SDKs send by default: bodies in aws-chunked with
	// checksums behind them, ranges, folders in lists, metadata, multipart uploads.
	Tools bool
	// IgnoreConditions makes a server without conditional writes that does not say so: If-Match
	// and If-None-Match have no effect on a PUT.
	IgnoreConditions bool
	// RefuseConditions makes one that answers 501 NotImplemented to them.
	RefuseConditions bool
	// LastModified is sent instead of the time when an object was last written; "" omits the
	// header.
	LastModified func(Object) string
}

// Gate decides who may do what. Its methods are called with the buckets locked.
type Gate interface {
	// Secret returns the secret access key that belongs to an access key id.
	Secret(keyID string) (secret string, refused *Error)
	// Allow refuses what a key may not do in a bucket, which need not exist.
	Allow(keyID, bucket string, write bool) *Error
	// Bucket returns a bucket; nil if there is none.
	Bucket(name string) *Bucket
	// Change refuses to overwrite or delete one object.
	Change(bucket, key string) *Error
}

// Request is a request whose operation is known.
type Request struct {
	*http.Request
	Op          string // as AWS names it; "" if there is none
	Bucket, Key string // the key is decoded

	body  []byte
	whole bool              // the body is not too long, and was not cut off
	sums  map[string]string // checksums behind the body, by header
}

// NewRequest finds the operation by the method and the path, which is /bucket or
// /bucket/key.
func NewRequest(r *http.Request, path string, body []byte, whole bool) *Request {
	q := &Request{Request: r, body: body, whole: whole, sums: map[string]string{}}
	q.Bucket, q.Key, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	query := r.URL.Query()
	switch _, copies := r.Header["X-Amz-Copy-Source"]; {
	case q.Bucket == "":
	case q.Key == "" && r.Method == http.MethodHead:
		q.Op = "HeadBucket"
	case q.Key == "" && r.Method == http.MethodGet && query.Get("list-type") == "2":
		q.Op = "ListObjectsV2"
	case q.Key == "" && r.Method == http.MethodPost && query.Has("delete"):
		q.Op = "DeleteObjects"
	case q.Key == "":
	case r.Method == http.MethodPost && query.Has("uploads"):
		q.Op = "CreateMultipartUpload"
	case r.Method == http.MethodPost && query.Has("uploadId"):
		q.Op = "CompleteMultipartUpload"
	case r.Method == http.MethodPut && query.Has("uploadId"):
		q.Op = "UploadPart"
	case r.Method == http.MethodDelete && query.Has("uploadId"):
		q.Op = "AbortMultipartUpload"
	case r.Method == http.MethodGet:
		q.Op = "GetObject"
	case r.Method == http.MethodHead:
		q.Op = "HeadObject"
	case r.Method == http.MethodPut && copies:
		q.Op = "CopyObject"
	case r.Method == http.MethodPut:
		q.Op = "PutObject"
	case r.Method == http.MethodDelete:
		q.Op = "DeleteObject"
	}
	return q
}

// Call returns the call as it is recorded.
func (q *Request) Call() kit.Call {
	return kit.Call{Op: q.Op, Method: q.Method, Path: q.URL.EscapedPath(), Bucket: q.Bucket, Key: q.Key,
		IfMatch: q.Header.Get("If-Match"), IfNoneMatch: q.Header.Get("If-None-Match")}
}

// Do checks a request and carries it out.
func (a API) Do(q *Request, g Gate) (kit.Answer, *Error) {
	if !q.whole {
		return refuse(bad("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"))
	}
	if refused := a.check(q); refused != nil {
		return refuse(refused)
	}
	keyID, refused := a.verify(q, g)
	if refused != nil {
		return refuse(refused)
	}
	if refused := g.Allow(keyID, q.Bucket, operations[q.Op].writes); refused != nil {
		return refuse(refused)
	}
	if refused := q.unchunk(); refused != nil {
		return refuse(refused)
	}
	if refused := q.digests(); refused != nil {
		return refuse(refused)
	}
	b := g.Bucket(q.Bucket)
	if b == nil {
		return refuse(noSuchBucket)
	}
	if operations[q.Op].writes && q.Key != "" {
		if refused := g.Change(q.Bucket, q.Key); refused != nil {
			return refuse(refused)
		}
	}
	return a.act(q, g, b, keyID)
}

func (a API) act(q *Request, g Gate, b *Bucket, keyID string) (kit.Answer, *Error) {
	switch q.Op {
	case "HeadBucket":
		return kit.NewAnswer(http.StatusOK, "", nil), nil
	case "ListObjectsV2":
		return b.list(q)
	case "GetObject", "HeadObject":
		return a.get(b, q)
	case "PutObject":
		return a.put(b, q)
	case "CopyObject":
		return a.copy(b, q, g, keyID)
	case "DeleteObject":
		// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
		delete(b.Objects, q.Key)
		return kit.NewAnswer(http.StatusNoContent, "", nil), nil
	case "DeleteObjects":
		return b.deleteAll(q, g)
	}
	return a.upload(b, q)
}
