package clouds

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/cli"
	simulator "buckethead/vendors/sim/cloudflare"
	connectsim "buckethead/vendors/sim/connect"
)

var (
	tfValue  = regexp.MustCompile(`(v[0-9]+|show)-(token-value|password)-[-a-z0-9]+`)
	tfHashed = regexp.MustCompile(`SHA256:([-a-z0-9]+)`)
	tfItem   = regexp.MustCompile(`"ITEM[0-9]+"`)
)

func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// terraformed is what a state of Terraform says there is, and that state.
type terraformed struct {
	*opAccount
	text    []byte
	secrets []string // of the state, as they are and in other forms
}

// tfResource is one resource of a state, as far as a world is made of it.
type tfResource struct {
	Mode, Type string
	Instances  []struct {
		Deposed    string
		Attributes tfAttributes
	}
	Values  tfAttributes // of one that is shown
	Deposed string       `json:"deposed_key"`
}

// tfModule is a module that is shown.
type tfModule struct {
	Resources []tfResource
	Children  []tfModule `json:"child_modules"`
}

func (m tfModule) all() []tfResource {
	out := m.Resources
	for _, child := range m.Children {
		out = append(out, child.all()...)
	}
	return out
}

type tfAttributes struct {
	Account      string `json:"account_id"`
	ID, Name     string
	Jurisdiction string
	Location     string
	StorageClass string `json:"storage_class"`
	Value        string
	Status       any // of a token; a domain has an object
	Policies     []tfPolicy
	Policy       []tfPolicy
	ExpiresOn    time.Time `json:"expires_on"`
	NotBefore    time.Time `json:"not_before"`
	IssuedOn     time.Time `json:"issued_on"`
	UUID, Title  string
	Category     string
	Username     string
	Password     string
	SectionMap   map[string]struct {
		Fields map[string]struct{ Type, Value string } `json:"field_map"`
	} `json:"section_map"`
}

type tfPolicy struct {
	Effect    string
	Groups    []json.RawMessage `json:"permission_groups"`
	Resources json.RawMessage
}

// terraformCase tells a story that begins with the world of a fixture: buckets, tokens of either kind and items. change
// may alter the state before.
func terraformCase(t *testing.T, name string, change func(string) string, story func(t *testing.T, a *terraformed)) {
	t.Helper()
	opCase(t, connectsim.Options{}, func(t *testing.T, op *opAccount) {
		time.Sleep(time.Until(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)))
		text, err := os.ReadFile(filepath.Join("..", "..", "terraform", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			text = []byte(change(string(text)))
		}
		a := &terraformed{opAccount: op}
		for _, m := range tfValue.FindAllString(string(text), -1) {
			sum := sha256.Sum256([]byte(m))
			a.secrets = append(a.secrets, m, sha256Hex(m), base64.StdEncoding.EncodeToString([]byte(m)),
				base64.StdEncoding.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString([]byte(sha256Hex(m))))
		}
		text = tfHashed.ReplaceAllFunc(text, func(m []byte) []byte { return []byte(sha256Hex(string(m[len("SHA256:"):]))) })
		a.text = bytes.ReplaceAll(text, []byte("VAULT"), []byte(op.vault))
		a.build(t)
		a.r2Account.alter = func(p *cli.Process) { p.Stdin = bytes.NewReader(a.text) }
		story(t, a)
		a.checkSecrets(t)
	})
}

