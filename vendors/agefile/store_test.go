package agefile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"buckethead/config"
	"buckethead/vendors"
	"buckethead/vendors/agefile"
	"buckethead/vendors/registry"
	"buckethead/vendors/vendortest"
)

var (
	_ vendors.SecretStore       = (*agefile.Store)(nil)
	_ vendors.ReferenceResolver = (*agefile.Store)(nil)
	_ vendors.RecipientsReader  = (*agefile.Store)(nil)
	_ vendors.RecipientsWriter  = (*agefile.Store)(nil)
)

func TestConformance(t *testing.T) {
	vendortest.Secrets(t, func(t *testing.T) vendors.SecretStore { return open(t) }, vendortest.SecretOptions{
		Many: 12,
		AddField: func(t *testing.T, s vendors.SecretStore, id, name, value string) {
			s.(*fixture).edit(t, func(_ map[string]any, items []any) {
				for _, item := range items {
					if item.(map[string]any)["id"] == id {
						member(t, item, "fields")[name] = value
					}
				}
			})
		},
		Field: func(t *testing.T, s vendors.SecretStore, id, name string) string {
			value, err := s.(*fixture).resolve("age://" + id + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			return value.Reveal()
		},
		Exempt: map[string]string{
			"a secret that is shown is seen, and concealed by an update":            "the fields of an age file have no types",
			"cut connection after the act = OutcomeUnknown and exactly one request": "a file has no connection; what fails after a rename is tested in this package",
			"429 = ErrRateLimited with RetryAfter":                                  "a file has no rate limit",
		},
	})
}

func TestOpenAndRead_touchNothing(t *testing.T) {
	f := open(t)
	if list, err := f.ListItems(context.Background()); err != nil || len(list) != 0 {
		t.Errorf("a file that was not made lists %v, %v", list, err)
	}
	if err := f.DeleteItem(context.Background(), "absent"); err != nil {
		t.Error(err)
	}
	for _, path := range []string{f.path, f.identity} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was made: %v", path, err)
		}
	}
}

func TestFirstWrite_makesAFileThatAgeOpens(t *testing.T) {
	f := open(t)
	item := f.create(t, "photos", "canary-secret")
	if runtime.GOOS != "windows" {
		for _, path := range []string{f.path, f.identity, f.path + ".lock"} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	}
	identity, err := os.ReadFile(f.identity)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(identity), "\n")
	if lines[0] != "# created: 2026-01-02T03:04:05Z" || !strings.HasPrefix(lines[1], "# public key: age1") || !strings.HasPrefix(lines[2], "AGE-SECRET-KEY-1") || len(lines) != 4 {
		t.Errorf("got %d lines, beginning with %q", len(lines), lines[:2])
	}
	raw, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("canary-secret")) || bytes.Contains(raw, []byte("photos")) {
		t.Error("the file shows what it holds")
	}
	var file struct {
		Format     int
		Recipients []string
		Items      []struct {
			ID, Title string
			Fields    map[string]string
			Version   int
			CreatedAt time.Time `json:"created_at"`
			UpdatedAt time.Time `json:"updated_at"`
		}
	}
	if err := json.Unmarshal(f.decrypt(t), &file); err != nil {
		t.Fatal(err)
	}
	own := f.identities(t)[0].(*age.X25519Identity).Recipient().String()
	if file.Format != 2 || len(file.Items) != 1 || !slices.Equal(file.Recipients, []string{own}) {
		t.Fatalf("got %+v", file)
	}
	if got := file.Items[0]; got.ID != item.ID || got.Title != "photos" || got.Fields["secret_access_key"] != "canary-secret" || got.Version != 1 || !got.CreatedAt.Equal(start) || !got.UpdatedAt.Equal(start) {
		t.Errorf("got %+v", got)
	}
	if entries, err := os.ReadDir(f.dir); err != nil || len(entries) != 3 {
		t.Errorf("left behind are %v, %v", entries, err)
	}
}

