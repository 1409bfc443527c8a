package executor

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"buckethead/config/addr"
	"buckethead/executor/orchestrator"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// Proof is what came of proving the stored keys of one project. Err says why they do not
// open the bucket, Unread why they could not be read from their item.
type Proof struct {
	Project addr.Project
	Err     error
	Unread  error
}

// Provable reports whether a record has stored keys that are to be proved.
func Provable(r state.Record) bool { return r.Item != nil && r.Active != nil && !r.Applied.Unverified }

// Prove proves the stored keys of records that are [Provable], at most parallelism at once,
// and returns the proofs in the same order. It reads the keys from their items, and changes
// nothing.
func Prove(ctx context.Context, rigs Rigs, records []state.Record, parallelism int) []Proof {
	items := readTogether(ctx, rigs, records, parallelism)
	out := make([]Proof, len(records))
	g := parallel.NewGroup(max(parallelism, 1))
	for i, r := range records {
		g.Go(func() { out[i] = proveOne(ctx, rigs, r, items) })
	}
	g.Wait()
	return out
}

func proveOne(ctx context.Context, rigs Rigs, r state.Record, items map[itemKey]vendors.Item) Proof {
	out := Proof{Project: r.Project}
	rig, err := rigs(ctx, r.Cloud, r.Secrets)
	if err != nil {
		out.Unread = err
		return out
	}
	item, read := items[itemKey{r.Secrets, r.Item.ID}]
	if !read {
		if item, err = rig.Secrets.GetItem(ctx, r.Item.ID); err != nil {
			out.Unread = fmt.Errorf("read item %q: %w", r.Item.Title, err)
			return out
		}
	}
	out.Err = orchestrator.ProveKeys(ctx, rig, r, item.Keys)
	return out
}

type itemKey struct{ secrets, id string }

// together is how many items are read in one call, which is what 1Password allows.
const together = 50

// readTogether reads the items of those stores that can read several in one call. What it
// does not find is read alone, and says what is wrong.
func readTogether(ctx context.Context, rigs Rigs, records []state.Record, parallelism int) map[itemKey]vendors.Item {
	byStore := map[string][]string{}
	for _, r := range records {
		byStore[r.Secrets] = append(byStore[r.Secrets], r.Item.ID)
	}
	var mu sync.Mutex
	out := map[itemKey]vendors.Item{}
	g := parallel.NewGroup(max(parallelism, 1))
	for secrets, ids := range byStore {
		rig, err := rigs(ctx, "", secrets)
		several, able := vendors.As[vendors.ItemsReader](rig.Secrets)
		if err != nil || !able {
			continue
		}
		for batch := range slices.Chunk(ids, together) {
			g.Go(func() {
				items, err := several.GetItems(ctx, batch)
				mu.Lock()
				defer mu.Unlock()
				for id, item := range items {
					if err == nil {
						out[itemKey{secrets, id}] = item
					}
				}
			})
		}
	}
	g.Wait()
	return out
}
