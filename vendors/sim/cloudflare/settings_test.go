package cloudflare_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/sim/cloudflare"
)

func TestSettings_rulesComeBack(t *testing.T) {
	w := newWorld(t)
	w.bucket("abc", "cf-r2-jurisdiction: eu")
	eu := "cf-r2-jurisdiction: eu"
	fresh := w.do("GET", "r2/buckets/abc/lifecycle", "", eu)
	if !strings.Contains(fresh.text, `"maxAge":604800`) || !strings.Contains(fresh.text, `"conditions":{}`) {
		t.Errorf("a fresh bucket has %s", fresh.text)
	}
	for kind, rules := range map[string]string{
		"cors": `[{"id":"x","allowed":{"methods":["GET","PUT"],"origins":["https://a.example","http://*.b.example:8080"],"headers":["x-a"]},"exposeHeaders":["etag"],"maxAgeSeconds":86400}]`,
		"lifecycle": `[{"id":"x","enabled":true,"conditions":{"prefix":"tmp/"},"deleteObjectsTransition":{"condition":{"type":"Age","maxAge":86400}},` +
			`"storageClassTransitions":[{"condition":{"type":"Date","date":"2027-01-01T00:00:00Z"},"storageClass":"InfrequentAccess"}],` +
			`"abortMultipartUploadsTransition":{"condition":{"type":"Age","maxAge":60}}}]`,
		"lock": `[{"id":"x","enabled":true,"prefix":"keep/","condition":{"type":"Date","date":"2027-01-01T00:00:00Z"}},{"id":"y","enabled":false,"condition":{"type":"Indefinite"}}]`,
	} {
		w.ok("PUT", "r2/buckets/abc/"+kind, `{"rules":`+rules+`}`, eu)
		if r := w.do("GET", "r2/buckets/abc/"+kind, "", eu); string(r.json.Result) != `{"rules":`+rules+`}` {
			t.Errorf("%s: %s\nwant %s", kind, r.json.Result, rules)
		}
		w.ok("PUT", "r2/buckets/abc/"+kind, `{"rules":[]}`, eu)
		if r := w.do("GET", "r2/buckets/abc/"+kind, "", eu); string(r.json.Result) != `{"rules":[]}` {
			t.Errorf("%s, cleared: %s", kind, r.text)
		}
	}
	w.ok("DELETE", "r2/buckets/abc/cors", "", eu)
	w.clean()
}

