package s3sim

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
)

// act does what a call asks for, one call after the other.
func (s *Server) act(r *http.Request, c Call, body []byte) (answer, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	objects, there := s.buckets[c.Bucket]
	if !there {
		return answer{}, noSuchBucket
	}
	switch c.Op {
	case "HeadBucket":
		return answered(http.StatusOK), nil
	case "GetObject", "HeadObject":
		return get(objects, c)
	case "PutObject":
		return s.put(objects, r, c, body)
	case "CopyObject":
		return s.copy(objects, r, c)
	case "DeleteObject":
		// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
		delete(objects, c.Key)
		return answered(http.StatusNoContent), nil
	case "DeleteObjects":
		return deleteAll(objects, body)
	}
	return list(objects, r, c)
}

// get is https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html; where both
// conditions are there and If-Match holds, If-None-Match decides.
func get(objects map[string]object, c Call) (answer, *refusal) {
	o, there := objects[c.Key]
	if !there {
		return answer{}, noSuchKey
	}
	for _, condition := range []string{c.IfMatch, c.IfNoneMatch} {
		if condition != "" && condition != "*" && !isETag(condition) {
			return answer{}, bad("InvalidArgument", "%s is not one ETag in quotes", condition)
		}
	}
	if c.IfMatch != "" && c.IfMatch != "*" && c.IfMatch != o.etag {
		return answer{}, preconditionFailed
	}
	out := answered(http.StatusOK).with("ETag", o.etag).with("Last-Modified", o.modified.Format(http.TimeFormat))
	if c.IfNoneMatch == "*" || c.IfNoneMatch == o.etag {
		out.status = http.StatusNotModified
		return out, nil
	}
	out.body = o.body
	return out.with("Content-Type", o.mime).with("Accept-Ranges", "bytes"), nil
}

// isETag says whether text is one ETag as this server gives it out. Whether S3 takes
// one without quotes is left open by its pages.
func isETag(text string) bool {
	return len(text) > 2 && text[0] == '"' && text[len(text)-1] == '"' && !strings.ContainsAny(text[1:len(text)-1], `",`)
}

// put is a write, under a condition where it has one.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (s *Server) put(objects map[string]object, r *http.Request, c Call, body []byte) (answer, *refusal) {
	o, there := objects[c.Key]
	switch {
	case c.IfMatch == "" && c.IfNoneMatch == "" || s.o.IgnoreConditions:
	case s.o.RefuseConditions:
		return answer{}, notImplemented("a condition")
	case c.IfMatch != "" && c.IfNoneMatch != "":
		return answer{}, bad("InvalidRequest", "If-Match and If-None-Match at once")
	case c.IfNoneMatch != "" && c.IfNoneMatch != "*":
		return answer{}, notImplemented("If-None-Match takes * alone")
	case c.IfMatch != "" && !isETag(c.IfMatch):
		return answer{}, bad("InvalidArgument", "%s is not one ETag in quotes", c.IfMatch)
	case c.IfNoneMatch == "*" && there:
		return answer{}, preconditionFailed
	case c.IfMatch != "" && !there:
		return answer{}, noSuchKey
	case c.IfMatch != "" && c.IfMatch != o.etag:
		return answer{}, preconditionFailed
	}
	made := s.object(body, r.Header.Get("Content-Type"))
	objects[c.Key] = made
	return answered(http.StatusOK).with("ETag", made.etag), nil
}

// copy is https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
func (s *Server) copy(objects map[string]object, r *http.Request, c Call) (answer, *refusal) {
	text := strings.TrimPrefix(r.Header.Get("X-Amz-Copy-Source"), "/")
	if strings.Contains(text, "?") {
		return answer{}, notImplemented("a version of the source")
	}
	source, err := url.PathUnescape(text)
	bucket, key, _ := strings.Cut(source, "/")
	if err != nil || bucket == "" || key == "" {
		return answer{}, bad("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	}
	if bucket == c.Bucket && key == c.Key {
		return answer{}, bad("InvalidRequest", "This copy request is illegal because it is trying to copy an object to itself without changing it.")
	}
	from, there := s.buckets[bucket]
	if !there {
		return answer{}, noSuchBucket
	}
	o, there := from[key]
	if !there {
		return answer{}, noSuchKey
	}
	if match := r.Header.Get("X-Amz-Copy-Source-If-Match"); match != "" {
		if !isETag(match) {
			return answer{}, bad("InvalidArgument", "%s is not one ETag in quotes", match)
		}
		if match != o.etag {
			return answer{}, preconditionFailed
		}
	}
	made := s.object(o.body, o.mime)
	objects[c.Key] = made
	// The ETag is in the body alone.
	out := answered(http.StatusOK).with("Content-Type", "application/xml")
	out.etag = made.etag
	out.body = document(struct {
		XMLName      xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyObjectResult"`
		ETag         string
		LastModified string
	}{ETag: made.etag, LastModified: made.modified.Format(listTime)})
	return out, nil
}

// listTime is how documents have the time; headers have it as HTTP does.
const listTime = "2006-01-02T15:04:05.000Z"
