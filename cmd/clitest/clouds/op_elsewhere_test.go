package clouds

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	simulator "buckethead/vendors/sim/cloudflare"
	connectsim "buckethead/vendors/sim/connect"
)

// unseen is what bh env says of references that it did not check.
const unseen = "bh did not read the item, because onepassword.eng cannot be opened here."

// opHandmade are items that people made: their sections, and their fields with values of "id" and "secret".
var opHandmade = []struct {
	name     string
	category string
	labels   string // that the secrets block declares
	sections []connectsim.Section
	made     []connectsim.Field
	settle   int // the number of writes that put all fields where bh writes its own; 0 for none
}{
	{name: "built-in fields", labels: `access_key_id = "username", secret_access_key = "credential"`, made: []connectsim.Field{
		{ID: "username", Type: "STRING", Label: "username", Value: "id"},
		{ID: "credential", Type: "CONCEALED", Label: "credential", Value: "secret"}}},
	{name: "built-in fields with other labels", category: "LOGIN", made: []connectsim.Field{
		{ID: "username", Type: "STRING", Purpose: "USERNAME", Label: "access_key_id", Value: "id"},
		{ID: "password", Type: "CONCEALED", Purpose: "PASSWORD", Label: "secret_access_key", Value: "secret"}}},
	{name: "a section of its own", settle: 2, sections: []connectsim.Section{{ID: "hhhhhhhhhhhhhhhhhhhhhhhhhh", Label: "S3 (old)"}}, made: []connectsim.Field{
		{ID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Section: "hhhhhhhhhhhhhhhhhhhhhhhhhh", Type: "STRING", Label: "access_key_id", Value: "id"},
		{ID: "bbbbbbbbbbbbbbbbbbbbbbbbbb", Section: "hhhhhhhhhhhhhhhhhhhhhhhhhh", Type: "CONCEALED", Label: "secret_access_key", Value: "secret"}}},
	{name: "no section", settle: 1, made: []connectsim.Field{
		{ID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Type: "STRING", Label: "access_key_id", Value: "id"},
		{ID: "bbbbbbbbbbbbbbbbbbbbbbbbbb", Type: "CONCEALED", Label: "secret_access_key", Value: "secret"}}},
}

// TestOP_handmadeItems: an item that someone made and bh took over has fields where 1Password or that person put them. The
// references that are printed name them there, and without credentials bh env says that it did not look.
func TestOP_handmadeItems(t *testing.T) {
	for _, c := range opHandmade {
		t.Run(c.name, func(t *testing.T) {
			opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
				handmade(t, a, connectsim.Item{Title: "by hand", Category: cmp.Or(c.category, "API_CREDENTIAL"),
					Sections: c.sections, Fields: slices.Clone(c.made), Notes: "of the old server"})
				a.labels(c.labels)
				a.must("apply", "--yes")
				time.Sleep(time.Hour)
				if out := a.must("plan"); !strings.Contains(out, "No changes") {
					t.Fatal(out)
				}
				for writes := 1; writes <= 2; writes++ {
					a.checkReferences(t)
					a.offline(func() {
						settled := c.settle > 0 && writes >= c.settle
						if out := a.must("env", "photos", "--quiet"); strings.Contains(out, unseen) == settled {
							t.Errorf("without credentials, after %d writes:\n%s", writes, out)
						}
						if settled {
							a.checkReferences(t)
						}
					})
					a.must("rotate", "photos", "--yes")
				}
				a.labels(`bucket = "Bucket name", ` + c.labels)
				a.checkReferences(t) // to the labels that the item still has
				a.must("apply", "--yes")
				a.checkReferences(t)
			})
		})
	}
}

// TestOP_labelsThatLoseTheSecret: where other labels are declared, and the secret of a handmade item is not found under
// them, nothing is written, and nothing is taken for done.
func TestOP_labelsThatLoseTheSecret(t *testing.T) {
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		c := opHandmade[0]
		handmade(t, a, connectsim.Item{Title: "by hand", Category: "API_CREDENTIAL", Fields: slices.Clone(c.made)})
		a.labels(c.labels)
		a.must("apply", "--yes")
		before := a.live()[0]
		a.labels("")
		for range 2 {
			out, code := a.bh("apply", "--yes")
			if code != 1 || !strings.Contains(out, "declare the field's name") || a.live()[0].Version != before.Version {
				t.Errorf("exit %d\n%s", code, out)
			}
		}
		a.must("rotate", "photos", "--no-overlap", "--yes")
		a.checkReferences(t)
		a.converges(1)
	})
}

// handmade puts the keys of a bucket into an item that someone made, and forgets the state.
func handmade(t *testing.T, a *opAccount, x connectsim.Item) {
	t.Helper()
	a.declare(opPhotos)
	a.must("apply", "--yes")
	own, token := a.live()[0], a.minted()[0]
	a.connect.RemoveItem(own.ID)
	if err := os.RemoveAll(filepath.Join(a.dir, ".bh")); err != nil {
		t.Fatal(err)
	}
	a.EditToken(token.ID, func(x *simulator.Token) { x.Name = "by hand" })
	for i, f := range x.Fields {
		switch f.Value {
		case "id":
			f.Value = value(own, vendors.FieldAccessKeyID)
		case "secret":
			f.Value = value(own, vendors.FieldSecretAccessKey)
		}
		x.Fields[i] = f
	}
	a.connect.AddItem(a.vault, x)
}

// labels declares an import of that item, and labels for its fields.
func (a *opAccount) labels(labels string) {
	a.write("buckets.hcl", strings.Replace(opHead, "  on_delete", "  fields = { "+labels+" }\n  on_delete", 1)+opPhotos+`
import {
  to     = project.photos
  bucket = "photos"
  item   = "by hand"
}
`)
}

// offline runs something without credentials for the vault.
func (a *opAccount) offline(run func()) {
	kept := a.env["OP_CONNECT_HOST"]
	delete(a.env, "OP_CONNECT_HOST")
	defer func() { a.env["OP_CONNECT_HOST"] = kept }()
	run()
}

// checkReferences reads back what bh env prints of photos in each format: each reference names what it is for.
func (a *opAccount) checkReferences(t *testing.T) {
	t.Helper()
	token := slices.MaxFunc(a.minted(), func(x, y simulator.Token) int { return x.IssuedOn.Compare(y.IssuedOn) })
	digest := sha256.Sum256([]byte(token.Value))
	for _, args := range [][]string{{}, {"--names", "aws"}, {"--format", "docker"}, {"--format", "docker", "--names", "aws"},
		{"--format", "op"}, {"--format", "github"}, {"--format", "rclone"}, {"--format", "aws"}, {"--format", "json"}, {"--by-id"}} {
		out := a.must(append([]string{"env", "photos"}, args...)...)
		var read []string
		for _, reference := range regexp.MustCompile(`op://[^"}\n]*[^"}\n ]`).FindAllString(out, -1) {
			text, err := a.read(reference)
			if err != nil {
				t.Errorf("%s: %v", args, err)
			}
			read = append(read, text)
		}
		if len(read) != 4 || strings.Contains(out, unseen) || !slices.Contains(read, token.ID) ||
			!slices.Contains(read, hex.EncodeToString(digest[:])) {
			t.Errorf("%s: %d references\n%s", args, len(read), out)
		}
	}
}
