package cloudflare_test

import (
	"strings"
	"testing"

	"buckethead/vendors/sim/cloudflare"
)

func TestStrict(t *testing.T) {
	for name, tt := range map[string]struct {
		method, path, body string
		headers            []string
		status, code       int
	}{
		"unknown path":                {"GET", "r2/metrics", "", nil, 404, 7003},
		"other API":                   {"GET", "/zones", "", nil, 404, 7003},
		"climbing out":                {"GET", "r2/buckets/a%2F..%2Fb/cors/x", "", nil, 404, 7003},
		"unknown method":              {"DELETE", "r2/buckets/abc/lock", "", nil, 405, 7001},
		"bulk delete":                 {"DELETE", "r2/buckets/abc/objects", `["a"]`, nil, 405, 7001},
		"unknown query":               {"GET", "r2/buckets?jurisdiction=eu", "", nil, 400, 10040},
		"query on a get":              {"GET", "r2/buckets/abc?x=1", "", nil, 400, 10040},
		"unknown header":              {"GET", "r2/buckets", "", []string{"X-Other: 1"}, 400, 6003},
		"jurisdiction for tokens":     {"GET", "tokens", "", []string{"cf-r2-jurisdiction: eu"}, 400, 6003},
		"class on a get":              {"GET", "r2/buckets/abc", "", []string{"cf-r2-storage-class: Standard"}, 400, 6003},
		"patch without a class":       {"PATCH", "r2/buckets/abc", "", nil, 400, 10040},
		"patch with a body":           {"PATCH", "r2/buckets/abc", `{}`, []string{"cf-r2-storage-class: Standard"}, 400, 10040},
		"unknown class":               {"PATCH", "r2/buckets/abc", "", []string{"cf-r2-storage-class: Glacier"}, 400, 10040},
		"body on a get":               {"GET", "r2/buckets", `{}`, nil, 400, 10040},
		"body on a delete":            {"DELETE", "r2/buckets/abc", `{}`, nil, 400, 10040},
		"no body":                     {"POST", "r2/buckets", "", []string{"Content-Type: application/json"}, 400, 10040},
		"other content type":          {"POST", "r2/buckets", `{"name":"abd"}`, []string{"Content-Type: text/plain"}, 400, 10040},
		"no name":                     {"POST", "r2/buckets", `{}`, nil, 400, 10040},
		"name as a number":            {"POST", "r2/buckets", `{"name":123}`, nil, 400, 10040},
		"unknown field":               {"POST", "r2/buckets", `{"name":"abd","jurisdiction":"eu"}`, nil, 400, 10040},
		"field of the answer":         {"POST", "r2/buckets", `{"name":"abd","storage_class":"Standard"}`, nil, 400, 10040},
		"null hint":                   {"POST", "r2/buckets", `{"name":"abd","locationHint":null}`, nil, 400, 10040},
		"hint in upper case":          {"POST", "r2/buckets", `{"name":"abd","locationHint":"ENAM"}`, nil, 400, 10040},
		"class in lower case":         {"POST", "r2/buckets", `{"name":"abd","storageClass":"standard"}`, nil, 400, 10040},
		"deep unknown field":          {"PUT", "r2/buckets/abc/cors", `{"rules":[{"allowed":{"methods":["GET"],"origins":["*"],"max":1}}]}`, nil, 400, 10040},
		"domain without enabled":      {"POST", "r2/buckets/abc/domains/custom", `{"domain":"a.example.com","zoneId":"x"}`, nil, 400, 10040},
		"objects: per_page too high":  {"GET", "r2/buckets/abc/objects?per_page=1001", "", nil, 400, 10040},
		"objects: malformed cursor":   {"GET", "r2/buckets/abc/objects?cursor=%00", "", nil, 400, 10040},
		"roll by POST":                {"POST", "tokens/00000000000000000000000000000000/value", "{}", nil, 405, 7001},
		"two words after the bearer":  {"GET", "tokens", "", []string{"Authorization: Bearer a b"}, 400, 6003},
		"key and email":               {"GET", "tokens", "", []string{"X-Auth-Key: x"}, 400, 6003},
		"empty segment in the middle": {"GET", "r2/buckets//cors", "", nil, 404, 10015},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.sim.AddBucket(cloudflare.Bucket{Name: "abc"})
			w.fails(tt.status, tt.code, tt.method, tt.path, tt.body, tt.headers...)
			if u := w.sim.Unknown(); len(u) != 1 || strings.Contains(u[0], w.value) {
				t.Errorf("kept %q", u)
			}
		})
	}
}

func TestStrict_whatClientsSend(t *testing.T) {
	w := newWorld(t)
	w.ok("GET", "r2/buckets", "", "Accept: application/json", "User-Agent: Cloudflare/Go 7.9.0", "X-Stainless-Lang: go", "X-Stainless-Retry-Count: 0",
		"cf-r2-jurisdiction: default", "Accept-Encoding: gzip")
	w.ok("POST", "r2/buckets", `{"name":"abc"}`, "Content-Type: application/json; charset=utf-8")
	w.clean()
}
