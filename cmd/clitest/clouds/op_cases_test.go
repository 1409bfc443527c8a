package clouds

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/clitest"
	"buckethead/vendors"
	simulator "buckethead/vendors/sim/cloudflare"
	connectsim "buckethead/vendors/sim/connect"
)

const opPhotos = `
project "photos" {
  bucket = "photos"
}
`

func setField(x *connectsim.Item, id, text string) {
	for i := range x.Fields {
		if x.Fields[i].ID == id {
			x.Fields[i].Value = text
		}
	}
}

// Whatever a person does to an item, the plan says what is wrong, one apply repairs it, and
// what the person added stays.
func TestOP_itemsThatPeopleTouch(t *testing.T) {
	for name, c := range map[string]struct {
		touch func(a *opAccount, id string)
		want  []string // in the plan; none for no changes
		items int      // afterwards, where not 1
	}{
		"a field of bh's edited": {func(a *opAccount, id string) {
			a.connect.EditItem(id, func(x *connectsim.Item) { setField(x, vendors.FieldEndpointURL, "https://elsewhere.example") })
		}, []string{"~ update", "endpoint_url", "edited outside of bh"}, 1},
		"the secret edited": {func(a *opAccount, id string) {
			a.connect.EditItem(id, func(x *connectsim.Item) { setField(x, vendors.FieldSecretAccessKey, "nonsense") })
		}, []string{"~ rotate", "not the one that was stored"}, 1},
		"the mark edited": {func(a *opAccount, id string) {
			a.connect.EditItem(id, func(x *connectsim.Item) { setField(x, "bh_address", "project.other") })
		}, []string{"~ update", "mark"}, 1},
		"renamed": {func(a *opAccount, id string) {
			a.connect.EditItem(id, func(x *connectsim.Item) { x.Title = "mine now" })
		}, []string{"~ update", `item_title: "mine now" -> "photos"`}, 1},
		"deleted": {func(a *opAccount, id string) { a.connect.RemoveItem(id) }, []string{"~ rotate", "the item is gone"}, 1},
		"archived": {func(a *opAccount, id string) {
			a.connect.EditItem(id, func(x *connectsim.Item) { x.State = "ARCHIVED" })
		}, []string{"~ rotate", "the item is gone"}, 1},
		"moved to another vault": {func(a *opAccount, id string) {
			a.connect.MoveItem(id, a.connect.AddVault("Other"))
		}, []string{"~ rotate", "the item is gone"}, 1},
		"doubled": {func(a *opAccount, id string) {
			for _, x := range a.live() {
				a.connect.AddItem(a.vault, x)
			}
		}, nil, 2},
		"a field, a note and a tag added": {func(a *opAccount, id string) {
			a.connect.EditItem(id, func(x *connectsim.Item) {
				x.Notes, x.Tags = "ask Kim", append(x.Tags, "team")
				x.Sections = append(x.Sections, connectsim.Section{ID: "mine", Label: "mine"})
				x.Fields = append(x.Fields, connectsim.Field{ID: "extra", Section: "mine", Type: "STRING", Label: "extra", Value: "kept"})
			})
		}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
				a.declare(opPhotos)
				a.converges(1)
				time.Sleep(time.Minute)
				c.touch(a, a.live()[0].ID)
				out, code := a.bh("plan", "--detailed-exitcode")
				if (code == 2) != (len(c.want) > 0) {
					t.Fatalf("exit %d\n%s", code, out)
				}
				for _, want := range c.want {
					if !strings.Contains(out, want) {
						t.Errorf("the plan lacks %q:\n%s", want, out)
					}
				}
				a.must("rotate", "photos", "--yes") // so that the item is written whatever the plan was
				if out := a.must("plan"); !strings.Contains(out, "No changes") || len(a.live()) != c.items {
					t.Errorf("%d items\n%s", len(a.live()), out)
				}
				if x := a.live()[0]; name == "a field, a note and a tag added" && (value(x, "extra") != "kept" || x.Notes != "ask Kim" || !strings.Contains(fmt.Sprint(x.Tags), "team")) {
					t.Errorf("what a person added is gone: %+v", x)
				}
			})
		})
	}
}

