package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"

	"buckethead/cmd/clitest"
)

// ageEdit is what a person does with age at hand:
//
//	age-edit FILE delete TITLE
//	age-edit FILE copy TITLE
//	age-edit FILE set TITLE FIELD VALUE     (FIELD may be title)
func ageEdit(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	file, err := clitest.ReadAge(path)
	ts.Check(err)
	items, found := file["items"].([]any), false
	for i, raw := range items {
		item := raw.(map[string]any)
		if item["title"] != args[2] {
			continue
		}
		found = true
		switch {
		case args[1] == "delete":
			items = slices.Delete(items, i, i+1)
		case args[1] == "copy":
			twin := maps.Clone(item)
			twin["id"] = "i0c0c0c0c0c0c0c0c0c0c0c0c"
			items = append(items, twin)
		case args[3] == "title":
			item["title"] = args[4]
		default:
			item["fields"].(map[string]any)[args[3]] = args[4]
		}
		break
	}
	if !found {
		ts.Fatalf("there is no item %q", args[2])
	}
	file["items"] = items
	text, err := json.Marshal(file)
	ts.Check(err)
	identity, err := clitest.IdentityBeside(path)
	ts.Check(err)
	var cipher bytes.Buffer
	w, err := age.Encrypt(&cipher, identity.(*age.X25519Identity).Recipient())
	ts.Check(err)
	_, err = w.Write(text)
	ts.Check(err)
	ts.Check(w.Close())
	ts.Check(os.WriteFile(path, cipher.Bytes(), 0o600))
}

// compareIDs is cmp, but for the ids of items and keys, which differ in each run.
func compareIDs(ts *testscript.TestScript, _ bool, args []string) {
	got := regexp.MustCompile(`\b(i[0-9a-f]{24}|BH[A-Z2-7]{18})\b`).ReplaceAllString(ts.ReadFile(args[0]), "ID")
	if want := ts.ReadFile(args[1]); got != want {
		ts.Fatalf("%s:\n%s\nwant %s:\n%s", args[0], got, args[1], want)
	}
}

// ageFields prints the titles and fields of an age file to stdout, each secret as
// its first six characters, so that scripts can compare keys without showing them.
// With a bucket's name it prints the keys of that bucket's item alone.
func ageFields(ts *testscript.TestScript, _ bool, args []string) {
	var lines []string
	for _, item := range clitest.AgeItems(ts.MkAbs(args[0])) {
		fields := item["fields"].(map[string]any)
		secret, _ := fields["secret_access_key"].(string)
		if len(args) > 1 {
			if fields["bucket"] == args[1] {
				lines = append(lines, fmt.Sprintf("%v %.6s", fields["access_key_id"], secret))
			}
			continue
		}
		lines = append(lines, fmt.Sprintf("%s bucket=%v key=%v secret=%.6s note=%v", item["title"], fields["bucket"], fields["access_key_id"], secret, fields["note"]))
	}
	slices.Sort(lines)
	_, err := fmt.Fprintln(ts.Stdout(), strings.Join(lines, "\n"))
	ts.Check(err)
}

// addRecipient declares the own key of the age file and one more: add-recipient FROM TO KEY.
func addRecipient(ts *testscript.TestScript, _ bool, args []string) {
	identity, err := clitest.IdentityBeside(ts.MkAbs(".bh/secrets.age"))
	ts.Check(err)
	keys := fmt.Sprintf("{ recipients = [%q, %q] }", identity.(*age.X25519Identity).Recipient(), args[2])
	declared := strings.Replace(ts.ReadFile(args[0]), `secrets "age_file" "main" {}`, `secrets "age_file" "main" `+keys, 1)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(declared), 0o600))
}
