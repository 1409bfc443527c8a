package onepassword

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
)

// sdkTime bounds one call: the SDK itself has no timeout.
const sdkTime = 60 * time.Second

// sdkWay uses a service account.
type sdkWay struct {
	host  vendors.Host
	start func(context.Context) (*sdk.Client, error)
	// client must stay referenced: a finalizer of it ends the session that its
	// parts use (https://github.com/1Password/onepassword-sdk-go/issues/210).
	client *sdk.Client
	// failed is why a login failed. It is not repeated.
	failed error
}

// newSDKWay returns the way for a token. It starts nothing.
func newSDKWay(host vendors.Host, token vendors.Secret) *sdkWay {
	return &sdkWay{host: host, start: func(ctx context.Context) (*sdk.Client, error) {
		starting.Lock()
		defer starting.Unlock()
		if err := startCore(ctx, cacheOf(host)); err != nil && host.Trace != nil {
			// It still starts, only slowly.
			host.Trace(vendors.Exchange{Method: "SDK", URL: "cache of compiled code", Err: err})
		}
		return sdk.NewClient(ctx, sdk.WithServiceAccountToken(token.Reveal()), sdk.WithIntegrationInfo("bh", "v1"))
	}}
}

// cacheOf returns the folder for compiled code, or "" if there is no place for it.
func cacheOf(host vendors.Host) string {
	if host.CacheDir == "" {
		return ""
	}
	return filepath.Join(host.CacheDir, "onepassword")
}

// do makes one call. Before the first, it logs in, once.
func (w *sdkWay) do(ctx context.Context, a act, call func(context.Context, *sdk.Client) error) error {
	if err := ctx.Err(); err != nil {
		return notSent(a.op, err)
	}
	ctx, cancel := context.WithTimeout(ctx, sdkTime)
	defer cancel()
	if w.client == nil && w.failed == nil {
		begun := w.host.Now()
		client, err := w.start(ctx)
		w.trace(ctx, "NewClient", begun, err)
		if err != nil {
			fault := act{op: "log in"}.sdkError(ctx, err)
			if ctx.Err() != nil {
				return fault // it was interrupted, not refused
			}
			w.failed = fault
		} else {
			w.client = client
		}
	}
	if w.failed != nil {
		return w.failed
	}
	begun := w.host.Now()
	err := call(ctx, w.client)
	w.trace(ctx, a.op, begun, err)
	if err != nil {
		return a.sdkError(ctx, err)
	}
	return nil
}

// trace records a call. Its contents are encrypted on the wire, and secrets here.
func (w *sdkWay) trace(ctx context.Context, op string, begun time.Time, err error) {
	if w.host.Trace == nil {
		return
	}
	e := vendors.Exchange{Method: "SDK", URL: op, Took: w.host.Now().Sub(begun)}
	if err != nil {
		e.Err = act{op: op}.sdkError(context.WithoutCancel(ctx), err)
	}
	w.host.Trace(e)
}

func (w *sdkWay) vaults(ctx context.Context, name string) ([]vault, error) {
	var list []sdk.VaultOverview
	err := w.do(ctx, act{op: "find the vault"}, func(ctx context.Context, c *sdk.Client) error {
		if validID(name) {
			one, err := c.VaultsAPI.GetOverview(ctx, name)
			if err == nil {
				list = []sdk.VaultOverview{one}
				return nil
			}
			if kindOfText(err.Error()) != vendors.ErrNotFound {
				return err
			}
			// Twenty-six letters can also be a name.
		}
		decrypt := true
		var err error
		list, err = c.VaultsAPI.List(ctx, sdk.VaultListParams{DecryptDetails: &decrypt})
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]vault, len(list))
	for i, v := range list {
		out[i] = vault{id: v.ID, title: v.Title, contentVersion: strconv.FormatUint(uint64(v.ContentVersion), 10)}
	}
	return out, nil
}

func (w *sdkWay) list(ctx context.Context, vault string) ([]summary, error) {
	return w.listState(ctx, vault, sdk.ItemListFilterByStateInner{Active: true})
}

func (w *sdkWay) listState(ctx context.Context, vault string, state sdk.ItemListFilterByStateInner) ([]summary, error) {
	var list []sdk.ItemOverview
	err := w.do(ctx, act{op: "list items"}, func(ctx context.Context, c *sdk.Client) error {
		var err error
		list, err = c.ItemsAPI.List(ctx, vault, sdk.NewItemListFilterTypeVariantByState(&state))
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]summary, len(list))
	for i, x := range list {
		out[i] = summary{id: x.ID, title: x.Title, tags: x.Tags, updatedAt: x.UpdatedAt.UTC()}
	}
	return out, nil
}

func (w *sdkWay) archived(ctx context.Context, vault, id string) (bool, error) {
	list, err := w.listState(ctx, vault, sdk.ItemListFilterByStateInner{Archived: true})
	return slices.ContainsFunc(list, func(x summary) bool { return x.id == id }), err
}

