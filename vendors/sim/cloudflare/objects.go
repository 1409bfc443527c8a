package cloudflare

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
	"buckethead/vendors/sim/s3api"
)

// put keeps an object of zeros.
func (b *Bucket) put(key string, size int, now time.Time) {
	b.store.Objects[key] = s3api.NewObject(make([]byte, size), nil, now)
}

// etag is an object's ETag without the quotes of S3.
func etag(o s3api.Object) string { return strings.Trim(o.ETag, `"`) }

// objectTime is the format of times of objects in responses.
const objectTime = "2006-01-02T15:04:05.000Z"

// listObjects returns one page. Objects are consistent at once:
// https://developers.cloudflare.com/r2/reference/consistency/
func (s *Simulator) listObjects(r *request) answer {
	b := r.bucket
	size, refused, ok := s.number(r, "per_page", 1000, 1, 1000)
	if !ok {
		return refused
	}
	query := r.URL.Query()
	after, ok := readCursor(query.Get("cursor"))
	if !ok {
		return s.refuse(http.StatusBadRequest, codeBadRequest, "object.list: the cursor is malformed")
	}
	page, more := b.store.List(query.Get("prefix"), query.Get("delimiter"), cmp.Or(after, query.Get("start_after")), size)
	objects, folders := []map[string]any{}, []string{}
	for _, e := range page {
		if e.Folder {
			folders = append(folders, e.Name)
			continue
		}
		o := b.store.Objects[e.Name]
		objects = append(objects, map[string]any{"key": e.Name, "size": len(o.Body), "etag": etag(o),
			"storage_class": b.StorageClass, "last_modified": o.Modified.Format(objectTime),
			"http_metadata": map[string]any{}, "custom_metadata": map[string]any{}})
	}
	info := map[string]any{"per_page": size, "is_truncated": more}
	if more {
		info["cursor"] = cursor(page[size-1].Name)
	}
	if query.Get("delimiter") != "" {
		info["delimited"] = folders
	}
	a := done(objects)
	a.info = info
	return a
}

func (s *Simulator) putObject(r *request) answer {
	b := r.bucket
	key, class := r.vars["key"], cmp.Or(r.Header.Get(headerClass), b.StorageClass)
	switch {
	case len(key) > 1024:
		return failed(http.StatusBadRequest, 10020, "The specified object name is not valid.")
	case !slices.Contains(storageClasses, class):
		return s.refuse(http.StatusBadRequest, codeBadRequest, "object.put: cf-r2-storage-class is %q", class)
	case b.locked(key, s.o.Now()):
		return locked()
	}
	o := s3api.NewObject(r.body, r.Header, s.o.Now())
	b.store.Objects[key] = o
	return done(map[string]any{"key": key, "etag": etag(o), "size": strconv.Itoa(len(r.body)), "storage_class": class,
		"uploaded": o.Modified.Format(objectTime), "version": kit.HexHash(key + o.ETag + o.Modified.String())[:32]})
}

// deleteObject deletes one object. The response for an absent one is unverified.
func (s *Simulator) deleteObject(r *request) answer {
	b := r.bucket
	key := r.vars["key"]
	if _, there := b.store.Objects[key]; !there {
		return failed(http.StatusNotFound, 10007, "The specified key does not exist.")
	}
	if b.locked(key, s.o.Now()) {
		return locked()
	}
	delete(b.store.Objects, key)
	return done(map[string]any{"key": key})
}

func locked() answer {
	return failed(http.StatusForbidden, 10069, "The object is locked by the bucket policy.")
}
