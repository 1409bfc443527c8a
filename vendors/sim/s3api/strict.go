package s3api

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// common are the headers that the AWS SDK and Go's net/http send with every call.
var common = []string{"Accept", "Accept-Encoding", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "Authorization",
	"Connection", "Content-Length", "User-Agent", "X-Amz-Content-Sha256", "X-Amz-Date"}

// operation is what a call may have beside what is common.
type operation struct {
	headers []string
	query   []string
	body    bool // with headers that have checksums of it
	writes  bool
}

var (
	conditions = []string{"If-Match", "If-None-Match"}
	copied     = []string{"X-Amz-Copy-Source", "X-Amz-Copy-Source-If-Match"}
)

var operations = map[string]operation{
	"GetObject":  {headers: conditions, query: []string{"x-id"}},
	"HeadObject": {headers: conditions},
	// Expect is sent with bodies of 2 MiB and more.
	"PutObject":     {headers: append(conditions, "Content-Type", "Expect"), query: []string{"x-id"}, body: true, writes: true},
	"CopyObject":    {headers: copied, query: []string{"x-id"}, writes: true},
	"DeleteObject":  {query: []string{"x-id"}, writes: true},
	"DeleteObjects": {headers: []string{"Content-Type", "Expect"}, query: []string{"delete"}, body: true, writes: true},
	"ListObjectsV2": {query: []string{"list-type", "prefix", "max-keys", "continuation-token"}},
	"HeadBucket":    {},
	// These are for tools alone.
	"CreateMultipartUpload":   {query: []string{"uploads", "x-id"}, writes: true},
	"UploadPart":              {query: []string{"uploadId", "partNumber", "x-id"}, body: true, writes: true},
	"CompleteMultipartUpload": {query: []string{"uploadId", "x-id"}, body: true, writes: true},
	"AbortMultipartUpload":    {query: []string{"uploadId", "x-id"}, writes: true},
}

// Operations returns the names of all operations, sorted.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

// kept are headers of an object that are kept with it, beside its metadata.
var kept = []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding",
	"Content-Language", "Expires"}

const metadata = "X-Amz-Meta-"

// toolHeaders and toolQuery are what [API.Tools] adds to the operations.
var (
	streamed    = []string{"Content-Encoding", "Content-Type", "Expect", "X-Amz-Decoded-Content-Length", "X-Amz-Trailer"}
	toolHeaders = map[string][]string{
		"GetObject":               {"Range", "X-Amz-Checksum-Mode"},
		"HeadObject":              {"X-Amz-Checksum-Mode"},
		"CopyObject":              {"Content-Type", "X-Amz-Checksum-Algorithm"}, // both change nothing
		"PutObject":               slices.Concat(streamed, kept),
		"CreateMultipartUpload":   append(kept, "X-Amz-Checksum-Algorithm", "X-Amz-Checksum-Type"),
		"UploadPart":              streamed,
		"CompleteMultipartUpload": {"Content-Type", "X-Amz-Checksum-Type", "X-Amz-Mp-Object-Size"},
	}
	toolQuery = map[string][]string{"ListObjectsV2": {"delimiter", "encoding-type", "fetch-owner", "start-after"}}
)

// check refuses what no client should send.
func (a API) check(q *Request) *Error {
	hash := q.Header.Get("X-Amz-Content-Sha256")
	if streams := strings.HasPrefix(hash, "STREAMING-"); streams && !(a.Tools && hash == streamedPayload) {
		return notImplemented("aws-chunked")
	}
	if !a.Tools {
		for _, name := range []string{"X-Amz-Trailer", "Trailer", "X-Amz-Decoded-Content-Length"} {
			if q.Header.Get(name) != "" {
				return notImplemented(name)
			}
		}
		if strings.Contains(q.Header.Get("Content-Encoding"), "aws-chunked") || len(q.Trailer) > 0 {
			return notImplemented("aws-chunked")
		}
	}
	op, known := operations[q.Op]
	switch {
	case q.Bucket == "":
		return strange("UnknownPath", "%s is not the path of a bucket or an object", q.URL.Path)
	case !known || !a.Tools && strings.Contains(q.Op, "Upload"):
		return strange("UnknownMethod", "%s of %s is not simulated", q.Method, q.URL.EscapedPath())
	case len(q.Key) > 1024:
		return bad("KeyTooLongError", "Your key is too long")
	// The AWS CLI sends the length of only the content in the chunks.
	case op.body && q.ContentLength < 0 && hash != streamedPayload:
		return lengthRequired
	case !op.body && q.ContentLength != 0:
		return strange("InvalidRequest", "%s has no body", q.Op)
	}
	if refused := a.checkHeaders(q, op); refused != nil {
		return refused
	}
	return a.checkQuery(q, op)
}

func (a API) checkHeaders(q *Request, op operation) *Error {
	for name, values := range q.Header {
		ofBody := sums[name] != nil || name == "X-Amz-Sdk-Checksum-Algorithm"
		known := slices.Contains(common, name) || slices.Contains(op.headers, name) || op.body && ofBody
		if a.Tools {
			keeps := q.Op == "PutObject" || q.Op == "CreateMultipartUpload"
			known = known || slices.Contains(toolHeaders[q.Op], name) || keeps && strings.HasPrefix(name, metadata)
		}
		switch {
		case !known:
			return strange("UnknownHeader", "%s: the header %s is not known", q.Op, name)
		// Some have one for the content and one for the chunks.
		case len(values) != 1 && !(a.Tools && name == "Content-Encoding"):
			return strange("RepeatedHeader", "%s: the header %s is there more than once", q.Op, name)
		}
	}
	return nil
}

func (a API) checkQuery(q *Request, op operation) *Error {
	query, err := url.ParseQuery(q.URL.RawQuery)
	if err != nil {
		return strange("InvalidURI", "Couldn't parse the specified URI.")
	}
	for name, values := range query {
		switch {
		case !slices.Contains(op.query, name) && !(a.Tools && slices.Contains(toolQuery[q.Op], name)):
			return strange("UnknownQueryParameter", "%s: the query parameter %q is not known", q.Op, name)
		case len(values) != 1:
			return strange("RepeatedQueryParameter", "%s: the query parameter %q is there more than once", q.Op, name)
		}
	}
	if query.Has("x-id") && query.Get("x-id") != q.Op || query.Get("delete") != "" {
		return strange("InvalidRequest", "the query %q is not that of %s", q.URL.RawQuery, q.Op)
	}
	return nil
}
