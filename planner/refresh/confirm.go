package refresh

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// confirm makes the single reads that the lists leave open: what is recorded and
// not listed, items that changed since they were stored, and buckets that may go.
func (o *observer) confirm(ctx context.Context) {
	reads := map[any]func(){}
	once := func(key any, read func()) {
		if reads[key] == nil {
			reads[key] = read
		}
	}
	for _, r := range o.request.Recorded.Records {
		o.confirmRecord(ctx, r, once)
	}
	for _, i := range o.request.Recorded.Intents {
		if i.Step == planner.StepCreateBucket {
			key := observed.BucketKey{Cloud: i.Cloud, ID: vendors.BucketID{Name: i.Name, Namespace: i.Namespace}}
			o.confirmBucket(ctx, i.Project, key, once)
		}
	}
	o.confirmMarked()
	o.confirmImports()
	o.confirmOwners()
	o.confirmClasses(ctx, once)
	o.runSorted(reads)
	o.readItems(ctx)
	o.readSettings(ctx)
	o.probe(ctx)
	o.fingerprintRegistered(ctx)
	o.finish()
}

// runSorted makes the reads, several at a time, in an order that does not change
// from run to run.
func (o *observer) runSorted(reads map[any]func()) {
	names := make(map[string]func(), len(reads))
	for key, read := range reads {
		names[fmt.Sprintf("%T%v", key, key)] = read
	}
	g := parallel.NewGroup(o.request.Parallelism)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		g.Go(names[name])
	}
	g.Wait() // what went wrong stands in o.diags
}

func (o *observer) confirmRecord(ctx context.Context, r state.Record, once func(any, func())) {
	if r.Bucket != nil {
		o.confirmBucket(ctx, r.Project, observed.BucketKey{Cloud: r.Cloud, ID: *r.Bucket}, once)
	}
	if !r.Registered {
		for _, c := range []*state.CredentialRef{r.Active, r.Pending} {
			if c == nil {
				continue
			}
			key := observed.CredentialKey{Cloud: r.Cloud, ID: c.ID}
			if _, listed := o.world.Credentials[key]; !listed {
				once(key, func() { o.getCredential(ctx, r.Project, key) })
			}
		}
	}
	if r.Item == nil {
		return
	}
	key := observed.ItemKey{Secrets: r.Secrets, ID: r.Item.ID}
	item, listed := o.world.Items[key]
	changed := !item.Summary.UpdatedAt.Equal(r.Item.UpdatedAt) || item.Summary.Title != r.Item.Title
	if !listed || changed || r.Pending != nil {
		o.want(key, r.Project)
	}
	for _, f := range r.Former {
		if key := (observed.ItemKey{Secrets: f.Secrets, ID: f.ID}); o.world.Items[key].Summary.Marked {
			o.want(key, r.Project)
		}
	}
}

func (o *observer) confirmBucket(ctx context.Context, project addr.Address, key observed.BucketKey,
	once func(any, func())) {
	if _, listed := o.world.Buckets[key]; !listed {
		once(key, func() { o.getBucket(ctx, project, key) })
	}
}

// confirmClasses reads the buckets whose storage class is declared and was left out
// of the list.
func (o *observer) confirmClasses(ctx context.Context, once func(any, func())) {
	if o.request.Mode == planner.DestroyAll {
		return
	}
	for i := range o.request.Desired.Projects {
		p := &o.request.Desired.Projects[i]
		if p.Bucket.StorageClass == "" || o.request.Scope != nil && !o.request.Scope(p.Addr) {
			continue
		}
		key := observed.BucketKey{Cloud: p.Cloud, ID: p.Bucket.ID}
		if b, listed := o.world.Buckets[key]; listed && b.StorageClass == "" {
			once(key, func() { o.getBucket(ctx, p.Addr, key) })
		}
	}
}

