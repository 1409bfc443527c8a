package connectsim_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/1Password/connect-sdk-go/connect"
	op "github.com/1Password/connect-sdk-go/onepassword"

	"buckethead/vendors/onepassword/connectsim"
)

// 1Password's own client for Connect, which knows nothing of this server, gets along
// with it: its shapes are the real one's as far as that client looks.
func TestStranger(t *testing.T) {
	sim := connectsim.New(connectsim.Options{Now: time.Now})
	vault := sim.AddVault("Engineering")
	sim.AddVault("Other")
	sim.AddToken("rw", connectsim.Token{Vaults: []string{vault}, Write: true})
	sim.AddToken("ro", connectsim.Token{Vaults: []string{vault}})
	server := httptest.NewServer(sim)
	defer server.Close()
	client := connect.NewClient(server.URL, "rw")

	vaults, err := client.GetVaults()
	if err != nil || len(vaults) != 1 || vaults[0].ID != vault || vaults[0].Name != "Engineering" {
		t.Fatalf("vaults: %+v, %v", vaults, err)
	}
	made, err := client.CreateItem(&op.Item{Title: "photos", Category: op.ApiCredential, Tags: []string{"bh"}, Vault: op.ItemVault{ID: vault},
		Sections: []*op.ItemSection{{ID: "keys", Label: "keys"}},
		Fields: []*op.ItemField{{ID: "access_key_id", Type: "STRING", Label: "access_key_id", Value: "K", Section: &op.ItemSection{ID: "keys"}},
			{ID: "secret_access_key", Type: "CONCEALED", Label: "secret", Value: "S", Section: &op.ItemSection{ID: "keys"}}}}, vault)
	if err != nil || made.ID == "" || made.Version != 1 {
		t.Fatalf("create: %+v, %v", made, err)
	}
	got, err := client.GetItem(made.ID, vault)
	if err != nil || got.GetValue("access_key_id") != "K" || got.GetValue("secret") != "S" || got.Category != op.ApiCredential || got.Tags[0] != "bh" {
		t.Errorf("get: %+v, %v", got, err)
	}
	if list, err := client.GetItems(vault); err != nil || len(list) != 1 || len(list[0].Fields) != 0 {
		t.Errorf("list: %+v, %v", list, err)
	}
	if found, err := client.GetItemByTitle("photos", vault); err != nil || found.ID != made.ID {
		t.Errorf("by title: %+v, %v", found, err)
	}
	got.Title = "pictures"
	for _, f := range got.Fields {
		if f.ID == "secret_access_key" {
			f.Value = "T"
		}
	}
	if updated, err := client.UpdateItem(got, vault); err != nil || updated.Title != "pictures" {
		t.Errorf("update: %+v, %v", updated, err)
	}
	if again, err := client.GetItem(made.ID, vault); err != nil || again.Version != 2 || again.GetValue("secret") != "T" {
		t.Errorf("get again: %+v, %v", again, err)
	}
	var refused *op.Error
	if _, err := connect.NewClient(server.URL, "ro").UpdateItem(got, vault); !errors.As(err, &refused) || refused.StatusCode != 401 {
		t.Errorf("a token that may only read: %v", err)
	}
	if _, err := connect.NewClient(server.URL, "nobody").GetVaults(); !errors.As(err, &refused) || refused.StatusCode != 401 {
		t.Errorf("a token of nobody: %v", err)
	}
	if err := client.DeleteItem(got, vault); err != nil {
		t.Errorf("delete: %v", err)
	}
	// It tries the id as a title when there is no such item.
	if _, err := client.GetItem(made.ID, vault); err == nil || !strings.Contains(err.Error(), "Found 0 item(s)") {
		t.Errorf("get what is deleted: %v", err)
	}
	if strange := sim.Unknown(); len(strange) > 0 {
		t.Errorf("it sent what this server does not know: %q", strange)
	}
}
