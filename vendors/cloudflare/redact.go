package cloudflare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// secretKeys are the members of a JSON body that hold secrets.
var secretKeys = map[string]bool{"value": true, "secretaccesskey": true, "sessiontoken": true, "accesskeyid": true, "secret": true, "token": true}

// redact gives a body as it may be shown. A body about tokens that cannot be read
// whole is not shown at all: half of one can hold a value.
func redact(r *http.Request, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil || decoder.More() {
		if strings.Contains(r.URL.Path, "/tokens") {
			return fmt.Sprintf("(%d bytes that are no JSON, not shown)", len(body))
		}
		return string(body)
	}
	v = withoutSecrets(v, strings.Contains(r.URL.Path, "/tokens"))
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("(%d bytes, not shown)", len(body))
	}
	return string(text)
}

const hidden = "(sensitive)"

// withoutSecrets replaces secrets. Rolling a token answers with the bare value as
// the result, so about tokens no result is shown that is a string.
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
		if aboutTokens && len(v) == len("cfat_")+40 && strings.HasPrefix(v, "cf") {
			return hidden
		}
	}
	return v
}
