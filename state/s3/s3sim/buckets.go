package s3sim

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

// mostKeys is what a page of a list, or one DeleteObjects, may have.
const mostKeys = 1000

// listed is one object of a list.
type listed struct {
	Key, LastModified, ETag string
	Size                    int
	StorageClass            string
}

// page is the answer to ListObjectsV2.
type page struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name, Prefix          string
	MaxKeys, KeyCount     int
	IsTruncated           bool
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
	Contents              []listed
}

// list is https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func list(objects map[string]object, r *http.Request, c Call) (answer, *refusal) {
	query := r.URL.Query()
	out := page{Name: c.Bucket, Prefix: query.Get("prefix"), MaxKeys: mostKeys, ContinuationToken: query.Get("continuation-token")}
	if query.Has("max-keys") {
		n, err := strconv.Atoi(query.Get("max-keys"))
		if err != nil || n < 0 {
			return answer{}, bad("InvalidArgument", "max-keys is %q", query.Get("max-keys"))
		}
		out.MaxKeys = min(n, mostKeys)
	}
	// A token says after which name the page begins, in a form that no client can rely on.
	after, err := base64.URLEncoding.DecodeString(out.ContinuationToken)
	if err != nil || query.Has("continuation-token") && len(after) == 0 {
		return answer{}, bad("InvalidArgument", "The continuation token provided is incorrect")
	}
	for _, key := range keys(objects) {
		if !strings.HasPrefix(key, out.Prefix) || key <= string(after) || out.MaxKeys == 0 {
			continue
		}
		if out.KeyCount == out.MaxKeys {
			out.IsTruncated = true
			out.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(out.Contents[out.KeyCount-1].Key))
			break
		}
		o := objects[key]
		out.Contents = append(out.Contents, listed{key, o.modified.Format(listTime), o.etag, len(o.body), "STANDARD"})
		out.KeyCount++
	}
	a := answered(http.StatusOK).with("Content-Type", "application/xml")
	a.body = document(out)
	return a, nil
}

// named is an object of DeleteObjects, or any other field, which is not known.
type named struct {
	Key   string
	Other []struct{} `xml:",any"`
}

// deleteAll is https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
func deleteAll(objects map[string]object, body []byte) (answer, *refusal) {
	var in struct {
		XMLName xml.Name `xml:"Delete"`
		Object  []named
		Quiet   bool
		Other   []struct{} `xml:",any"`
	}
	err := xml.Unmarshal(body, &in)
	malformed := err != nil || len(in.Other) > 0 || len(in.Object) == 0 || len(in.Object) > mostKeys
	for _, o := range in.Object {
		malformed = malformed || o.Key == "" || len(o.Other) > 0
	}
	if malformed {
		return answer{}, bad("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
	}
	type deleted struct{ Key string }
	var out struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
		Deleted []deleted
	}
	for _, o := range in.Object {
		delete(objects, o.Key)
		if !in.Quiet {
			out.Deleted = append(out.Deleted, deleted{o.Key})
		}
	}
	a := answered(http.StatusOK).with("Content-Type", "application/xml")
	a.body = document(out)
	return a, nil
}
