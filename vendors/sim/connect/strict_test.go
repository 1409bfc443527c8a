package connect_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"buckethead/vendors/sim/connect"
)

const nobody = "/v1/vaults/VAULT/items/aaaaaaaaaaaaaaaaaaaaaaaaaa"

// What no client should send is refused, and kept.
func TestStrict(t *testing.T) {
	item := func(old, text string) string { return strings.Replace(good, old, text, 1) }
	field := func(text string) string {
		return item(`{"id":"a","type":"CONCEALED","label":"a","value":"1","section":{"id":"s"}}`, text)
	}
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		says               string
	}{
		"a path of something":        {"GET", "/v1/files", "", 404, "no such path"},
		"activity":                   {"GET", "/v1/activity", "", 404, "no such path"},
		"no v1":                      {"GET", "/vaults", "", 404, "no such path"},
		"a slash at the end":         {"GET", items + "/", "", 404, "no such path"},
		"a path too deep":            {"GET", nobody + "/files/x/content/x", "", 404, "no such path"},
		"a method of something":      {"POST", "/v1/vaults", good, 405, "no such method"},
		"an archive of something":    {"POST", nobody, "", 405, "no such method"},
		"a head":                     {"HEAD", "/v1/vaults", "", 405, ""},
		"an id of no vault":          {"GET", "/v1/vaults/Engineering", "", 400, "Invalid Vault UUID"},
		"an id of no item":           {"GET", items + "/..x", "", 400, "Invalid Item UUID"},
		"an id of no file":           {"GET", nobody + "/files/X", "", 400, "Invalid File UUID"},
		"an escaped id":              {"GET", items + "/%61aaaaaaaaaaaaaaaaaaaaaaaaa", "", 400, "Invalid Item UUID"},
		"another query":              {"GET", "/v1/vaults?limit=5", "", 400, "not known"},
		"a query twice":              {"GET", "/v1/vaults?filter=a&filter=b", "", 400, "more than once"},
		"a malformed query":          {"GET", "/v1/vaults?a=%zz", "", 400, "cannot be read"},
		"a filter of two":            {"GET", `/v1/vaults?filter=name+eq+%22a%22+or+name+pr`, "", 400, "goes on after"},
		"a vault's tag":              {"GET", `/v1/vaults?filter=tag+eq+%22a%22`, "", 400, "not of the form"},
		"an item's name":             {"GET", items + `?filter=name+eq+%22a%22`, "", 400, "not of the form"},
		"a filter on an item":        {"GET", nobody + `?filter=title+eq+%22a%22`, "", 400, "not known"},
		"inline perhaps":             {"GET", nobody + `/files?inline_files=1`, "", 400, "neither true nor false"},
		"a body of a read":           {"GET", items, "{}", 400, "may be none"},
		"a body of a delete":         {"DELETE", nobody, "{}", 400, "may be none"},
		"no JSON":                    {"POST", items, "x", 400, "not well-formed JSON"},
		"two bodies":                 {"POST", items, good + good, 400, "goes on after"},
		"a list":                     {"POST", items, "[]", 400, "is not a valid object"},
		"a member twice":             {"POST", items, item(`"title"`, `"title":"y","title"`), 400, "not well-formed JSON"},
		"a body that is too long":    {"POST", items, item(`"x"`, `"`+strings.Repeat("x", 1<<20)+`"`), 413, "too long"},
		"another member":             {"POST", items, item(`"title"`, `"colour":"red","title"`), 400, "/colour is not known"},
		"a member in capitals":       {"POST", items, item(`"title"`, `"Title"`), 400, "/Title is not known"},
		"a member of a field":        {"POST", items, item(`"label":"a"`, `"title":"a"`), 400, "/fields/0/title is not known"},
		"no title":                   {"POST", items, item(`"x"`, `""`), 400, "/title is missing"},
		"no category":                {"POST", items, item(`"API_CREDENTIAL"`, `null`), 400, "/category is missing"},
		"another category":           {"POST", items, item("API_CREDENTIAL", "ApiCredentials"), 400, "not one of the known words"},
		"a category of people":       {"POST", items, item("API_CREDENTIAL", "CUSTOM"), 400, "Invalid item category"},
		"a document":                 {"POST", items, item("API_CREDENTIAL", "DOCUMENT"), 400, "Invalid item category"},
		"an item of another vault":   {"POST", items, item(`"id":"VAULT"`, `"id":"OTHER"`), 400, "another vault's"},
		"no vault":                   {"POST", items, item(`"vault":{"id":"VAULT"},`, ``), 400, "/vault is missing"},
		"an id that was chosen":      {"POST", items, item(`"title"`, `"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","title"`), 400, "/id is not the item's"},
		"a version that was chosen":  {"POST", items, item(`"title"`, `"version":3,"title"`), 400, "/version cannot be set"},
		"a version in words":         {"POST", items, item(`"title"`, `"version":"3","title"`), 400, "/version is not a valid integer"},
		"a state":                    {"POST", items, item(`"title"`, `"state":"ARCHIVED","title"`), 400, "/state cannot be set"},
		"a malformed time":           {"POST", items, item(`"title"`, `"createdAt":"now","title"`), 400, "/createdAt is not a valid time"},
		"an empty tag":               {"POST", items, item(`"b"`, `" "`), 400, "/tags"},
		"a tag twice":                {"POST", items, item(`"b"`, `"a"`), 400, "/tags"},
		"a tag not of ASCII":         {"POST", items, item(`"b"`, `"bü"`), 400, "/tags"},
		"a website":                  {"POST", items, item(`"title"`, `"urls":[{"href":"https://a.example"}],"title"`), 400, "/urls"},
		"a website without address":  {"POST", items, item(`"title"`, `"urls":[{"label":"a"}],"title"`), 400, "/urls/0/href is missing"},
		"a file":                     {"POST", items, item(`"title"`, `"files":[{"id":"f","name":"f"}],"title"`), 400, "/files"},
		"a section twice":            {"POST", items, item(`{"id":"s",`, `{"id":"s"},{"id":"s",`), 400, "/sections"},
		"a section without id":       {"POST", items, item(`"id":"s","label":"keys"`, `"label":"keys"`), 400, "/sections/0/id is missing"},
		"a section that is not":      {"POST", items, item(`"section":{"id":"s"}`, `"section":{"id":"t"}`), 400, "a section that the item does not have"},
		"a field without id":         {"POST", items, item(`{"id":"a","type"`, `{"type"`), 400, "/fields/0/id is missing"},
		"a field with an empty id":   {"POST", items, item(`"id":"a"`, `"id":""`), 400, "empty or there twice"},
		"two fields of one id":       {"POST", items, item(`"fields":[`, `"fields":[{"id":"a","type":"STRING"},`), 400, "empty or there twice"},
		"a field without type":       {"POST", items, item(`"type":"CONCEALED",`, ``), 400, "/fields/0/type is missing"},
		"another type":               {"POST", items, item("CONCEALED", "Concealed"), 400, "type that is not known"},
		"a type of people":           {"POST", items, item("CONCEALED", "PHONE"), 400, "type that is not known"},
		"another purpose":            {"POST", items, field(`{"id":"a","type":"STRING","purpose":"KEY"}`), 400, "not one of the known words"},
		"a purpose of logins":        {"POST", items, field(`{"id":"a","type":"STRING","purpose":"USERNAME"}`), 400, "category does not know"},
		"a note of another id":       {"POST", items, field(`{"id":"a","type":"STRING","purpose":"NOTES"}`), 400, "that of notes"},
		"a note without its purpose": {"POST", items, field(`{"id":"notesPlain","type":"STRING"}`), 400, "that of notes"},
		"a value as a number":        {"POST", items, item(`"value":"1"`, `"value":1`), 400, "/fields/0/value is not a valid string"},
		"no date":                    {"POST", items, field(`{"id":"a","type":"DATE","value":"1.2.2026"}`), 400, "is not a date"},
		"no month":                   {"POST", items, field(`{"id":"a","type":"MONTH_YEAR","value":"11/2026"}`), 400, "is not a month"},
		"a recipe for nothing":       {"POST", items, field(`{"id":"a","type":"STRING","recipe":{}}`), 400, "nothing is generated"},
		"a recipe too long":          {"POST", items, field(`{"id":"a","type":"STRING","generate":true,"recipe":{"length":65}}`), 400, "from 1 to 64"},
		"a set twice":                {"POST", items, field(`{"id":"a","type":"STRING","generate":true,"recipe":{"characterSets":["DIGITS","DIGITS"]}}`), 400, "set twice"},
		"a recipe of nothing": {"POST", items, field(`{"id":"a","type":"STRING","generate":true,"recipe":{"characterSets":["DIGITS"],` +
			`"excludeCharacters":"0123456789"}}`), 400, "excludes all"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.do("rw", c.method, c.path, c.body)
			if got.status != c.status || c.method != "HEAD" && !strings.Contains(got.message(), c.says) {
				t.Errorf("%d %.300s, want %d with %q", got.status, got.text, c.status, c.says)
			}
			if u := w.sim.Unknown(); len(u) != 1 {
				t.Errorf("kept %q", u)
			}
			if len(w.sim.Items(w.vault)) != 0 {
				t.Error("something was made")
			}
		})
	}
}

