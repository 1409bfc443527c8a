package onepassword

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// connectWay uses a Connect server: seven endpoints over plain HTTP. Its own Go SDK supports
// neither contexts nor timeouts, and does not escape the values in filters.
// https://developer.1password.com/docs/connect/api-reference/
type connectWay struct {
	host   vendors.Host
	base   string
	token  vendors.Secret
	client *http.Client
}

func newConnectWay(host vendors.Host, base string, token vendors.Secret) *connectWay {
	return &connectWay{host: host, base: strings.TrimSuffix(base, "/"), token: token,
		client: transport.NewClient(transport.Options{Host: host, Repeat: repeatConnect, Redact: redactConnect})}
}

// repeatConnect says which requests may be sent again. An update could overwrite what someone
// else wrote between two tries, so it is sent again only if nothing was done.
func repeatConnect(r *http.Request) transport.Repeat {
	if r.Method == http.MethodGet {
		return transport.Always
	}
	return transport.WhenRefused
}

// send makes one request and decodes the response into into, which may be nil.
func (w *connectWay) send(ctx context.Context, a act, method, path string, body, into any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return refuse(a.op, vendors.ErrInvalid, "the item cannot be written as JSON")
		}
		content = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, w.base+path, content)
	if err != nil {
		return refuse(a.op, vendors.ErrInvalid, "the URL of the Connect server is not valid")
	}
	r.Header.Set("Authorization", "Bearer "+w.token.Reveal())
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "bh")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := w.client.Do(r)
	if err != nil {
		return a.transportError(err)
	}
	text, _ := io.ReadAll(resp.Body) // it is in memory
	if resp.StatusCode/100 != 2 {
		return a.connectError(resp, text, w.host.Now())
	}
	// Null is neither a list nor an item, and an HTML page does not come from this server.
	odd := into == nil && len(text) > 0 && !json.Valid(text)
	if odd || into != nil && (json.Unmarshal(text, into) != nil || string(bytes.TrimSpace(text)) == "null") {
		return &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrUnavailable, OutcomeUnknown: a.writes,
			RequestID: transport.RequestID(resp.Header), Message: "the response makes no sense"}
	}
	return nil
}

// transportError is the error for a request without a response.
func (a act) transportError(err error) error {
	var notSent *transport.NotSentError
	e := &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrUnavailable,
		Message:        "no response from the Connect server: " + transport.Cause(err),
		OutcomeUnknown: a.writes && !errors.As(err, &notSent)}
	var wait *transport.WaitError
	switch {
	case errors.As(err, &wait):
		e.Kind, e.Message, e.RetryAfter = vendors.ErrRateLimited, wait.Error(), wait.Wait
	case errors.Is(err, context.Canceled):
		e.Err, e.Message = context.Canceled, "cancelled before a response arrived"
	case errors.Is(err, context.DeadlineExceeded):
		e.Err, e.Message = context.DeadlineExceeded, "no response in time"
	case vendors.Unreachable(err):
		e.Err = vendors.ErrUnreachable
	}
	return e
}

// connectError turns a response into the contract's error.
func (a act) connectError(resp *http.Response, body []byte, now time.Time) error {
	var said struct {
		Message string `json:"message"`
	}
	undecodable := json.Unmarshal(body, &said) != nil
	e := &vendors.Error{Vendor: title, Op: a.op, Code: strconv.Itoa(resp.StatusCode), Message: vendors.Excerpt(withoutSent(resp.Request, said.Message), vendors.MessageLength),
		RequestID: transport.RequestID(resp.Header), RetryAfter: transport.RetryAfter(resp.Header, now)}
	if e.Message == "" {
		e.Message = http.StatusText(resp.StatusCode)
	}
	switch {
	case resp.StatusCode == http.StatusNotFound && !undecodable:
		e.Kind = vendors.ErrNotFound
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		e.Kind = vendors.ErrDenied
	case resp.StatusCode == http.StatusConflict:
		e.Kind, e.Err = vendors.ErrConflict, errVaultBusy
	case resp.StatusCode == http.StatusTooManyRequests:
		e.Kind, e.Message = vendors.ErrRateLimited, limitWords
	case resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.StatusCode != http.StatusRequestTimeout && !undecodable:
		e.Kind = vendors.ErrInvalid
	default:
		e.Kind = vendors.ErrUnavailable
		e.OutcomeUnknown = a.writes
	}
	if wait := transport.TooLong(resp); wait != nil {
		e.Message += "; " + wait.Error()
	}
	return e
}

