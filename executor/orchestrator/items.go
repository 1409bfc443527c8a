package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"buckethead/planner"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// writeTries is how often to try to write an item that others change at the same time.
const writeTries = 5

func storeCredential(ctx context.Context, rig Rig, s planner.StoreCredential, w Work) (Work, error) {
	if !w.Holding() || w.Record.Pending == nil {
		return w, errors.New("store credential: there is no secret to store")
	}
	spec := vendors.ItemSpec{Title: s.Title, Keys: w.Keys, Mark: rig.mark(w, w.Record.Pending.IssuedAt)}
	var item vendors.Item
	var sent bool
	var err error
	if s.ItemID == "" {
		item, err = rig.Secrets.CreateItem(ctx, spec)
	} else {
		item, sent, err = rewrite(ctx, rig, s.ItemID, s.Over, spec)
	}
	if sent && vendors.Refused(err) {
		item, err = reread(ctx, rig, s.ItemID, w, err)
	}
	if err != nil {
		return w, fmt.Errorf("store the credential in item %q: %w", s.Title, err)
	}
	w.Record = activate(retiring(w.Record, rig, s.Retires, s.Overlap), rig, item, w.Keys.Texts(), s.Overlap, w.Operation)
	w.Keys = vendors.BucketCredentials{}
	return w, nil
}

// reread returns the item if it holds the credential after all, and otherwise the refusal. A
// store may send a write twice, and the refusal may then be for the second one: if the item
// cannot be read either, it may hold the credential.
func reread(ctx context.Context, rig Rig, id string, w Work, refusal error) (vendors.Item, error) {
	item, err := rig.Secrets.GetItem(ctx, id)
	switch {
	case err != nil && !errors.Is(err, vendors.ErrNotFound):
		return vendors.Item{}, &vendors.Error{Vendor: "bh", Op: "read the item back", OutcomeUnknown: true,
			Err: errors.Join(refusal, err), Message: fmt.Sprintf("%v, after it refused the write: %v", err, refusal)}
	case err == nil && item.Mark.Operation == w.Operation &&
		rig.Fingerprint(item.Keys.SecretAccessKey) == w.Record.Pending.Fingerprint:
		return item, nil
	}
	return vendors.Item{}, refusal
}

func confirmStored(ctx context.Context, rig Rig, s planner.ConfirmStored, w Work) (Work, error) {
	item, err := rig.Secrets.GetItem(ctx, s.ItemID)
	if err != nil {
		return w, fmt.Errorf("read item %s: %w", s.ItemID, err)
	}
	if s.Unrecorded != nil {
		w.Record = withPending(w.Record, *s.Unrecorded)
	}
	if w.Record.Pending == nil || rig.Fingerprint(item.Keys.SecretAccessKey) != w.Record.Pending.Fingerprint {
		return w, fmt.Errorf("read item %s: it no longer holds the credential that was issued; plan again", s.ItemID)
	}
	w.Record = activate(retiring(w.Record, rig, s.Retires, s.Overlap), rig, item, item.Keys.Texts(), s.Overlap, item.Mark.Operation)
	return w, nil
}

// withPending returns the record with another pending credential. The secret of the previous
// one is gone with the run that issued it, so it stays in the record until it is revoked.
func withPending(r state.Record, c state.CredentialRef) state.Record {
	if lost := r.Pending; lost != nil {
		r.Retiring = append(slices.Clone(r.Retiring), *lost)
	}
	r.Pending = &c
	return r
}

// activate makes the pending credential the active one, because the item holds it now. The
// previous one retires, unless it was registered: then it is not ours to revoke.
func activate(r state.Record, rig Rig, item vendors.Item, fields map[string]string,
	overlap time.Duration, operation string) state.Record {
	if !r.Registered {
		r = retiring(r, rig, r.Active, overlap)
	}
	if r.Item != nil && r.Secrets != rig.Connection {
		r.Former = append(slices.Clone(r.Former), state.FormerItem{Secrets: r.Secrets, ID: r.Item.ID, Title: r.Item.Title})
	}
	r.Secrets = rig.Connection
	r.Active, r.Pending, r.Proof = r.Pending, nil, state.Unproved
	r.Item = rig.itemRef(item, fields, r, operation)
	r.Generation++
	return r
}

// retiring returns the record with an older credential, if there is one, that ends after overlap.
func retiring(r state.Record, rig Rig, old *state.CredentialRef, overlap time.Duration) state.Record {
	if old == nil {
		return r
	}
	c := *old
	c.RetireAfter = second(rig.Now()).Add(overlap)
	r.Retiring = append(slices.Clone(r.Retiring), c)
	return r
}

// retireCredential records an older credential. It is safe to run again.
func retireCredential(rig Rig, s planner.RetireCredential, w Work) Work {
	w.Record.Retiring = slices.DeleteFunc(slices.Clone(w.Record.Retiring), func(c state.CredentialRef) bool {
		return c.ID == s.Credential.ID
	})
	w.Record = retiring(w.Record, rig, &s.Credential, s.Overlap)
	return w
}

func (rig Rig) itemRef(item vendors.Item, fields map[string]string, r state.Record, operation string) *state.ItemRef {
	out := &state.ItemRef{ID: item.ID, Title: item.Title, Fields: fields,
		Address: r.Project, Operation: operation, UpdatedAt: item.UpdatedAt}
	if len(item.Misfits) == 0 {
		out.Shape = rig.Shape
		if item.Elsewhere && rig.Shape != "" {
			out.Shape += state.Elsewhere
		}
	}
	return out
}

