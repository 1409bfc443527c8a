package cloudflare_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/sim/cloudflare"
	"buckethead/vendors/sim/kit"
)

// head is a HeadBucket that can be spoilt.
type head struct {
	host, path, id, secret, region string
	at                             time.Time
	change                         func(*http.Request) // after it was signed
}

func (w world) head(id, value string) head {
	sum := sha256.Sum256([]byte(value))
	return head{host: account + ".r2.cloudflarestorage.com", path: "/abc", id: id, secret: hex.EncodeToString(sum[:]), region: "auto", at: *w.now}
}

func (w world) proof(h head) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodHead, "https://"+h.host+h.path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	signed := []string{"host", "x-amz-content-sha256", "x-amz-date"}
	r.Header.Set("X-Amz-Date", h.at.UTC().Format("20060102T150405Z"))
	r.Header.Set("X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	sig := kit.Signature{KeyID: h.id, Date: h.at.UTC().Format("20060102"), Region: h.region, Service: "s3", Headers: signed}
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s/%s/s3/aws4_request, SignedHeaders=%s, Signature=%s",
		h.id, h.at.UTC().Format("20060102"), h.region, strings.Join(signed, ";"), sig.Sign(r, h.secret)))
	if h.change != nil {
		h.change(r)
	}
	got := w.send(r)
	if got.err != nil || r.Method == "HEAD" && got.text != "" || got.header.Get("Date") == "" {
		w.t.Fatalf("HEAD returns %+v", got)
	}
	return got.status
}

func TestHead(t *testing.T) {
	set := func(name, value string) func(*head) {
		return func(h *head) { h.change = func(r *http.Request) { r.Header.Set(name, value) } }
	}
	with := func(change func(*http.Request)) func(*head) { return func(h *head) { h.change = change } }
	for name, tt := range map[string]struct {
		spoil   func(*head)
		status  int
		strange bool
	}{
		"good":               {func(*head) {}, 200, false},
		"us-east-1":          {func(h *head) { h.region = "us-east-1" }, 200, false},
		"no region":          {func(h *head) { h.region = "" }, 200, false},
		"by path":            {func(h *head) { h.host, h.path = "127.0.0.1:8787", "/s3/default/abc" }, 200, false},
		"by path, elsewhere": {func(h *head) { h.host, h.path = "127.0.0.1:8787", "/s3/eu/abc" }, 403, false},
		"14 minutes late":    {func(h *head) { h.at = h.at.Add(-14 * time.Minute) }, 200, false},
		"16 minutes late":    {func(h *head) { h.at = h.at.Add(-16 * time.Minute) }, 403, false},
		"16 minutes early":   {func(h *head) { h.at = h.at.Add(16 * time.Minute) }, 403, false},
		"wrong secret":       {func(h *head) { h.secret = "x" + h.secret[1:] }, 403, false},
		"other key":          {func(h *head) { h.id = strings.Repeat("0", 32) }, 401, false},
		"key too long":       {func(h *head) { h.id += "00000000" }, 400, true},
		"other region":       {func(h *head) { h.region = "eu-west-1" }, 400, true},
		"other account":      {func(h *head) { h.host = strings.Repeat("0", 32) + ".r2.cloudflarestorage.com" }, 400, true},
		"other jurisdiction": {func(h *head) { h.host = account + ".eu.r2.cloudflarestorage.com" }, 403, false},
		"no jurisdiction":    {func(h *head) { h.host = account + ".mars.r2.cloudflarestorage.com" }, 400, true},
		"other bucket":       {func(h *head) { h.path = "/other" }, 403, false},
		"a query":            {func(h *head) { h.path = "/abc?x=y" }, 400, true},
		"an object":          {func(h *head) { h.path = "/abc/key" }, 404, false},
		"no bucket":          {func(h *head) { h.path = "/" }, 501, true},
		"GET":                {with(func(r *http.Request) { r.Method = "GET" }), 501, true},
		"no Authorization":   {with(func(r *http.Request) { r.Header.Del("Authorization") }), 400, true},
		"a bearer":           {set("Authorization", "Bearer x"), 400, true},
		"no hash":            {with(func(r *http.Request) { r.Header.Del("X-Amz-Content-Sha256") }), 400, true},
		"hash unsigned":      {set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), 403, false},
		"no date":            {with(func(r *http.Request) { r.Header.Del("X-Amz-Date") }), 400, true},
		"unsigned header":    {set("X-Amz-Acl", "private"), 400, true},
		"unknown header":     {set("X-Other", "1"), 400, true},
		"other path":         {with(func(r *http.Request) { r.URL.Path = "/abd" }), 403, false},
		"other host":         {with(func(r *http.Request) { r.Host = account + ".us.r2.cloudflarestorage.com" }), 403, false},
		"headers unsorted": {with(func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "host;x-amz-content-sha256", "x-amz-content-sha256;host", 1))
		}), 400, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.bucket("abc")
			w.bucket("other")
			w.bucket("abc", "cf-r2-jurisdiction: eu")
			h := w.head(w.mint(scoped))
			tt.spoil(&h)
			if got := w.proof(h); got != tt.status || (len(w.sim.Unknown()) > 0) != tt.strange {
				t.Errorf("%d, want %d; refused %q", got, tt.status, w.sim.Unknown())
			}
		})
	}
}

