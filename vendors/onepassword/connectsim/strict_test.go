package connectsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/onepassword/connectsim"
)

// What the API does not know is refused, and kept.
func TestStrict(t *testing.T) {
	good := `{"title":"x","category":"API_CREDENTIAL","vault":{"id":"VAULT"},"fields":[{"id":"a","type":"STRING","label":"a","value":"1"}]}`
	for name, c := range map[string]struct {
		method, path, body, token, header string
		status                            int
	}{
		"vaults":                   {"GET", "/v1/vaults", "", "rw", "", 200},
		"a vault":                  {"GET", "/v1/vaults/VAULT", "", "rw", "", 200},
		"by name":                  {"GET", `/v1/vaults?filter=name+eq+%22Engineering%22`, "", "rw", "", 200},
		"heartbeat without token":  {"GET", "/heartbeat", "", "", "", 200},
		"an item":                  {"POST", "/v1/vaults/VAULT/items", good, "rw", "", 200},
		"no token":                 {"GET", "/v1/vaults", "", "", "", 401},
		"a vault out of scope":     {"GET", "/v1/vaults/OTHER/items", "", "rw", "", 403},
		"a token that reads":       {"POST", "/v1/vaults/VAULT/items", good, "ro", "", 401},
		"a path of something":      {"GET", "/v1/files", "", "rw", "", 404},
		"a method of something":    {"POST", "/v1/vaults/VAULT/items/" + strings.Repeat("a", 26), "[]", "rw", "", 405},
		"an id that is none":       {"GET", "/v1/vaults/VAULT/items/..", "", "rw", "", 400},
		"an item that is not":      {"GET", "/v1/vaults/VAULT/items/" + strings.Repeat("a", 26), "", "rw", "", 404},
		"another query":            {"GET", "/v1/vaults?limit=5", "", "rw", "", 400},
		"a filter of two":          {"GET", `/v1/vaults?filter=title+eq+%22a%22+or+title+pr+%22%22`, "", "rw", "", 400},
		"a filter on an item":      {"POST", `/v1/vaults/VAULT/items?filter=title+eq+%22a%22`, good, "rw", "", 400},
		"another header":           {"GET", "/v1/vaults", "", "rw", "X-Other", 400},
		"another member":           {"POST", "/v1/vaults/VAULT/items", strings.Replace(good, `"title"`, `"colour":"red","title"`, 1), "rw", "", 400},
		"another category":         {"POST", "/v1/vaults/VAULT/items", strings.Replace(good, "API_CREDENTIAL", "APICREDENTIAL", 1), "rw", "", 400},
		"another type":             {"POST", "/v1/vaults/VAULT/items", strings.Replace(good, "STRING", "TEXT", 1), "rw", "", 400},
		"an item of another vault": {"POST", "/v1/vaults/VAULT/items", strings.Replace(good, "VAULT", "OTHER", 1), "rw", "", 400},
		"a section that is not":    {"POST", "/v1/vaults/VAULT/items", strings.Replace(good, `"label":"a"`, `"label":"a","section":{"id":"s"}`, 1), "rw", "", 400},
		"two fields of one id":     {"POST", "/v1/vaults/VAULT/items", strings.Replace(good, `"fields":[`, `"fields":[{"id":"a","type":"STRING"},`, 1), "rw", "", 400},
		"an id that was chosen":    {"POST", "/v1/vaults/VAULT/items", strings.Replace(good, `"title"`, `"id":"`+strings.Repeat("a", 26)+`","title"`, 1), "rw", "", 400},
		"no JSON":                  {"POST", "/v1/vaults/VAULT/items", "x", "rw", "", 400},
		"two bodies":               {"POST", "/v1/vaults/VAULT/items", good + good, "rw", "", 400},
	} {
		sim := connectsim.New(connectsim.Options{Now: time.Now})
		vault, other := sim.AddVault("Engineering"), sim.AddVault("Other")
		sim.AddToken("rw", connectsim.Token{Vaults: []string{vault}, Write: true})
		sim.AddToken("ro", connectsim.Token{Vaults: []string{vault}})
		names := strings.NewReplacer("VAULT", vault, "OTHER", other)
		r, err := http.NewRequestWithContext(t.Context(), c.method, "https://connect.example"+names.Replace(c.path), strings.NewReader(names.Replace(c.body)))
		if err != nil {
			t.Fatal(err)
		}
		if c.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		if c.header != "" {
			r.Header.Set(c.header, "x")
		}
		resp, err := sim.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		var said struct {
			Status  int    `json:"status"`
			Message string `json:"message"`
		}
		if resp.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, resp.StatusCode, c.status, body)
		}
		if c.status >= 400 && (json.Unmarshal(body, &said) != nil || said.Status != c.status || said.Message == "") {
			t.Errorf("%s: the error is %s", name, body)
		}
	}
}

// Reads are late for as long as they are told to be.
func TestReadDelay(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	sim := connectsim.New(connectsim.Options{Now: func() time.Time { return now }, ReadDelay: time.Minute})
	vault := sim.AddVault("Engineering")
	sim.AddToken("rw", connectsim.Token{Vaults: []string{vault}, Write: true})
	do := func(method, path, body string) (int, string) {
		r, _ := http.NewRequestWithContext(t.Context(), method, "https://connect.example/v1/vaults/"+vault+"/items"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer rw")
		r.Header.Set("Content-Type", "application/json")
		resp, err := sim.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text)
	}
	item := `{"title":"before","category":"LOGIN","vault":{"id":"` + vault + `"}}`
	if code, text := do("POST", "", item); code != 200 {
		t.Fatal(text)
	}
	id := sim.Items(vault)[0].ID
	if code, _ := do("GET", "/"+id, ""); code != 404 {
		t.Errorf("a new item shows at once: %d", code)
	}
	if _, text := do("GET", "", ""); text != "[]\n" {
		t.Errorf("a new item is listed at once: %s", text)
	}
	now = now.Add(time.Minute)
	if code, _ := do("GET", "/"+id, ""); code != 200 {
		t.Errorf("it does not show after a minute: %d", code)
	}
	do("PUT", "/"+id, strings.Replace(item, `"title":"before"`, `"id":"`+id+`","title":"after"`, 1))
	if _, text := do("GET", "/"+id, ""); !strings.Contains(text, "before") {
		t.Errorf("a change shows at once: %s", text)
	}
	now = now.Add(time.Minute)
	if _, text := do("GET", "/"+id, ""); !strings.Contains(text, "after") {
		t.Errorf("a change does not show after a minute: %s", text)
	}
}