// build makes what the state says.
func (a *terraformed) build(t *testing.T) {
	t.Helper()
	var state struct {
		Resources []tfResource
		Values    struct {
			Root tfModule `json:"root_module"`
		}
	}
	if err := json.Unmarshal(a.text, &state); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, r := range append(state.Resources, state.Values.Root.all()...) {
		if r.Values.Name != "" || r.Values.ID != "" {
			r.Instances = append(r.Instances, struct {
				Deposed    string
				Attributes tfAttributes
			}{r.Deposed, r.Values})
		}
		for _, i := range r.Instances {
			x := i.Attributes
			switch r.Type {
			case "cloudflare_r2_bucket":
				exists := slices.ContainsFunc(a.Buckets(), func(b simulator.Bucket) bool { return b.Name == x.Name })
				if x.Account == simulator.DefaultAccountID && i.Deposed == "" && !exists {
					a.AddBucket(simulator.Bucket{Name: x.Name, Jurisdiction: x.Jurisdiction, Location: strings.ToUpper(x.Location), StorageClass: x.StorageClass})
				}
			case "cloudflare_api_token", "cloudflare_account_token":
				id, _ := a.AddToken(simulator.TokenSpec{Name: "of terraform", User: r.Type == "cloudflare_api_token"})
				a.EditToken(id, func(token *simulator.Token) {
					token.ID, token.Status = x.ID, fmt.Sprint(x.Status)
					if x.Value != "" {
						token.Value = x.Value
					}
					token.ExpiresOn, token.NotBefore, token.IssuedOn = x.ExpiresOn, x.NotBefore, x.IssuedOn
					for _, p := range slices.Concat(x.Policy, x.Policies) {
						token.Policies = append(token.Policies, p.simulated(t))
					}
				})
			case "onepassword_item":
				ids[`"`+x.UUID+`"`] = `"` + a.connect.AddItem(a.vault, itemOf(r, x.Title, x.Category, x.Username, x.Password, func(add func(label, value string)) {
					for _, section := range x.SectionMap {
						for label, f := range section.Fields {
							add(label, f.Value)
						}
					}
				})) + `"`
			}
		}
	}
	a.text = tfItem.ReplaceAllFunc(a.text, func(m []byte) []byte { return []byte(ids[string(m)]) })
	for from, to := range ids {
		a.text = bytes.ReplaceAll(a.text, []byte("/items/"+strings.Trim(from, `"`)+`"`), []byte("/items/"+strings.Trim(to, `"`)+`"`))
	}
}

// itemOf is an item as 1Password's provider makes it.
func itemOf(_ tfResource, title, category, username, password string, more func(add func(label, value string))) connectsim.Item {
	x := connectsim.Item{Title: title, Category: strings.ToUpper(category)}
	if category == "login" {
		x.Fields = []connectsim.Field{{ID: "username", Type: "STRING", Purpose: "USERNAME", Label: "username", Value: username},
			{ID: "password", Type: "CONCEALED", Purpose: "PASSWORD", Label: "password", Value: password}}
	}
	more(func(label, value string) {
		const section = "sssssssssssssssssssssssss3"
		if len(x.Sections) == 0 {
			x.Sections = []connectsim.Section{{ID: section, Label: "S3"}}
		}
		kind := "STRING"
		if strings.Contains(label, "secret") {
			kind = "CONCEALED"
		}
		x.Fields = append(x.Fields, connectsim.Field{ID: fmt.Sprintf("%026d", len(x.Fields)+1), Section: section, Type: kind, Label: label, Value: value})
	})
	return x
}

func (p tfPolicy) simulated(t *testing.T) simulator.Policy {
	out := simulator.Policy{ID: "0f0f", Effect: p.Effect, Resources: map[string]any{}}
	for _, g := range p.Groups {
		var id struct{ ID string }
		if json.Unmarshal(g, &id.ID) != nil {
			_ = json.Unmarshal(g, &id)
		}
		name := map[string]string{"2efd5506f9c8494dacb1fa10a3e7d5b6": "Workers R2 Storage Bucket Item Write", "6a018a9f2fc74eb6b293b0c548f38b39": "Workers R2 Storage Bucket Item Read"}[id.ID]
		out.Groups = append(out.Groups, simulator.Group{ID: id.ID, Name: name})
	}
	text := []byte(p.Resources)
	var inner string
	if json.Unmarshal(text, &inner) == nil {
		text = []byte(inner)
	}
	if err := json.Unmarshal(text, &out.Resources); err != nil {
		t.Fatal(err)
	}
	return out
}

