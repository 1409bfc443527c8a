package cloudflare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// secretKeys are the members of a JSON body that hold secrets.
var secretKeys = map[string]bool{"value": true, "secretaccesskey": true, "sessiontoken": true, "accesskeyid": true,
	"secret": true, "token": true}

// redact returns a body that is safe to show. A body about tokens that cannot be parsed
// completely is not shown at all: it can contain a value.
func redact(r *http.Request, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	aboutTokens := strings.Contains(r.URL.Path, "/tokens")
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if !json.Valid(body) || decoder.Decode(&v) != nil {
		if aboutTokens {
			return fmt.Sprintf("(%d bytes that are not JSON, not shown)", len(body))
		}
		return string(body)
	}
	text, err := json.Marshal(withoutSecrets(v, aboutTokens))
	// A value in the wrong place, such as a name.
	if err != nil || aboutTokens && (bytes.Contains(text, []byte("cfat_")) || bytes.Contains(text, []byte("cfut_"))) {
		return fmt.Sprintf("(%d bytes, not shown)", len(body))
	}
	return string(text)
}

const hidden = "(sensitive)"

// withoutSecrets replaces secrets. The result of rolling a token is the bare value, so for
// tokens no string result is shown.
func withoutSecrets(v any, aboutTokens bool) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			_, text := member.(string)
			if secretKeys[strings.ToLower(name)] || text && aboutTokens && name == "result" {
				v[name] = hidden
			} else {
				v[name] = withoutSecrets(member, aboutTokens)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutSecrets(v[i], aboutTokens)
		}
	case string:
		if aboutTokens && (strings.Contains(v, "cfat_") || strings.Contains(v, "cfut_")) {
			return hidden
		}
	}
	return v
}
