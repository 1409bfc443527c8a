package refresh

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// observer collects a world. Its maps are guarded by mu, because reads run concurrently.
type observer struct {
	readers Readers
	request Request
	mu      sync.Mutex
	world   observed.World
	diags   diag.List
	calls   map[string]int
	// counters are the vendors among the connections that count for themselves.
	counters map[string]counter
	// failed are the connections that were reported as unreadable.
	failed map[string]bool
	// partial means that lists are wanted even if other lists fail.
	partial bool
	// stopped means that a single read failed: no other is started.
	stopped bool
	// wanted are the items to be read, and a project that needs each.
	wanted map[observed.ItemKey]addr.Address

	fingerprintKey []byte
}

func newObserver(r Readers, q Request) *observer {
	if q.Parallelism <= 0 {
		q.Parallelism = 8
	}
	return &observer{readers: r, request: q, calls: map[string]int{}, counters: map[string]counter{},
		failed: map[string]bool{}, fingerprintKey: fingerprintKey(q.Recorded.Meta.FingerprintKey),
		wanted: map[observed.ItemKey]addr.Address{}, world: observed.World{
			Buckets:     map[observed.BucketKey]vendors.Bucket{},
			Credentials: map[observed.CredentialKey]vendors.Credential{},
			Items:       map[observed.ItemKey]observed.Item{},
			Emptiness:   map[observed.BucketKey]vendors.Emptiness{},
			Settings:    map[observed.BucketKey]vendors.BucketSettings{},
			Registered:  map[addr.Address]string{},
			Missing:     map[string]string{},
			CannotEmpty: map[string]bool{},
			Recipients:  map[string]observed.Recipients{},
			Listed:      map[string]bool{},

			CredentialLimit: map[string]int{},
		}}
}

// namespace is one list of buckets.
type namespace struct{ cloud, name string }

// inUse returns the bucket lists, clouds and stores that the plan needs: what is
// declared, recorded, or named in the journal.
func (o *observer) inUse() (namespaces []namespace, clouds, stores []string) {
	spaces, cloudSet, storeSet := map[namespace]bool{}, map[string]bool{}, map[string]bool{}
	use := func(cloud, space, secrets string) {
		if cloud != "" {
			spaces[namespace{cloud, space}] = true
			cloudSet[cloud] = true
		}
		if secrets != "" {
			storeSet[secrets] = true
		}
	}
	if o.request.Mode != planner.DestroyAll {
		for i := range o.request.Desired.Projects {
			p := &o.request.Desired.Projects[i]
			use(p.Cloud, p.Bucket.ID.Namespace, p.Secrets)
		}
	}
	for _, r := range o.request.Recorded.Records {
		space := ""
		if r.Bucket != nil {
			space = r.Bucket.Namespace
		}
		use(r.Cloud, space, r.Secrets)
	}
	for _, i := range o.request.Recorded.Intents {
		use(i.Cloud, i.Namespace, i.Secrets)
	}
	for _, w := range o.request.Recorded.Watches {
		if w.Cloud != "" {
			cloudSet[w.Cloud] = true
		}
	}
	namespaces = slices.SortedFunc(maps.Keys(spaces), func(a, b namespace) int {
		return cmp.Or(strings.Compare(a.cloud, b.cloud), strings.Compare(a.name, b.name))
	})
	return namespaces, slices.Sorted(maps.Keys(cloudSet)), slices.Sorted(maps.Keys(storeSet))
}

// list reads each list once, several at the same time: they belong to different
// namespaces, clouds and stores.
func (o *observer) list(ctx context.Context) {
	namespaces, clouds, stores := o.inUse()
	g := parallel.NewGroup(o.request.Parallelism)
	for _, n := range namespaces {
		g.Go(func() { o.listBuckets(ctx, n) })
	}
	for _, c := range clouds {
		g.Go(func() { o.listCredentials(ctx, c) })
	}
	for _, s := range stores {
		g.Go(func() { o.listItems(ctx, s) })
	}
	g.Wait() // what went wrong stands in o.diags
}

// mayAsk reports whether to begin another list of a connection: not after one that failed,
// because then there is no plan, unless a part of the answers is useful.
func (o *observer) mayAsk(connection string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.partial || !o.failed[connection]
}

// mayRead reports whether to begin another single read. After the first failure, or the end of
// ctx, it returns false: no plan can be made, and a provider in trouble is left alone.
func (o *observer) mayRead(ctx context.Context, project addr.Address) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.stopped && ctx.Err() != nil {
		o.stopped = true
		o.diags = append(o.diags, o.projectFault(project, ctx.Err()))
	}
	return !o.stopped
}