func TestSettings_refused(t *testing.T) {
	cors := func(rule string) string { return `{"rules":[` + rule + `]}` }
	many := `{"rules":[` + strings.Repeat(`{"id":"x","enabled":true,"condition":{"type":"Indefinite"}},`, 1000) + `{}]}`
	for name, tt := range map[string][2]string{
		"no rules":             {"cors", `{}`},
		"null rules":           {"cors", `{"rules":null}`},
		"unknown field":        {"cors", `{"rules":[],"x":1}`},
		"field in other case":  {"cors", `{"Rules":[]}`},
		"a field twice":        {"cors", `{"rules":[],"rules":[]}`},
		"more after":           {"cors", `{"rules":[]} {}`},
		"no json":              {"cors", `{"rules":[`},
		"no methods":           {"cors", cors(`{"allowed":{"methods":[],"origins":["*"]}}`)},
		"unknown method":       {"cors", cors(`{"allowed":{"methods":["OPTIONS"],"origins":["*"]}}`)},
		"origin with a path":   {"cors", cors(`{"allowed":{"methods":["GET"],"origins":["https://a.example/"]}}`)},
		"origin without http":  {"cors", cors(`{"allowed":{"methods":["GET"],"origins":["a.example"]}}`)},
		"no origins":           {"cors", cors(`{"allowed":{"methods":["GET"]}}`)},
		"max age too high":     {"cors", cors(`{"allowed":{"methods":["GET"],"origins":["*"]},"maxAgeSeconds":86401}`)},
		"no conditions":        {"lifecycle", cors(`{"id":"x","enabled":true}`)},
		"no prefix":            {"lifecycle", cors(`{"id":"x","enabled":true,"conditions":{}}`)},
		"abort on a date":      {"lifecycle", cors(`{"id":"x","enabled":true,"conditions":{"prefix":""},"abortMultipartUploadsTransition":{"condition":{"type":"Date","date":"2027-01-01T00:00:00Z"}}}`)},
		"age with a date":      {"lifecycle", cors(`{"id":"x","enabled":true,"conditions":{"prefix":""},"deleteObjectsTransition":{"condition":{"type":"Age","date":"2027-01-01T00:00:00Z"}}}`)},
		"age with a fraction":  {"lifecycle", cors(`{"id":"x","enabled":true,"conditions":{"prefix":""},"deleteObjectsTransition":{"condition":{"type":"Age","maxAge":1.5}}}`)},
		"transition to normal": {"lifecycle", cors(`{"id":"x","enabled":true,"conditions":{"prefix":""},"storageClassTransitions":[{"condition":{"type":"Age","maxAge":1},"storageClass":"Standard"}]}`)},
		"one id twice":         {"lock", cors(`{"id":"x","enabled":true,"condition":{"type":"Indefinite"}},{"id":"x","enabled":true,"condition":{"type":"Indefinite"}}`)},
		"the other's age":      {"lock", cors(`{"id":"x","enabled":true,"condition":{"type":"Age","maxAge":1}}`)},
		"too many":             {"lock", many},
		"enabled as text":      {"domains/managed", `{"enabled":"true"}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.bucket("abc")
			before := w.sim.Buckets()
			w.fails(400, 10040, "PUT", "r2/buckets/abc/"+tt[0], tt[1])
			if len(w.sim.Unknown()) != 1 || !reflect.DeepEqual(w.sim.Buckets(), before) {
				t.Errorf("kept %q", w.sim.Unknown())
			}
		})
	}
}

func TestManagedDomain(t *testing.T) {
	w := newWorld(t, func(o *cloudflare.Options) { o.FreshBucketDelay = time.Second })
	w.bucket("abc")
	w.fails(404, 10006, "PUT", "r2/buckets/abc/domains/managed", `{"enabled":true}`)
	w.pass(time.Second)
	if got := w.ok("PUT", "r2/buckets/abc/domains/managed", `{"enabled":true}`); got["enabled"] != true || got["domain"] != fmt.Sprintf("pub-%v.r2.dev", got["bucketId"]) {
		t.Errorf("managed %v", got)
	}
	if got := w.ok("GET", "r2/buckets/abc/domains/managed", ""); got["enabled"] != true || !w.sim.Buckets()[0].ManagedDomain {
		t.Errorf("managed %v", got)
	}
	w.clean()
}

func TestCustomDomains(t *testing.T) {
	const zone = "11112222333344445555666677778888"
	w := newWorld(t, func(o *cloudflare.Options) { o.DomainDelay = time.Minute })
	w.sim.AddZone(zone, "example.com")
	w.bucket("abc")
	w.bucket("other")
	const root = "r2/buckets/abc/domains/custom"
	body := func(domain string) string {
		return fmt.Sprintf(`{"domain":%q,"zoneId":%q,"enabled":true}`, domain, zone)
	}
	w.ok("POST", root, body("a.example.com"))
	fresh := w.ok("GET", root+"/a.example.com", "")
	if fmt.Sprint(fresh["status"]) != "map[ownership:pending ssl:initializing]" || fresh["zoneName"] != "example.com" || fresh["minTLS"] != "1.0" {
		t.Errorf("fresh %v", fresh)
	}
	w.pass(time.Minute)
	w.ok("PUT", root+"/a.example.com", `{"enabled":false,"minTLS":"1.3","ciphers":["AEAD-AES128-GCM-SHA256"]}`)
	if got := w.ok("GET", root+"/a.example.com", ""); fmt.Sprint(got["status"]) != "map[ownership:active ssl:active]" || got["enabled"] != false ||
		got["minTLS"] != "1.3" || fmt.Sprint(got["ciphers"]) != "[AEAD-AES128-GCM-SHA256]" {
		t.Errorf("changed %v", got)
	}
	w.sim.EditBucket("", "abc", func(b *cloudflare.Bucket) {
		b.CustomDomains[0].Ownership, b.CustomDomains[0].SSL = "unknown", "unknown"
	})
	if got := w.ok("GET", root+"/a.example.com", ""); got["zoneName"] != nil || got["minTLS"] != nil || got["ciphers"] != nil {
		t.Errorf("a degraded backend says %v", got)
	}
	w.fails(409, 10040, "POST", "r2/buckets/other/domains/custom", body("a.example.com"))
	w.fails(400, 10040, "POST", root, body("a.example.org"))
	w.fails(400, 10040, "POST", root, `{"domain":"b.example.com","zoneId":"00000000000000000000000000000000","enabled":true}`)
	for i := range 49 {
		w.ok("POST", root, body(fmt.Sprintf("d%d.example.com", i)))
	}
	w.clean()
	w.fails(400, 10040, "POST", root, body("more.example.com"))
	w.fails(400, 10040, "POST", root, `{"domain":"b.example.com","zoneId":"`+zone+`","enabled":true,"minTLS":"1.4"}`)
	w.fails(400, 10040, "PUT", root+"/a.example.com", `{"zoneId":"`+zone+`"}`)
	w.ok("DELETE", root+"/a.example.com", "")
	w.fails(404, 10053, "DELETE", root+"/a.example.com", "")
	if r := w.do("GET", root, ""); strings.Count(r.text, `"domain":`) != 49 {
		t.Errorf("list %s", r.text)
	}
}
