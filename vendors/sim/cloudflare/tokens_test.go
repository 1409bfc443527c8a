package cloudflare_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/sim/cloudflare"
)

const (
	itemWriteID = "2efd5506f9c8494dacb1fa10a3e7d5b6"
	itemReadID  = "6a018a9f2fc74eb6b293b0c548f38b39"
	r2WriteID   = "bf7481a1826f439697cb59a20b22293e"
)

// policy is one policy on one resource.
func policy(effect, resource string, groups ...string) string {
	return fmt.Sprintf(`{"effect":%q,"permission_groups":[{"id":"%s"}],"resources":{%q:"*"}}`, effect, strings.Join(groups, `"},{"id":"`), resource)
}

func resource(jurisdiction, bucket string) string {
	return "com.cloudflare.edge.r2.bucket." + account + "_" + jurisdiction + "_" + bucket
}

func request(name string, policies ...string) string {
	return fmt.Sprintf(`{"name":%q,"policies":[%s]}`, name, strings.Join(policies, ","))
}

var scoped = request("t", policy("allow", resource("default", "abc"), itemWriteID))

// mint makes a token and returns its id and value.
func (w world) mint(body string) (id, value string) {
	w.t.Helper()
	made := w.ok("POST", "tokens", body)
	return made["id"].(string), made["value"].(string)
}

func TestTokens_life(t *testing.T) {
	for _, user := range []bool{false, true} {
		w, root, prefix := newWorld(t), "tokens", "cfat_"
		if user {
			w, root, prefix = w.user(), "/user/tokens", "cfut_"
		}
		body := strings.TrimSuffix(scoped, "}") + `,"condition":{"request_ip":{"in":["10.0.0.0/8"],"not_in":["10.1.0.0/16"]}},` +
			`"not_before":"2026-01-01T00:00:00Z","expires_on":"2027-01-01T00:00:00Z"}`
		made := w.ok("POST", root, body)
		value, id := made["value"].(string), made["id"].(string)
		if !regexp.MustCompile("^" + prefix + "[0-9A-Za-z]{40}[0-9a-f]{8}$").MatchString(value) {
			t.Errorf("value %s", value)
		}
		delete(made, "value")
		got := w.ok("GET", root+"/"+id, "")
		if fmt.Sprint(got) != fmt.Sprint(made) || got["expires_on"] != "2027-01-01T00:00:00Z" || got["status"] != "active" || got["last_used_on"] != nil ||
			fmt.Sprint(got["condition"]) != "map[request_ip:map[in:[10.0.0.0/8] not_in:[10.1.0.0/16]]]" {
			t.Errorf("made %v\ngot %v", made, got)
		}
		if r := w.do("GET", root, ""); strings.Contains(r.text, value) || !strings.Contains(r.text, id) {
			t.Errorf("list %s", r.text)
		}
		rolled := w.do("PUT", root+"/"+id+"/value", "{}")
		var fresh string
		if err := json.Unmarshal(rolled.json.Result, &fresh); err != nil || fresh == value || !strings.HasPrefix(fresh, prefix) {
			t.Errorf("rolled %s", rolled.text)
		}
		updated := w.do("PUT", root+"/"+id, strings.Replace(scoped, `{`, `{"status":"disabled",`, 1))
		if strings.Contains(updated.text, "value") || strings.Contains(updated.text, "condition") || !strings.Contains(updated.text, `"expires_on":null`) ||
			!strings.Contains(updated.text, `"status":"disabled"`) {
			t.Errorf("an update replaces: %s", updated.text)
		}
		if token, ok := w.sim.Token(id); !ok || token.Value != fresh || token.User != user {
			t.Errorf("token %v", token)
		}
		if got := w.ok("DELETE", root+"/"+id, ""); fmt.Sprint(got) != "map[id:"+id+"]" {
			t.Errorf("deleted %v", got)
		}
		w.fails(404, 1003, "GET", root+"/"+id, "")
		w.clean()
	}
}

func TestTokens_namesAreNotUnique(t *testing.T) {
	w := newWorld(t)
	a, av := w.mint(scoped)
	b, bv := w.mint(scoped)
	if a == b || av == bv || len(w.sim.Tokens(false)) != 3 {
		t.Errorf("%s %s", a, b)
	}
	if powerless, _ := w.mint(`{"name":"p","policies":[]}`); powerless == "" {
		t.Error("no token without policies")
	}
	w.clean()
}

