package connections

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/vendors"
)

// References are names: no token is needed for them, and of the settings only those that
// they are made of.
func TestReference_needsNoToken(t *testing.T) {
	lack := func(setting string) []config.Lack {
		return []config.Lack{{Attribute: setting, Fault: diag.Diagnostic{Kind: diag.Kind{Summary: "no " + setting}}}}
	}
	vault := vendors.Settings{"vault": {Text: "Engineering"}, "fields": {Map: map[string]string{"bucket": "Bucket"}}}
	for _, c := range []struct {
		name     string
		settings vendors.Settings
		lacks    []config.Lack
		want     string
	}{
		{"no token", vault, nil, "op://Engineering/photos/keys/Bucket"},
		{"its variable is not set", vault, lack("service_account_token"), "op://Engineering/photos/keys/Bucket"},
		{"no vault", vendors.Settings{}, lack("vault"), ""},
		{"no labels", vault, lack("fields"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			declared := config.Config{Secrets: []config.Connection{{Vendor: "onepassword", Name: "eng", Settings: c.settings, Lacks: c.lacks}}}
			all := New(Options{Config: &declared, Env: noEnvironment, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
			got, err := all.Reference(t.Context(), "onepassword.eng", "abc", "photos", vendors.FieldBucket)
			var lacking *config.LackError
			if got != c.want || (c.want == "") != errors.As(err, &lacking) {
				t.Errorf("got %q, %v", got, err)
			}
			if _, err := all.Store(t.Context(), "onepassword.eng"); err == nil || (c.lacks != nil) != errors.As(err, &lacking) {
				t.Errorf("the store itself: %v", err)
			}
		})
	}
}
