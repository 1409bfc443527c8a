package onepassword

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
)

var writeFormats = flag.Bool("formats.write", false, "write the golden files of the current format that do not exist yet")

var formats = filepath.Join("..", "..", "testdata", "formats")

// goldenSpec is what the golden items hold.
var goldenSpec = vendors.ItemSpec{Title: "photos",
	Keys: vendors.BucketCredentials{AccessKeyID: "key-2", SecretAccessKey: vendors.NewSecret("an-example-and-no-secret"), Bucket: "photos",
		EndpointURL: "https://0abc.r2.cloudflarestorage.com", Region: "auto", AccountID: "0abc", Jurisdiction: "eu"},
	Mark: vendors.Mark{Stack: "golden", Lineage: "0123456789abcdef", Address: "project.photos", Operation: "aaaabbbbcccc", IssuedAt: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}}

// goldenLabels are those of one of the fields, to show that items are known by ids.
var goldenLabels = layout{map[string]string{vendors.FieldAccessKeyID: "Access Key ID"}}

// TestFormats reads an item of each format ever written, as Connect and as the SDK
// have it, and writes it: the next edit of the item finds every field and adds none.
func TestFormats(t *testing.T) {
	if *writeFormats {
		writeGoldenItems(t, filepath.Join(formats, "2"))
	}
	folders, err := filepath.Glob(filepath.Join(formats, "*", "item.connect.json"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no items in %s (%v)", formats, err)
	}
	for _, path := range folders {
		folder := filepath.Dir(path)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			spec := goldenSpec
			if filepath.Base(folder) == "1" {
				spec.Mark.Lineage = "" // which marks had none of
			}
			text, err := os.ReadFile(path)
			mustNot(t, err)
			fromServer, _, err := fromConnect(text)
			mustNot(t, err)
			text, err = os.ReadFile(filepath.Join(folder, "item.sdk.json"))
			mustNot(t, err)
			var x sdk.Item
			mustNot(t, json.Unmarshal(text, &x))
			for name, found := range map[string]item{"connect": fromServer, "sdk": fromSDK(x)} {
				got := goldenLabels.read(found)
				if !reflect.DeepEqual(got.Keys, spec.Keys) || got.Mark != spec.Mark || got.Title != spec.Title || !got.Marked {
					t.Errorf("%s: read %+v", name, got)
				}
			}
			edit := goldenLabels.write(spec)
			if again := applySDK(x, edit); !reflect.DeepEqual(again, x) {
				t.Errorf("sdk: an edit made\n%+v\nof\n%+v", again, x)
			}
			again, err := applyConnect(fromServer.whole().(connectWhole), edit)
			mustNot(t, err)
			rewritten, err := json.Marshal(again)
			mustNot(t, err)
			edited, _, err := fromConnect(rewritten)
			mustNot(t, err)
			if !reflect.DeepEqual(edited.fields, fromServer.fields) {
				t.Errorf("connect: an edit made\n%s", rewritten)
			}
		})
	}
}

func writeGoldenItems(t *testing.T, folder string) {
	t.Helper()
	edit := goldenLabels.write(goldenSpec)
	connect := toConnect(vaultID, edit)
	connect["id"], connect["version"], connect["updatedAt"] = raw("itemitemitemitemitemitemit"), raw(1), raw("2026-11-30T12:00:00Z")
	made := toSDK(vaultID, edit)
	x := sdk.Item{ID: "itemitemitemitemitemitemit", Title: made.Title, Category: made.Category, VaultID: vaultID, Fields: made.Fields, Sections: made.Sections,
		Tags: made.Tags, Version: 1, UpdatedAt: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	for name, value := range map[string]any{"item.connect.json": connect, "item.sdk.json": x} {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		text, err := json.MarshalIndent(value, "", "  ")
		mustNot(t, err)
		mustNot(t, os.WriteFile(path, append(text, '\n'), 0o644))
	}
}

func mustNot(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
