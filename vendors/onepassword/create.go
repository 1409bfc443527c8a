package onepassword

import (
	"context"
	"slices"
	"sync"

	"buckethead/vendors"
)

// createBatch is how many items are created in one call. 1Password does not publish the limit;
// the one for reading is 50.
const createBatch = 50

// createQueue holds the items that wait while a call is running. The next one to get the gate
// creates them all, so many projects at once need few calls.
type createQueue struct {
	mu      sync.Mutex
	waiting []*request
}

// request is one item to create. done is closed when there is a result.
type request struct {
	edit   edit
	done   chan struct{}
	result created
}

// CreateItem creates an item, in one call with others that are waiting.
func (s *Store) CreateItem(ctx context.Context, spec vendors.ItemSpec) (vendors.Item, error) {
	const op = "create item"
	if err := checkSpec(op, spec); err != nil {
		return vendors.Item{}, err
	}
	r := &request{edit: s.layout.write(spec), done: make(chan struct{})}
	s.queue.add(r)
	select {
	case s.gate <- struct{}{}:
		s.createWaiting(ctx, r)
		s.leave()
	case <-r.done:
	case <-ctx.Done():
		if s.queue.remove(r) {
			return vendors.Item{}, notSent(op, ctx.Err())
		}
		// Another goroutine is creating it, so wait for the result.
		<-r.done
	}
	if r.result.err != nil {
		return vendors.Item{}, r.result.err
	}
	return s.layout.read(r.result.item), nil
}

// createWaiting creates the waiting items, including own unless someone else has created it.
func (s *Store) createWaiting(ctx context.Context, own *request) {
	select {
	case <-own.done:
		return
	default:
	}
	batch := s.queue.take(own)
	finish := func(results []created) {
		for i, r := range batch {
			r.result = results[i]
			close(r.done)
		}
	}
	if ctx.Err() != nil {
		finish(failAll(len(batch), notSent("create item", ctx.Err())))
		return
	}
	v, err := s.find(ctx, false)
	if err != nil {
		finish(failAll(len(batch), err))
		return
	}
	results := make([]created, len(batch))
	pending := make([]int, len(batch))
	for i := range pending {
		pending[i] = i
	}
	// Only items that conflicted with another writer of the vault are sent again.
	_ = s.persist(ctx, func() error {
		edits := make([]edit, len(pending))
		for n, i := range pending {
			edits[n] = batch[i].edit
		}
		again := pending[:0:0]
		for n, result := range s.way.create(ctx, v.id, edits) {
			results[pending[n]] = result
			if isBusy(result.err) {
				again = append(again, pending[n])
			}
		}
		if pending = again; len(again) > 0 {
			return errVaultBusy
		}
		return nil
	})
	for i := range results {
		if results[i].err == nil {
			s.changed(results[i].item.id, &results[i].item)
		}
	}
	finish(results)
}

func failAll(n int, err error) []created { return slices.Repeat([]created{{err: err}}, n) }

func (q *createQueue) add(r *request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, r)
}

// take returns own and other waiting items, up to a batch.
func (q *createQueue) take(own *request) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	batch := []*request{own}
	rest := q.waiting[:0:0]
	for _, r := range q.waiting {
		switch {
		case r == own:
		case len(batch) < createBatch:
			batch = append(batch, r)
		default:
			rest = append(rest, r)
		}
	}
	q.waiting = rest
	return batch
}

// remove withdraws a request that nobody has taken yet.
func (q *createQueue) remove(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, r)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}