func TestTokens_sorted(t *testing.T) {
	w := newWorld(t)
	for i := range 8 {
		made := w.ok("POST", "tokens", request(fmt.Sprint(i), policy("allow", resource("default", "abc"), itemReadID, itemWriteID), policy("allow", resource("eu", "abc"), itemWriteID)))
		var ids []string
		for _, p := range made["policies"].([]any) {
			ids = append(ids, p.(map[string]any)["id"].(string))
		}
		if len(ids) != 2 || ids[0] > ids[1] {
			t.Errorf("policies %v", made["policies"])
		}
		for _, p := range made["policies"].([]any) {
			if list := p.(map[string]any)["permission_groups"].([]any); len(list) == 2 && list[0].(map[string]any)["id"] != itemWriteID {
				t.Errorf("groups %v", list)
			}
		}
	}
}

func TestTokens_refused(t *testing.T) {
	one := policy("allow", resource("default", "abc"), itemWriteID)
	with := func(more string) string { return strings.TrimSuffix(request("t", one), "}") + "," + more + "}" }
	for name, tt := range map[string]struct {
		body string
		code int
	}{
		"no name":                {`{"policies":[]}`, 1001},
		"empty name":             {request("", one), 400},
		"name of 121":            {request(strings.Repeat("x", 121), one), 1001},
		"no policies":            {`{"name":"t"}`, 1001},
		"unknown field":          {with(`"value":"x"`), 1001},
		"null condition":         {with(`"condition":null`), 1001},
		"the other key":          {with(`"condition":{"request.ip":{"in":["10.0.0.0/8"]}}`), 1001},
		"address without CIDR":   {with(`"condition":{"request_ip":{"in":["10.0.0.1"]}}`), 1001},
		"no addresses":           {with(`"condition":{"request_ip":{"in":[]}}`), 1001},
		"status on create":       {with(`"status":"active"`), 1001},
		"time with a zone":       {with(`"expires_on":"2027-01-01T00:00:00+01:00"`), 1001},
		"time with a fraction":   {with(`"expires_on":"2027-01-01T00:00:00.5Z"`), 1001},
		"in the past":            {with(`"expires_on":"2026-11-20T10:00:00Z"`), 1001},
		"unknown effect":         {request("t", policy("permit", resource("default", "abc"), itemWriteID)), 1001},
		"unknown group":          {request("t", policy("allow", resource("default", "abc"), "ffffffffffffffffffffffffffffffff")), 1001},
		"group of the user":      {request("t", policy("allow", "com.cloudflare.api.account."+account, "686d18d5ac6c441c867cbf6771e58a0a")), 1001},
		"group on the wrong one": {request("t", policy("allow", resource("default", "abc"), r2WriteID)), 1001},
		"no groups":              {request("t", `{"effect":"allow","permission_groups":[],"resources":{"x":"*"}}`), 1001},
		"group by name":          {request("t", `{"effect":"allow","permission_groups":[{"name":"x"}],"resources":{"x":"*"}}`), 1001},
		"no resources":           {request("t", `{"effect":"allow","permission_groups":[{"id":"`+itemWriteID+`"}],"resources":{}}`), 1001},
		"resource not a star":    {request("t", strings.ReplaceAll(one, `"*"`, `"abc"`)), 1001},
		"other account":          {request("t", strings.ReplaceAll(one, account, "00000000000000000000000000000000")), 1001},
		"no jurisdiction":        {request("t", strings.ReplaceAll(one, "_default_", "_")), 1001},
		"unknown jurisdiction":   {request("t", strings.ReplaceAll(one, "_default_", "_mars_")), 1001},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.fails(400, tt.code, "POST", "tokens", tt.body)
			if len(w.sim.Unknown()) != 1 || len(w.sim.Tokens(false)) != 1 {
				t.Errorf("kept %q", w.sim.Unknown())
			}
		})
	}
	w := newWorld(t)
	id, _ := w.mint(scoped)
	before, _ := w.sim.Token(id)
	for _, body := range []string{`{"name":"t"}`, `{"policies":[]}`, with(`"status":null`), with(`"status":"expired"`)} {
		w.fails(400, 1001, "PUT", "tokens/"+id, body)
	}
	w.fails(400, 1001, "PUT", "tokens/"+id+"/value", `{"x":1}`)
	w.fails(400, 1001, "PUT", "tokens/"+id+"/value", "")
	if after, _ := w.sim.Token(id); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("a refused update changed %v to %v", before, after)
	}
}