func (w *connectWay) vaults(ctx context.Context, _ string) ([]vault, error) {
	var list []struct {
		ID             string      `json:"id"`
		Name           string      `json:"name"`
		ContentVersion json.Number `json:"contentVersion"`
	}
	if err := w.send(ctx, act{op: "find the vault"}, http.MethodGet, "/v1/vaults", nil, &list); err != nil {
		return nil, err
	}
	var out []vault
	for _, v := range list {
		if validID(v.ID) {
			out = append(out, vault{id: v.ID, title: v.Name, contentVersion: v.ContentVersion.String()})
		}
	}
	return out, nil
}

func itemsPath(vault string) string    { return "/v1/vaults/" + vault + "/items" }
func itemPath(vault, id string) string { return itemsPath(vault) + "/" + id }

func (w *connectWay) list(ctx context.Context, vault string) ([]summary, error) {
	var list []connectItem
	if err := w.send(ctx, act{op: "list items"}, http.MethodGet, itemsPath(vault), nil, &list); err != nil {
		return nil, err
	}
	var out []summary
	for _, x := range list {
		if !validID(x.ID) {
			return nil, refuse("list items", vendors.ErrUnavailable, "the list has an item without a valid id")
		}
		if x.State == "" {
			out = append(out, summary{id: x.ID, title: x.Title, tags: x.Tags, updatedAt: x.UpdatedAt.UTC()})
		}
	}
	return out, nil
}

// read reads items one by one: Connect caches them, and has no rate limit.
func (w *connectWay) read(ctx context.Context, vault string, ids []string) (map[string]item, error) {
	out := map[string]item{}
	for _, id := range ids {
		x, err := w.get(ctx, vault, id)
		switch {
		case kindOf(err) == vendors.ErrNotFound:
		case err != nil:
			return nil, err
		default:
			out[id] = x
		}
	}
	return out, nil
}

func (w *connectWay) get(ctx context.Context, vault, id string) (item, error) {
	const op = "read item"
	var text json.RawMessage
	if err := w.send(ctx, act{op: op}, http.MethodGet, itemPath(vault, id), nil, &text); err != nil {
		return item{}, err
	}
	x, state, err := fromConnect(text)
	switch {
	case err != nil || x.id != id:
		return item{}, refuse(op, vendors.ErrUnavailable, "the response is about another item, or makes no sense")
	case state != "":
		return item{}, refuse(op, vendors.ErrNotFound, "the item is "+strings.ToLower(state))
	}
	return x, nil
}

// archived: an item that is read says itself that it is archived.
func (w *connectWay) archived(context.Context, string, string) (bool, error) { return false, nil }

func (w *connectWay) create(ctx context.Context, vault string, edits []edit) []created {
	const op = "create item"
	out := make([]created, len(edits))
	for i, e := range edits {
		var text json.RawMessage
		if err := w.send(ctx, act{op: op, writes: true}, http.MethodPost, itemsPath(vault), toConnect(vault, e),
			&text); err != nil {
			out[i].err = err
			continue
		}
		x, _, err := fromConnect(text)
		if err != nil || !validID(x.id) {
			out[i].err = &vendors.Error{Vendor: title, Op: op, Kind: vendors.ErrUnavailable, OutcomeUnknown: true,
				Message: "the response makes no sense"}
			continue
		}
		out[i].item = x
	}
	return out
}

// update writes the whole item. Connect accepts any version, so the item is read again right
// before: that detects what someone wrote since the first read, except in the moment between.
func (w *connectWay) update(ctx context.Context, vault string, from item, e edit) (item, error) {
	const op = "update item"
	now, err := w.get(ctx, vault, from.id)
	switch {
	case err != nil:
		return item{}, err
	case now.version != from.version:
		return item{}, refuse(op, vendors.ErrConflict, "someone else changed the item in the meantime")
	}
	changed, err := applyConnect(now.whole().(connectWhole), e)
	if err != nil {
		return item{}, refuse(op, vendors.ErrUnavailable, "the item that was read makes no sense")
	}
	var text json.RawMessage
	if err := w.send(ctx, act{op: op, writes: true}, http.MethodPut, itemPath(vault, from.id), changed,
		&text); err != nil {
		return item{}, err
	}
	x, _, err := fromConnect(text)
	if err != nil || x.id != from.id {
		return item{}, &vendors.Error{Vendor: title, Op: op, Kind: vendors.ErrUnavailable, OutcomeUnknown: true,
			Message: "the response makes no sense"}
	}
	if n, err := strconv.Atoi(now.version); err == nil && x.version == now.version {
		// The response has the version from before the write.
		// https://github.com/1Password/terraform-provider-onepassword (connect_client.go)
		x.version = strconv.Itoa(n + 1)
	}
	return x, nil
}

func (w *connectWay) archive(context.Context, string, string) error {
	return refuse("archive item", vendors.ErrInvalid, "a Connect server cannot archive items")
}

