package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"buckethead/config/addr"
	"buckethead/executor/orchestrator"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// Proof is the result of proving the stored keys of one project. Err says why they do not open
// the bucket, and Unread why they could not be read from their item.
type Proof struct {
	Project addr.Address
	Err     error
	Unread  error
}

// Provable reports whether a record has stored keys that should be proved.
func Provable(r state.Record) bool { return r.Item != nil && r.Active != nil && !r.Applied.Unverified }

// Prove proves the stored keys of records that are [Provable], at most parallelism at once,
// and returns the proofs in the same order. It reads the keys from their items, and changes
// nothing.
func Prove(ctx context.Context, rigs Rigs, records []state.Record, parallelism int) []Proof {
	items, faults := readTogether(ctx, rigs, records, parallelism)
	out := make([]Proof, len(records))
	g := parallel.NewGroup(max(parallelism, 1))
	for i, r := range records {
		g.Go(func() { out[i] = proveOne(ctx, rigs, r, items, faults[r.Secrets]) })
	}
	g.Wait()
	return out
}

// proveOne proves the keys of one project. fault says why the items of its store could not be read.
func proveOne(ctx context.Context, rigs Rigs, r state.Record, items map[itemKey]vendors.Item, fault error) Proof {
	out := Proof{Project: r.Project}
	rig, err := rigs(ctx, r.Cloud, r.Secrets)
	if err != nil {
		out.Unread = err
		return out
	}
	item, read := items[itemKey{r.Secrets, r.Item.ID}]
	if !read && concernsAll(fault) {
		out.Unread = fmt.Errorf("read item %q: %w", r.Item.Title, fault)
		return out
	}
	if !read {
		if item, err = rig.Secrets.GetItem(ctx, r.Item.ID); err != nil {
			out.Unread = fmt.Errorf("read item %q: %w", r.Item.Title, err)
			return out
		}
	}
	out.Err = orchestrator.ProveKeys(ctx, rig, r, item.Keys)
	return out
}

// concernsAll reports whether an error for some items of a store applies to all of them. Any
// other error may concern a single item.
func concernsAll(err error) bool {
	return errors.Is(err, vendors.ErrRateLimited) || errors.Is(err, vendors.ErrDenied) ||
		errors.Is(err, vendors.ErrUnreachable) || errors.Is(err, context.Canceled)
}

type itemKey struct{ secrets, id string }

// together is how many items are read in one call, which is what 1Password allows.
const together = 50

// readTogether reads the items of stores that can read several in one call. Items that it does
// not find are read one by one, so that each error says what is wrong. After the first fault of a
// store, which it returns, it reads nothing more from that store.
func readTogether(ctx context.Context, rigs Rigs, records []state.Record,
	parallelism int) (map[itemKey]vendors.Item, map[string]error) {
	byStore := map[string][]string{}
	for _, r := range records {
		byStore[r.Secrets] = append(byStore[r.Secrets], r.Item.ID)
	}
	var mu sync.Mutex
	out, faults := map[itemKey]vendors.Item{}, map[string]error{}
	g := parallel.NewGroup(max(parallelism, 1))
	for secrets, ids := range byStore {
		rig, err := rigs(ctx, "", secrets)
		several, able := vendors.As[vendors.ItemsReader](rig.Secrets)
		if err != nil || !able {
			continue
		}
		for batch := range slices.Chunk(ids, together) {
			g.Go(func() {
				mu.Lock()
				stop := faults[secrets] != nil
				mu.Unlock()
				if stop {
					return
				}
				items, err := several.GetItems(ctx, batch)
				mu.Lock()
				defer mu.Unlock()
				if err != nil && faults[secrets] == nil {
					faults[secrets] = err
				}
				for id, item := range items {
					if err == nil {
						out[itemKey{secrets, id}] = item
					}
				}
			})
		}
	}
	g.Wait()
	return out, faults
}