func TestTokens_list(t *testing.T) {
	w := newWorld(t)
	for i := range 54 {
		w.mint(request(fmt.Sprintf("t%02d", i)))
		w.pass(time.Second)
	}
	list := func(query string) (names []string, info map[string]any) {
		t.Helper()
		r := w.do("GET", "tokens"+query, "")
		var result []struct{ Name string }
		if err := json.Unmarshal(r.json.Result, &result); err != nil || r.status != 200 {
			t.Fatalf("%s: %s", query, r.text)
		}
		for _, token := range result {
			names = append(names, token.Name)
		}
		return names, r.json.ResultInfo
	}
	for query, want := range map[string]string{
		"":                                   "t53 20 map[count:20 page:1 per_page:20 total_count:55 total_pages:3]",
		"?page=2&per_page=50":                "t03 5 map[count:5 page:2 per_page:50 total_count:55 total_pages:2]",
		"?page=3&per_page=50":                " 0 map[count:0 page:3 per_page:50 total_count:55 total_pages:2]",
		"?per_page=5&direction=asc":          "bh 5 map[count:5 page:1 per_page:5 total_count:55 total_pages:11]",
		"?include_expired=false&per_page=50": "t53 50 map[count:50 page:1 per_page:50 total_count:55 total_pages:2]",
	} {
		names, info := list(query)
		if got := fmt.Sprint(append(names, "")[0], " ", len(names), " ", info); got != want {
			t.Errorf("%q returns %s, want %s", query, got, want)
		}
	}
	ids := w.sim.Tokens(false)
	w.sim.EditToken(ids[54].ID, func(token *cloudflare.Token) { token.ExpiresOn = *w.now })
	w.sim.HideToken(func(id string) bool { return id == ids[53].ID })
	if names, _ := list(""); names[0] != "t51" {
		t.Errorf("neither expired nor hidden tokens are in a list: %q", names)
	}
	if names, _ := list("?include_expired=true"); names[0] != "t53" || names[1] != "t51" {
		t.Errorf("with expired ones: %q", names)
	}
	if r := w.do("GET", "tokens/"+ids[54].ID, ""); !strings.Contains(r.text, `"status":"expired"`) {
		t.Errorf("expired: %s", r.text)
	}
	w.sim.LateTokens(10 * time.Second)
	if names, _ := list(""); names[0] != "t44" {
		t.Errorf("a fresh token is in %q", names)
	}
	w.clean()
	for _, query := range []string{"?page=0", "?per_page=4", "?per_page=51", "?per_page=100", "?include_expired=1", "?name=t", "?order=name", "?direction=x"} {
		w.fails(400, 1001, "GET", "tokens"+query, "")
	}
	if r := w.do("GET", "tokens/", ""); r.status != 200 || !strings.HasPrefix(string(r.json.Result), "[") || len(w.sim.Unknown()) != 9 {
		t.Errorf("an empty id returns %s", r.text)
	}
}

func TestTokens_quota(t *testing.T) {
	w := newWorld(t, func(o *cloudflare.Options) { o.AccountTokens, o.UserTokens = 2, 3 })
	id, _ := w.mint(scoped)
	w.fails(400, 1001, "POST", "tokens", scoped)
	u := w.user()
	u.ok("POST", "/user/tokens", scoped)
	u.ok("POST", "/user/tokens", scoped)
	u.fails(400, 1001, "POST", "/user/tokens", scoped)
	w.ok("DELETE", "tokens/"+id, "")
	w.mint(scoped)
	w.clean()
}

