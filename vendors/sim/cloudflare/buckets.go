package cloudflare

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
	"buckethead/vendors/sim/s3api"
)

// Bucket is one bucket with its settings.
type Bucket struct {
	Name, Jurisdiction     string // "default" for an ordinary bucket
	Location, StorageClass string
	CreatedAt              time.Time
	Objects                map[string]int // sizes by key; filled in by Buckets, taken by AddBucket
	CORS                   []CORSRule     // nil: none was set
	Lifecycle              []LifecycleRule
	Lock                   []LockRule
	ManagedDomain          bool
	CustomDomains          []CustomDomain

	id    string
	store *s3api.Bucket // of the objects, which S3 reaches as well
}

// bucketKey: jurisdictions are separate namespaces.
// https://github.com/cloudflare/cloudflare-docs/issues/11595
type bucketKey struct{ jurisdiction, name string }

func (k bucketKey) compare(other bucketKey) int {
	return cmp.Or(strings.Compare(k.jurisdiction, other.jurisdiction), strings.Compare(k.name, other.name))
}

// jurisdictions: https://developers.cloudflare.com/r2/reference/data-location/
var jurisdictions = []string{"default", "eu", "us", "fedramp"}

// normal is the jurisdiction when a client names none.
func normal(jurisdiction string) string { return cmp.Or(jurisdiction, "default") }

// bucketName is the stricter of two published rules (63 or 64 characters).
// https://developers.cloudflare.com/r2/buckets/create-buckets/
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

var storageClasses = []string{"Standard", "InfrequentAccess"}

var bucketSchema = object(
	must("name", text()),
	may("locationHint", oneOf("apac", "eeur", "enam", "weur", "wnam", "oc")),
	may("storageClass", oneOf(storageClasses...)),
)

// findBucket finds the bucket in a path, in the jurisdiction of the header. The live API was
// seen to refuse to change one: https://github.com/Alos-no/Cloudflare.NET/pull/41
func (s *Simulator) findBucket(r *request) (answer, bool) {
	name := r.vars["bucket"]
	r.bucket = s.buckets[bucketKey{r.jurisdiction, name}]
	switch {
	case s.o.PatchRefused && r.op == "bucket.patch":
		return failed(http.StatusMethodNotAllowed, 7001, "Method PATCH not available for that URI."), false
	case !bucketName.MatchString(name):
		return failed(http.StatusBadRequest, 10005, "The specified bucket name is not valid."), false
	}
	return failed(http.StatusNotFound, 10006, "The specified bucket does not exist."), r.bucket != nil
}

// createBucket creates a bucket. A second create fails and changes nothing.
func (s *Simulator) createBucket(r *request) answer {
	var sent struct{ Name, LocationHint, StorageClass string }
	kit.Decode(r.body, &sent)
	switch {
	case !bucketName.MatchString(sent.Name):
		return failed(http.StatusBadRequest, 10005, "The specified bucket name is not valid.")
	case s.buckets[bucketKey{r.jurisdiction, sent.Name}] != nil:
		return failed(s.o.DuplicateStatus, 10004, "The bucket you tried to create already exists, and you own it.")
	case len(s.buckets) >= s.o.MaxBuckets:
		return failed(http.StatusBadRequest, 10009, "You have attempted to create more buckets than allowed.")
	}
	b := &Bucket{Name: sent.Name, Jurisdiction: r.jurisdiction, StorageClass: sent.StorageClass}
	s.keep(b, strings.ToUpper(sent.LocationHint))
	return done(b.view())
}

// keep adds a bucket to the account. The hint counts only the first time that a name is used,
// and not in a jurisdiction, which decides itself.
// https://developers.cloudflare.com/r2/reference/data-location/
func (s *Simulator) keep(b *Bucket, hint string) {
	key := bucketKey{b.Jurisdiction, b.Name}
	nearest := map[string]string{"default": s.o.NearestLocation, "eu": "EEUR"}[b.Jurisdiction]
	if b.Jurisdiction != "default" {
		hint = ""
	}
	if s.firstPlace[key] == "" {
		s.firstPlace[key] = cmp.Or(b.Location, hint, nearest, "ENAM")
	}
	b.Location = cmp.Or(b.Location, s.firstPlace[key])
	b.StorageClass = cmp.Or(b.StorageClass, "Standard")
	if b.CreatedAt.IsZero() {
		b.CreatedAt = s.o.Now().UTC()
	}
	if b.Lifecycle == nil {
		b.Lifecycle = freshLifecycle()
	}
	b.id = s.drawID("bucket")
	b.store = s3api.NewBucket()
	for name, size := range b.Objects {
		b.put(name, size, b.CreatedAt)
	}
	b.Objects = nil
	s.buckets[key] = b
}

