package vendortest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"buckethead/vendors"
)

// Secrets checks a store against the contract of [vendors.SecretStore] and of every
// ability that it has. open returns a store that is empty or shared. The suite deletes
// whatever it creates; the titles begin with the prefix.
func Secrets(t *testing.T, open func(*testing.T) vendors.SecretStore, o SecretOptions) {
	t.Helper()
	if o.Prefix == "" {
		o.Prefix = "conformance"
	}
	s := &secretSuite{SecretOptions: o, open: open}
	run(t, slices.Concat(secretPromises, secretRules), o.Exempt, s)
}

var secretPromises = []promise[*secretSuite]{
	{"create-then-list", createItemThenList},
	{"create twice = two items", createItemTwice},
	{"get absent = ErrNotFound", getAbsentItem},
	{"delete absent = nil", deleteAbsentItem},
	{"list sees more than one page of items", listManyItems},
	{"canonical item", canonicalItem},
	{"an update without a secret keeps the stored one", updateKeepsSecret},
	{"stale update = ErrConflict", staleUpdate},
	{"user-added fields survive an update", addedFieldsSurvive},
	{"a secret that is shown is seen, and concealed by an update", shownSecretIsConcealed},
}

// secretSuite is what the promises of a store share.
type secretSuite struct {
	SecretOptions
	open func(*testing.T) vendors.SecretStore
	used atomic.Int64
}

func (s *secretSuite) title() string { return fmt.Sprintf("%s %d (test)", s.Prefix, s.used.Add(1)) }

// canary is a secret that must show up nowhere but in its item.
func (s *secretSuite) canary() string { return fmt.Sprintf("canary-%d-4f9c1d7be2", s.used.Add(1)) }

