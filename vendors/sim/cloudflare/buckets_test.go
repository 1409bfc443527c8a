package cloudflare_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/sim/cloudflare"
)

func TestBuckets_lifecycle(t *testing.T) {
	w := newWorld(t)
	made := w.ok("POST", "r2/buckets", `{"name":"logs-1","locationHint":"enam","storageClass":"InfrequentAccess"}`)
	want := map[string]any{"name": "logs-1", "location": "ENAM", "storage_class": "InfrequentAccess", "jurisdiction": "default", "creation_date": "2026-11-20T10:00:00.000Z"}
	if fmt.Sprint(made) != fmt.Sprint(want) {
		t.Errorf("made %v, want %v", made, want)
	}
	if got := w.ok("GET", "r2/buckets/logs-1", ""); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v", got)
	}
	if got := w.ok("PATCH", "r2/buckets/logs-1", "", "cf-r2-storage-class: Standard"); got["storage_class"] != "Standard" {
		t.Errorf("patched %v", got)
	}
	w.ok("PUT", "r2/buckets/logs-1/cors", `{"rules":[{"allowed":{"methods":["GET"],"origins":["*"]}}]}`)
	w.ok("DELETE", "r2/buckets/logs-1", "")
	w.fails(404, 10006, "DELETE", "r2/buckets/logs-1", "")
	if again := w.ok("POST", "r2/buckets", `{"name":"logs-1","locationHint":"apac"}`); again["location"] != "ENAM" {
		t.Errorf("a hint counts only the first time that a name is made: %v", again)
	}
	w.fails(404, 10059, "GET", "r2/buckets/logs-1/cors", "")
	w.clean()
}

// TestErrors has a row for each code that the simulator can give.
// https://developers.cloudflare.com/r2/api/error-codes/
func TestErrors(t *testing.T) {
	plain := func(*cloudflare.Options) {}
	for name, tt := range map[string]struct {
		options            func(*cloudflare.Options)
		method, path, body string
		headers            []string
		status, code       int
	}{
		"exists":                {plain, "POST", "r2/buckets", `{"name":"full"}`, nil, 409, 10004},
		"exists, the other way": {func(o *cloudflare.Options) { o.DuplicateStatus = 400 }, "POST", "r2/buckets", `{"name":"full"}`, nil, 400, 10004},
		"name too short":        {plain, "POST", "r2/buckets", `{"name":"ab"}`, nil, 400, 10005},
		"name empty":            {plain, "POST", "r2/buckets", `{"name":""}`, nil, 400, 10005},
		"name in upper case":    {plain, "POST", "r2/buckets", `{"name":"Abc"}`, nil, 400, 10005},
		"name with a dot":       {plain, "POST", "r2/buckets", `{"name":"a.b"}`, nil, 400, 10005},
		"name ends with a dash": {plain, "POST", "r2/buckets", `{"name":"abc-"}`, nil, 400, 10005},
		"name of 64":            {plain, "POST", "r2/buckets", `{"name":"` + strings.Repeat("a", 64) + `"}`, nil, 400, 10005},
		"no bucket":             {plain, "GET", "r2/buckets/none", "", nil, 404, 10006},
		"other jurisdiction":    {plain, "GET", "r2/buckets/full", "", []string{"cf-r2-jurisdiction: eu"}, 404, 10006},
		"no bucket: cors":       {plain, "GET", "r2/buckets/none/cors", "", nil, 404, 10006},
		"no bucket: objects":    {plain, "GET", "r2/buckets/none/objects", "", nil, 404, 10006},
		"not empty":             {plain, "DELETE", "r2/buckets/full", "", nil, 409, 10008},
		"too many":              {func(o *cloudflare.Options) { o.MaxBuckets = 2 }, "POST", "r2/buckets", `{"name":"abc"}`, nil, 400, 10009},
		"no name":               {plain, "DELETE", "r2/buckets/", "", nil, 404, 10015},
		"R2 is off":             {func(o *cloudflare.Options) { o.R2Disabled = true }, "GET", "r2/buckets", "", nil, 403, 10042},
		"not entitled": {func(o *cloudflare.Options) { o.NotEntitled = []string{"fedramp"} }, "GET", "r2/buckets", "",
			[]string{"cf-r2-jurisdiction: fedramp"}, 403, 10042},
		"no domain":         {plain, "GET", "r2/buckets/full/domains/custom/a.example.com", "", nil, 404, 10053},
		"no cors":           {plain, "GET", "r2/buckets/full/cors", "", nil, 404, 10059},
		"no cors to delete": {plain, "DELETE", "r2/buckets/full/cors", "", nil, 404, 10059},
		"locked":            {plain, "DELETE", "r2/buckets/held/objects/a/b", "", nil, 403, 10069},
		"overwrite locked":  {plain, "PUT", "r2/buckets/held/objects/a/b", "x", nil, 403, 10069},
		"malformed account": {plain, "GET", "/accounts/nope/r2/buckets", "", nil, 404, 7003},
		"malformed token":   {plain, "GET", "tokens/nope", "", nil, 404, 7003},
		"no token":          {plain, "GET", "tokens/00000000000000000000000000000000", "", nil, 404, 1003},
		"no method":         {plain, "POST", "r2/buckets/full", "{}", nil, 405, 7001},
		"patch refused":     {func(o *cloudflare.Options) { o.PatchRefused = true }, "PATCH", "r2/buckets/full", "", []string{"cf-r2-storage-class: Standard"}, 405, 7001},
		"no bearer":         {plain, "GET", "r2/buckets", "", []string{"Authorization: none"}, 400, 9106},
		"no such bearer":    {plain, "GET", "r2/buckets", "", []string{"Authorization: Bearer x"}, 401, 10000},
		"malformed bearer":  {plain, "GET", "r2/buckets", "", []string{"Authorization: Basic x"}, 400, 6003},
		"other account":     {plain, "GET", "/accounts/00000000000000000000000000000000/r2/buckets", "", nil, 403, 9109},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tt.options)
			w.sim.AddBucket(cloudflare.Bucket{Name: "full", Objects: map[string]int{"a": 1}})
			w.sim.AddBucket(cloudflare.Bucket{Name: "held", Objects: map[string]int{"a/b": 1},
				Lock: []cloudflare.LockRule{{ID: "x", Enabled: true, Prefix: "a/", Condition: cloudflare.When{Type: "Indefinite"}}}})
			before := w.sim.Buckets()
			r := w.fails(tt.status, tt.code, tt.method, tt.path, tt.body, tt.headers...)
			if !strings.Contains(r.text, `"result":null`) || r.header.Get("Cf-Ray") == "" || r.header.Get("Date") != "Fri, 20 Nov 2026 10:00:00 GMT" {
				t.Errorf("headers %v of %s", r.header, r.text)
			}
			if after := w.sim.Buckets(); !reflect.DeepEqual(after, before) {
				t.Errorf("what was refused changed %v to %v", before, after)
			}
		})
	}
}

