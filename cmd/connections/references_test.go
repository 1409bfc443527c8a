package connections

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/vendors"
)

// TestSession_readsReferencesAmongSettings: a cloud gets the secret that a setting
// refers to, and the declared settings stay as they are.
func TestSession_readsReferencesAmongSettings(t *testing.T) {
	c, _, _ := newTwoClouds(LevelTrace)
	dir := t.TempDir()
	c.o.Config.Dir = dir
	c.o.Config.Secrets[0].Settings = vendors.Settings{"path": {Text: "secrets.age"}, "identity_file": {Text: "identity.txt"}}
	store, err := c.Store(t.Context(), "age_file.main")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.CreateItem(t.Context(), vendors.ItemSpec{Title: "token",
		Keys: vendors.BucketCredentials{AccessKeyID: "id", SecretAccessKey: vendors.NewSecret("canary-Zo1ohz9aeph3")}}); err != nil {
		t.Fatal(err)
	}
	block := config.Connection{Vendor: "cloudflare_r2", Name: "main", Settings: vendors.Settings{
		"account_id": {Text: "a"}, "api_token": {Reference: "age://token/secret_access_key", Source: "buckets.hcl"}}}
	got, err := c.settings(t.Context(), block)
	if err != nil || !got["api_token"].Secret.Equal(vendors.NewSecret("canary-Zo1ohz9aeph3")) || got["api_token"].Reference != "" || got.Text("account_id") != "a" {
		t.Errorf("got %v, %v", got, err)
	}
	if block.Settings["api_token"].Reference == "" || !block.Settings["api_token"].Secret.IsZero() {
		t.Error("the declared settings were changed")
	}
	for _, reference := range []string{"age://nothing/secret_access_key", "op://vault/item/field"} {
		block.Settings["api_token"] = vendors.Value{Reference: reference}
		if _, err := c.settings(t.Context(), block); err == nil || !strings.Contains(err.Error(), "read api_token from "+reference) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "secrets.age")); errors.Is(err, os.ErrNotExist) {
		t.Error("the store was somewhere else")
	}
}
