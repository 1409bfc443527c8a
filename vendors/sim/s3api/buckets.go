package s3api

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
)

// Bucket holds objects. It has no lock of its own.
type Bucket struct {
	Objects map[string]Object // by key

	uploads map[string]*upload // by id
	drawn   int                // ids of uploads
}

// Object is what one key holds. It is never changed, only replaced.
type Object struct {
	Body     []byte
	ETag     string // in quotes
	Modified time.Time
	Created  time.Time   // when the key was first written, since it was last absent
	Header   http.Header // its type, metadata and checksums
}

// NewBucket returns an empty bucket.
func NewBucket() *Bucket { return &Bucket{Objects: map[string]Object{}, uploads: map[string]*upload{}} }

// Clone returns a bucket with the same objects, without its uploads.
func (b *Bucket) Clone() *Bucket {
	out := NewBucket()
	maps.Copy(out.Objects, b.Objects)
	return out
}

// NewObject returns an object with the headers of a PUT that are kept.
func NewObject(body []byte, put http.Header, now time.Time) Object {
	sum := md5.Sum(body)
	o := Object{Body: body, ETag: `"` + hex.EncodeToString(sum[:]) + `"`, Modified: now.UTC(), Created: now.UTC(), Header: http.Header{}}
	for name, values := range put {
		isSum := strings.HasPrefix(name, checksum) && sums[name] != nil
		if slices.Contains(kept, name) || strings.HasPrefix(name, metadata) || isSum {
			o.Header[name] = values
		}
	}
	if o.Header.Get("Content-Type") == "" {
		o.Header.Set("Content-Type", "binary/octet-stream")
	}
	var encodings []string // without that of the transfer
	for e := range strings.SplitSeq(strings.Join(put["Content-Encoding"], ","), ",") {
		if e = strings.TrimSpace(e); e != "" && e != "aws-chunked" {
			encodings = append(encodings, e)
		}
	}
	if o.Header.Del("Content-Encoding"); len(encodings) > 0 {
		o.Header.Set("Content-Encoding", strings.Join(encodings, ","))
	}
	return o
}

const checksum = "X-Amz-Checksum-"

// Entry is one line of a list: an object, or a folder of objects.
type Entry struct {
	Name   string
	Folder bool
}

// List returns a page of what comes after a name, and whether there is more. Names that
// have the delimiter behind the prefix are shown as folders; "" shows none.
func (b *Bucket) List(prefix, delimiter, after string, most int) (page []Entry, more bool) {
	for _, key := range slices.Sorted(maps.Keys(b.Objects)) {
		rest, within := strings.CutPrefix(key, prefix)
		if !within || after != "" && key <= after {
			continue
		}
		e := Entry{Name: key}
		if i := strings.Index(rest, delimiter); delimiter != "" && i >= 0 {
			e = Entry{prefix + rest[:i+len(delimiter)], true}
		}
		if e.Folder && (e.Name == after || len(page) > 0 && page[len(page)-1] == e) {
			continue
		}
		if len(page) == most {
			return page, most > 0
		}
		page = append(page, e)
	}
	return page, false
}

// mostKeys is what a page of a list, or one DeleteObjects, may have.
const mostKeys = 1000

// listed is one object of a list.
type listed struct {
	Key, LastModified, ETag string
	Size                    int
	StorageClass            string
}

type folder struct{ Prefix string }

// page is the answer to ListObjectsV2.
type page struct {
	XMLName                           xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name, Prefix                      string
	Delimiter, EncodingType           string `xml:",omitempty"`
	MaxKeys, KeyCount                 int
	IsTruncated                       bool
	ContinuationToken                 string `xml:",omitempty"`
	NextContinuationToken, StartAfter string `xml:",omitempty"`
	Contents                          []listed
	CommonPrefixes                    []folder
}

// list is https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func (b *Bucket) list(q *Request) (kit.Answer, *Error) {
	query := q.URL.Query()
	out := page{Name: q.Bucket, Prefix: query.Get("prefix"), Delimiter: query.Get("delimiter"), MaxKeys: mostKeys,
		EncodingType: query.Get("encoding-type"), ContinuationToken: query.Get("continuation-token"),
		StartAfter: query.Get("start-after")}
	if query.Has("max-keys") {
		n, err := strconv.Atoi(query.Get("max-keys"))
		if err != nil || n < 0 {
			return refuse(bad("InvalidArgument", "max-keys is %q", query.Get("max-keys")))
		}
		out.MaxKeys = min(n, mostKeys)
	}
	// A token says after which name the page begins, in a form that no client can rely on.
	after, err := base64.URLEncoding.DecodeString(out.ContinuationToken)
	switch {
	case err != nil || query.Has("continuation-token") && len(after) == 0:
		return refuse(bad("InvalidArgument", "The continuation token provided is incorrect"))
	case out.EncodingType != "" && out.EncodingType != "url":
		return refuse(bad("InvalidArgument", "Invalid Encoding Method specified in Request"))
	case len(after) == 0:
		after = []byte(out.StartAfter)
	}
	encode := func(text string) string {
		if out.EncodingType == "" {
			return text
		}
		return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	}
	entries, more := b.List(out.Prefix, out.Delimiter, string(after), out.MaxKeys)
	for _, e := range entries {
		if e.Folder {
			out.CommonPrefixes = append(out.CommonPrefixes, folder{encode(e.Name)})
			continue
		}
		o := b.Objects[e.Name]
		line := listed{encode(e.Name), o.seconds().Format(listTime), o.ETag, len(o.Body), "STANDARD"}
		out.Contents = append(out.Contents, line)
	}
	if out.KeyCount, out.IsTruncated = len(entries), more; more {
		out.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(entries[len(entries)-1].Name))
	}
	out.Prefix, out.Delimiter, out.StartAfter = encode(out.Prefix), encode(out.Delimiter), encode(out.StartAfter)
	return document(out), nil
}

// named is an object of DeleteObjects, or any other field, which is not known.
type named struct {
	Key   string
	Other []struct{} `xml:",any"`
}

// deleteAll is https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
func (b *Bucket) deleteAll(q *Request, g Gate) (kit.Answer, *Error) {
	var in struct {
		XMLName xml.Name `xml:"Delete"`
		Object  []named
		Quiet   bool
		Other   []struct{} `xml:",any"`
	}
	err := xml.Unmarshal(q.body, &in)
	malformed := err != nil || len(in.Other) > 0 || len(in.Object) == 0 || len(in.Object) > mostKeys
	for _, o := range in.Object {
		malformed = malformed || o.Key == "" || len(o.Other) > 0
	}
	if malformed {
		return refuse(malformedXML)
	}
	type deleted struct{ Key string }
	type failed struct{ Key, Code, Message string }
	var out struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
		Deleted []deleted
		Error   []failed
	}
	for _, o := range in.Object {
		if refused := g.Change(q.Bucket, o.Key); refused != nil {
			out.Error = append(out.Error, failed{o.Key, refused.Code, refused.Message})
			continue
		}
		delete(b.Objects, o.Key)
		if !in.Quiet {
			out.Deleted = append(out.Deleted, deleted{o.Key})
		}
	}
	return document(out), nil
}
