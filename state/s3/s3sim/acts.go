package s3sim

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// act finds the call by its method and path, which is /bucket or /bucket/key.
func (s *Server) act(w http.ResponseWriter, r *http.Request, body []byte) *fault {
	name, key, hasKey := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	objects, there := s.buckets[name]
	if !there {
		return &fault{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	}
	names := map[string]string{http.MethodGet: "GetObject", http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject"}
	if !hasKey || key == "" {
		if r.Method == http.MethodGet {
			return s.list(w, r, name, objects)
		}
		return bad("%s of a bucket is not simulated", r.Method)
	}
	values, f := query(r, "x-id")
	if f != nil {
		return f
	}
	if id := values.Get("x-id"); id != "" && id != names[r.Method] && (id != "CopyObject" || r.Method != http.MethodPut) {
		return bad("x-id is %s", id)
	}
	switch {
	case r.Method == http.MethodGet && len(body) == 0:
		return get(w, r, objects, key)
	case r.Method == http.MethodPut && r.Header.Get("X-Amz-Copy-Source") != "":
		return s.copy(w, r, objects, key)
	case r.Method == http.MethodPut:
		return s.put(w, r, objects, key, body)
	case r.Method == http.MethodDelete:
		// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
		delete(objects, key)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return bad("%s of an object is not simulated", r.Method)
}

var (
	noSuchKey          = &fault{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	preconditionFailed = &fault{http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}
)

func get(w http.ResponseWriter, r *http.Request, objects map[string]object, key string) *fault {
	o, there := objects[key]
	if !there {
		return noSuchKey
	}
	if r.Header.Get("If-Match") != "" || r.Header.Get("If-None-Match") != "" {
		return bad("conditions of a GET are not simulated")
	}
	w.Header().Set("ETag", o.etag)
	w.Header().Set("Last-Modified", o.modified.Truncate(time.Second).Format(http.TimeFormat))
	w.Header().Set("Content-Length", strconv.Itoa(len(o.body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(o.body)
	return nil
}

// put is a write, under a condition where it has one.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (s *Server) put(w http.ResponseWriter, r *http.Request, objects map[string]object, key string, body []byte) *fault {
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	o, there := objects[key]
	switch {
	case match == "" && none == "" || s.o.IgnoreConditions:
	case s.o.RefuseConditions:
		return &fault{http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented"}
	case match != "" && none != "":
		return bad("both conditions at once")
	case none != "" && none != "*":
		return &fault{http.StatusNotImplemented, "NotImplemented", "If-None-Match takes * alone"}
	case none == "*" && there:
		return preconditionFailed
	case match != "" && !there:
		return noSuchKey
	case match != "" && match != o.etag:
		return preconditionFailed
	}
	objects[key] = s.object(body)
	w.Header().Set("ETag", objects[key].etag)
	w.WriteHeader(http.StatusOK)
	return nil
}

// copy is https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
func (s *Server) copy(w http.ResponseWriter, r *http.Request, objects map[string]object, key string) *fault {
	source, err := url.PathUnescape(strings.TrimPrefix(r.Header.Get("X-Amz-Copy-Source"), "/"))
	if err != nil {
		return bad("the source is malformed")
	}
	if r.Header.Get("If-Match") != "" || r.Header.Get("If-None-Match") != "" {
		return bad("conditions on what a copy replaces are not simulated")
	}
	from, fromKey, _ := strings.Cut(source, "/")
	o, there := s.buckets[from][fromKey]
	if !there {
		return noSuchKey
	}
	if match := r.Header.Get("X-Amz-Copy-Source-If-Match"); match != "" && match != o.etag {
		return preconditionFailed
	}
	made := s.object(o.body)
	objects[key] = made
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusOK)
	return write(w, struct {
		XMLName      xml.Name `xml:"CopyObjectResult"`
		ETag         string
		LastModified string
	}{ETag: made.etag, LastModified: made.modified.Format(time.RFC3339)})
}

// list is https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func (s *Server) list(w http.ResponseWriter, r *http.Request, name string, objects map[string]object) *fault {
	values, f := query(r, "list-type", "prefix", "max-keys", "continuation-token", "x-id")
	if f != nil {
		return f
	}
	if values.Get("list-type") != "2" {
		return bad("list-type is %q", values.Get("list-type"))
	}
	most := 1000
	if text := values.Get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return bad("max-keys is %q", text)
		}
		most = n
	}
	type content struct {
		Key, LastModified, ETag string
		Size                    int
	}
	out := struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		Name, Prefix          string
		KeyCount              int
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		Contents              []content
	}{Name: name, Prefix: values.Get("prefix")}
	var keys []string
	for key := range objects {
		if strings.HasPrefix(key, out.Prefix) && key > values.Get("continuation-token") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	if len(keys) > most {
		keys, out.IsTruncated, out.NextContinuationToken = keys[:most], true, keys[most-1]
	}
	for _, key := range keys {
		o := objects[key]
		out.Contents = append(out.Contents, content{key, o.modified.Format("2006-01-02T15:04:05.000Z"), o.etag, len(o.body)})
	}
	out.KeyCount = len(keys)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusOK)
	return write(w, out)
}

func write(w http.ResponseWriter, answer any) *fault {
	text, err := xml.Marshal(answer)
	if err != nil {
		return &fault{http.StatusInternalServerError, "InternalError", err.Error()}
	}
	_, _ = w.Write(append([]byte(xml.Header), text...))
	return nil
}
