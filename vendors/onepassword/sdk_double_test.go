package onepassword

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
)

const vaultID = "vaultvaultvaultvaultvault1"

// account keeps the contracts of the SDK's interfaces in memory. Faults are given by
// before and after, which see the name of each call.
type account struct {
	sdk.ItemsAPI
	sdk.SecretsAPI

	mu            sync.Mutex
	now           func() time.Time
	drawn         int
	vaultList     []sdk.VaultOverview
	items         map[string]*stored
	calls         []string
	before, after func(call string) error
	shuffle       bool // batches answer in another order than they were asked
}

type stored struct {
	sdk.Item
	archived bool
}

func newAccount(now func() time.Time) *account {
	return &account{now: now, items: map[string]*stored{}, vaultList: []sdk.VaultOverview{{ID: vaultID, Title: "Engineering", ContentVersion: 1}}}
}

// client returns a client made from a literal, for tests.
func (a *account) client() *sdk.Client {
	return &sdk.Client{ItemsAPI: a, VaultsAPI: vaultsOf{a: a}, SecretsAPI: a}
}

// vaultsOf has the methods of vaults, whose names clash with those of items.
type vaultsOf struct {
	sdk.VaultsAPI
	a *account
}

// act makes one call: a fault before it, the work, a fault after it.
func (a *account) act(ctx context.Context, call string, work func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, call)
	if ctx.Err() != nil {
		return fmt.Errorf("Post \"https://x\": %v (recovered by wazero)\nwasm stack trace", ctx.Err())
	}
	if a.before != nil {
		if err := a.before(call); err != nil {
			return err
		}
	}
	err := work()
	if err == nil && a.after != nil {
		err = a.after(call)
	}
	return err
}

func (a *account) count(call string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(a.calls), func(c string) bool { return c != call }))
}

func (a *account) touched() { a.vaultList[0].ContentVersion++ }

// edit changes a field of an item, as a person would.
func (a *account) edit(id, name string, change func(*sdk.ItemField)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := a.items[id]
	for i := range x.Fields {
		if x.Fields[i].ID == name {
			change(&x.Fields[i])
		}
	}
	x.Version++
	x.UpdatedAt = a.now()
	a.touched()
}

func (a *account) draw() string {
	a.drawn++
	return fmt.Sprintf("item%022d", a.drawn)
}

// copied returns an item that shares nothing with the stored one.
func copied(x sdk.Item) sdk.Item {
	x.Fields, x.Sections, x.Tags = slices.Clone(x.Fields), slices.Clone(x.Sections), slices.Clone(x.Tags)
	slices.Sort(x.Tags) // tags come back sorted
	return x
}

// check applies the rules that the core has for items.
func check(x sdk.Item) error {
	ids := map[string]bool{}
	for _, f := range x.Fields {
		switch {
		case ids[f.ID]:
			return errors.New("item field ids must be unique")
		case strings.ContainsFunc(f.ID, func(r rune) bool {
			return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. ", r)
		}):
			return fmt.Errorf("invalid field id %q", f.ID)
		case f.SectionID == nil:
			return fmt.Errorf("custom field with id %s must be part of a section", f.ID)
		case !slices.ContainsFunc(x.Sections, func(s sdk.ItemSection) bool { return s.ID == *f.SectionID }):
			return fmt.Errorf("invalid section of field %s", f.ID)
		}
		ids[f.ID] = true
	}
	for i, tag := range x.Tags {
		if strings.TrimSpace(tag) == "" || slices.Contains(x.Tags[:i], tag) || strings.ContainsFunc(tag, func(r rune) bool { return r > 127 }) {
			return errors.New("invalid tags")
		}
	}
	return nil
}

func (a *account) make(p sdk.ItemCreateParams) (sdk.Item, error) {
	x := sdk.Item{ID: a.draw(), Title: p.Title, Category: p.Category, VaultID: p.VaultID, Fields: p.Fields, Sections: p.Sections, Tags: p.Tags,
		Version: 1, CreatedAt: a.now(), UpdatedAt: a.now()}
	if p.VaultID != vaultID || p.Category != sdk.ItemCategoryAPICredentials {
		return sdk.Item{}, errors.New("the vault couldn't be found")
	}
	if err := check(x); err != nil {
		return sdk.Item{}, err
	}
	a.items[x.ID] = &stored{Item: copied(x)}
	a.touched()
	return copied(x), nil
}

func (a *account) Create(ctx context.Context, p sdk.ItemCreateParams) (out sdk.Item, err error) {
	err = a.act(ctx, "Create", func() error { out, err = a.make(p); return err })
	return out, err
}

func (a *account) CreateAll(ctx context.Context, vault string, list []sdk.ItemCreateParams) (out sdk.ItemsUpdateAllResponse, err error) {
	err = a.act(ctx, "CreateAll", func() error {
		for _, p := range list {
			x, err := a.make(p)
			r := sdk.Response[sdk.Item, sdk.ItemUpdateFailureReason]{Content: &x}
			if err != nil {
				r = sdk.Response[sdk.Item, sdk.ItemUpdateFailureReason]{Error: &sdk.ItemUpdateFailureReason{Type: sdk.ItemUpdateFailureReasonTypeVariantItemValidationError}}
			}
			out.IndividualResponses = append(out.IndividualResponses, r)
		}
		if a.shuffle {
			slices.Reverse(out.IndividualResponses)
		}
		return nil
	})
	return out, err
}

