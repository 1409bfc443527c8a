package onepassword

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"buckethead/vendors"
)

const title = "1Password"

// readBatch is how many items one call can read.
const readBatch = 50

// Store is one vault. It makes no call until one of its methods is called, and is safe for
// concurrent use.
type Store struct {
	host     vendors.Host
	way      way
	name     string // of the vault, or its id
	layout   layout
	archives bool
	gate     chan struct{} // held during calls: both ways do one thing at a time
	queue    createQueue

	mu     sync.Mutex // guards the following fields; never held during a call
	vault  vault
	listed []summary // as of contentVersion
	of     string    // the content version that listed is of
	known  bool      // listed is there
	kept   map[string]item
}

func newStore(host vendors.Host, w way, name string, l layout, archives bool) *Store {
	return &Store{host: host, way: w, name: name, layout: l, archives: archives, gate: make(chan struct{}, 1),
		kept: map[string]item{}}
}

// enter takes the gate. If the context ends first, the error says that op sent nothing.
func (s *Store) enter(ctx context.Context, op string) error {
	select {
	case s.gate <- struct{}{}:
		if ctx.Err() == nil {
			return nil
		}
		<-s.gate
	case <-ctx.Done():
	}
	return notSent(op, ctx.Err())
}

func (s *Store) leave() { <-s.gate }

// find looks up the vault, once; with look it asks again, for the content version. The gate
// must be held.
func (s *Store) find(ctx context.Context, look bool) (vault, error) {
	s.mu.Lock()
	found := s.vault
	s.mu.Unlock()
	if found.id != "" && !look {
		return found, nil
	}
	name := s.name
	if found.id != "" {
		name = found.id
	}
	list, err := s.way.vaults(ctx, name)
	if err != nil {
		return vault{}, err
	}
	shared := found.shared
	found, err = pick(list, name)
	if err != nil {
		return vault{}, err
	}
	found.shared = shared || slices.ContainsFunc(list,
		func(v vault) bool { return v.id != found.id && strings.EqualFold(v.title, found.title) })
	s.mu.Lock()
	s.vault = found
	s.mu.Unlock()
	return found, nil
}

// pick returns the vault with an id, or else the one with a name. If two vaults have the name,
// the error lists them.
func pick(list []vault, name string) (vault, error) {
	const op = "find the vault"
	var found []vault
	for _, v := range list {
		if v.id == name {
			return v, nil
		}
		if v.title == name {
			found = append(found, v)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return vault{}, refuse(op, vendors.ErrNotFound,
			fmt.Sprintf("these credentials cannot see a vault %q", name))
	}
	ids := make([]string, len(found))
	for i, v := range found {
		ids[i] = v.id
	}
	slices.Sort(ids)
	return vault{}, refuse(op, vendors.ErrInvalid,
		fmt.Sprintf("there are %d vaults called %q; name one by its id: %s", len(found), name, strings.Join(ids, ", ")))
}

// ListItems returns the items of the vault. If the vault's content version has not changed since the
// last list, it returns that list again.
func (s *Store) ListItems(ctx context.Context) ([]vendors.ItemSummary, error) {
	const op = "list items"
	if err := s.enter(ctx, op); err != nil {
		return nil, err
	}
	defer s.leave()
	v, err := s.find(ctx, true)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	list, fresh := s.listed, s.known && s.of == v.contentVersion && v.contentVersion != ""
	s.mu.Unlock()
	if !fresh {
		if list, err = s.way.list(ctx, v.id); err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.listed, s.of, s.known = list, v.contentVersion, true
		s.mu.Unlock()
	}
	out := make([]vendors.ItemSummary, len(list))
	for i, x := range list {
		out[i] = vendors.ItemSummary{ID: x.id, Title: x.title, Marked: slices.Contains(x.tags, tag), UpdatedAt: x.updatedAt}
	}
	return out, nil
}

// changed updates the cached list after a write or a removal. The next ListItems still asks the
// vault.
func (s *Store) changed(id string, now *item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of = ""
	s.listed = slices.DeleteFunc(slices.Clone(s.listed), func(x summary) bool { return x.id == id })
	if now != nil {
		s.listed = append(s.listed, summary{id: now.id, title: now.title, tags: now.tags, updatedAt: now.updatedAt})
	}
}

// GetItem reads one item.
func (s *Store) GetItem(ctx context.Context, id string) (vendors.Item, error) {
	found, err := s.GetItems(ctx, []string{id})
	if err != nil {
		return vendors.Item{}, err
	}
	x, there := found[id]
	if !there {
		return vendors.Item{}, refuse("read item", vendors.ErrNotFound, fmt.Sprintf("the vault has no item %s", id))
	}
	return x, nil
}

// GetItems reads items, up to fifty in a call. Items that do not exist or are archived are left
// out.
func (s *Store) GetItems(ctx context.Context, ids []string) (map[string]vendors.Item, error) {
	const op = "read item"
	if err := s.enter(ctx, op); err != nil {
		return nil, err
	}
	defer s.leave()
	v, err := s.find(ctx, false)
	if err != nil {
		return nil, err
	}
	out := map[string]vendors.Item{}
	valid := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !validID(id) })
	for batch := range slices.Chunk(valid, readBatch) {
		found, err := s.way.read(ctx, v.id, batch)
		if err != nil {
			return nil, err
		}
		for id, x := range found {
			if s.hidden(id) {
				// Reading by id finds archived items too, so an item that is not in the list is
				// looked up among the archived ones.
				away, err := s.way.archived(ctx, v.id, id)
				if err != nil {
					return nil, err
				}
				if away {
					continue
				}
			}
			s.keep(x)
			out[id] = s.layout.read(x)
		}
	}
	return out, nil
}