// checkSecrets looks for each secret of the state in all that was printed, and in every file that bh wrote.
func (a *terraformed) checkSecrets(t *testing.T) {
	t.Helper()
	all := map[string]string{"what was printed": a.shown.String()}
	err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Base(path) != "state.json" {
			text, err := os.ReadFile(path)
			all[path] = string(text)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.secrets) == 0 || len(all) < 3 {
		t.Fatalf("%d secrets were looked for in %d places", len(a.secrets), len(all))
	}
	for where, text := range all {
		for _, secret := range a.secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %q", where, secret)
			}
		}
	}
	for _, wrong := range append(a.Unknown(), a.connect.Unknown()...) {
		t.Error(wrong)
	}
}

// asUser has bh work with a token of a user, as tokens of a user need.
func (a *terraformed) asUser() {
	_, a.env["CLOUDFLARE_API_TOKEN"] = a.AddToken(simulator.TokenSpec{Name: "bh", User: true, Groups: []string{"Workers R2 Storage Write", "API Tokens Write"}})
}

func (a *terraformed) has(id string, user bool) bool {
	return slices.ContainsFunc(a.Tokens(user), func(t simulator.Token) bool { return t.ID == id })
}

// settled applies twice: at once, and after the overlap. After each there is nothing left to do.
func (a *terraformed) settled(t *testing.T) {
	t.Helper()
	for _, wait := range []time.Duration{0, 25 * time.Hour} {
		time.Sleep(wait)
		a.must("apply", "--yes")
		time.Sleep(time.Minute)
		if out := a.must("plan"); !strings.Contains(out, "No changes") {
			t.Fatalf("after an apply:\n%s", out)
		}
	}
	if out := a.must("drift"); !strings.Contains(out, "No drift") {
		t.Errorf("got\n%s", out)
	}
}

// One bucket and one token of a user, of version 4 of the provider: the bucket is adopted as it is, a new key is issued with
// the same addresses, and the old token is revoked after the overlap.
func TestTerraform_version4(t *testing.T) {
	terraformCase(t, "v4.tfstate", nil, func(t *testing.T, a *terraformed) {
		const token = "4a000000000000000000000000000001"
		a.asUser()
		if out := a.must("import", "--from-terraform", "-"); !strings.Contains(out, `token_kind = "user"`) || !strings.Contains(out, "terraform state rm cloudflare_api_token.photos") {
			t.Errorf("got\n%s", out)
		}
		a.must("import", "--from-terraform", "-", "--write")
		out := a.must("plan")
		if !strings.Contains(out, "Plan: 1 to adopt.") || !strings.Contains(out, "the key "+token+" works until 2026-11-24") {
			t.Errorf("got\n%s", out)
		}
		a.ResetCounts()
		a.must("apply", "--yes")
		for _, c := range a.Log() {
			if c.Method != "GET" && strings.Contains(c.Path, "/r2/") {
				t.Errorf("it sent %s %s", c.Method, c.Path)
			}
		}
		tokens := a.Tokens(true)
		made := tokens[len(tokens)-1]
		if !a.has(token, true) || !strings.HasPrefix(made.Name, "bh/") || !slices.Equal(made.RequestIP, []string{"198.51.100.0/24", "203.0.113.7/32"}) {
			t.Errorf("there are %+v", tokens)
		}
		if out := a.must("show", "photos"); !strings.Contains(out, token) {
			t.Errorf("the older key is not shown:\n%s", out)
		}
		a.settled(t)
		if a.has(token, true) {
			t.Error("the old token is still there")
		}
	})
}

