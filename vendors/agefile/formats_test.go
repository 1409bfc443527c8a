package agefile_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"buckethead/vendors"
)

var writeFormats = flag.Bool("formats.write", false, "write the golden files of the current format that do not exist yet")

var formats = filepath.Join("..", "..", "testdata", "formats")

// goldenItem is an item as secrets.json has it; the secret is in clear there, and opens nothing.
type goldenItem struct {
	ID, Title, Version, AccessKeyID, SecretAccessKey     string
	Bucket, EndpointURL, Region, AccountID, Jurisdiction string
	MarkStack, MarkAddress, MarkOperation                string
	MarkLineage                                          string `json:",omitempty"` // since format 2
	UpdatedAt, MarkIssuedAt                              time.Time
}

func goldenItems(t *testing.T, f *fixture) []goldenItem {
	t.Helper()
	list, err := f.ListItems(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []goldenItem
	for _, summary := range list {
		x, err := f.GetItem(t.Context(), summary.ID)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, goldenItem{ID: x.ID, Title: x.Title, Version: x.Version, AccessKeyID: x.Keys.AccessKeyID,
			SecretAccessKey: x.Keys.SecretAccessKey.Reveal(), Bucket: x.Keys.Bucket, EndpointURL: x.Keys.EndpointURL,
			Region: x.Keys.Region, AccountID: x.Keys.AccountID, Jurisdiction: x.Keys.Jurisdiction, MarkStack: x.Mark.Stack, MarkLineage: x.Mark.Lineage,
			MarkAddress: x.Mark.Address, MarkOperation: x.Mark.Operation, UpdatedAt: x.UpdatedAt, MarkIssuedAt: x.Mark.IssuedAt})
	}
	return out
}

// TestFormats opens an age file of each format ever written, reads its items, and
// writes one of them.
func TestFormats(t *testing.T) {
	if *writeFormats {
		writeGoldenFile(t, filepath.Join(formats, "2"))
	}
	files, err := filepath.Glob(filepath.Join(formats, "*", "secrets.age"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no age files in %s (%v)", formats, err)
	}
	for _, path := range files {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"secrets.age", "identity.txt"} {
				content, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(filepath.Join(filepath.Dir(path), "secrets.json"))
			if err != nil {
				t.Fatal(err)
			}
			var want []goldenItem
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if got := goldenItems(t, openWith(t, dir, nil)); !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
			spec := vendors.ItemSpec{Title: "renamed", Keys: vendors.BucketCredentials{AccessKeyID: want[0].AccessKeyID}}
			if _, err := openWith(t, dir, nil).UpdateItem(t.Context(), want[0].ID, want[0].Version, spec); err != nil {
				t.Fatal(err)
			}
			got := goldenItems(t, openWith(t, dir, nil))
			if len(got) != len(want) || !reflect.DeepEqual(got[1:], want[1:]) || got[0].Title != "renamed" || got[0].SecretAccessKey != want[0].SecretAccessKey {
				t.Errorf("after a write: got\n%+v", got)
			}
		})
	}
}

func writeGoldenFile(t *testing.T, folder string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(folder, "secrets.age")); err == nil {
		return
	}
	f := openWith(t, folder, nil)
	for _, spec := range []vendors.ItemSpec{
		{Title: "photos", Keys: vendors.BucketCredentials{AccessKeyID: "key-2", SecretAccessKey: vendors.NewSecret("an-example-and-no-secret"), Bucket: "photos",
			EndpointURL: "https://0abc.r2.cloudflarestorage.com", Region: "auto", AccountID: "0abc", Jurisdiction: "eu"},
			Mark: vendors.Mark{Stack: "golden", Lineage: "0123456789abcdef", Address: "project.photos", Operation: "aaaabbbbcccc", IssuedAt: start}},
		{Title: `tenant["north"]`, Keys: vendors.BucketCredentials{AccessKeyID: "AKIA", SecretAccessKey: vendors.NewSecret("another-example-and-no-secret")}},
	} {
		if _, err := f.CreateItem(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.MarshalIndent(goldenItems(t, f), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "secrets.json"), append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
