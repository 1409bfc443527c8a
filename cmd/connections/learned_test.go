package connections

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/redact"
	"buckethead/config"
	"buckethead/vendors"
)

// Whatever secret a call brings, the run's set knows it before anybody can print it.
func TestConnections_learnSecrets(t *testing.T) {
	ctx, secrets, dir := t.Context(), &redact.Set{}, t.TempDir()
	c := New(Options{Secrets: secrets, Log: slog.New(slog.DiscardHandler), Now: time.Now, Transport: noNetwork{},
		Config: &config.Config{Dir: dir,
			Clouds: []config.Connection{{Vendor: "local", Name: "main", Settings: vendors.Settings{"root": {Text: "cloud"}}}},
			Secrets: []config.Connection{{Vendor: "age_file", Name: "main", Settings: vendors.Settings{"path": {Text: "s.age"},
				"identity_file": {Text: "id.txt"}}}}}})
	known := func(what, text string) {
		t.Helper()
		if len(text) < 12 || secrets.Replace("x "+text) != "x "+redact.Marker {
			t.Errorf("%s is not known", what)
		}
	}
	cloud, err := c.Cloud(ctx, "local.main")
	if err != nil {
		t.Fatal(err)
	}
	bucket := vendors.BucketID{Name: "a-bucket"}
	if _, err := cloud.CreateBucket(ctx, vendors.BucketSpec{ID: bucket}); err != nil {
		t.Fatal(err)
	}
	issued, err := cloud.IssueCredential(ctx, vendors.CredentialSpec{Name: "bh/a", Bucket: bucket, Access: vendors.ReadWrite})
	if err != nil {
		t.Fatal(err)
	}
	known("an issued key", issued.Keys.SecretAccessKey.Reveal())
	if !secrets.Contains([]byte(issued.Keys.SecretAccessKey.Reveal())) {
		t.Error("an issued key may be recorded")
	}
	if secrets.Replace(issued.Keys.AccessKeyID) != issued.Keys.AccessKeyID {
		t.Error("the id of a key counts as a secret")
	}
	store, err := c.Store(ctx, "age_file.main")
	if err != nil {
		t.Fatal(err)
	}
	const edited = "put there by somebody else"
	item, err := store.CreateItem(ctx, vendors.ItemSpec{Title: "a", Keys: vendors.BucketCredentials{AccessKeyID: "AKIA", SecretAccessKey: vendors.NewSecret(edited)}})
	if err != nil {
		t.Fatal(err)
	}
	identity, err := os.ReadFile(filepath.Join(dir, "id.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(identity)), "\n")
	known("the identity", lines[len(lines)-1])
	if _, err := store.GetItem(ctx, item.ID); err != nil {
		t.Fatal(err)
	}
	known("what an item holds", edited)
	if secrets.Contains([]byte(edited)) {
		t.Error("what somebody wrote into an item keeps the state from being written")
	}
}

// many is a store that reads several items in one call.
type many struct{ vendors.SecretStore }

const together = "read together with others"

func (many) GetItems(_ context.Context, ids []string) (map[string]vendors.Item, error) {
	return map[string]vendors.Item{ids[0]: {Keys: vendors.BucketCredentials{SecretAccessKey: vendors.NewSecret(together)}}}, nil
}

// What is read together is found behind no wrapper that does not learn of it.
func TestObserved_itemsReadTogether(t *testing.T) {
	secrets := &redact.Set{}
	c, _, _ := newTwoClouds(slog.LevelInfo)
	reader, able := vendors.As[vendors.ItemsReader](observeSecrets(many{}, c.observer("x"), secrets))
	if !able {
		t.Fatal("the store cannot do it any more")
	}
	if _, err := reader.GetItems(t.Context(), []string{"a"}); err != nil || secrets.Replace(together) != redact.Marker {
		t.Error("it is not known", err)
	}
	if _, able := vendors.As[vendors.ItemsReader](observeSecrets(struct{ vendors.SecretStore }{}, c.observer("x"), secrets)); able {
		t.Error("a store can do what it cannot")
	}
}
