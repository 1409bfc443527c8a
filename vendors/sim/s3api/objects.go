package s3api

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
)

// listTime is how documents have the time; headers have it as HTTP does.
const listTime = "2006-01-02T15:04:05.000Z"

// seconds is when an object was written, in whole seconds, as S3 has it.
func (o Object) seconds() time.Time { return o.Modified.Truncate(time.Second) }

// get is https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html; if both
// conditions are there and If-Match holds, If-None-Match decides.
func (a API) get(b *Bucket, q *Request) (kit.Answer, *Error) {
	o, there := b.Objects[q.Key]
	if !there {
		return refuse(noSuchKey)
	}
	match, none := q.Header.Get("If-Match"), q.Header.Get("If-None-Match")
	for _, condition := range []string{match, none} {
		if condition != "" && condition != "*" && !isETag(condition) {
			return refuse(bad("InvalidArgument", "%s is not one ETag in quotes", condition))
		}
	}
	if match != "" && match != "*" && match != o.ETag {
		return refuse(preconditionFailed)
	}
	out := kit.NewAnswer(http.StatusOK, "", o.Body)
	out.Header.Set("ETag", o.ETag)
	if a.LastModified == nil {
		out.Header.Set("Last-Modified", o.seconds().Format(http.TimeFormat))
	} else if text := a.LastModified(o); text != "" {
		out.Header.Set("Last-Modified", text)
	}
	if none == "*" || none == o.ETag {
		out.Status = http.StatusNotModified
		return out, nil
	}
	out.Header.Set("Accept-Ranges", "bytes")
	span := q.Header.Get("Range")
	for name, values := range o.Header {
		if !strings.HasPrefix(name, checksum) || span == "" && q.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
			out.Header[name] = slices.Clone(values) // clients change what they are given
		}
	}
	if span == "" {
		return out, nil
	}
	first, last, ok := parseRange(span, len(o.Body))
	if !ok {
		return refuse(invalidRange)
	}
	out.Status, out.Body = http.StatusPartialContent, o.Body[first:last+1]
	out.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(o.Body)))
	return out, nil
}

// parseRange reads one range of bytes. https://www.rfc-editor.org/rfc/rfc9110#name-byte-ranges
func parseRange(text string, length int) (first, last int, ok bool) {
	text, ok = strings.CutPrefix(text, "bytes=")
	from, to, dash := strings.Cut(text, "-")
	first, err := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	switch {
	case from == "" && err2 == nil && last > 0: // the last bytes
		first, last = max(length-last, 0), length-1
	case to == "" && err == nil:
		last = length - 1
	case err != nil || err2 != nil:
		return 0, 0, false
	}
	last = min(last, length-1)
	return first, last, ok && dash && first <= last
}

// isETag reports whether text is one ETag as it is given out here. Whether S3 takes one
// without quotes is left open by its pages.
func isETag(text string) bool {
	return len(text) > 2 && text[0] == '"' && text[len(text)-1] == '"' && !strings.ContainsAny(text[1:len(text)-1], `",`)
}

// put is a write, under a condition if it has one.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (a API) put(b *Bucket, q *Request) (kit.Answer, *Error) {
	o, there := b.Objects[q.Key]
	match, none := q.Header.Get("If-Match"), q.Header.Get("If-None-Match")
	switch {
	case match == "" && none == "" || a.IgnoreConditions:
	case a.RefuseConditions:
		return refuse(notImplemented("a condition"))
	case match != "" && none != "":
		return refuse(bad("InvalidRequest", "If-Match and If-None-Match at once"))
	case none != "" && none != "*":
		return refuse(notImplemented("If-None-Match takes * alone"))
	case match != "" && !isETag(match):
		return refuse(bad("InvalidArgument", "%s is not one ETag in quotes", match))
	case none == "*" && there:
		return refuse(preconditionFailed)
	case match != "" && !there:
		return refuse(noSuchKey)
	case match != "" && match != o.ETag:
		return refuse(preconditionFailed)
	}
	made := NewObject(q.body, q.Header, a.Now())
	out := kit.NewAnswer(http.StatusOK, "", nil)
	for name, value := range q.sums {
		if strings.HasPrefix(name, checksum) {
			made.Header.Set(name, value)
			out.Header.Set(name, value)
		}
	}
	if there {
		made.Created = o.Created
	}
	b.Objects[q.Key] = made
	out.Header.Set("ETag", made.ETag)
	return out, nil
}

// copy is https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
func (a API) copy(b *Bucket, q *Request, g Gate, keyID string) (kit.Answer, *Error) {
	text := strings.TrimPrefix(q.Header.Get("X-Amz-Copy-Source"), "/")
	if strings.Contains(text, "?") {
		return refuse(notImplemented("a version of the source"))
	}
	source, err := url.PathUnescape(text)
	bucket, key, _ := strings.Cut(source, "/")
	if err != nil || bucket == "" || key == "" {
		return refuse(bad("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"))
	}
	if bucket == q.Bucket && key == q.Key {
		return refuse(bad("InvalidRequest", "This copy request copies an object to itself without changing it."))
	}
	if refused := g.Allow(keyID, bucket, false); refused != nil {
		return refuse(refused)
	}
	from := g.Bucket(bucket)
	if from == nil {
		return refuse(noSuchBucket)
	}
	o, there := from.Objects[key]
	if !there {
		return refuse(noSuchKey)
	}
	if match := q.Header.Get("X-Amz-Copy-Source-If-Match"); match != "" {
		if !isETag(match) {
			return refuse(bad("InvalidArgument", "%s is not one ETag in quotes", match))
		}
		if match != o.ETag {
			return refuse(preconditionFailed)
		}
	}
	made := o
	made.Modified = a.Now().UTC()
	b.Objects[q.Key] = made
	return document(struct {
		XMLName      xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyObjectResult"`
		ETag         string
		LastModified string
	}{ETag: made.ETag, LastModified: made.seconds().Format(listTime)}), nil
}