func (a *account) Get(ctx context.Context, vault, id string) (out sdk.Item, err error) {
	err = a.act(ctx, "Get", func() error {
		x, there := a.items[id]
		if !there || vault != vaultID {
			return errors.New("the item couldn't be found")
		}
		out = copied(x.Item)
		return nil
	})
	return out, err
}

func (a *account) GetAll(ctx context.Context, vault string, ids []string) (out sdk.ItemsGetAllResponse, err error) {
	err = a.act(ctx, "GetAll", func() error {
		if len(ids) > 50 {
			return errors.New("you can only retrieve up to 50 items at once")
		}
		for _, id := range ids {
			r := sdk.Response[sdk.Item, sdk.ItemsGetAllError]{Error: &sdk.ItemsGetAllError{Type: sdk.ItemsGetAllErrorTypeVariantItemNotFound}}
			if x, there := a.items[id]; there {
				found := copied(x.Item)
				r = sdk.Response[sdk.Item, sdk.ItemsGetAllError]{Content: &found}
			}
			out.IndividualResponses = append(out.IndividualResponses, r)
		}
		return nil
	})
	return out, err
}

func (a *account) Put(ctx context.Context, x sdk.Item) (out sdk.Item, err error) {
	err = a.act(ctx, "Put", func() error {
		have, there := a.items[x.ID]
		switch {
		case !there:
			return errors.New("the item couldn't be found")
		case have.archived:
			return errors.New("item is not in an active state")
		case have.Version != x.Version:
			return errors.New("item update failed: incorrect item version")
		}
		if err := check(x); err != nil {
			return err
		}
		x.Version++
		x.UpdatedAt = a.now()
		have.Item = copied(x)
		a.touched()
		out = copied(x)
		return nil
	})
	return out, err
}

func (a *account) Delete(ctx context.Context, vault, id string) error {
	return a.act(ctx, "Delete", func() error {
		if _, there := a.items[id]; !there {
			return errors.New("the item couldn't be found")
		}
		delete(a.items, id)
		a.touched()
		return nil
	})
}

func (a *account) Archive(ctx context.Context, vault, id string) error {
	return a.act(ctx, "Archive", func() error {
		x, there := a.items[id]
		switch {
		case !there:
			return errors.New("the item couldn't be found")
		case x.archived:
			return errors.New("item is not in an active state")
		}
		x.archived = true
		a.touched()
		return nil
	})
}

func (a *account) List(ctx context.Context, vault string, filters ...sdk.ItemListFilter) (out []sdk.ItemOverview, err error) {
	err = a.act(ctx, "List", func() error {
		state := filters[0].ByState()
		for _, x := range a.items {
			if vault == vaultID && (x.archived && state.Archived || !x.archived && state.Active) {
				out = append(out, sdk.ItemOverview{ID: x.ID, Title: x.Title, Category: x.Category, VaultID: x.VaultID, Tags: slices.Clone(x.Tags), UpdatedAt: x.UpdatedAt})
			}
		}
		return nil
	})
	return out, err
}

func (a *account) ResolveAll(ctx context.Context, refs []string) (out sdk.ResolveAllResponse, err error) {
	out.IndividualResponses = map[string]sdk.Response[sdk.ResolvedReference, sdk.ResolveReferenceError]{}
	err = a.act(ctx, "ResolveAll", func() error {
		for _, ref := range refs {
			parts := strings.Split(strings.TrimPrefix(ref, "op://"), "/")
			r := sdk.Response[sdk.ResolvedReference, sdk.ResolveReferenceError]{Error: &sdk.ResolveReferenceError{Type: sdk.ResolveReferenceErrorTypeVariantItemNotFound}}
			for _, x := range a.items {
				for _, f := range x.Fields {
					if !x.archived && (x.Title == parts[1] || x.ID == parts[1]) && (f.Title == parts[len(parts)-1] || f.ID == parts[len(parts)-1]) {
						r = sdk.Response[sdk.ResolvedReference, sdk.ResolveReferenceError]{Content: &sdk.ResolvedReference{Secret: f.Value, ItemID: x.ID, VaultID: vaultID}}
					}
				}
			}
			out.IndividualResponses[ref] = r
		}
		return nil
	})
	return out, err
}

func (v vaultsOf) List(ctx context.Context, _ ...sdk.VaultListParams) (out []sdk.VaultOverview, err error) {
	err = v.a.act(ctx, "Vaults.List", func() error { out = slices.Clone(v.a.vaultList); return nil })
	return out, err
}

func (v vaultsOf) GetOverview(ctx context.Context, id string) (out sdk.VaultOverview, err error) {
	err = v.a.act(ctx, "Vaults.GetOverview", func() error {
		i := slices.IndexFunc(v.a.vaultList, func(o sdk.VaultOverview) bool { return o.ID == id })
		if i < 0 {
			return errors.New("the vault couldn't be found")
		}
		out = v.a.vaultList[i]
		return nil
	})
	return out, err
}

// storeOn opens a store on the account, past the SDK's own core.
func storeOn(t testing.TB, a *account, archives bool) *Store {
	t.Helper()
	w := &sdkWay{host: hostOf(a.now), start: func(context.Context) (*sdk.Client, error) { return a.client(), nil }}
	return newStore(w.host, w, "Engineering", layout{}, archives)
}

func hostOf(now func() time.Time) vendors.Host {
	return vendors.Host{Now: now, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}