func TestHead_access(t *testing.T) {
	const all, r2ReadID = "com.cloudflare.api.account." + account, "b4992e1108244f5d8bfbd5744320c2e1"
	nested := func(effect, group string) string {
		return fmt.Sprintf(`{"effect":%q,"permission_groups":[{"id":%q}],"resources":{%q:{"com.cloudflare.edge.r2.bucket.*":"*"}}}`, effect, group, all)
	}
	for name, tt := range map[string]struct {
		body string
		want int
	}{
		"item write":         {scoped, 200},
		"item read":          {request("t", policy("allow", resource("default", "abc"), itemReadID)), 200},
		"other bucket":       {request("t", policy("allow", resource("default", "abcd"), itemWriteID)), 403},
		"other jurisdiction": {request("t", policy("allow", resource("eu", "abc"), itemWriteID)), 403},
		"account-wide":       {request("t", policy("allow", all, r2ReadID)), 200},
		"all buckets":        {request("t", nested("allow", itemReadID)), 200},
		"not about R2":       {request("t", policy("allow", all, "5bc3f8b21c554832afc660159ab75fa4")), 403},
		"nothing":            {request("t"), 403},
		"denied":             {request("t", policy("allow", resource("default", "abc"), itemWriteID), nested("deny", itemReadID)), 403},
		"network":            {strings.TrimSuffix(scoped, "}") + `,"condition":{"request_ip":{"in":["127.0.0.0/8"]}}}`, 200},
		"other network":      {strings.TrimSuffix(scoped, "}") + `,"condition":{"request_ip":{"in":["10.0.0.0/8"]}}}`, 403},
		"network shut out":   {strings.TrimSuffix(scoped, "}") + `,"condition":{"request_ip":{"not_in":["127.0.0.1/32"]}}}`, 403},
		"not yet":            {strings.TrimSuffix(scoped, "}") + `,"not_before":"2026-11-20T10:00:01Z"}`, 401},
	} {
		w := newWorld(t)
		w.bucket("abc")
		if got := w.proof(w.head(w.mint(tt.body))); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
		w.clean()
	}
}

// TestHead_time follows one key through its life.
func TestHead_time(t *testing.T) {
	w := newWorld(t, func(o *cloudflare.Options) { o.KeyDelay = time.Minute })
	w.bucket("abc")
	id, value := w.mint(strings.TrimSuffix(scoped, "}") + `,"expires_on":"2026-11-20T11:00:00Z"}`)
	var got []int
	try := func() {
		t.Helper()
		got = append(got, w.proof(w.head(id, value)))
	}
	try() // fresh
	w.pass(time.Minute)
	try()
	w.ok("PUT", "tokens/"+id, strings.TrimSuffix(scoped, "}")+`,"expires_on":"2026-11-20T11:00:00Z"}`)
	try() // the same policy
	w.ok("PUT", "tokens/"+id, strings.ReplaceAll(strings.TrimSuffix(scoped, "}"), itemWriteID, itemReadID)+`,"expires_on":"2026-11-20T11:00:00Z"}`)
	try() // another policy
	w.pass(time.Minute)
	try()
	w.sim.SetTokenStatus(id, "disabled")
	try()
	w.sim.SetTokenStatus(id, "active")
	w.ok("PUT", "tokens/"+id+"/value", "{}")
	w.pass(time.Minute)
	try() // the old value
	token, _ := w.sim.Token(id)
	value = token.Value
	try()
	w.sim.RemoveBucket("default", "abc")
	try()
	w.bucket("abc")
	try() // the key opens a bucket of that name again
	w.pass(time.Hour)
	try() // expired
	if want := []int{401, 200, 200, 401, 200, 401, 403, 200, 404, 200, 401}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	w.clean()
}

func TestHead_jurisdiction(t *testing.T) {
	w := newWorld(t)
	w.bucket("abc", "cf-r2-jurisdiction: us")
	h := w.head(w.mint(request("t", policy("allow", resource("us", "abc"), itemWriteID))))
	if got := w.proof(h); got != 403 {
		t.Errorf("at the ordinary endpoint: %d", got)
	}
	h.host = account + ".us.r2.cloudflarestorage.com"
	if got := w.proof(h); got != 200 {
		t.Errorf("at its own endpoint: %d", got)
	}
	if log := w.sim.Log(); log[len(log)-1].Op != "s3.head" || log[len(log)-1].Jurisdiction != "us" || w.sim.Calls("s3.head") != 2 {
		t.Errorf("log %v", log)
	}
	w.clean()
}