// read reads one item with Get, several with GetAll. Failed responses have no id, so a missing
// item counts as absent only if every failure is "not found".
func (w *sdkWay) read(ctx context.Context, vault string, ids []string) (map[string]item, error) {
	a := act{op: "read item"}
	out := map[string]item{}
	if len(ids) == 1 {
		err := w.do(ctx, a, func(ctx context.Context, c *sdk.Client) error {
			x, err := c.ItemsAPI.Get(ctx, vault, ids[0])
			if err == nil {
				out[x.ID] = fromSDK(x)
			}
			return err
		})
		if kindOf(err) == vendors.ErrNotFound {
			return out, nil
		}
		return out, err
	}
	err := w.do(ctx, a, func(ctx context.Context, c *sdk.Client) error {
		all, err := c.ItemsAPI.GetAll(ctx, vault, ids)
		if err != nil {
			return err
		}
		for _, r := range all.IndividualResponses {
			switch {
			case r.Content != nil:
				out[r.Content.ID] = fromSDK(*r.Content)
			case r.Error != nil && r.Error.Type == sdk.ItemsGetAllErrorTypeVariantItemNotFound:
			default:
				return errInternal
			}
		}
		return nil
	})
	return out, err
}

// create creates one item with Create, several with CreateAll. Responses are matched by the
// items in them, because their order is not guaranteed.
func (w *sdkWay) create(ctx context.Context, vault string, edits []edit) []created {
	a := act{op: "create item", writes: true}
	params := make([]sdk.ItemCreateParams, len(edits))
	for i, e := range edits {
		params[i] = toSDK(vault, e)
	}
	out := make([]created, len(edits))
	if len(edits) == 1 {
		out[0].err = w.do(ctx, a, func(ctx context.Context, c *sdk.Client) error {
			x, err := c.ItemsAPI.Create(ctx, params[0])
			out[0].item = fromSDK(x)
			return err
		})
		return out
	}
	var all sdk.ItemsUpdateAllResponse
	if err := w.do(ctx, a, func(ctx context.Context, c *sdk.Client) error {
		var err error
		all, err = c.ItemsAPI.CreateAll(ctx, vault, params)
		return err
	}); err != nil {
		return failAll(len(edits), err)
	}
	return a.match(edits, all.IndividualResponses)
}

// match finds the response for each item: the one with its title and its operation. An item
// without a response failed; the reason is certain only if all failures have the same one.
func (a act) match(edits []edit, answers []sdk.Response[sdk.Item, sdk.ItemUpdateFailureReason]) []created {
	out := make([]created, len(edits))
	left := make([]int, 0, len(edits))
	for i, e := range edits {
		at := slices.IndexFunc(answers, func(r sdk.Response[sdk.Item, sdk.ItemUpdateFailureReason]) bool {
			return r.Content != nil && r.Content.Title == e.title &&
				byID(fromSDK(*r.Content).fields, markOperation).value.Equal(byID(e.fields, markOperation).value)
		})
		if at < 0 {
			left = append(left, i)
			continue
		}
		out[i].item = fromSDK(*answers[at].Content)
		answers[at].Content = nil
	}
	var reasons []string
	for _, r := range answers {
		if r.Error != nil && !slices.Contains(reasons, string(r.Error.Type)) {
			reasons = append(reasons, string(r.Error.Type))
		}
	}
	for _, i := range left {
		out[i].err = a.batchError(reasons)
	}
	return out
}

// update writes the whole item, as it was read and then changed. The SDK sends the version with
// it.
func (w *sdkWay) update(ctx context.Context, _ string, from item, e edit) (item, error) {
	whole := from.whole().(sdk.Item)
	changed := applySDK(whole, e)
	var out item
	err := w.do(ctx, act{op: "update item", writes: true}, func(ctx context.Context, c *sdk.Client) error {
		x, err := c.ItemsAPI.Put(ctx, changed)
		out = fromSDK(x)
		return err
	})
	return out, err
}

func (w *sdkWay) archive(ctx context.Context, vault, id string) error {
	err := w.do(ctx, act{op: "archive item", writes: true},
		func(ctx context.Context, c *sdk.Client) error { return c.ItemsAPI.Archive(ctx, vault, id) })
	if errors.Is(err, errNotActive) {
		return nil // it is archived already
	}
	return err
}

func (w *sdkWay) remove(ctx context.Context, vault, id string) error {
	return w.do(ctx, act{op: "delete item", writes: true},
		func(ctx context.Context, c *sdk.Client) error { return c.ItemsAPI.Delete(ctx, vault, id) })
}

func (w *sdkWay) resolve(ctx context.Context, references []string) (map[string]vendors.Secret, map[string]error) {
	a := act{op: "resolve reference"}
	values, faults := map[string]vendors.Secret{}, map[string]error{}
	var all sdk.ResolveAllResponse
	err := w.do(ctx, a, func(ctx context.Context, c *sdk.Client) error {
		var err error
		all, err = c.SecretsAPI.ResolveAll(ctx, references)
		return err
	})
	for _, ref := range references {
		r := all.IndividualResponses[ref]
		switch {
		case err != nil:
			faults[ref] = err
		case r.Content != nil:
			values[ref] = vendors.NewSecret(r.Content.Secret)
		case r.Error != nil:
			faults[ref] = a.resolveError(r.Error.Type)
		default:
			faults[ref] = refuse(a.op, vendors.ErrUnavailable, "the response lacks the reference")
		}
	}
	return values, faults
}