func TestStrict_headers(t *testing.T) {
	for _, c := range []struct {
		header string
		status int
		kept   int
	}{
		{"X-Other: 1", 400, 1}, {"X-B3-Traceid: 1", 200, 0}, {"Accept: application/json", 200, 0}, {"User-Agent: bh", 200, 0},
		{"Authorization: Basic rw", 401, 1}, {"Authorization: Bearer rw rw", 401, 1}, {"Authorization: bearer rw", 401, 1}, {"Authorization: Bearer ", 401, 1},
	} {
		w := newWorld(t)
		if got := w.do("rw", "GET", "/v1/vaults", "", c.header); got.status != c.status || len(w.sim.Unknown()) != c.kept {
			t.Errorf("%s: %d %s, kept %q", c.header, got.status, got.text, w.sim.Unknown())
		}
	}
	w := newWorld(t)
	for _, kind := range []string{"text/plain", "application\\json", ""} {
		if got := w.do("rw", "POST", items, good, "Content-Type: "+kind); got.status != 400 {
			t.Errorf("%q: %d", kind, got.status)
		}
	}
	if got := w.do("rw", "POST", items, good, "Content-Type: application/json; charset=utf-8"); got.status != 200 {
		t.Errorf("%d %s", got.status, got.text)
	}
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "https://connect.example/v1/vaults", nil)
	r.Header["Authorization"] = []string{"Bearer rw", "Bearer ro"}
	if got := w.send(r); got.status != 400 {
		t.Errorf("two tokens: %d", got.status)
	}
}