// spec returns an item with every field filled.
func (s *secretSuite) spec() vendors.ItemSpec {
	n := s.used.Add(1)
	return vendors.ItemSpec{
		Title: s.title(),
		Keys: vendors.BucketCredentials{AccessKeyID: fmt.Sprintf("KEY%d", n),
			SecretAccessKey: vendors.NewSecret(s.canary()), Bucket: "photos",
			EndpointURL: "https://storage.example.com/?a=b&c=<d>", Region: "auto", AccountID: "account-1", Jurisdiction: "eu"},
		Mark: vendors.Mark{Stack: "conformance", Lineage: fmt.Sprintf("lineage%d", n),
			Address: `project.tenant["north"]`, Operation: fmt.Sprintf("op%d", n),
			IssuedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
	}
}

// create makes an item, which goes with the test.
func (s *secretSuite) create(t *testing.T, p vendors.SecretStore, spec vendors.ItemSpec) vendors.Item {
	t.Helper()
	made, err := p.CreateItem(context.Background(), spec)
	expect(t, "create item", err, nil)
	s.clean(t, p, made.ID)
	return made
}

func (s *secretSuite) clean(t *testing.T, p vendors.SecretStore, id string) {
	t.Cleanup(func() { _ = p.DeleteItem(context.Background(), id) })
}

func get(t *testing.T, p vendors.SecretStore, id string) vendors.Item {
	t.Helper()
	item, err := p.GetItem(context.Background(), id)
	expect(t, "read item", err, nil)
	return item
}

// titled returns the listed items of one title.
func titled(t *testing.T, p vendors.SecretStore, title string) []vendors.ItemSummary {
	t.Helper()
	list, err := p.ListItems(context.Background())
	expect(t, "list items", err, nil)
	return slices.DeleteFunc(list, func(i vendors.ItemSummary) bool { return i.Title != title })
}

func sameSummary(a, b vendors.ItemSummary) bool {
	return a.ID == b.ID && a.Title == b.Title && a.Marked == b.Marked && a.UpdatedAt.Equal(b.UpdatedAt)
}

func sameKeys(a, b vendors.BucketCredentials) bool {
	same := a.SecretAccessKey.Equal(b.SecretAccessKey)
	a.SecretAccessKey, b.SecretAccessKey = vendors.Secret{}, vendors.Secret{}
	return same && a == b
}

func sameMark(a, b vendors.Mark) bool {
	return a.Stack == b.Stack && a.Lineage == b.Lineage && a.Address == b.Address && a.Operation == b.Operation &&
		a.IssuedAt.Equal(b.IssuedAt)
}

func createItemThenList(t *testing.T, s *secretSuite) {
	p := s.open(t)
	spec := s.spec()
	if found := titled(t, p, spec.Title); len(found) != 0 {
		t.Errorf("listed before it was made: %v", found)
	}
	made := s.create(t, p, spec)
	found := titled(t, p, spec.Title)
	if len(found) != 1 || !sameSummary(found[0], made.ItemSummary) || !found[0].Marked || found[0].UpdatedAt.IsZero() {
		t.Errorf("made %v, listed %v", made.ItemSummary, found)
	}
	expect(t, "delete item", p.DeleteItem(t.Context(), made.ID), nil)
	if found := titled(t, p, spec.Title); len(found) != 0 {
		t.Errorf("listed after it was deleted: %v", found)
	}
	_, err := p.GetItem(t.Context(), made.ID)
	expect(t, "read a deleted item", err, vendors.ErrNotFound)
	_, err = p.UpdateItem(t.Context(), made.ID, made.Version, spec)
	expectRefusal(t, "update a deleted item", err, vendors.ErrNotFound)
}

func createItemTwice(t *testing.T, s *secretSuite) {
	p := s.open(t)
	spec := s.spec()
	first, second := s.create(t, p, spec), s.create(t, p, spec)
	if first.ID == second.ID || len(titled(t, p, spec.Title)) != 2 {
		t.Errorf("made %s and %s, listed %v", first.ID, second.ID, titled(t, p, spec.Title))
	}
}

func getAbsentItem(t *testing.T, s *secretSuite) {
	p := s.open(t)
	const absent = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
	_, err := p.GetItem(t.Context(), absent)
	expect(t, "read an absent item", err, vendors.ErrNotFound)
	_, err = p.UpdateItem(t.Context(), absent, "1", s.spec())
	expectRefusal(t, "update an absent item", err, vendors.ErrNotFound)
}

func deleteAbsentItem(t *testing.T, s *secretSuite) {
	p := s.open(t)
	expect(t, "delete an item that never was", p.DeleteItem(t.Context(), "aaaaaaaaaaaaaaaaaaaaaaaaaa"), nil)
	made, kept := s.create(t, p, s.spec()), s.create(t, p, s.spec())
	for range 2 {
		expect(t, "delete item", p.DeleteItem(t.Context(), made.ID), nil)
	}
	if now := get(t, p, kept.ID); now.Version != kept.Version {
		t.Errorf("another item was changed: %v", now)
	}
}

func listManyItems(t *testing.T, s *secretSuite) {
	need(t, s.Many > 0, "Many")
	p := s.open(t)
	spec := s.spec()
	made := map[string]bool{}
	for range s.Many {
		made[s.create(t, p, spec).ID] = true
	}
	found := titled(t, p, spec.Title)
	for _, i := range found {
		delete(made, i.ID)
	}
	if len(found) != s.Many || len(made) > 0 {
		t.Errorf("%d are listed of %d, and %d are missing", len(found), s.Many, len(made))
	}
}

func canonicalItem(t *testing.T, s *secretSuite) {
	p := s.open(t)
	sparse := vendors.ItemSpec{Title: s.title(),
		Keys: vendors.BucketCredentials{AccessKeyID: "K", SecretAccessKey: vendors.NewSecret(s.canary()), Bucket: "b"}}
	strange := s.spec()
	strange.Title += ` / "quoted" <&> äöü 日本`
	strange.Keys.SecretAccessKey = vendors.NewSecret(s.canary() + ` +/="\<&>` + "\u2028 ü")
	for _, spec := range []vendors.ItemSpec{s.spec(), sparse, strange} {
		made := s.create(t, p, spec)
		read := get(t, p, made.ID)
		for _, item := range []vendors.Item{made, read} {
			if item.Title != spec.Title || !sameKeys(item.Keys, spec.Keys) || !sameMark(item.Mark, spec.Mark) ||
				item.Marked != (spec.Mark.Stack != "") {
				t.Errorf("got %+v, sent %+v", item, spec)
			}
		}
		if made.Version != read.Version || !sameSummary(made.ItemSummary, read.ItemSummary) {
			t.Errorf("made %+v, read %+v", made, read)
		}
		next := s.spec()
		updated, err := p.UpdateItem(t.Context(), made.ID, made.Version, next)
		expect(t, "update item", err, nil)
		read = get(t, p, made.ID)
		if !sameKeys(read.Keys, next.Keys) || !sameMark(read.Mark, next.Mark) ||
			!sameSummary(read.ItemSummary, updated.ItemSummary) || read.Version != updated.Version {
			t.Errorf("updated %+v, read %+v, sent %+v", updated, read, next)
		}
		if !read.UpdatedAt.After(made.UpdatedAt) || read.Version == made.Version {
			t.Errorf("an update moved neither time nor version: %+v, %+v", made.ItemSummary, read.ItemSummary)
		}
	}
}

func updateKeepsSecret(t *testing.T, s *secretSuite) {
	p := s.open(t)
	spec := s.spec()
	made := s.create(t, p, spec)
	secret := spec.Keys.SecretAccessKey
	spec.Title, spec.Keys.SecretAccessKey, spec.Keys.Region, spec.Keys.AccountID = s.title(), vendors.Secret{}, "weur", ""
	spec.Mark.Lineage = "" // as a mark of before there was one: it must not keep another state's
	updated, err := p.UpdateItem(t.Context(), made.ID, made.Version, spec)
	expect(t, "update item", err, nil)
	for _, item := range []vendors.Item{updated, get(t, p, made.ID)} {
		if !item.Keys.SecretAccessKey.Equal(secret) || item.Title != spec.Title || !sameMark(item.Mark, spec.Mark) || item.Keys.Region != "weur" ||
			item.Keys.AccountID != "" {
			t.Errorf("got %+v, sent %+v, and the secret is kept: %t", item, spec, item.Keys.SecretAccessKey.Equal(secret))
		}
	}
}

func staleUpdate(t *testing.T, s *secretSuite) {
	p := s.open(t)
	made := s.create(t, p, s.spec())
	winner := s.spec()
	_, err := p.UpdateItem(t.Context(), made.ID, made.Version, winner)
	expect(t, "update item", err, nil)
	_, err = p.UpdateItem(t.Context(), made.ID, made.Version, s.spec())
	expectRefusal(t, "update item by its old version", err, vendors.ErrConflict)
	now := get(t, p, made.ID)
	if !sameKeys(now.Keys, winner.Keys) || now.Title != winner.Title {
		t.Errorf("a refused update changed the item: %+v", now)
	}
	_, err = p.UpdateItem(t.Context(), made.ID, now.Version, s.spec())
	expect(t, "update item by its new version", err, nil)
}

func addedFieldsSurvive(t *testing.T, s *secretSuite) {
	need(t, s.AddField != nil && s.Field != nil, "AddField and Field")
	p := s.open(t)
	spec := s.spec()
	made := s.create(t, p, spec)
	s.AddField(t, p, made.ID, "note", "kept by hand")
	now := get(t, p, made.ID)
	if now.Version == made.Version || !now.UpdatedAt.After(made.UpdatedAt) {
		t.Errorf("an edit by a person moved neither time nor version: %+v, %+v", made, now)
	}
	if !sameKeys(now.Keys, spec.Keys) {
		t.Errorf("an added field changed the keys: %+v", now.Keys)
	}
	_, err := p.UpdateItem(t.Context(), made.ID, made.Version, s.spec())
	expectRefusal(t, "update item by the version before the edit", err, vendors.ErrConflict)
	_, err = p.UpdateItem(t.Context(), made.ID, now.Version, s.spec())
	expect(t, "update item", err, nil)
	if got := s.Field(t, p, made.ID, "note"); got != "kept by hand" {
		t.Errorf("after an update the added field holds %q", got)
	}
}

func shownSecretIsConcealed(t *testing.T, s *secretSuite) {
	need(t, s.ShowSecret != nil, "ShowSecret")
	p := s.open(t)
	spec := s.spec()
	made := s.create(t, p, spec)
	if read := get(t, p, made.ID); len(made.Misfits)+len(read.Misfits) > 0 {
		t.Errorf("a new item has %v and %v", made.Misfits, read.Misfits)
	}
	s.ShowSecret(t, p, made.ID)
	now := get(t, p, made.ID)
	want := vendors.Misfit{Field: vendors.FieldSecretAccessKey, Aspect: "type", Found: vendors.TypeVisible,
		Want: vendors.TypeConcealed}
	if !slices.Equal(now.Misfits, []vendors.Misfit{want}) || !now.UpdatedAt.After(made.UpdatedAt) ||
		!sameKeys(now.Keys, spec.Keys) {
		t.Errorf("got %+v, with misfits %v", now, now.Misfits)
	}
	secret := spec.Keys.SecretAccessKey
	spec.Keys.SecretAccessKey = vendors.Secret{}
	updated, err := p.UpdateItem(t.Context(), made.ID, now.Version, spec)
	expect(t, "update item", err, nil)
	for _, item := range []vendors.Item{updated, get(t, p, made.ID)} {
		if len(item.Misfits) > 0 || !item.Keys.SecretAccessKey.Equal(secret) {
			t.Errorf("after an update: %v, and the secret is kept: %t", item.Misfits, item.Keys.SecretAccessKey.Equal(secret))
		}
	}
}