func TestEdits_byHandAreSeenAndSurvive(t *testing.T) {
	f, ctx := open(t), context.Background()
	photos, other := f.create(t, "photos", "s1"), f.create(t, "other", "s2")
	f.edit(t, func(file map[string]any, items []any) {
		file["comment"] = map[string]any{"by": "a person"}
		item := items[0].(map[string]any)
		item["notes"], item["tags"] = "call Kim first", []any{1.5, nil, "x"}
		member(t, item, "mark")["color"] = "red"
		member(t, item, "fields")["secret_access_key"] = "edited"
	})
	edited, err := f.GetItem(ctx, photos.ID)
	if err != nil || edited.Version == photos.Version || !edited.UpdatedAt.After(photos.UpdatedAt) || edited.Keys.SecretAccessKey.Reveal() != "edited" {
		t.Fatalf("got %+v, %v", edited, err)
	}
	if again, err := f.GetItem(ctx, photos.ID); err != nil || again.Version != edited.Version || !again.UpdatedAt.Equal(edited.UpdatedAt) {
		t.Errorf("a second read returns %+v, %v", again, err)
	}
	if now, err := f.GetItem(ctx, other.ID); err != nil || now.Version != other.Version || !now.UpdatedAt.Equal(other.UpdatedAt) {
		t.Errorf("the other item is now %+v, %v", now, err)
	}
	// A write of another item writes the edit down, and its time stays.
	if _, err := f.UpdateItem(ctx, other.ID, other.Version, vendors.ItemSpec{Title: "other"}); err != nil {
		t.Fatal(err)
	}
	kept, err := f.GetItem(ctx, photos.ID)
	if err != nil || !kept.UpdatedAt.Equal(edited.UpdatedAt) || kept.Keys.SecretAccessKey.Reveal() != "edited" || strings.Contains(kept.Version, "+") {
		t.Errorf("got %+v, %v", kept, err)
	}
	if _, err := f.UpdateItem(ctx, photos.ID, kept.Version, vendors.ItemSpec{Title: "photos", Keys: vendors.BucketCredentials{AccessKeyID: "K2"}}); err != nil {
		t.Fatal(err)
	}
	text := string(f.decrypt(t))
	for _, want := range []string{`"comment": {`, `"by": "a person"`, `"notes": "call Kim first"`, `1.5,`, `null,`, `"color": "red"`, `"secret_access_key": "edited"`, `"access_key_id": "K2"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
}

func TestItems_writtenByAPerson(t *testing.T) {
	f, ctx := open(t), context.Background()
	f.create(t, "photos", "s")
	f.edit(t, func(file map[string]any, items []any) {
		file["items"] = append(items, map[string]any{"title": "cloudflare", "fields": map[string]any{"api_token": "by-hand", "port": 443}})
	})
	list, err := f.ListItems(ctx)
	if err != nil || len(list) != 2 || list[1].Title != "cloudflare" || list[1].ID == "" || list[1].Marked {
		t.Fatalf("got %v, %v", list, err)
	}
	if got, err := f.resolve("age://cloudflare/api_token"); err != nil || got.Reveal() != "by-hand" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := f.resolve("age://cloudflare/port"); !errors.Is(err, vendors.ErrInvalid) {
		t.Errorf("a number resolves: %v", err)
	}
	f.create(t, "third", "s")
	if _, err := f.GetItem(ctx, list[1].ID); err != nil {
		t.Errorf("a write by bh changed its id: %v", err)
	}
}

func TestReferences(t *testing.T) {
	f := open(t)
	first := f.create(t, "photos", "s1")
	slashed := f.create(t, "a/b", "s3")
	for _, c := range []struct{ id, title, field, want string }{
		{"i1", "photos (prod)", "bucket", "age://photos (prod)/bucket"},
		{"i1", "photos", "", "age://photos"},
		{"i1", "a/b", "bucket", "age://i1/bucket"},
		{"i1", "", "bucket", "age://i1/bucket"},
		{"i1", `tenant["north"]`, "bucket", "age://i1/bucket"},
		{"i1", `tenant["north"]`, "", `age://tenant["north"]`},
		{"", `tenant["north"]`, "", `age://tenant["north"]`},
		{"", "a/b", "", ""},
	} {
		if got, err := f.Reference(c.id, c.title, c.field); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("got %q, want %q (%v)", got, c.want, err)
		}
	}
	for reference, want := range map[string]string{
		"age://photos/secret_access_key": "s1", "age://" + first.ID + "/secret_access_key": "s1", "age://" + slashed.ID + "/secret_access_key": "s3",
	} {
		if got, err := f.resolve(reference); err != nil || got.Reveal() != want {
			t.Errorf("%s: %v", reference, err)
		}
	}
	second := f.create(t, "photos", "s2")
	_, err := f.resolve("age://photos/secret_access_key")
	if !errors.Is(err, vendors.ErrConflict) || !strings.Contains(err.Error(), first.ID) || !strings.Contains(err.Error(), second.ID) {
		t.Errorf("two of one title: %v", err)
	}
	for reference, want := range map[string]error{
		"age://absent/bucket": vendors.ErrNotFound, "age://" + first.ID + "/absent": vendors.ErrNotFound, "age://" + first.ID: vendors.ErrInvalid,
		"age:///bucket": vendors.ErrInvalid, "op://a/b": vendors.ErrInvalid, "": vendors.ErrInvalid, "age://x/": vendors.ErrInvalid,
	} {
		if _, err := f.resolve(reference); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", reference, err, want)
		}
	}
}