func (o *observer) listBuckets(ctx context.Context, n namespace) {
	if !o.mayAsk(n.cloud) {
		return
	}
	list := func(r vendors.BucketReader) ([]vendors.Bucket, error) { return r.ListBuckets(ctx, n.name) }
	_, buckets, err := ask(ctx, o, n.cloud, o.readers.Buckets, list)
	if err != nil {
		o.unreadable(n.cloud, err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, b := range buckets {
		o.world.Buckets[observed.BucketKey{Cloud: n.cloud, ID: b.ID}] = b
	}
}

func (o *observer) listCredentials(ctx context.Context, cloud string) {
	if !o.mayAsk(cloud) {
		return
	}
	list := func(r vendors.BucketReader) ([]vendors.Credential, error) { return r.ListCredentials(ctx) }
	reader, credentials, err := ask(ctx, o, cloud, o.readers.Buckets, list)
	if err != nil {
		o.unreadable(cloud, err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.world.Listed[cloud] = true
	if _, able := vendors.As[vendors.BucketEmptier](reader); !able {
		o.world.CannotEmpty[cloud] = true
	}
	if limiter, able := vendors.As[vendors.CredentialLimiter](reader); able && limiter.CredentialLimit() > 0 {
		o.world.CredentialLimit[cloud] = limiter.CredentialLimit()
	}
	for _, c := range credentials {
		o.world.Credentials[observed.CredentialKey{Cloud: cloud, ID: c.ID}] = c
	}
}

func (o *observer) listItems(ctx context.Context, secrets string) {
	list := func(r vendors.SecretReader) ([]vendors.ItemSummary, error) { return r.ListItems(ctx) }
	reader, items, err := ask(ctx, o, secrets, o.readers.Secrets, list)
	missing := ""
	if err == nil && len(items) == 0 && o.request.hasItems(secrets) {
		if able, is := vendors.As[vendors.Absence](reader); is {
			missing, err = able.Absent(ctx)
		}
	}
	if err != nil {
		o.unreadable(secrets, err)
		return
	}
	recipients, told := recipientsOf(ctx, reader)
	o.mu.Lock()
	defer o.mu.Unlock()
	if told {
		o.world.Recipients[secrets] = recipients
	}
	if missing != "" {
		o.world.Missing[secrets] = missing
	}
	for _, item := range items {
		o.world.Items[observed.ItemKey{Secrets: secrets, ID: item.ID}] = observed.Item{Summary: item}
	}
}

// recipientsOf asks a store who can open it, if it can tell. That is part of its list,
// and not a separate call.
func recipientsOf(ctx context.Context, reader vendors.SecretReader) (observed.Recipients, bool) {
	able, is := vendors.As[vendors.RecipientsReader](reader)
	if !is {
		return observed.Recipients{}, false
	}
	found, err := parallel.Await(ctx, func() (vendors.Recipients, error) { return able.ReadRecipients(ctx) })
	return observed.Recipients{Recipients: found, Err: err}, true
}

// NeedsError is the error of a connection that needs a secret from another one.
type NeedsError struct {
	Connection string // the other one
	Err        error
}

func (e *NeedsError) Error() string { return e.Err.Error() }
func (e *NeedsError) Unwrap() error { return e.Err }

// unreadable reports a connection that did not answer.
func (o *observer) unreadable(connection string, err error) {
	var lack *config.LackError
	if errors.As(err, &lack) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.diags = append(o.diags, lack.Faults...)
		o.failed[connection] = true
		return
	}
	if errors.Is(err, context.Canceled) {
		err = context.Canceled
	}
	d := diag.Diagnostic{Severity: diag.Error, Kind: connectionNotRead, Cause: err,
		Detail: connection + " cannot be read: " + err.Error() + ".", Fix: fixFor(err)}
	var host *vendors.HostError
	if errors.As(err, &host) {
		d.Kind, d.Detail, d.Fix = SecretWithheld, host.Cause(), host.Fix()
	}
	if c, ok := find(o.request.Desired, connection); ok {
		d.Subject = c.Range
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.diags = append(o.diags, d)
	o.failed[connection] = true
}

// causesOnce leaves out the faults of connections that only need another connection whose
// fault is reported.
func (o *observer) causesOnce() {
	o.diags = slices.DeleteFunc(o.diags, func(d diag.Diagnostic) bool {
		var needs *NeedsError
		return errors.As(d.Cause, &needs) && o.failed[needs.Connection]
	})
}

func find(c *config.Config, connection string) (config.Connection, bool) {
	if found, ok := config.Find(c.Clouds, connection); ok {
		return found, true
	}
	return config.Find(c.Secrets, connection)
}

func fixFor(err error) string {
	switch {
	case errors.Is(err, vendors.ErrDenied):
		return "Check the credentials that bh uses and what they may do; bh doctor says whose they are and which permissions they lack."
	case errors.Is(err, vendors.ErrRateLimited):
		return "Wait until the limit allows calls again, then run the command again."
	case errors.Is(err, context.Canceled):
		return "Run the command again."
	case errors.Is(err, vendors.ErrInvalid):
		return "Nothing was changed. Correct that, then run the command again."
	}
	return "Nothing was changed. Run the command again when that is fixed or the vendor responds again."
}
