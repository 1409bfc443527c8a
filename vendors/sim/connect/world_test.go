package connect_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/sim/connect"
)

// world is a server with a clock that stands still, a vault that rw may write, r,
// ro and wo may half, and another vault that they may not see.
type world struct {
	t            *testing.T
	sim          *connect.Simulator
	now          *time.Time
	vault, other string
}

func newWorld(t *testing.T, change ...func(*connect.Options)) world {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 5, time.UTC)
	o := connect.Options{Now: func() time.Time { return now }}
	for _, f := range change {
		f(&o)
	}
	w := world{t: t, sim: connect.New(o), now: &now}
	w.vault, w.other = w.sim.AddVault("Engineering"), w.sim.AddVault("Other")
	w.sim.AddToken("rw", connect.Token{Vaults: []string{w.vault}, Write: true})
	w.sim.AddToken("ro", connect.Token{ReadOnly: []string{w.vault}})
	w.sim.AddToken("r", connect.Token{Vaults: []string{w.vault}})
	w.sim.AddToken("wo", connect.Token{WriteOnly: []string{w.vault}})
	w.sim.AddToken("over", connect.Token{Vaults: []string{w.vault}, Expires: now})
	w.sim.AddToken("gone", connect.Token{Vaults: []string{strings.Repeat("z", 26)}, Write: true})
	return w
}

func (w world) pass(d time.Duration) { *w.now = w.now.Add(d) }

// reply is an answer as it arrived.
type reply struct {
	status int
	header http.Header
	text   string
	err    error
}

// object decodes an answer.
func (r reply) object(t *testing.T) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(r.text), &out); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.text, err)
	}
	return out
}

// message is that of an error, whose body has to repeat the status and no more.
func (r reply) message() string {
	var said map[string]any
	if json.Unmarshal([]byte(r.text), &said) != nil || said["status"] != float64(r.status) || len(said) != 2 {
		return "no error: " + r.text
	}
	text, _ := said["message"].(string)
	return text
}

// do sends a request as a token, "" for none. VAULT and OTHER stand for the ids.
// Headers are "Name: value".
func (w world) do(token, method, path, body string, headers ...string) reply {
	w.t.Helper()
	names := strings.NewReplacer("VAULT", w.vault, "OTHER", w.other)
	r, err := http.NewRequestWithContext(w.t.Context(), method, "https://connect.example"+names.Replace(path), strings.NewReader(names.Replace(body)))
	if err != nil {
		w.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	return w.send(r)
}

func (w world) send(r *http.Request) reply {
	w.t.Helper()
	resp, err := (&http.Client{Transport: w.sim.Transport()}).Do(r)
	if err != nil {
		return reply{err: err}
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return reply{resp.StatusCode, resp.Header, string(text), err}
}

// ok fails unless a call succeeds, and returns its answer.
func (w world) ok(method, path, body string) map[string]any {
	w.t.Helper()
	r := w.do("rw", method, path, body)
	if r.status != 200 || r.err != nil {
		w.t.Fatalf("%s %s %s: %d %s %v", method, path, body, r.status, r.text, r.err)
	}
	return r.object(w.t)
}

// list returns the titles of a list, in the order of the answer.
func (w world) list(query string) []string {
	w.t.Helper()
	r := w.do("rw", "GET", "/v1/vaults/VAULT/items"+query, "")
	var items []struct{ Title string }
	if err := json.Unmarshal([]byte(r.text), &items); err != nil || r.status != 200 {
		w.t.Fatalf("%d %s", r.status, r.text)
	}
	out := []string{}
	for _, x := range items {
		out = append(out, x.Title)
	}
	return out
}

const (
	items = "/v1/vaults/VAULT/items"
	good  = `{"title":"x","category":"API_CREDENTIAL","vault":{"id":"VAULT"},"tags":["b","a"],"sections":[{"id":"s","label":"keys"}],` +
		`"fields":[{"id":"a","type":"CONCEALED","label":"a","value":"1","section":{"id":"s"}}]}`
)

// create makes an item and returns its path.
func (w world) create(body string) string {
	w.t.Helper()
	return items + "/" + w.ok("POST", items, body)["id"].(string)
}

// fieldOf returns a field of an answer.
func fieldOf(t *testing.T, item map[string]any, id string) map[string]any {
	t.Helper()
	for _, f := range item["fields"].([]any) {
		if f := f.(map[string]any); f["id"] == id {
			return f
		}
	}
	t.Fatalf("no field %s in %v", id, item)
	return nil
}

// clean fails when something was strictly refused.
func (w world) clean() {
	w.t.Helper()
	if u := w.sim.Unknown(); len(u) > 0 {
		w.t.Errorf("refused: %q", u)
	}
}