func TestBuckets_jurisdictionsAreSeparate(t *testing.T) {
	w := newWorld(t)
	for _, space := range []string{"default", "eu", "us", "fedramp"} {
		w.bucket("same", "cf-r2-jurisdiction: "+space)
	}
	w.fails(409, 10004, "POST", "r2/buckets", `{"name":"same"}`)
	w.ok("DELETE", "r2/buckets/same", "", "cf-r2-jurisdiction: eu")
	if n := len(w.sim.Buckets()); n != 3 {
		t.Errorf("%d are left", n)
	}
	r := w.do("GET", "r2/buckets", "", "cf-r2-jurisdiction: us")
	if strings.Count(r.text, `"same"`) != 1 || !strings.Contains(r.text, `"jurisdiction":"us"`) {
		t.Errorf("us has %s", r.text)
	}
	w.clean()
	w.fails(400, 10040, "GET", "r2/buckets", "", "cf-r2-jurisdiction: mars")
	empty := w.do("GET", "r2/buckets", "", "cf-r2-jurisdiction:")
	if empty.status != 500 || empty.text != "InternalError" || len(w.sim.Unknown()) != 2 {
		t.Errorf("an empty jurisdiction answers %d %q, refused %q", empty.status, empty.text, w.sim.Unknown())
	}
}

// names returns the buckets of a list in order, and its cursor.
func (w world) names(query string) (names []string, cursor string) {
	w.t.Helper()
	r := w.do("GET", "r2/buckets"+query, "")
	for _, part := range strings.Split(r.text, `"name":"`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		names = append(names, name)
	}
	cursor, _ = r.json.ResultInfo["cursor"].(string)
	return names, cursor
}

