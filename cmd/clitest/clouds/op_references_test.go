package clouds

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	connectsim "buckethead/vendors/sim/connect"
)

// opGrammar is the documented form of a reference to a field.
var opGrammar = regexp.MustCompile(`^op://([A-Za-z0-9._ -]+)/([A-Za-z0-9._ -]+)(?:/([A-Za-z0-9._ -]+))?/([A-Za-z0-9._ -]+)$`)

// read reads a reference as 1Password does, strictly: each part is an id, or a name that only one thing has.
func (a *opAccount) read(reference string) (string, error) {
	parts := opGrammar.FindStringSubmatch(reference)
	if parts == nil {
		return "", fmt.Errorf("%q is no reference", reference)
	}
	is := func(part, id, name string) bool { return part == id || strings.EqualFold(part, name) }
	var found []string
	for _, v := range a.connect.Vaults() {
		if !is(parts[1], v.ID, v.Name) {
			continue
		}
		for _, x := range a.connect.Items(v.ID) {
			if x.State != "" || !is(parts[2], x.ID, x.Title) {
				continue
			}
			for _, f := range x.Fields {
				if is(parts[4], f.ID, f.Label) && f.Section == parts[3] {
					found = append(found, f.Value)
				}
			}
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("%s names %d fields", reference, len(found))
	}
	return found[0], nil
}

// TestOP_referencesCanBeRead: whatever vaults, items and labels are called, each printed reference names what it is for.
func TestOP_referencesCanBeRead(t *testing.T) {
	for _, vault := range []string{"IT/Dev", "R&D (EU)", "Büro", "a?attribute=otp", "Eng.v-2_x y", " padded "} {
		t.Run(vault, func(t *testing.T) {
			opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
				a.vault = a.connect.AddVault(vault)
				a.connect.AddToken(opToken, connectsim.Token{Vaults: []string{a.vault, a.connect.AddVault("Other")}, Write: true})
				name, _ := json.Marshal(vault)
				a.write("buckets.hcl", strings.Replace(opHead, `"Engineering"`, string(name)+"\n  fields = { bucket = \"Bücket\", region = \"Region (AWS)\" }", 1)+`
project "plain" { bucket = "plain" }
project "odd" {
  for_each   = { "a/b" = 1, "é" = 2, "?x" = 3, "$${x}" = 4, "%%{x}" = 5, "it's" = 6 }
  bucket     = "odd-${each.value}"
}
`)
				a.must("apply", "--yes")
				for _, x := range a.live() { // fields of the same names, in a section of a person's own
					a.connect.EditItem(x.ID, func(x *connectsim.Item) {
						x.Sections = append(x.Sections, connectsim.Section{ID: "mine", Label: "mine"})
						x.Fields = append(x.Fields, connectsim.Field{ID: "f1", Type: "STRING", Label: "access_key_id", Value: "another", Section: "mine"})
					})
				}
				if out := a.must("plan"); !strings.Contains(out, "No changes") {
					t.Fatal(out)
				}
				for _, project := range []string{"plain", `odd["a/b"]`, `odd["é"]`, `odd["?x"]`, `odd["${x}"]`, `odd["%{x}"]`, `odd["it's"]`} {
					for _, format := range []string{"dotenv", "docker", "op", "github", "rclone", "aws", "json"} {
						out := a.must("env", project, "--format", format)
						references := regexp.MustCompile(`op://[^"}\n]*[^"}\n ]`).FindAllString(out, -1)
						if len(references) < 4 {
							t.Errorf("%s of %s: %s", format, project, out)
						}
						for _, reference := range references {
							if value, err := a.read(reference); err != nil || value == "another" || value == "" {
								t.Errorf("%s of %s: %v", format, project, err)
							}
						}
					}
				}
				host, token := a.env["OP_CONNECT_HOST"], a.env["OP_CONNECT_TOKEN"]
				delete(a.env, "OP_CONNECT_HOST")
				delete(a.env, "OP_CONNECT_TOKEN")
				out, code := a.bh("env", "plain")
				if legal := regexp.MustCompile(`^[A-Za-z0-9._ -]+$`).MatchString(vault) && strings.TrimSpace(vault) == vault; legal != (code == 0) ||
					!legal && !strings.Contains(out, "BH5090") || strings.Contains(out, unseen) {
					t.Errorf("without credentials: exit %d\n%s", code, out)
				}
				a.env["OP_CONNECT_HOST"], a.env["OP_CONNECT_TOKEN"] = host, token
			})
		})
	}
}
