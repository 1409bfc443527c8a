package agefile_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"buckethead/vendors"
)

// A file that is not there says so; before the first item that is nothing to wonder at, but for
// anyone who knows the items.
func TestAbsent(t *testing.T) {
	f := open(t)
	absence, _ := vendors.As[vendors.Absence](f.SecretStore)
	absent := func() string {
		t.Helper()
		text, err := absence.Absent(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if got := absent(); got != "the file "+f.path {
		t.Errorf("got %q", got)
	}
	f.create(t, "photos", "s")
	if got := absent(); got != "" {
		t.Errorf("got %q", got)
	}
	if err := os.Remove(f.path); err != nil {
		t.Fatal(err)
	}
	if got := absent(); got != "the file "+f.path {
		t.Errorf("got %q", got)
	}
}

// A title that several items have is no reference to one of them: its id is.
func TestReference_ofADoubledTitle(t *testing.T) {
	f := open(t)
	item := f.create(t, "photos", "s")
	other := f.create(t, "docs", "s")
	var file map[string]any
	if err := json.Unmarshal(f.decrypt(t), &file); err != nil {
		t.Fatal(err)
	}
	items := file["items"].([]any)
	twin := map[string]any{}
	for name, member := range items[0].(map[string]any) {
		twin[name] = member
	}
	twin["id"] = "twin"
	file["items"] = append(items, twin)
	text, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	f.encrypt(t, text, false)
	if got, _ := f.Reference(item.ID, "photos", "secret_access_key"); got != "age://photos/secret_access_key" {
		t.Errorf("before the list: got %s", got)
	}
	if _, err := f.ListItems(context.Background()); err != nil {
		t.Fatal(err)
	}
	reference, _ := f.Reference(item.ID, "photos", "secret_access_key")
	if reference != "age://"+item.ID+"/secret_access_key" {
		t.Errorf("got %s", reference)
	}
	if secret, err := f.resolve(reference); err != nil || secret.Reveal() != "s" {
		t.Errorf("got %v", err)
	}
	if got, _ := f.Reference(other.ID, "docs", ""); got != "age://docs" {
		t.Errorf("got %s", got)
	}
}
