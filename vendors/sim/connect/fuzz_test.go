package connect

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every filter is refused, or is an attribute and a string: written again it is read
// as the same, and a text that is put in as JSON comes out as it was.
func FuzzFilter(f *testing.F) {
	for _, text := range []string{`title eq "x"`, `title eq "a\"b"`, `tag eq "\u00fc"`, `title eq "x" or title pr "`, `title eq 'x'`, `title eq "x`, `title eq "\ud800"`, `eq`, ` eq `} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := parseFilter(text, itemAttributes); err == nil {
			value, _ := json.Marshal(got.value)
			again, err := parseFilter(got.attribute+" eq "+string(value), itemAttributes)
			if err != nil || again != got || !slices.Contains(itemAttributes, got.attribute) || strings.Count(text, " eq ") < 1 {
				t.Errorf("%q: %+v, again %+v, %v", text, got, again, err)
			}
		}
		value, _ := json.Marshal(text)
		if got, err := parseFilter(`title eq `+string(value), itemAttributes); err != nil || got.value != strings.ToValidUTF8(text, "\ufffd") && got.value != asJSON(value) {
			t.Errorf("%s: %+v, %v", value, got, err)
		}
	})
}

func asJSON(text []byte) string {
	var out string
	_ = json.Unmarshal(text, &out)
	return out
}

// Whatever is sent is answered: an item or a patch that is taken, or an error.
func FuzzBody(f *testing.F) {
	for _, text := range []string{`{"title":"x","category":"LOGIN","vault":{"id":"V"},"fields":[{"id":"a","type":"OTP","value":"otpauth://x?secret=a"}]}`,
		`{"title":"x","category":"LOGIN","vault":{"id":"V"},"tags":null,"fields":[{"id":"a","type":"CONCEALED","generate":true,"recipe":{"length":3}}]}`,
		`[{"op":"replace","path":"/fields","value":["a"]},{"op":"remove","path":"/fields/a"}]`, `[{"op":"replace","path":"/tags","value":"a"},{"op":"add","path":"/tags/-","value":"b"}]`,
		`[{"op":"add","path":"/fields","value":{"type":"STRING","value":"x"}}]`, `[{"op":"replace","path":"/","value":{}}]`, `{"a":1e999}`, `[null]`, `{`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := New(Options{Now: func() time.Time { return time.Unix(1e9, 0) }})
		v := s.AddVault("v")
		s.AddToken("t", Token{Vaults: []string{v}, Write: true})
		id := s.AddItem(v, Item{Title: "x", Category: "LOGIN", Fields: []Field{{ID: "a", Type: "STRING", Value: "1"}}})
		for _, call := range []string{"POST ", "PUT /" + id, "PATCH /" + id} {
			method, path, _ := strings.Cut(call, " ")
			r, err := http.NewRequestWithContext(t.Context(), method, "https://x/v1/vaults/"+v+"/items"+path, strings.NewReader(strings.ReplaceAll(text, `"V"`, `"`+v+`"`)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer t")
			r.Header.Set("Content-Type", "application/json")
			resp, err := s.Transport().RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			answer, _ := io.ReadAll(resp.Body)
			if !json.Valid(answer) || resp.StatusCode != 200 && resp.StatusCode != 400 || (resp.StatusCode == 400) != (len(s.Unknown()) > 0) {
				t.Errorf("%s %s: %d %s", method, text, resp.StatusCode, answer)
			}
			s.ForgetUnknown()
		}
	})
}
