package s3

import (
	"slices"
	"testing"

	"buckethead/vendors"
)

func TestCheckSettings(t *testing.T) {
	good := func(change func(vendors.Settings)) vendors.Settings {
		s := vendors.Settings{"bucket": {Text: "acme-states"}, "key": {Text: "bh/prod.state"}, "lock_expires_after": {Text: "2m0s"}}
		change(s)
		return s
	}
	set := func(name, value string) func(vendors.Settings) {
		return func(s vendors.Settings) { s[name] = vendors.Value{Text: value} }
	}
	for name, c := range map[string]struct {
		change func(vendors.Settings)
		wrong  []string
	}{
		"the least":          {func(vendors.Settings) {}, nil},
		"R2":                 {set("endpoint_url", "https://0123.r2.cloudflarestorage.com"), nil},
		"this machine":       {set("endpoint_url", "http://127.0.0.1:7070"), nil},
		"plain text":         {set("endpoint_url", "http://s3.example.com"), []string{"endpoint_url"}},
		"keys in the URL":    {set("endpoint_url", "https://key:secret@s3.example.com"), []string{"endpoint_url"}},
		"no bucket":          {set("bucket", ""), []string{"bucket"}},
		"a bucket in shouts": {set("bucket", "Acme"), []string{"bucket"}},
		"a path of dots":     {set("key", "a/../b"), []string{"key"}},
		"a key with a slash": {set("key", "/a"), []string{"key"}},
		"a key of a lock":    {set("key", "main.state.lock"), []string{"key"}},
		"a key of a copy":    {set("key", "main.state.backups/state-1"), []string{"key"}},
		"a key in Greek":     {set("key", "κ"), []string{"key"}},
		"a region":           {set("region", "eu-central-1"), nil},
		"a host as a region": {set("region", "evil.example"), []string{"region"}},
		"a path as a region": {set("region", "evil.example/"), []string{"region"}},
		"half of the keys":   {set("access_key_id", "AKIA"), []string{"access_key_id"}},
		"both keys": {func(s vendors.Settings) {
			s["access_key_id"], s["secret_access_key"] = vendors.Value{Text: "AKIA"}, vendors.Value{Secret: vendors.NewSecret("x")}
		}, nil},
		"a reference": {func(s vendors.Settings) {
			s["access_key_id"], s["secret_access_key"] = vendors.Value{Text: "AKIA"}, vendors.Value{Reference: "op://v/i/f"}
		}, nil},
		"keys and a profile": {func(s vendors.Settings) {
			s["access_key_id"], s["secret_access_key"], s["profile"] = vendors.Value{Text: "AKIA"}, vendors.Value{Reference: "op://v/i/f"}, vendors.Value{Text: "p"}
		}, []string{"profile"}},
		"a reference as key id": {func(s vendors.Settings) {
			s["access_key_id"], s["secret_access_key"] = vendors.Value{Text: "op://v/i/id"}, vendors.Value{Reference: "op://v/i/f"}
		}, []string{"access_key_id"}},
		"too short": {set("lock_expires_after", "1s"), []string{"lock_expires_after"}},
		"too long":  {set("lock_expires_after", "2h"), []string{"lock_expires_after"}},
		"no time":   {set("lock_expires_after", "soon"), []string{"lock_expires_after"}},
		"half of s": {set("lock_expires_after", "5500ms"), []string{"lock_expires_after"}},
	} {
		var wrong []string
		for _, p := range CheckSettings(good(c.change)) {
			wrong = append(wrong, p.Attribute)
			if p.Summary == "" || p.Fix == "" {
				t.Errorf("%s: %+v says too little", name, p)
			}
		}
		if !slices.Equal(wrong, c.wrong) {
			t.Errorf("%s: got faults in %v, want %v", name, wrong, c.wrong)
		}
	}
}