// An item of the same title that is not bh's is never written to.
func TestOP_itemsOfOthers(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		a.connect.AddItem(a.vault, connectsim.Item{Title: "photos", Category: "LOGIN"})
		a.declare(opPhotos)
		if out, code := a.bh("apply", "--yes"); code != 1 || !strings.Contains(out, "An item with that title exists") {
			t.Fatalf("exit %d\n%s", code, out)
		}
		if len(a.minted())+len(a.Buckets()) > 0 || len(a.live()) != 1 {
			t.Error("something was made")
		}
	})
}

// A machine needs only the token of its secret store: Cloudflare's is in the vault,
// and so are keys that someone brings.
func TestOP_references(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		keep := func(title, text string) {
			a.connect.AddItem(a.vault, connectsim.Item{Title: title, Category: "API_CREDENTIAL", Fields: []connectsim.Field{{ID: "credential", Type: "CONCEALED", Label: "credential", Value: text}}})
		}
		keep("cloudflare", a.env["CLOUDFLARE_API_TOKEN"])
		keep("drop", "the-secret-of-the-drop")
		delete(a.env, "CLOUDFLARE_API_TOKEN")
		a.write("buckets.hcl", strings.Replace(opHead, `"main" {}`, "\"main\" {\n  api_token = \"op://Engineering/cloudflare/credential\"\n}", 1)+opPhotos+`
project "drop" {
  bucket     = "drop"
  item_title = "drop keys"
  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = "op://Engineering/drop/credential"
    endpoint_url      = "https://s3.example.com"
    verify            = false
    region            = "eu-central-1"
  }
}
`)
		for _, format := range []string{"human", "json", "markdown"} { // who reviews the plan sees what is read
			out := strings.ReplaceAll(a.must("plan", "--format", format), "&#58;", ":")
			if !strings.Contains(out, "op://Engineering/drop/credential") || !strings.Contains(out, "the keys are for s3.example.com") {
				t.Errorf("%s does not say what is read, and what for:\n%s", format, out)
			}
		}
		a.must("apply", "--yes")
		if out := a.must("plan"); !strings.Contains(out, "No changes") {
			t.Fatal(out)
		}
		for _, x := range a.live() {
			if x.Title == "drop keys" && value(x, vendors.FieldSecretAccessKey) != "the-secret-of-the-drop" {
				t.Errorf("stored is %+v", x)
			}
		}
		if strings.Contains(a.shown.String(), "the-secret-of-the-drop") {
			t.Error("the secret was shown")
		}
		keep("drop", "another")
		if out, code := a.bh("plan"); code != 1 || !strings.Contains(out, "2 items have that name") {
			t.Errorf("a reference that is not sure: exit %d\n%s", code, out)
		}
	})
}

// A plan of a thousand unchanged projects asks 1Password for the vault and one list.
func TestOP_thousandProjects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		many := manyTenants()
		a := newOP(t, connectsim.Options{})
		a.r2Account.Simulator = simulator.New(simulator.Options{Now: time.Now, Sleep: clitest.Sleep, AccountTokens: 2000})
		_, a.env["CLOUDFLARE_API_TOKEN"] = a.AddToken(simulator.TokenSpec{Name: "bh", Groups: []string{"Workers R2 Storage Write", "Account API Tokens Write"}})
		delete(a.env, "BH_LOG")
		a.write("buckets.hcl", strings.Replace(opHead, `"main" {}`, "\"main\" {\n  token_limit = 2000\n}", 1)+tenants(many))
		a.must("apply", "--yes", "--quiet")
		if a.connect.Calls("item.create") != many || len(a.live()) != many {
			t.Errorf("%d items by %d calls", len(a.live()), a.connect.Calls("item.create"))
		}
		a.connect.ResetCounts()
		if out := a.must("plan"); !strings.Contains(out, "No changes") {
			t.Fatalf("%.500s", out)
		}
		if a.connect.Calls("vault.list") != 1 || a.connect.Calls("item.list") != 1 || a.connect.Calls("") != 2 {
			t.Errorf("a plan made %d calls", a.connect.Calls(""))
		}
		time.Sleep(time.Hour)
		a.connect.EditItem(a.live()[7].ID, func(x *connectsim.Item) { x.Notes = "hello" })
		a.connect.ResetCounts()
		a.must("plan")
		if a.connect.Calls("item.get") != 1 || a.connect.Calls("") != 3 {
			t.Errorf("a plan with one item edited made %d calls", a.connect.Calls(""))
		}
	})
}
