package refresh

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// surveyor is an observer that looks beyond what the plan needs.
type surveyor struct {
	*observer
	unlisted []observed.Unlisted // guarded by mu
}

// Survey lists everything that the declared clouds and stores have, and reads the items
// with bh's mark that are in no record, to find their owners. What it cannot list is in
// the diagnostics, and the rest is returned. A namespace that nothing uses and that the
// account may not list is not a fault.
func Survey(ctx context.Context, r Readers, q Request) (observed.World, []observed.Unlisted, diag.List) {
	s := &surveyor{observer: newObserver(r, q)}
	s.partial = true
	inUse, _, _ := s.inUse()
	g := parallel.NewGroup(s.request.Parallelism)
	for _, c := range q.Desired.Clouds {
		cloud := c.Address()
		g.Go(func() { s.listCredentials(ctx, cloud) })
		for _, space := range s.namespaces(ctx, cloud, inUse) {
			n := namespace{cloud, space}
			if space == "" || slices.Contains(inUse, n) {
				g.Go(func() { s.listBuckets(ctx, n) })
			} else {
				g.Go(func() { s.tryBuckets(ctx, n) })
			}
		}
	}
	for _, c := range q.Desired.Secrets {
		g.Go(func() { s.listItems(ctx, c.Address()) })
	}
	g.Wait() // what went wrong stands in diags
	s.wantMarked()
	s.readItems(ctx)
	s.finish()
	slices.SortFunc(s.unlisted, func(a, b observed.Unlisted) int {
		return cmp.Or(cmp.Compare(a.Cloud, b.Cloud), cmp.Compare(a.Namespace, b.Namespace))
	})
	s.causesOnce()
	return s.world, s.unlisted, s.diags.Sorted()
}

// namespaces returns those that a cloud knows, and those in use.
func (s *surveyor) namespaces(ctx context.Context, cloud string, inUse []namespace) []string {
	out := []string{""}
	if reader, err := s.readers.Buckets(ctx, cloud); err == nil { // the lists report the error
		if lister, able := vendors.As[vendors.NamespaceLister](reader); able {
			out = append(out, lister.Namespaces()...)
		}
	}
	for _, n := range inUse {
		if n.cloud == cloud {
			out = append(out, n.name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tryBuckets lists a namespace that the account may not be allowed to list.
func (s *surveyor) tryBuckets(ctx context.Context, n namespace) {
	list := func(r vendors.BucketReader) ([]vendors.Bucket, error) { return r.ListBuckets(ctx, n.name) }
	_, buckets, err := ask(ctx, s.observer, n.cloud, s.readers.Buckets, list)
	refused := errors.Is(err, vendors.ErrDenied) || errors.Is(err, vendors.ErrInvalid) ||
		errors.Is(err, vendors.ErrNotFound)
	if err != nil && !refused {
		s.unreadable(n.cloud, err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused {
		s.unlisted = append(s.unlisted, observed.Unlisted{Cloud: n.cloud, Namespace: n.name, Why: err.Error()})
	}
	for _, b := range buckets {
		s.world.Buckets[observed.BucketKey{Cloud: n.cloud, ID: b.ID}] = b
	}
}

// wantMarked notes the items with bh's mark that no record has.
func (s *surveyor) wantMarked() {
	for _, key := range s.markedUnheld() {
		s.want(key, addr.Address{})
	}
}