// Refusals say where something is wrong, and never what it was.
func TestStrict_tellsNoSecrets(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{strings.Replace(good, "CONCEALED", "DATE", 1), strings.Replace(good, `"value"`, `"vale"`, 1), good + good} {
		got := w.do("rw", "POST", items, strings.ReplaceAll(body, `"1"`, `"the-canary"`))
		if got.status != 400 || strings.Contains(got.text+strings.Join(w.sim.Unknown(), ""), "the-canary") {
			t.Errorf("%s, kept %q", got.text, w.sim.Unknown())
		}
	}
	w.do("the-canary", "GET", "/v1/vaults", "")
	if strings.Contains(strings.Join(w.sim.Unknown(), ""), "the-canary") {
		t.Errorf("kept %q", w.sim.Unknown())
	}
}

func TestTokens(t *testing.T) {
	patch := `[{"op":"replace","path":"/title","value":"y"}]`
	const write, read = "Unauthorized Request, token does not have write access to the Vault", "Unauthorized Request, token does not have read access to the Vault"
	for name, c := range map[string]struct {
		token, method, path, body string
		status                    int
		says                      string
	}{
		"none":                    {"", "GET", "/v1/vaults", "", 401, "Invalid bearer token"},
		"nobody's":                {"who", "GET", "/v1/vaults", "", 401, "Invalid bearer token"},
		"over":                    {"over", "GET", "/v1/vaults", "", 401, "Invalid bearer token"},
		"nobody's, with a bad id": {"who", "GET", "/v1/vaults/x", "", 401, "Invalid bearer token"},
		"out of scope":            {"rw", "GET", "/v1/vaults/OTHER", "", 403, "vault OTHER is not in scope"},
		"items out of scope":      {"rw", "POST", "/v1/vaults/OTHER/items", good, 403, "vault OTHER is not in scope"},
		"no such vault":           {"gone", "GET", "/v1/vaults/zzzzzzzzzzzzzzzzzzzzzzzzzz", "", 404, "vault zzzzzzzzzzzzzzzzzzzzzzzzzz not found"},
		"no such item":            {"rw", "GET", nobody, "", 404, "item aaaaaaaaaaaaaaaaaaaaaaaaaa not found"},
		"delete of no item":       {"rw", "DELETE", nobody, "", 404, "item aaaaaaaaaaaaaaaaaaaaaaaaaa not found"},
		"reads a vault":           {"ro", "GET", "/v1/vaults/VAULT", "", 200, ""},
		"reads, and creates":      {"ro", "POST", items, good, 401, write},
		"no write, and creates":   {"r", "POST", items, good, 401, write},
		"no write, and lists":     {"r", "GET", items, "", 200, ""},
		"reads, and updates":      {"ro", "PUT", nobody, good, 401, write},
		"reads, and deletes":      {"ro", "DELETE", nobody, "", 401, write},
		"writes":                  {"wo", "POST", items, good, 200, ""},
		"writes, and lists":       {"wo", "GET", items, "", 401, read},
		"writes, and gets":        {"wo", "GET", nobody, "", 401, read},
		"writes, and patches":     {"wo", "PATCH", nobody, patch, 401, read},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.do(c.token, c.method, c.path, c.body)
			if says := strings.ReplaceAll(c.says, "OTHER", w.other); got.status != c.status || c.status != 200 && got.message() != says {
				t.Errorf("%d %s, want %d with %s", got.status, got.text, c.status, says)
			}
			w.clean()
		})
	}
}