// hidden reports whether an item is missing from the list, or there is no list yet.
func (s *Store) hidden(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !slices.ContainsFunc(s.listed, func(x summary) bool { return x.id == id })
}

// keep remembers an item as it was read, for the update that may follow.
func (s *Store) keep(x item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) > 4*readBatch {
		clear(s.kept)
	}
	s.kept[x.id] = x
}

// UpdateItem writes an item that was read under a version.
func (s *Store) UpdateItem(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
	const op = "update item"
	if err := checkSpec(op, spec); err != nil {
		return vendors.Item{}, err
	}
	if !validID(id) {
		return vendors.Item{}, refuse(op, vendors.ErrNotFound, fmt.Sprintf("the vault has no item %q", id))
	}
	if err := s.enter(ctx, op); err != nil {
		return vendors.Item{}, err
	}
	defer s.leave()
	v, err := s.find(ctx, false)
	if err != nil {
		return vendors.Item{}, err
	}
	from, err := s.base(ctx, v, id, version)
	if err != nil {
		return vendors.Item{}, err
	}
	var written item
	err = s.persist(ctx, func() error {
		written, err = s.way.update(ctx, v.id, from, s.layout.write(spec))
		return err
	})
	if err != nil {
		return vendors.Item{}, err
	}
	s.changed(id, &written)
	return s.layout.read(written), nil
}

// base returns the item that an update starts from: the one that was read, if its version
// matches. The error is ErrConflict if the version has changed.
func (s *Store) base(ctx context.Context, v vault, id, version string) (item, error) {
	const op = "update item"
	s.mu.Lock()
	from, kept := s.kept[id]
	delete(s.kept, id)
	s.mu.Unlock()
	if kept && from.version == version {
		return from, nil
	}
	found, err := s.way.read(ctx, v.id, []string{id})
	if err != nil {
		return item{}, err
	}
	from, there := found[id]
	switch {
	case !there:
		return item{}, refuse(op, vendors.ErrNotFound, fmt.Sprintf("the vault has no item %s", id))
	case from.version != version:
		return item{}, refuse(op, vendors.ErrConflict, "someone else changed the item in the meantime")
	}
	return from, nil
}

// persistTries bounds how often a write is repeated after a conflict with another writer of the
// same vault.
const persistTries = 5

// errVaultBusy is wrapped by the error of a write that conflicted with a write to another item
// of the vault: nothing was done, and the write can be repeated.
var errVaultBusy = errors.New("another write to the vault came first")

// persist repeats a write while the vault is busy.
func (s *Store) persist(ctx context.Context, write func() error) error {
	pause := 200 * time.Millisecond
	for try := 1; ; try++ {
		err := write()
		if !errors.Is(err, errVaultBusy) || try == persistTries {
			return err
		}
		if s.host.Sleep(ctx, pause) != nil {
			return err
		}
		pause *= 2
	}
}

// DeleteItem archives an item, or deletes it if the block says so.
func (s *Store) DeleteItem(ctx context.Context, id string) error {
	const op = "delete item"
	if !validID(id) {
		return nil // no item has such an id
	}
	if err := s.enter(ctx, op); err != nil {
		return err
	}
	defer s.leave()
	v, err := s.find(ctx, false)
	if err != nil {
		return err
	}
	err = s.persist(ctx, func() error {
		if s.archives {
			return s.way.archive(ctx, v.id, id)
		}
		return s.way.remove(ctx, v.id, id)
	})
	s.changed(id, nil) // even if the outcome is open: then it is looked up again
	if errors.Is(err, vendors.ErrNotFound) {
		return nil
	}
	return err
}
