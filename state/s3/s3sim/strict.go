package s3sim

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// common are the headers that the AWS SDK and Go's net/http send with every call.
var common = []string{"Accept-Encoding", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "Authorization", "Connection", "Content-Length", "User-Agent",
	"X-Amz-Content-Sha256", "X-Amz-Date"}

// sums are the headers with which a body is checked, in base64.
var sums = map[string]func() hash.Hash{
	"Content-Md5":           md5.New,
	"X-Amz-Checksum-Crc32":  func() hash.Hash { return crc32.NewIEEE() },
	"X-Amz-Checksum-Crc32c": func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"X-Amz-Checksum-Sha1":   sha1.New,
	"X-Amz-Checksum-Sha256": sha256.New,
}

// operation is what a call may have beside what is common.
type operation struct {
	headers []string
	query   []string
	summed  bool // headers with checksums of the body
	body    bool
}

var operations = map[string]operation{
	"GetObject":  {headers: []string{"If-Match", "If-None-Match"}, query: []string{"x-id"}},
	"HeadObject": {headers: []string{"If-Match", "If-None-Match"}},
	// Expect is sent with bodies of 2 MiB and more.
	"PutObject":     {headers: []string{"If-Match", "If-None-Match", "Content-Type", "Expect"}, query: []string{"x-id"}, summed: true, body: true},
	"CopyObject":    {headers: []string{"X-Amz-Copy-Source", "X-Amz-Copy-Source-If-Match"}, query: []string{"x-id"}},
	"DeleteObject":  {query: []string{"x-id"}},
	"DeleteObjects": {headers: []string{"Content-Type", "Expect"}, query: []string{"delete"}, summed: true, body: true},
	"ListObjectsV2": {query: []string{"list-type", "prefix", "max-keys", "continuation-token"}},
	"HeadBucket":    {},
}

// check refuses what no client should send.
func check(r *http.Request, c Call) *refusal {
	for _, name := range []string{"X-Amz-Trailer", "Trailer", "X-Amz-Decoded-Content-Length"} {
		if r.Header.Get(name) != "" {
			return notImplemented(name)
		}
	}
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") || strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked") || len(r.Trailer) > 0 {
		return notImplemented("aws-chunked")
	}
	op, known := operations[c.Op]
	switch {
	case c.Bucket == "":
		return bad("UnknownPath", "%s is not the path of a bucket or an object", r.URL.Path)
	case !known:
		return bad("UnknownMethod", "%s of %s is not simulated", r.Method, r.URL.RequestURI())
	case len(c.Key) > 1024:
		return bad("KeyTooLongError", "Your key is too long")
	case op.body && r.ContentLength < 0:
		return &refusal{http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header."}
	case !op.body && r.ContentLength != 0:
		return bad("InvalidRequest", "%s has no body", c.Op)
	}
	if refused := op.checkHeaders(r, c); refused != nil {
		return refused
	}
	return op.checkQuery(r, c)
}

func (op operation) checkHeaders(r *http.Request, c Call) *refusal {
	for name, values := range r.Header {
		_, isSum := sums[name]
		known := slices.Contains(common, name) || slices.Contains(op.headers, name) || op.summed && (isSum || name == "X-Amz-Sdk-Checksum-Algorithm")
		switch {
		case !known:
			return bad("UnknownHeader", "%s: the header %s is not known", c.Op, name)
		case len(values) != 1:
			return bad("RepeatedHeader", "%s: the header %s is there more than once", c.Op, name)
		}
	}
	return nil
}

func (op operation) checkQuery(r *http.Request, c Call) *refusal {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return bad("InvalidURI", "Couldn't parse the specified URI.")
	}
	for name, values := range query {
		switch {
		case !slices.Contains(op.query, name):
			return bad("UnknownQueryParameter", "%s: the query parameter %q is not known", c.Op, name)
		case len(values) != 1:
			return bad("RepeatedQueryParameter", "%s: the query parameter %q is there more than once", c.Op, name)
		}
	}
	if query.Has("x-id") && query.Get("x-id") != c.Op || query.Get("delete") != "" {
		return bad("InvalidRequest", "the query %q is not that of %s", r.URL.RawQuery, c.Op)
	}
	return nil
}

// digests checks a body against the checksums that came with it; DeleteObjects must have one.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
func digests(r *http.Request, c Call, body []byte) *refusal {
	found := 0
	for name, algorithm := range sums {
		text := r.Header.Get(name)
		if text == "" {
			continue
		}
		found++
		h := algorithm()
		h.Write(body)
		given, err := base64.StdEncoding.DecodeString(text)
		switch {
		case err != nil || len(given) != h.Size():
			return bad("InvalidDigest", "The %s that you specified is not valid.", name)
		case !bytes.Equal(given, h.Sum(nil)):
			return bad("BadDigest", "The %s that you specified did not match what we received.", name)
		}
	}
	if c.Op == "DeleteObjects" && found == 0 {
		return bad("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	return nil
}
