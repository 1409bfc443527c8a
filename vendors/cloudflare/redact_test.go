package cloudflare

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const canary = "cfat_canarycanarycanarycanarycanarycanarycana"

func TestRedact(t *testing.T) {
	tokens, buckets := &http.Request{URL: &url.URL{Path: "/accounts/x/tokens"}}, &http.Request{URL: &url.URL{Path: "/accounts/x/r2/buckets"}}
	for name, c := range map[string]struct {
		r          *http.Request
		body, want string
	}{
		"a mint":                 {tokens, `{"result":{"id":"a","value":"` + canary + `","name":"n"}}`, `{"result":{"id":"a","name":"n","value":"(sensitive)"}}`},
		"a roll":                 {tokens, `{"result":"` + canary + `","success":true}`, `{"result":"(sensitive)","success":true}`},
		"half a mint":            {tokens, `{"result":{"id":"a","value":"` + canary, "(74 bytes that are not JSON, not shown)"},
		"two bodies":             {tokens, `{"a":1}{"value":"` + canary + `"}`, "(64 bytes that are not JSON, not shown)"},
		"in another member":      {tokens, `{"result":{"odd":["` + canary + `"]}}`, `{"result":{"odd":["(sensitive)"]}}`},
		"temporary credentials":  {buckets, `{"result":{"accessKeyId":"a","secretAccessKey":"b","sessionToken":"c"}}`, `{"result":{"accessKeyId":"(sensitive)","secretAccessKey":"(sensitive)","sessionToken":"(sensitive)"}}`},
		"a bucket":               {buckets, `{"result":{"name":"photos"}}`, `{"result":{"name":"photos"}}`},
		"a page instead":         {buckets, `<html>`, `<html>`},
		"nothing":                {tokens, "", ""},
		"a list under no member": {tokens, `["` + canary + `"]`, `["(sensitive)"]`},
	} {
		if got := redact(c.r, []byte(c.body)); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// Wherever in an answer about tokens a value stands, it is not shown.
func FuzzRedact(f *testing.F) {
	f.Add(`{"result":{"value":"`, `"}}`)
	f.Add(`{"result":"`, `"}`)
	f.Add(`[{"a":["`, `"]}]`)
	f.Add(`"`, `}}"}}`) // a value, and more after it
	f.Add(`{"`, `":1}`)
	r := &http.Request{URL: &url.URL{Path: "/user/tokens"}}
	f.Fuzz(func(t *testing.T, before, after string) {
		body := before + canary + after
		if got := redact(r, []byte(body)); strings.Contains(got, canary) {
			t.Errorf("%q shows as %q", body, got)
		}
	})
}