// confirmMarked reads the items that an interrupted run may have stored: those
// that carry our mark, belong to no record, and are in a store that an open
// intent names or, if requested, in any store.
func (o *observer) confirmMarked() {
	stores := map[string]addr.Address{}
	for _, i := range o.request.Recorded.Intents {
		if i.Step == planner.StepStoreCredential {
			stores[i.Secrets] = i.Project
		}
	}
	if o.request.Marked {
		for _, c := range o.request.Desired.Secrets {
			stores[c.Address()] = addr.Address{}
		}
	}
	if len(stores) == 0 {
		return
	}
	for _, key := range o.markedUnheld() {
		if project, open := stores[key.Secrets]; open {
			o.want(key, project)
		}
	}
}

// markedUnheld returns the items with bh's mark that no record has.
func (o *observer) markedUnheld() []observed.ItemKey {
	held := map[observed.ItemKey]bool{}
	for _, r := range o.request.Recorded.Records {
		if r.Item != nil {
			held[observed.ItemKey{Secrets: r.Secrets, ID: r.Item.ID}] = true
		}
	}
	var out []observed.ItemKey
	for key, item := range o.world.Items {
		if item.Summary.Marked && !held[key] {
			out = append(out, key)
		}
	}
	return out
}

// confirmImports reads the items that import blocks name, by id or title.
func (o *observer) confirmImports() {
	blocks := map[addr.Address]config.Import{}
	for _, block := range o.request.Desired.Imports {
		if _, recorded := o.request.Recorded.Records[block.To]; !recorded && block.Item != "" {
			blocks[block.To] = block
		}
	}
	if len(blocks) == 0 {
		return
	}
	for i := range o.request.Desired.Projects {
		p := &o.request.Desired.Projects[i]
		block, imported := blocks[p.Addr]
		if !imported {
			continue
		}
		for key, item := range o.world.Items {
			if key.Secrets == p.Secrets && (key.ID == block.Item || item.Summary.Title == block.Item) {
				o.want(key, p.Addr)
			}
		}
	}
}

func (o *observer) getBucket(ctx context.Context, project addr.Address, key observed.BucketKey) {
	get := func(r vendors.BucketReader) (vendors.Bucket, error) { return r.GetBucket(ctx, key.ID) }
	fetch(ctx, o, project, key.Cloud, o.readers.Buckets, get, func(b vendors.Bucket) { o.world.Buckets[key] = b })
}

func (o *observer) getCredential(ctx context.Context, project addr.Address, key observed.CredentialKey) {
	get := func(r vendors.BucketReader) (vendors.Credential, error) { return r.GetCredential(ctx, key.ID) }
	fetch(ctx, o, project, key.Cloud, o.readers.Buckets, get,
		func(c vendors.Credential) { o.world.Credentials[key] = c })
}

// fetch makes one single read and keeps what it found, if anything.
func fetch[R, T any](ctx context.Context, o *observer, project addr.Address, connection string,
	open func(context.Context, string) (R, error), get func(R) (T, error), keep func(T)) {
	if !o.mayRead(ctx, project) {
		return
	}
	_, found, err := ask(ctx, o, connection, open, get)
	if o.missing(project, err) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	keep(found)
}

// missing reports whether there is nothing to keep: the thing certainly does not
// exist, or the read failed, which is reported.
func (o *observer) missing(project addr.Address, err error) bool {
	if err == nil {
		return false
	}
	if !errors.Is(err, vendors.ErrNotFound) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.diags = append(o.diags, o.projectFault(project, err))
		o.stopped = true
	}
	return true
}

func (o *observer) projectFault(project addr.Address, err error) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Kind: thingNotRead, Address: project,
		Detail: err.Error() + ".", Fix: fixFor(err), Cause: err}
	for i := range o.request.Desired.Projects {
		if p := &o.request.Desired.Projects[i]; p.Addr == project {
			d.Subject = p.Range
		}
	}
	return d
}
