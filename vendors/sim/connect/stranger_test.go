package connect_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/1Password/connect-sdk-go/connect"
	op "github.com/1Password/connect-sdk-go/onepassword"

	sim "buckethead/vendors/sim/connect"
)

// 1Password's own client for Connect, which knows nothing of this server, gets along
// with it: its shapes are the real one's as far as that client looks.
func TestStranger(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(w.sim)
	defer server.Close()
	client := connect.NewClient(server.URL, "rw")

	vaults, err := client.GetVaults()
	if err != nil || len(vaults) != 1 || vaults[0].ID != w.vault || vaults[0].Name != "Engineering" || vaults[0].CreatedAt.IsZero() {
		t.Fatalf("vaults: %+v, %v", vaults, err)
	}
	for _, name := range []string{"Engineering", w.vault} {
		if v, err := client.GetVault(name); err != nil || v.ID != w.vault || v.Type != "USER_CREATED" {
			t.Errorf("vault %s: %+v, %v", name, v, err)
		}
	}
	made, err := client.CreateItem(&op.Item{Title: "photos", Category: op.ApiCredential, Tags: []string{"bh"}, Vault: op.ItemVault{ID: w.vault},
		Sections: []*op.ItemSection{{ID: "keys", Label: "keys"}},
		Fields: []*op.ItemField{{ID: "access_key_id", Type: op.FieldTypeString, Label: "access_key_id", Value: "K", Section: &op.ItemSection{ID: "keys", Label: "keys"}},
			{ID: "secret_access_key", Type: op.FieldTypeConcealed, Label: "secret", Generate: true, Section: &op.ItemSection{ID: "keys"},
				Recipe: &op.GeneratorRecipe{Length: 20, CharacterSets: []string{"LETTERS"}, ExcludeCharacters: "abc"}}}}, "Engineering")
	if err != nil || made.ID == "" || made.Version != 1 || len(made.GetValue("secret")) != 20 {
		t.Fatalf("create: %+v, %v", made, err)
	}
	got, err := client.GetItem(made.ID, w.vault)
	if err != nil || got.GetValue("access_key_id") != "K" || got.GetValue("keys.secret") != made.GetValue("secret") || got.Category != op.ApiCredential || got.Tags[0] != "bh" {
		t.Errorf("get: %+v, %v", got, err)
	}
	if list, err := client.GetItems(w.vault); err != nil || len(list) != 1 || len(list[0].Fields) != 0 || list[0].Version != 1 {
		t.Errorf("list: %+v, %v", list, err)
	}
	if found, err := client.GetItemByTitle("photos", w.vault); err != nil || found.ID != made.ID {
		t.Errorf("by title: %+v, %v", found, err)
	}
	var into struct {
		Key    string `opsection:"keys" opfield:"access_key_id"`
		Secret string `opsection:"keys" opfield:"secret"`
	}
	if err := client.LoadStructFromItemByTitle(&into, "photos", w.vault); err != nil || into.Key != "K" || into.Secret != made.GetValue("secret") {
		t.Errorf("struct: %+v, %v", into, err)
	}
	got.Title = "pictures"
	for _, f := range got.Fields {
		if f.ID == "secret_access_key" {
			f.Value = "T"
		}
	}
	if updated, err := client.UpdateItem(got, w.vault); err != nil || updated.Title != "pictures" || updated.Version != 1 {
		t.Errorf("update: %+v, %v", updated, err)
	}
	if again, err := client.GetItem(made.ID, w.vault); err != nil || again.Version != 2 || again.GetValue("secret") != "T" {
		t.Errorf("get again: %+v, %v", again, err)
	}
	if err := client.DeleteItem(got, w.vault); err != nil {
		t.Errorf("delete: %v", err)
	}
	// It tries the id as a title when there is no such item.
	if _, err := client.GetItem(made.ID, w.vault); err == nil || !strings.Contains(err.Error(), "Found 0 item(s)") {
		t.Errorf("get what is deleted: %v", err)
	}
	w.clean()
}

// A person's document comes through it, too.
func TestStranger_files(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(w.sim)
	defer server.Close()
	client := connect.NewClient(server.URL, "rw")
	id := w.sim.AddItem(w.vault, sim.Item{Title: "paper", Category: "DOCUMENT", Files: []sim.File{{Name: "a.txt", Content: []byte("hello")}}})
	files, err := client.GetFiles("paper", "Engineering")
	if err != nil || len(files) != 1 || files[0].Name != "a.txt" || files[0].Size != 5 {
		t.Fatalf("files: %+v, %v", files, err)
	}
	file, err := client.GetFile(files[0].ID, id, w.vault)
	if err != nil {
		t.Fatal(err)
	}
	if content, err := client.GetFileContent(file); err != nil || string(content) != "hello" {
		t.Errorf("content: %q, %v", content, err)
	}
	if x, err := client.GetItemByUUID(id, w.vault); err != nil || len(x.Files) != 1 || x.Category != op.Document {
		t.Errorf("item: %+v, %v", x, err)
	}
	w.clean()
}

// It understands the errors; and as it does not escape what it puts into a filter,
// it asks for what no client should.
func TestStranger_errors(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(w.sim)
	defer server.Close()
	item := &op.Item{ID: strings.Repeat("a", 26), Title: "x", Category: op.Login, Vault: op.ItemVault{ID: w.vault}}
	for name, c := range map[string]struct {
		call   func(connect.Client) error
		token  string
		status int
	}{
		"a token that may only read": {func(c connect.Client) error { _, err := c.UpdateItem(item, w.vault); return err }, "ro", 401},
		"a token of nobody":          {func(c connect.Client) error { _, err := c.GetVaults(); return err }, "nobody", 401},
		"out of scope":               {func(c connect.Client) error { _, err := c.GetItems(w.other); return err }, "rw", 403},
		"no such item":               {func(c connect.Client) error { return c.DeleteItem(item, w.vault) }, "rw", 404},
	} {
		var refused *op.Error
		if err := c.call(connect.NewClient(server.URL, c.token)); !errors.As(err, &refused) || refused.StatusCode != c.status || refused.Message == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.clean()
	var refused *op.Error
	if _, err := connect.NewClient(server.URL, "rw").GetItemsByTitle(`a" or title pr "`, w.vault); !errors.As(err, &refused) || refused.StatusCode != 400 || len(w.sim.Unknown()) != 1 {
		t.Errorf("a filter that was broken open: %v, kept %q", err, w.sim.Unknown())
	}
}