// view is a bucket as responses show it. Locations are in upper case:
// https://github.com/cloudflare/terraform-provider-cloudflare/issues/6026
func (b *Bucket) view() map[string]any {
	return map[string]any{"name": b.Name, "creation_date": b.CreatedAt.UTC().Format("2006-01-02T15:04:05.000Z"),
		"location": strings.ToUpper(b.Location), "jurisdiction": b.Jurisdiction, "storage_class": b.StorageClass}
}

func (s *Simulator) getBucket(r *request) answer {
	return done(r.bucket.view())
}

// patchBucket changes the default storage class, which only a header names.
func (s *Simulator) patchBucket(r *request) answer {
	b := r.bucket
	class := r.Header.Get(headerClass)
	if !slices.Contains(storageClasses, class) {
		return s.refuse(http.StatusBadRequest, codeBadRequest, "bucket.patch: cf-r2-storage-class is %q", class)
	}
	b.StorageClass = class
	return done(b.view())
}

// deleteBucket deletes an empty bucket and all its settings.
// https://developers.cloudflare.com/r2/buckets/delete-buckets/
func (s *Simulator) deleteBucket(r *request) answer {
	b := r.bucket
	if len(b.store.Objects) > 0 {
		return failed(http.StatusConflict, 10008, "The bucket you tried to delete (%s) is not empty (account %s)",
			b.Name, s.o.AccountID)
	}
	delete(s.buckets, bucketKey{b.Jurisdiction, b.Name})
	return done(map[string]any{})
}

// listBuckets returns one page of one jurisdiction. Without per_page, it is cut off after 20
// buckets: https://github.com/cloudflare/workers-sdk/issues/15103
func (s *Simulator) listBuckets(r *request) answer {
	query := r.URL.Query()
	size, refused, ok := s.number(r, "per_page", 20, 1, 1000)
	if !ok {
		return refused
	}
	if query.Has("order") && query.Get("order") != "name" {
		return s.refuse(http.StatusBadRequest, codeBadRequest, "bucket.list: order is %q", query.Get("order"))
	}
	after, ok := readCursor(query.Get("cursor"))
	if !ok {
		return s.refuse(http.StatusBadRequest, codeBadRequest, "bucket.list: the cursor is malformed")
	}
	after, down := cmp.Or(after, query.Get("start_after")), query.Get("direction") == "desc"
	var names []string
	for key := range s.buckets {
		hidden := s.hideBucket != nil && s.hideBucket(key.jurisdiction, key.name)
		past := after == "" || !down && key.name > after || down && key.name < after
		if key.jurisdiction == r.jurisdiction && past && !hidden && strings.Contains(key.name, query.Get("name_contains")) {
			names = append(names, key.name)
		}
	}
	slices.Sort(names)
	if down {
		slices.Reverse(names)
	}
	info := map[string]any{"per_page": size}
	if len(names) > size {
		names = names[:size]
		info["cursor"] = cursor(names[size-1])
	}
	buckets := []map[string]any{}
	for _, name := range names {
		view := s.buckets[bucketKey{r.jurisdiction, name}].view()
		if s.o.SparseLists {
			delete(view, "location")
			delete(view, "storage_class")
		}
		buckets = append(buckets, view)
	}
	a := done(map[string]any{"buckets": buckets})
	a.info = info
	if s.o.NullResultInfo {
		a.info, a.nullInfo = nil, true
	}
	return a
}

// cursor is opaque to clients: it holds the last name of the page.
func cursor(last string) string { return base64.RawURLEncoding.EncodeToString([]byte("after:" + last)) }

func readCursor(text string) (last string, ok bool) {
	if text == "" {
		return "", true
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	last, ok = strings.CutPrefix(string(plain), "after:")
	return last, ok && err == nil
}