func takeItem(ctx context.Context, rig Rig, s planner.TakeItem, w Work) (Work, error) {
	item, err := rig.Secrets.GetItem(ctx, s.ItemID)
	if err != nil {
		return w, fmt.Errorf("read item %s: %w", s.ItemID, err)
	}
	if item.Keys.AccessKeyID != s.AccessKeyID {
		return w, fmt.Errorf("read item %s: its access key id changed since the plan was made; plan again", s.ItemID)
	}
	live, err := rig.Buckets.GetCredential(ctx, s.AccessKeyID)
	if err != nil {
		return w, fmt.Errorf("read credential %s: %w", s.AccessKeyID, err)
	}
	w.Record.Secrets, w.Record.Issuer = rig.Connection, rig.Issuer
	w.Record.Active = &state.CredentialRef{ID: s.AccessKeyID, Name: live.Name, IssuedAt: second(live.IssuedAt),
		ExpiresAt: live.ExpiresAt, Fingerprint: rig.Fingerprint(item.Keys.SecretAccessKey)}
	w.Record.Item = rig.itemRef(item, item.Keys.Texts(), w.Record, item.Mark.Operation)
	w.Record.Item.UpdatedAt = time.Time{} // so that the next plan reads it, if this run ends before it marks it
	return w, nil
}

func updateItem(ctx context.Context, rig Rig, s planner.UpdateItem, w Work) (Work, error) {
	issuedAt := time.Time{}
	if w.Record.Active != nil {
		issuedAt = w.Record.Active.IssuedAt
	}
	// The fields have no secret, so the item keeps the one that it has.
	keys := vendors.KeysOf(func(name string) vendors.Secret { return vendors.NewSecret(s.Fields[name]) })
	item, _, err := rewrite(ctx, rig, s.ItemID, s.Over,
		vendors.ItemSpec{Title: s.Title, Keys: keys, Mark: rig.mark(w, issuedAt)})
	if err != nil {
		return w, fmt.Errorf("update item %q: %w", s.Title, err)
	}
	if readdressed(w.Record.Item, s.Fields) {
		w.Record.Proof = state.Unproved
	}
	w.Record.Item = rig.itemRef(item, maps.Clone(s.Fields), w.Record, w.Operation)
	return w, nil
}

// readdressed reports whether an item's keys will be used at a different address, where nothing
// has been proved yet.
func readdressed(before *state.ItemRef, fields map[string]string) bool {
	changed := func(name string) bool { return before.Fields[name] != "" && before.Fields[name] != fields[name] }
	return before != nil && (changed(vendors.FieldEndpointURL) || changed(vendors.FieldRegion))
}

// rewrite reads an item and writes it, and tries again if someone else wrote in between. It
// does not overwrite the mark of another state, unless over is the lineage of that state. Sent
// reports whether any write was tried.
func rewrite(ctx context.Context, rig Rig, id, over string, spec vendors.ItemSpec) (written vendors.Item, sent bool,
	err error) {
	for try := 1; ; try++ {
		item, err := rig.Secrets.GetItem(ctx, id)
		if err != nil {
			return vendors.Item{}, sent, err
		}
		if l := item.Mark.Lineage; l != "" && l != over && !slices.Contains(rig.Lineages, l) {
			return vendors.Item{}, sent, &vendors.Error{Vendor: "bh", Op: "write item", Kind: vendors.ErrConflict,
				Message: owners.Name(item.Mark.Stack, l) + " took over the item; plan again"}
		}
		if spec.Keys.SecretAccessKey.IsZero() && item.Keys.SecretAccessKey.IsZero() {
			return vendors.Item{}, sent, &vendors.Error{Vendor: "bh", Op: "write item", Kind: vendors.ErrInvalid,
				Message: "the item has no secret access key in a field with the declared name, so it would be lost; " +
					"declare the field's name, or issue new keys with bh rotate"}
		}
		sent = true
		written, err := rig.Secrets.UpdateItem(ctx, id, item.Version, spec)
		if !errors.Is(err, vendors.ErrConflict) || try == writeTries {
			return written, sent, err
		}
	}
}

func deleteItem(ctx context.Context, rig Rig, s planner.DeleteItem, w Work) (Work, error) {
	store := rig.Secrets
	if s.Secrets != rig.Connection {
		var err error
		if store, err = rig.Stores(ctx, s.Secrets); err != nil {
			return w, fmt.Errorf("open %s: %w", s.Secrets, err)
		}
	}
	if err := store.DeleteItem(ctx, s.ItemID); err != nil {
		return w, fmt.Errorf("delete item %q: %w", s.Title, err)
	}
	if w.Record.Item != nil && w.Record.Item.ID == s.ItemID && w.Record.Secrets == s.Secrets {
		w.Record.Item = nil
	}
	w.Record.Former = slices.DeleteFunc(slices.Clone(w.Record.Former), func(f state.FormerItem) bool {
		return f.ID == s.ItemID && f.Secrets == s.Secrets
	})
	if len(w.Record.Former) == 0 {
		w.Record.Former = nil
	}
	return w, nil
}

// mark returns the mark that says whose item it is.
func (rig Rig) mark(w Work, issuedAt time.Time) vendors.Mark {
	mark := vendors.Mark{Stack: rig.Stack, Address: w.Record.Project.String(), Operation: w.Operation, IssuedAt: issuedAt}
	if len(rig.Lineages) > 0 {
		mark.Lineage = rig.Lineages[0]
	}
	return mark
}