// A key that an item holds stays as it is: the token, the item and its secret.
func TestTerraform_takesOverKey(t *testing.T) {
	terraformCase(t, "v5.9.tfstate", nil, func(t *testing.T, a *terraformed) {
		const token = "59000000000000000000000000000001"
		out := a.must("import", "--from-terraform", "-", "--write")
		if !strings.Contains(out, "photos: the key in the item Photos keys is taken over.") {
			t.Errorf("got\n%s", out)
		}
		if out := a.must("plan"); !strings.Contains(out, "Plan: 1 to adopt.") {
			t.Errorf("got\n%s", out)
		}
		a.settled(t)
		items := a.live()
		if len(items) != 1 || items[0].Title != "Photos keys" || value(items[0], "username") != token ||
			value(items[0], "password") != sha256Hex("v59-token-value-of-photos-0123456789abcde") {
			t.Errorf("there are %d items", len(items))
		}
		if minted := a.minted(); len(minted) != 1 || minted[0].ID != token {
			t.Errorf("there are the tokens %+v", minted)
		}
	})
}

// Instances, modules, an EU bucket with all settings that there are, tokens of a user without a value: all becomes projects that a
// plan finds nothing to change about.
func TestTerraform_settings(t *testing.T) {
	terraformCase(t, "v5.15.tfstate", nil, func(t *testing.T, a *terraformed) {
		a.asUser()
		a.EditBucket("eu", "acme-eu", func(b *simulator.Bucket) {
			b.CORS = []simulator.CORSRule{{ID: "uploads", Allowed: simulator.CORSAllowed{Methods: []string{"PUT", "GET"}, Origins: []string{"https://app.example.com"}, Headers: []string{"content-type"}}, ExposeHeaders: []string{"etag"}, MaxAgeSeconds: 3600}}
			b.Lifecycle = []simulator.LifecycleRule{
				{ID: "Default Multipart Abort Rule", Enabled: true, Abort: &simulator.Transition{Condition: simulator.When{Type: "Age", MaxAge: 604800}}},
				{ID: "old-logs", Enabled: true, Conditions: simulator.LifecycleCondition{Prefix: "logs/"}, Delete: &simulator.Transition{Condition: simulator.When{Type: "Age", MaxAge: 7776000}},
					Classes: []simulator.Transition{{Condition: simulator.When{Type: "Date", Date: "2030-01-01T00:00:00Z"}, StorageClass: "InfrequentAccess"}}}}
			b.Lock = []simulator.LockRule{{ID: "invoices", Enabled: true, Prefix: "invoices/", Condition: simulator.When{Type: "Age", MaxAgeSeconds: 86400}}}
			b.CustomDomains = []simulator.CustomDomain{{Domain: "files.example.com", ZoneID: r2Zone, Enabled: true, MinTLS: "1.2", Ownership: "active", SSL: "active"}}
		})
		a.EditBucket("default", "acme-north", func(b *simulator.Bucket) { b.ManagedDomain = true })
		a.must("import", "--from-terraform", "-", "--write")
		out := a.must("plan")
		for _, word := range []string{"_rule", "custom_domain", "public_access", "storage_class"} {
			if strings.Contains(out, word) {
				t.Errorf("it changes %s:\n%s", word, out)
			}
		}
		if !strings.Contains(out, "Plan: 3 to adopt.") {
			t.Fatalf("got\n%s", out)
		}
		a.ResetCounts()
		a.settled(t)
		for _, c := range a.Log() {
			if c.Method != "GET" && strings.Contains(c.Path, "/r2/") {
				t.Errorf("it sent %s %s", c.Method, c.Path)
			}
		}
		for _, token := range a.Tokens(true) {
			if strings.HasPrefix(token.ID, "515000") {
				t.Errorf("the token %s is still there", token.ID)
			}
		}
	})
}

// What terraform show -json prints is as good as the state.
func TestTerraform_shown(t *testing.T) {
	terraformCase(t, "v5.22.show.json", nil, func(t *testing.T, a *terraformed) {
		const token = "5220000000000000000000000000f001"
		out := a.must("import", "--from-terraform", "-", "--write")
		if !strings.Contains(out, "cloudflare_r2_bucket.broken: tainted") || !strings.Contains(out, "keys_b: a new key is issued.") {
			t.Errorf("got\n%s", out)
		}
		if out := a.must("plan"); !strings.Contains(out, "Plan: 2 to adopt.") || !strings.Contains(out, "the key "+token+" works until") {
			t.Errorf("got\n%s", out)
		}
		a.settled(t)
		if len(a.minted()) != 2 || a.has(token, false) {
			t.Errorf("there are the tokens %+v", a.minted())
		}
	})
}

