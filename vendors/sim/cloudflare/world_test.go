package cloudflare_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/sim/cloudflare"
)

const account = cloudflare.DefaultAccountID

// world is a simulator with a clock that stands still, and a token that may do all.
type world struct {
	t     *testing.T
	sim   *cloudflare.Simulator
	now   *time.Time
	id    string // of the token
	value string
}

func newWorld(t *testing.T, change ...func(*cloudflare.Options)) world {
	t.Helper()
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	o := cloudflare.Options{Now: func() time.Time { return now }}
	for _, f := range change {
		f(&o)
	}
	w := world{t: t, sim: cloudflare.New(o), now: &now}
	w.id, w.value = w.sim.AddToken(cloudflare.TokenSpec{Name: "bh", Groups: []string{"Workers R2 Storage Write", "Account API Tokens Write"}})
	return w
}

// user is the same world with a user's token.
func (w world) user() world {
	w.id, w.value = w.sim.AddToken(cloudflare.TokenSpec{Name: "mine", User: true, Groups: []string{"API Tokens Write", "Workers R2 Storage Write"}})
	return w
}

func (w world) pass(d time.Duration) { *w.now = w.now.Add(d) }

// reply is an answer as it arrived.
type reply struct {
	status int
	header http.Header
	text   string
	err    error // of the transport, or of reading the body
	json   struct {
		Success bool
		Errors  []struct {
			Code    int
			Message string
		}
		Messages   []string
		Result     json.RawMessage
		ResultInfo map[string]any `json:"result_info"`
	}
}

// code is the first error's.
func (r reply) code() int {
	if len(r.json.Errors) == 0 {
		return 0
	}
	return r.json.Errors[0].Code
}

// do sends a request. The path is below the account's root, or below the API's
// when it begins with a slash; headers are "Name: value".
func (w world) do(method, path, body string, headers ...string) reply {
	w.t.Helper()
	url := "https://api.cloudflare.com/client/v4/accounts/" + account + "/" + path
	if strings.HasPrefix(path, "/") {
		url = "https://api.cloudflare.com/client/v4" + path
	}
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, url, reader)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.value)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Set(name, strings.TrimSpace(value))
	}
	if r.Header.Get("Authorization") == "none" {
		r.Header.Del("Authorization")
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
	out := reply{status: resp.StatusCode, header: resp.Header, text: string(text), err: err}
	if len(text) > 0 && err == nil {
		_ = json.Unmarshal(text, &out.json) // what is no envelope is told by its text
	}
	return out
}

// ok fails unless a call succeeds, and returns its result.
func (w world) ok(method, path, body string, headers ...string) map[string]any {
	w.t.Helper()
	r := w.do(method, path, body, headers...)
	if r.status != 200 || !r.json.Success {
		w.t.Fatalf("%s %s: %d %s %v", method, path, r.status, r.text, r.err)
	}
	var out map[string]any
	_ = json.Unmarshal(r.json.Result, &out) // some results are no objects
	return out
}

// fails fails unless a call is refused so.
func (w world) fails(status, code int, method, path, body string, headers ...string) reply {
	w.t.Helper()
	r := w.do(method, path, body, headers...)
	if r.status != status || r.code() != code || r.json.Success {
		w.t.Errorf("%s %s %s: %d %s, want %d with %d", method, path, body, r.status, r.text, status, code)
	}
	return r
}

func (w world) bucket(name string, headers ...string) map[string]any {
	w.t.Helper()
	return w.ok("POST", "r2/buckets", fmt.Sprintf(`{"name":%q}`, name), headers...)
}

// clean fails when something was strictly refused.
func (w world) clean() {
	w.t.Helper()
	if u := w.sim.Unknown(); len(u) > 0 {
		w.t.Errorf("refused: %q", u)
	}
}