func TestBuckets_list(t *testing.T) {
	w := newWorld(t)
	for i := range 45 {
		w.sim.AddBucket(cloudflare.Bucket{Name: fmt.Sprintf("b-%02d", i)})
	}
	for query, want := range map[string][3]any{ // how many, the first, whether there is a cursor
		"":                                    {20, "b-00", true},
		"?per_page=45":                        {45, "b-00", false},
		"?per_page=1000&order=name":           {45, "b-00", false},
		"?start_after=b-30&per_page=1000":     {14, "b-31", false},
		"?direction=desc&per_page=2":          {2, "b-44", true},
		"?direction=desc&start_after=b-03":    {3, "b-02", false},
		"?name_contains=-1":                   {10, "b-10", false},
		"?name_contains=-1&start_after=b-17x": {2, "b-18", false},
		"?start_after=b-44":                   {0, "", false},
	} {
		names, cursor := w.names(query)
		if len(names) != want[0] || len(names) > 0 && names[0] != want[1] || (cursor != "") != want[2] {
			t.Errorf("%q returns %q and cursor %q, want %v", query, names, cursor, want)
		}
	}
	var all []string
	for cursor := ""; ; {
		page, next := w.names("?per_page=7&cursor=" + cursor)
		all = append(all, page...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if len(all) != 45 || all[44] != "b-44" {
		t.Errorf("pages give %q", all)
	}
	w.clean()
	w.sim.HideBucket(func(_, name string) bool { return name != "b-07" })
	if names, _ := w.names("?per_page=1000"); len(names) != 1 || names[0] != "b-07" {
		t.Errorf("hidden buckets are in %q", names)
	}
	for _, query := range []string{"?per_page=0", "?per_page=1001", "?per_page=x", "?per_page=05", "?order=size", "?direction=up", "?cursor=!", "?jurisdiction=eu", "?per_page=5&per_page=6"} {
		w.fails(400, 10040, "GET", "r2/buckets"+query, "")
	}
}

func TestBuckets_listShapes(t *testing.T) {
	w := newWorld(t, func(o *cloudflare.Options) { o.NullResultInfo, o.SparseLists, o.BareStrings = true, true, true })
	w.bucket("abc")
	if r := w.do("GET", "r2/buckets", ""); !strings.Contains(r.text, `"result_info":null`) || strings.Contains(r.text, "location") ||
		strings.Contains(r.text, "storage_class") || !strings.Contains(r.text, `"messages":["simulated"]`) {
		t.Errorf("list %s", r.text)
	}
	if r := w.do("GET", "r2/buckets/none", ""); !strings.Contains(r.text, `"errors":["The specified bucket does not exist."]`) || r.status != 404 {
		t.Errorf("error %s", r.text)
	}
}

func TestObjects(t *testing.T) {
	w := newWorld(t)
	w.bucket("abc")
	for _, key := range []string{"a", "dir/b", "dir/c", "d"} {
		w.ok("PUT", "r2/buckets/abc/objects/"+key, "text", "Content-Type: text/plain")
	}
	w.sim.PutObject("", "abc", "e", 7)
	if b := w.sim.Buckets()[0]; len(b.Objects) != 5 || b.Objects["dir/b"] != 4 || b.Objects["e"] != 7 {
		t.Errorf("objects %v", b.Objects)
	}
	for query, want := range map[string]string{
		"":                           "a d dir/b dir/c e more=false",
		"?per_page=2":                "a d more=true",
		"?prefix=dir/&start_after=a": "dir/b dir/c more=false",
		"?delimiter=/":               "a d e more=false",
		"?start_after=dir/b":         "dir/c e more=false",
	} {
		r := w.do("GET", "r2/buckets/abc/objects"+query, "")
		var got string
		for _, part := range strings.Split(r.text, `"key":"`)[1:] {
			key, _, _ := strings.Cut(part, `"`)
			got += key + " "
		}
		if got += fmt.Sprintf("more=%v", r.json.ResultInfo["is_truncated"]); got != want {
			t.Errorf("%q returns %s, want %s", query, got, want)
		}
	}
	next := w.do("GET", "r2/buckets/abc/objects?per_page=4", "").json.ResultInfo["cursor"]
	if r := w.do("GET", fmt.Sprintf("r2/buckets/abc/objects?cursor=%v", next), ""); strings.Count(r.text, `"key"`) != 1 || !strings.Contains(r.text, `"key":"e"`) {
		t.Errorf("the cursor returns %s", r.text)
	}
	w.ok("DELETE", "r2/buckets/abc/objects/dir%2Fb", "")
	w.fails(404, 10007, "DELETE", "r2/buckets/abc/objects/dir/b", "")
	w.fails(409, 10008, "DELETE", "r2/buckets/abc", "")
	w.clean()
}

func TestLocks(t *testing.T) {
	w := newWorld(t)
	w.bucket("abc")
	put := func(rule string) { w.ok("PUT", "r2/buckets/abc/lock", `{"rules":[`+rule+`]}`) }
	for rule, until := range map[string]time.Duration{
		`{"id":"a","enabled":true,"condition":{"type":"Age","maxAgeSeconds":60}}`:             time.Minute,
		`{"id":"a","enabled":true,"condition":{"type":"Date","date":"2026-11-21T00:00:00Z"}}`: 0, // below
		`{"id":"a","enabled":false,"condition":{"type":"Indefinite"}}`:                        0,
		`{"id":"a","enabled":true,"prefix":"other/","condition":{"type":"Indefinite"}}`:       0,
		`{"id":"a","enabled":true,"prefix":"k","condition":{"type":"Age","maxAgeSeconds":30}},` +
			`{"id":"b","enabled":true,"condition":{"type":"Age","maxAgeSeconds":90}}`: 90 * time.Second,
	} {
		if strings.Contains(rule, "Date") {
			until = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC).Sub(*w.now)
		}
		w.sim.PutObject("default", "abc", "k", 1)
		put(rule)
		if until > 0 {
			w.pass(until - time.Second)
			w.fails(403, 10069, "DELETE", "r2/buckets/abc/objects/k", "")
			w.pass(time.Second)
		}
		w.ok("DELETE", "r2/buckets/abc/objects/k", "")
		*w.now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	}
	w.clean()
}