// Every operation has a right method, and no other.
func TestOperations(t *testing.T) {
	w := newWorld(t)
	path := w.create(good)
	seen := map[string]bool{}
	for _, c := range w.sim.Log() {
		seen[c.Op] = true
	}
	for _, call := range []string{"GET /heartbeat", "GET /health", "GET /metrics", "GET /v1/vaults", "GET /v1/vaults/VAULT", "GET " + items, "GET " + path,
		"PUT " + path, "PATCH " + path, "GET " + path + "/files", "GET " + path + "/files/aaaaaaaaaaaaaaaaaaaaaaaaaa",
		"GET " + path + "/files/aaaaaaaaaaaaaaaaaaaaaaaaaa/content", "DELETE " + path} {
		method, path, _ := strings.Cut(call, " ")
		w.do("rw", method, path, "")
		seen[w.sim.Log()[len(w.sim.Log())-1].Op] = true
		if got := w.do("rw", "OPTIONS", path, ""); got.status != 405 {
			t.Errorf("OPTIONS %s: %d", path, got.status)
		}
	}
	for _, op := range connect.Operations() {
		if !seen[op] {
			t.Errorf("%s was not met", op)
		}
	}
	if !slices.IsSorted(connect.Operations()) {
		t.Error("not sorted")
	}
}