func TestTokens_verify(t *testing.T) {
	w := newWorld(t)
	if got := w.ok("GET", "tokens/verify", ""); got["id"] != w.id || got["status"] != "active" {
		t.Errorf("verified %v", got)
	}
	w.fails(401, 1000, "GET", "/user/tokens/verify", "")
	u := w.user()
	if got := u.ok("GET", "/user/tokens/verify", ""); got["id"] != u.id {
		t.Errorf("verified %v", got)
	}
	u.fails(401, 1000, "GET", "tokens/verify", "")
	for _, change := range []func(){
		func() { w.sim.SetTokenStatus(w.id, "disabled") },
		func() { w.sim.SetTokenStatus(w.id, "revoked (exposed)") },
		func() {
			w.sim.EditToken(w.id, func(token *cloudflare.Token) { token.Status, token.ExpiresOn = "active", *w.now })
		},
		func() { w.sim.RemoveToken(w.id) },
	} {
		change()
		w.fails(401, 1000, "GET", "tokens/verify", "")
		w.fails(401, 10000, "GET", "r2/buckets", "")
	}
	w.clean()
}

func TestPermissions(t *testing.T) {
	w := newWorld(t)
	w.bucket("abc")
	for name, tt := range map[string]struct {
		groups  []string
		allowed string // of the calls below
	}{
		"R2 read":      {[]string{"Workers R2 Storage Read"}, "list verify"},
		"R2 write":     {[]string{"Workers R2 Storage Write"}, "list put verify"},
		"items":        {[]string{"Workers R2 Storage Bucket Item Write"}, "verify"},
		"tokens read":  {[]string{"Account API Tokens Read"}, "tokens groups verify"},
		"tokens write": {[]string{"Account API Tokens Write"}, "tokens mint groups verify"},
		"nothing":      {nil, "verify"},
	} {
		t.Run(name, func(t *testing.T) {
			w := w
			w.t = t
			_, w.value = w.sim.AddToken(cloudflare.TokenSpec{Name: name, Groups: tt.groups})
			var allowed []string
			for _, call := range [][4]string{{"list", "GET", "r2/buckets"}, {"put", "PUT", "r2/buckets/abc/lock", `{"rules":[]}`}, {"tokens", "GET", "tokens"},
				{"mint", "POST", "tokens", `{"name":"x","policies":[]}`}, {"groups", "GET", "tokens/permission_groups"}, {"verify", "GET", "tokens/verify"}} {
				r := w.do(call[1], call[2], call[3])
				if r.status == 200 {
					allowed = append(allowed, call[0])
				} else if r.status != 403 || r.code() != 10000 {
					t.Errorf("%s: %s", call[0], r.text)
				}
			}
			if got := strings.Join(allowed, " "); got != tt.allowed {
				t.Errorf("allowed %q, want %q", got, tt.allowed)
			}
			w.fails(403, 9109, "GET", "/user/tokens", "")
		})
	}
	_, minted := w.mint(request("deny", policy("allow", "com.cloudflare.api.account."+account, r2WriteID), policy("deny", "com.cloudflare.api.account."+account, "b4992e1108244f5d8bfbd5744320c2e1")))
	w.value = minted
	w.fails(403, 10000, "GET", "r2/buckets", "")
	w.ok("PUT", "r2/buckets/abc/lock", `{"rules":[]}`)
	w.clean()
}

func TestAuth_address(t *testing.T) {
	w := newWorld(t, func(o *cloudflare.Options) { o.ClientIP = "192.0.2.7" })
	w.sim.EditToken(w.id, func(token *cloudflare.Token) { token.RequestIP = []string{"192.0.2.0/24"} })
	w.ok("GET", "r2/buckets", "")
	w.sim.EditToken(w.id, func(token *cloudflare.Token) { token.NotRequestIP = []string{"192.0.2.7/32"} })
	w.fails(403, 9109, "GET", "r2/buckets", "")
}

func TestGroups(t *testing.T) {
	w := newWorld(t)
	for query, want := range map[string]int{
		"?name=Workers%20R2%20Storage%20Bucket%20Item%20Write":               1,
		"?scope=com.cloudflare.edge.r2.bucket":                               2,
		"?name=Workers+R2+Storage+Write&scope=com.cloudflare.edge.r2.bucket": 0,
		"?name=Workers": 0,
		"":              10,
	} {
		if r := w.do("GET", "tokens/permission_groups"+query, ""); strings.Count(r.text, `"id"`) != want || r.status != 200 {
			t.Errorf("%q: %s", query, r.text)
		}
	}
	if r := w.user().do("GET", "/user/tokens/permission_groups", ""); strings.Count(r.text, `"id"`) != 12 {
		t.Errorf("user: %s", r.text)
	}
	w.fails(400, 1001, "GET", "tokens/permission_groups?scope=x", "")
}
