package simulator

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (b *Bucket) put(key string, size int, now time.Time) {
	if b.Objects == nil {
		b.Objects = map[string]int{}
	}
	if b.written == nil {
		b.written = map[string]time.Time{}
	}
	b.Objects[key], b.written[key] = size, now
}

// etag stands for what an object holds: contents are not kept.
func (b *Bucket) etag(key string) string {
	return hexHash(key + strconv.Itoa(b.Objects[key]) + b.written[key].UTC().String())[:32]
}

// listObjects answers one page. Objects are consistent at once:
// https://developers.cloudflare.com/r2/reference/consistency/
func (s *Simulator) listObjects(r *request) answer {
	b, missing := s.bucket(r)
	if b == nil {
		return missing
	}
	size, refused, ok := s.number(r, "per_page", 1000, 1, 1000)
	if !ok {
		return refused
	}
	query := r.URL.Query()
	after, ok := readCursor(query.Get("cursor"))
	if !ok {
		return s.refuse(http.StatusBadRequest, codeBadRequest, "object.list: the cursor is malformed")
	}
	after = cmp.Or(after, query.Get("start_after"))
	objects, folders, last := []map[string]any{}, []string{}, ""
	info := map[string]any{"per_page": size, "is_truncated": false}
	for _, key := range slices.Sorted(maps.Keys(b.Objects)) {
		rest, within := strings.CutPrefix(key, query.Get("prefix"))
		folder := ""
		if i := strings.Index(rest, query.Get("delimiter")); query.Get("delimiter") != "" && i >= 0 {
			folder = query.Get("prefix") + rest[:i+len(query.Get("delimiter"))]
		}
		if !within || after != "" && key <= after {
			continue
		}
		if folder != "" && slices.Contains(folders, folder) {
			last = key
			continue
		}
		if len(objects)+len(folders) == size {
			info["is_truncated"], info["cursor"] = true, cursor(last)
			break
		}
		if last = key; folder != "" {
			folders = append(folders, folder)
			continue
		}
		objects = append(objects, map[string]any{"key": key, "size": b.Objects[key], "etag": b.etag(key), "storage_class": b.StorageClass,
			"last_modified": b.written[key].UTC().Format("2006-01-02T15:04:05.000Z"), "http_metadata": map[string]any{}, "custom_metadata": map[string]any{}})
	}
	if query.Get("delimiter") != "" {
		info["delimited"] = folders
	}
	a := done(objects)
	a.info = info
	return a
}

func (s *Simulator) putObject(r *request) answer {
	b, missing := s.bucket(r)
	if b == nil {
		return missing
	}
	key, class := r.vars["key"], cmp.Or(r.Header.Get(headerClass), b.StorageClass)
	switch {
	case len(key) > 1024:
		return failed(http.StatusBadRequest, 10020, "The specified object name is not valid.")
	case !slices.Contains(storageClasses, class):
		return s.refuse(http.StatusBadRequest, codeBadRequest, "object.put: cf-r2-storage-class is %q", class)
	case b.locked(key, s.o.Now()):
		return locked()
	}
	b.put(key, len(r.body), s.o.Now())
	return done(map[string]any{"key": key, "etag": b.etag(key), "size": strconv.Itoa(len(r.body)), "storage_class": class,
		"uploaded": s.o.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "version": hexHash(b.etag(key))[:32]})
}

// deleteObject deletes one object. What an absent one is answered with is unverified.
func (s *Simulator) deleteObject(r *request) answer {
	b, missing := s.bucket(r)
	if b == nil {
		return missing
	}
	key := r.vars["key"]
	if _, there := b.Objects[key]; !there {
		return failed(http.StatusNotFound, 10007, "The specified key does not exist.")
	}
	if b.locked(key, s.o.Now()) {
		return locked()
	}
	delete(b.Objects, key)
	delete(b.written, key)
	return done(map[string]any{"key": key})
}

func locked() answer {
	return failed(http.StatusForbidden, 10069, "The object is locked by the bucket policy.")
}