func TestArmor_isKept(t *testing.T) {
	f := open(t)
	f.create(t, "one", "s")
	f.encrypt(t, f.decrypt(t), true)
	f.create(t, "two", "s")
	raw, err := os.ReadFile(f.path)
	if err != nil || !bytes.HasPrefix(raw, []byte(armor.Header)) {
		t.Errorf("the file begins with %.20q, %v", raw, err)
	}
	if list, err := f.ListItems(context.Background()); err != nil || len(list) != 2 {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestLink_isFollowed(t *testing.T) {
	f := open(t)
	f.create(t, "one", "s")
	target := filepath.Join(t.TempDir(), "shared.age")
	if err := os.Rename(f.path, target); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, f.path); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	f.create(t, "two", "s")
	if info, err := os.Lstat(f.path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	if list, err := f.ListItems(context.Background()); err != nil || len(list) != 2 {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestReads_decryptOnce(t *testing.T) {
	f, ctx := open(t), context.Background()
	item := f.create(t, "one", "s")
	reader := openWith(t, f.dir, nil)
	if _, err := reader.GetItem(ctx, item.ID); err != nil {
		t.Fatal(err)
	}
	// Without the identity a second decryption would fail.
	if err := os.Rename(f.identity, f.identity+".away"); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err := reader.GetItem(ctx, item.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(f.identity+".away", f.identity); err != nil {
		t.Fatal(err)
	}
	if _, err := f.UpdateItem(ctx, item.ID, item.Version, vendors.ItemSpec{Title: "two"}); err != nil {
		t.Fatal(err)
	}
	if now, err := reader.GetItem(ctx, item.ID); err != nil || now.Title != "two" {
		t.Errorf("another store's write is not seen: %v, %v", now, err)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, size := range []int{10, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			dir := b.TempDir()
			s, err := agefile.Vendor.OpenSecrets(context.Background(), vendors.Host{Dir: dir, Now: func() time.Time { return start }},
				vendors.Settings{"path": {Text: "s.age"}, "identity_file": {Text: "i.txt"}})
			if err != nil {
				b.Fatal(err)
			}
			if err := agefile.Fill(s, size); err != nil {
				b.Fatal(err)
			}
			list, err := s.ListItems(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				item, err := s.GetItem(context.Background(), list[0].ID)
				if err == nil {
					_, err = s.UpdateItem(context.Background(), item.ID, item.Version, vendors.ItemSpec{Title: "again"})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestReferences_canBePasted: whatever the titles are, a reference can be pasted between quotes, and names its own item.
func TestReferences_canBePasted(t *testing.T) {
	f := open(t)
	first := f.create(t, "first", "s-first")
	for i, title := range []string{"photos", "a/b", "?attribute=otp", "#1", "100% (é)", `tenant["north"]`, "${x}", "%{x}", "$(id)", "`id`", `a\b`, "it's", " a ",
		"\u202e", "日本", "{{ x }}", "age://", first.ID, "~", "-x", "a: b", "a #b", "!x", "&x", "*x"} {
		secret := fmt.Sprint("s", i)
		made := f.create(t, title, secret)
		if _, err := f.ListItems(context.Background()); err != nil {
			t.Fatal(err)
		}
		reference, err := f.Reference(made.ID, title, "secret_access_key")
		if err != nil {
			t.Fatal(err)
		}
		src := "cloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\nproject \"p\" {\n  bucket = \"acme-bucket\"\n  register {\n" +
			"    access_key_id = \"AKIA\"\n    secret_access_key = \"" + reference + "\"\n    endpoint_url = \"https://s3.example.com\"\n  }\n}\n"
		c, faults := config.Load(config.Options{Overlay: map[string][]byte{config.DefaultFile: []byte(src)}, Vendors: registry.All()})
		if len(faults) > 0 || c.Projects[0].Register.Reference != reference {
			t.Errorf("%q: %s is read as something else: %v", title, reference, faults)
			continue
		}
		if got, err := f.resolve(c.Projects[0].Register.Reference); err != nil || got.Reveal() != secret {
			t.Errorf("%q: %s names something else (%v)", title, reference, err)
		}
		whole, err := f.Reference(made.ID, title, "")
		if got, wrong := f.resolve(whole + "/secret_access_key"); err != nil || wrong != nil || got.Reveal() != secret {
			t.Errorf("%q: %s names something else (%v, %v)", title, whole, err, wrong)
		}
	}
}
