package vendortest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// leaks fails the test if any way of printing a value shows one of the secrets.
func leaks(t *testing.T, what string, value any, secrets ...string) {
	t.Helper()
	texts := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		texts[verb] = fmt.Sprintf(verb, value)
	}
	encoded, err := json.Marshal(value)
	texts["JSON"] = string(encoded)
	if err != nil {
		texts["JSON error"] = err.Error()
	}
	if e, is := value.(error); is {
		texts["Error()"] = e.Error()
	}
	for _, secret := range secrets {
		for way, text := range texts {
			if secret != "" && (strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret))) {
				t.Errorf("%s shows a secret by %s", what, way)
			}
		}
	}
}
