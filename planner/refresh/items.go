package refresh

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// want notes an item that has to be read, and a project that needs it.
func (o *observer) want(key observed.ItemKey, project addr.Address) {
	if before, noted := o.wanted[key]; !noted || project.Compare(before) < 0 {
		o.wanted[key] = project
	}
}

// itemBatch is how many items are requested at once from a store that can return several:
// the most that 1Password's SDK allows.
const itemBatch = 50

// readItems reads the wanted items: several in one call if the store can do that, else
// with several calls at the same time.
func (o *observer) readItems(ctx context.Context) {
	byStore := map[string][]observed.ItemKey{}
	for key := range o.wanted {
		byStore[key.Secrets] = append(byStore[key.Secrets], key)
	}
	g := parallel.NewGroup(o.request.Parallelism)
	for secrets, keys := range byStore {
		slices.SortFunc(keys, func(a, b observed.ItemKey) int { return cmp.Compare(a.ID, b.ID) })
		size := 1
		if reader, err := o.readers.Secrets(ctx, secrets); err == nil {
			if _, able := vendors.As[vendors.ItemsReader](reader); able {
				size = itemBatch
			}
		}
		for batch := range slices.Chunk(keys, size) {
			g.Go(func() { o.readBatch(ctx, secrets, batch) })
		}
	}
	g.Wait() // what went wrong stands in o.diags
}

// readBatch reads items of one store.
func (o *observer) readBatch(ctx context.Context, secrets string, keys []observed.ItemKey) {
	get := func(r vendors.SecretReader) (map[string]vendors.Item, error) {
		if several, able := vendors.As[vendors.ItemsReader](r); able {
			ids := make([]string, len(keys))
			for i, key := range keys {
				ids[i] = key.ID
			}
			return several.GetItems(ctx, ids)
		}
		item, err := r.GetItem(ctx, keys[0].ID)
		if errors.Is(err, vendors.ErrNotFound) {
			return nil, nil
		}
		return map[string]vendors.Item{keys[0].ID: item}, err
	}
	if !o.mayRead(ctx, o.wanted[keys[0]]) {
		return
	}
	_, found, err := ask(ctx, o, secrets, o.readers.Secrets, get)
	if o.missing(o.wanted[keys[0]], err) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, key := range keys {
		if item, there := found[key.ID]; there {
			o.world.Items[key] = o.observed(item)
		} else {
			delete(o.world.Items, key)
		}
	}
}

// observed keeps all of an item except the secret, of which it keeps only the fingerprint.
func (o *observer) observed(item vendors.Item) observed.Item {
	return observed.Item{Summary: item.ItemSummary, Read: true, Mark: item.Mark, Fields: item.Keys.Texts(),
		Misfits:     item.Misfits,
		Fingerprint: vendors.Fingerprint(o.fingerprintKey, item.Keys.SecretAccessKey)}
}

// fingerprintKey returns the key of the state's fingerprints. A state that does not exist yet
// has none, but a fingerprint also says that there is a secret, so it gets a key that is not kept.
func fingerprintKey(recorded []byte) []byte {
	if len(recorded) > 0 {
		return recorded
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it does not fail
	return key
}