// remove deletes an item. Connect answers 500 if the delete conflicted with another write, but
// also if it worked, so the item itself is checked.
// https://github.com/1Password/terraform-provider-onepassword (connect_client.go)
func (w *connectWay) remove(ctx context.Context, vault, id string) error {
	err := w.send(ctx, act{op: "delete item", writes: true}, http.MethodDelete, itemPath(vault, id), nil, nil)
	var e *vendors.Error
	if !errors.As(err, &e) || !e.OutcomeUnknown || !strings.HasPrefix(e.Code, "5") {
		return err
	}
	switch _, gone := w.get(ctx, vault, id); {
	case kindOf(gone) == vendors.ErrNotFound:
		return nil
	case gone == nil:
		return &vendors.Error{Vendor: title, Op: e.Op, Kind: vendors.ErrConflict, Code: e.Code,
			Message: e.Message, Err: errVaultBusy}
	}
	return err
}

// resolve looks up references in the lists and items themselves.
func (w *connectWay) resolve(ctx context.Context, references []string) (map[string]vendors.Secret, map[string]error) {
	values, faults := map[string]vendors.Secret{}, map[string]error{}
	lookup := &connectLookup{way: w, lists: map[string][]summary{}, items: map[string]item{}}
	var down error
	for _, ref := range references {
		value, err := vendors.Secret{}, down
		if down == nil {
			value, err = lookup.resolve(ctx, ref)
		}
		switch kindOf(err) {
		case vendors.ErrUnavailable, vendors.ErrRateLimited:
			down = err // for the others as well
		}
		if err != nil {
			faults[ref] = err
		} else {
			values[ref] = value
		}
	}
	return values, faults
}

// connectLookup requests each list and each item once.
type connectLookup struct {
	way   *connectWay
	all   []vault
	lists map[string][]summary
	items map[string]item
}

func (l *connectLookup) resolve(ctx context.Context, ref string) (vendors.Secret, error) {
	const op = "resolve reference"
	path, query, _ := strings.Cut(strings.TrimPrefix(ref, scheme+"://"), "?")
	if query != "" {
		return vendors.Secret{}, refuse(op, vendors.ErrInvalid,
			"a Connect server returns fields as they are: leave out everything from ?"+query)
	}
	parts := strings.Split(path, "/")
	x, err := l.item(ctx, parts[0], parts[1])
	if err != nil {
		return vendors.Secret{}, err
	}
	in, name := "", parts[len(parts)-1]
	if len(parts) == 4 {
		in = parts[2]
	}
	found := slices.DeleteFunc(slices.Clone(x.fields), func(f field) bool {
		return !(f.id == name || strings.EqualFold(f.label, name)) || in != "" && !x.whole().(connectWhole).inSection(f, in)
	})
	if len(found) > 1 {
		if i := slices.IndexFunc(found, func(f field) bool { return f.id == name }); i >= 0 {
			found = found[i : i+1]
		}
	}
	switch {
	case len(found) == 0 || found[0].value.IsZero():
		return vendors.Secret{}, refuse(op, vendors.ErrNotFound, "the item has no such field, or the field is empty")
	case len(found) > 1:
		return vendors.Secret{}, refuse(op, vendors.ErrConflict, "the item has more than one such field; use its id")
	}
	return found[0].value, nil
}

// item finds an item by name or id.
func (l *connectLookup) item(ctx context.Context, vaultName, name string) (item, error) {
	const op = "resolve reference"
	if l.all == nil {
		all, err := l.way.vaults(ctx, "")
		if err != nil {
			return item{}, err
		}
		l.all = all
	}
	v, err := pick(l.all, vaultName)
	if err != nil {
		return item{}, err
	}
	if _, listed := l.lists[v.id]; !listed {
		list, err := l.way.list(ctx, v.id)
		if err != nil {
			return item{}, err
		}
		l.lists[v.id] = list
	}
	var ids []string
	for _, x := range l.lists[v.id] {
		if x.id == name {
			ids = []string{x.id}
			break
		}
		if strings.EqualFold(x.title, name) {
			ids = append(ids, x.id)
		}
	}
	switch len(ids) {
	case 0:
		return item{}, refuse(op, vendors.ErrNotFound, "the vault has no item with that name or id")
	case 1:
	default:
		slices.Sort(ids)
		return item{}, refuse(op, vendors.ErrConflict,
			fmt.Sprintf("%d items have that name; use an id: %s", len(ids), strings.Join(ids, ", ")))
	}
	if x, read := l.items[ids[0]]; read {
		return x, nil
	}
	x, err := l.way.get(ctx, v.id, ids[0])
	if err == nil {
		l.items[ids[0]] = x
	}
	return x, err
}