// What cannot be carried over is named, and neither the state nor bh touches it: a token for two buckets works on, and so do those
// with other permissions, or of a user.
func TestTerraform_leavesTheRest(t *testing.T) {
	known := func(text string) string {
		return strings.Replace(text, `"value": null`, `"value": "v522-token-value-nobody-knows"`, 1)
	}
	terraformCase(t, "v5.22.tfstate", known, func(t *testing.T, a *terraformed) {
		a.text = []byte(strings.Replace(string(a.text), `"value": "v522-token-value-nobody-knows"`, `"value": null`, 1))
		out := a.must("import", "--from-terraform", "-", "--write")
		for _, want := range []string{"cloudflare_account_token.shared: it opens 2 buckets, acme-logs and acme-photos", "[BH5024]", "tofu state rm cloudflare_r2_bucket.photos",
			"cloudflare_r2_bucket.archive: it is of the account ffffffffffffffffffffffffffffffff"} {
			if !strings.Contains(out, want) {
				t.Errorf("it does not say %q:\n%s", want, out)
			}
		}
		before := a.Tokens(false)
		users := len(a.Tokens(true))
		a.settled(t)
		replaced := 0
		for _, token := range before {
			if !a.has(token.ID, false) {
				replaced++
			}
		}
		// One of the two items fits the block, and the token of the other is replaced.
		if replaced != 1 || len(a.Tokens(true)) != users {
			t.Errorf("%d tokens are gone", replaced)
		}
		var answer struct {
			Projects []string
			Left     []struct{ Address, Reason string }
			Keys     map[string]string
			Forget   []string
		}
		again, code := a.bh("import", "--from-terraform", "-", "--json", "--quiet")
		if err := json.Unmarshal([]byte(again[max(strings.Index(again, "{"), 0):]), &answer); err != nil || code != 0 || len(answer.Projects) != 0 || len(answer.Left) < 20 {
			t.Errorf("again: %v\n%s", err, again)
		}
	})
}

// A file that is there gets the blocks that it lacks, and its own store decides what is taken over.
func TestTerraform_intoAFile(t *testing.T) {
	terraformCase(t, "v5.9.tfstate", nil, func(t *testing.T, a *terraformed) {
		a.write("state.json", string(a.text))
		a.declare("")
		out := a.must("import", "--from-terraform", filepath.Join(a.dir, "state.json"))
		if strings.Contains(out, "cloud \"") || !strings.Contains(out, `has the key in the fields "username" and "password", and onepassword.eng declares others`) {
			t.Errorf("got\n%s", out)
		}
		a.write("buckets.hcl", strings.Replace(opHead, "  on_delete", "  fields    = { access_key_id = \"username\", secret_access_key = \"password\" }\n  on_delete", 1))
		a.must("import", "--from-terraform", filepath.Join(a.dir, "state.json"), "--write")
		a.settled(t)
		if minted := a.minted(); len(minted) != 1 || !strings.HasPrefix(minted[0].ID, "59") {
			t.Errorf("there are the tokens %+v", minted)
		}
	})
}

// Where there is no vault, the key in an item is replaced.
func TestTerraform_withoutAVault(t *testing.T) {
	terraformCase(t, "v5.9.tfstate", nil, func(t *testing.T, a *terraformed) {
		a.write("buckets.hcl", r2Head+"project \"photos\" { bucket = \"mine\" }\n")
		out := a.must("import", "--from-terraform", "-", "--write")
		if !strings.Contains(out, "age_file.main is not a vault") || !strings.Contains(out, "photos_2: a new key is issued") {
			t.Errorf("got\n%s", out)
		}
		a.settled(t)
		if a.has("59000000000000000000000000000001", false) {
			t.Error("the old token is still there")
		}
	})
}
