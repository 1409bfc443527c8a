package s3api

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"strconv"
	"strings"
)

// sums are the headers with which a body is checked, in base64.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
var sums = map[string]func() hash.Hash{
	"Content-Md5":              md5.New,
	"X-Amz-Checksum-Crc32":     func() hash.Hash { return crc32.NewIEEE() },
	"X-Amz-Checksum-Crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"X-Amz-Checksum-Crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
	"X-Amz-Checksum-Sha1":      sha1.New,
	"X-Amz-Checksum-Sha256":    sha256.New,
}

// unchunk takes a body out of aws-chunked, with the checksum that comes behind it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
func (q *Request) unchunk() *Error {
	if q.Header.Get("X-Amz-Content-Sha256") != streamedPayload {
		return nil
	}
	incomplete := bad("IncompleteBody", "The request body terminated unexpectedly")
	var plain []byte
	rest := q.body
	for {
		head, after, ok := bytes.Cut(rest, []byte("\r\n"))
		size, err := strconv.ParseUint(string(head), 16, 31)
		if !ok || err != nil || uint64(len(after)) < size+2 && size > 0 {
			return incomplete
		}
		if rest = after; size == 0 {
			break
		}
		if plain, rest = append(plain, rest[:size]...), rest[size:]; !bytes.HasPrefix(rest, []byte("\r\n")) {
			return incomplete
		}
		rest = rest[2:]
	}
	if text := q.Header.Get("X-Amz-Decoded-Content-Length"); text != strconv.Itoa(len(plain)) {
		return incomplete
	}
	name, value, _ := strings.Cut(strings.TrimSpace(string(rest)), ":")
	if announced := q.Header.Get("X-Amz-Trailer"); !strings.EqualFold(name, announced) {
		return bad("MalformedTrailerError", "The request contained trailing data that was not well-formed.")
	}
	if name != "" {
		q.sums[http.CanonicalHeaderKey(name)] = strings.TrimSpace(value)
	}
	q.body = plain
	return nil
}

// digests checks a body against the checksums that came with it; DeleteObjects must have one.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
func (q *Request) digests() *Error {
	if !operations[q.Op].body {
		return nil
	}
	for name := range q.Header {
		if sums[name] != nil && q.Op != "CompleteMultipartUpload" { // there they are of the object
			q.sums[name] = q.Header.Get(name)
		}
	}
	for name, text := range q.sums {
		if sums[name] == nil {
			return bad("InvalidRequest", "%s is not a checksum that is known", name)
		}
		h := sums[name]()
		h.Write(q.body)
		given, err := base64.StdEncoding.DecodeString(text)
		switch {
		case err != nil || len(given) != h.Size():
			return bad("InvalidDigest", "The %s that you specified is not valid.", name)
		case !bytes.Equal(given, h.Sum(nil)):
			return bad("BadDigest", "The %s that you specified did not match what we received.", name)
		}
	}
	if q.Op == "DeleteObjects" && len(q.sums) == 0 {
		return bad("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	return nil
}
