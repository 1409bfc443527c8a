package vendortest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"buckethead/vendors"
)

var secretRules = []promise[*secretSuite]{
	{"a reference names and holds no secret", references},
	{"no secret is shown", secretsShowNoSecret},
	{"concurrent use loses nothing", concurrentItems},
	{"cancelled context = no act or OutcomeUnknown", cancelledSecrets},
	{"cut connection after the act = OutcomeUnknown and exactly one request", cutSecrets},
	{"429 = ErrRateLimited with RetryAfter", limitedSecrets},
}

func references(t *testing.T, s *secretSuite) {
	p := s.open(t)
	for _, odd := range []string{"", " a/b", "?attribute=otp", "#1", " 100% (é)", `["north"]`, "$${x}", "%{x}", "'`\\", " ", "\u202e"} {
		spec := s.spec()
		spec.Title += odd
		made := s.create(t, p, spec)
		secret := spec.Keys.SecretAccessKey.Reveal()
		named := func(id, title, field string) string {
			reference, err := p.Reference(id, title, field)
			expect(t, "name the item", err, nil)
			return reference
		}
		reference, whole := named(made.ID, made.Title, vendors.FieldSecretAccessKey), named(made.ID, made.Title, "")
		if !strings.Contains(reference, "://") || reference == whole || strings.Contains(reference+whole, secret) {
			t.Errorf("got %q and %q", reference, whole)
		}
		resolver, able := vendors.As[vendors.ReferenceResolver](p)
		if !able {
			continue
		}
		for field, want := range map[string]string{vendors.FieldSecretAccessKey: secret,
			vendors.FieldAccessKeyID: spec.Keys.AccessKeyID, vendors.FieldBucket: spec.Keys.Bucket} {
			got, err := resolver.ResolveReference(t.Context(), named(made.ID, made.Title, field))
			expect(t, "resolve reference", err, nil)
			if got.Reveal() != want {
				t.Errorf("%s of %q holds something else", field, made.Title)
			}
		}
		_, err := resolver.ResolveReference(t.Context(), named(made.ID, made.Title, "no_such_field"))
		expect(t, "resolve a field that is not there", err, vendors.ErrNotFound)
		_, err = resolver.ResolveReference(t.Context(),
			named("aaaaaaaaaaaaaaaaaaaaaaaaaa", "no such item", vendors.FieldBucket))
		expect(t, "resolve an item that is not there", err, vendors.ErrNotFound)
		_, err = resolver.ResolveReference(t.Context(), "no reference")
		expect(t, "resolve what is no reference", err, vendors.ErrInvalid)
	}
}

func secretsShowNoSecret(t *testing.T, s *secretSuite) {
	p := s.open(t)
	spec, other := s.spec(), s.spec()
	stored, sent := spec.Keys.SecretAccessKey.Reveal(), other.Keys.SecretAccessKey.Reveal()
	made := s.create(t, p, spec)
	read := get(t, p, made.ID)
	list, err := p.ListItems(t.Context())
	expect(t, "list items", err, nil)
	for what, value := range map[string]any{"the spec": spec, "the item": made, "the item that was read": &read,
		"the list": list, "the store": p} {
		leaks(t, what, value, stored)
	}
	_, stale := p.UpdateItem(t.Context(), made.ID, "no-version", other)
	_, absent := p.UpdateItem(t.Context(), "aaaaaaaaaaaaaaaaaaaaaaaaaa", "1", other)
	_, refused := p.CreateItem(cancelled(), other)
	for what, err := range map[string]error{"a stale update": stale, "an update of nothing": absent,
		"a cancelled create": refused} {
		if err == nil {
			t.Errorf("%s succeeded", what)
		}
		leaks(t, "the error of "+what, err, stored, sent)
	}
}

func concurrentItems(t *testing.T, s *secretSuite) {
	p := s.open(t)
	spec := s.spec()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			made, err := p.CreateItem(t.Context(), spec)
			if err != nil {
				t.Errorf("create item: %v", err)
				return
			}
			s.clean(t, p, made.ID)
			if _, err := p.GetItem(t.Context(), made.ID); err != nil {
				t.Errorf("read item: %v", err)
			}
			if _, err := p.ListItems(t.Context()); err != nil {
				t.Errorf("list items: %v", err)
			}
		})
	}
	wg.Wait()
	found := titled(t, p, spec.Title)
	if len(found) != 8 {
		t.Fatalf("%d of 8 items are listed", len(found))
	}
	version := get(t, p, found[0].ID).Version
	var won atomic.Int64
	for range 8 {
		wg.Go(func() {
			_, err := p.UpdateItem(t.Context(), found[0].ID, version, spec)
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, vendors.ErrConflict):
				t.Errorf("update item: %v", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d updates of one version succeeded", won.Load())
	}
}

func cancelledSecrets(t *testing.T, s *secretSuite) {
	p := s.open(t)
	spec, other := s.spec(), s.spec()
	made := s.create(t, p, spec)
	ctx := cancelled()
	_, err := p.CreateItem(ctx, other)
	found := titled(t, p, other.Title)
	for _, i := range found {
		s.clean(t, p, i.ID)
	}
	expectCancelled(t, "create item", err, len(found) > 0)
	_, err = p.UpdateItem(ctx, made.ID, made.Version, other)
	expectCancelled(t, "update item", err, get(t, p, made.ID).Version != made.Version)
	err = p.DeleteItem(ctx, made.ID)
	expectCancelled(t, "delete item", err, len(titled(t, p, spec.Title)) == 0)
	_, err = p.ListItems(ctx)
	expectCancelled(t, "list items", err, false)
	_, err = p.GetItem(ctx, made.ID)
	expectCancelled(t, "read item", err, false)
}

func cutSecrets(t *testing.T, s *secretSuite) {
	need(t, s.Cut != nil, "Cut")
	f := s.Cut(t)
	spec := s.spec()
	f.lose(t, "create item", func() error { _, err := f.Vendor.CreateItem(t.Context(), spec); return err })
	found := titled(t, f.Vendor, spec.Title)
	for _, i := range found {
		s.clean(t, f.Vendor, i.ID)
	}
	if len(found) != 1 {
		t.Fatalf("one lost answer left %d items", len(found))
	}
	made, next := get(t, f.Vendor, found[0].ID), s.spec()
	f.lose(t, "update item", func() error {
		_, err := f.Vendor.UpdateItem(t.Context(), made.ID, made.Version, next)
		return err
	})
	if now := get(t, f.Vendor, made.ID); !sameKeys(now.Keys, next.Keys) {
		t.Error("the option Cut does not act: the item was not updated")
	}
	f.lose(t, "delete item", func() error { return f.Vendor.DeleteItem(t.Context(), made.ID) })
	_, err := f.Vendor.GetItem(context.Background(), made.ID)
	expect(t, "read a deleted item", err, vendors.ErrNotFound)
}

func limitedSecrets(t *testing.T, s *secretSuite) {
	need(t, s.Limit != nil, "Limit")
	f := s.Limit(t)
	spec := s.spec()
	f.limit(t, "list items", func() error { _, err := f.Vendor.ListItems(t.Context()); return err })
	f.limit(t, "create item", func() error { _, err := f.Vendor.CreateItem(t.Context(), spec); return err })
	f.limit(t, "delete item", func() error { return f.Vendor.DeleteItem(t.Context(), "aaaaaaaaaaaaaaaaaaaaaaaaaa") })
	if found := titled(t, f.Vendor, spec.Title); len(found) != 0 {
		t.Error("a call that was refused made an item")
	}
}
