package connections

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"buckethead/cmd/redact"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// observer is called before a call to a vendor, and returns a function to call when that
// call has ended. It never sees a value.
type observer func(ctx context.Context, method, target string) func(error)

func (c *Connections) observer(address string) observer {
	return func(ctx context.Context, method, target string) func(error) {
		c.boundary("before " + address + " " + method)
		begun := c.o.Now()
		return func(err error) {
			level := slog.LevelDebug
			attrs := []any{"connection", address, "method", method, "target", target, "took", c.o.Now().Sub(begun)}
			if err != nil {
				attrs = append(attrs, "error", err.Error())
			}
			if err != nil && !errors.Is(err, vendors.ErrNotFound) {
				level = slog.LevelWarn
			}
			c.o.Log.Log(ctx, level, "call", attrs...)
			c.boundary("after " + address + " " + method)
		}
	}
}

func (c *Connections) boundary(what string) {
	if c.o.Boundary != nil {
		c.o.Boundary(what)
	}
}

// Observe makes a call that reads from the vendor at an address. The call is observed like
// those to clouds and stores. If ctx ends, Observe returns without waiting for it.
func Observe[T any](ctx context.Context, c *Connections, address, method string,
	call func() (T, error)) (T, error) {
	return read(ctx, c.observer(address), method, "", call)
}

// observed makes a call. A vendor that panics fails only this call; its outcome is
// unknown, so the journal leaves the intent open.
func observed[T any](ctx context.Context, o observer, method, target string,
	call func() (T, error)) (out T, err error) {
	end := o(ctx, method, target)
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%s: internal error, this is a bug in bh: %v", method, fault)
		}
		end(err)
	}()
	return call()
}

func observedError(ctx context.Context, o observer, method, target string, call func() error) error {
	_, err := observed(ctx, o, method, target, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

// read makes a call that changes nothing, and stops waiting for it when ctx ends: reading a
// file from a disk that does not answer cannot be cancelled.
func read[T any](ctx context.Context, o observer, method, target string, call func() (T, error)) (T, error) {
	return observed(ctx, o, method, target, func() (T, error) { return parallel.Await(ctx, call) })
}

// observedBuckets is a cloud whose calls are observed. Its abilities are found through Unwrap.
type observedBuckets struct {
	next    vendors.BucketProvider
	observe observer
	secrets *redact.Set
}

// Unwrap returns the cloud itself.
func (o observedBuckets) Unwrap() any { return o.next }

func (o observedBuckets) ListBuckets(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
	return read(ctx, o.observe, "ListBuckets", namespace, func() ([]vendors.Bucket, error) {
		return o.next.ListBuckets(ctx, namespace)
	})
}

func (o observedBuckets) GetBucket(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
	return read(ctx, o.observe, "GetBucket", id.Name, func() (vendors.Bucket, error) {
		return o.next.GetBucket(ctx, id)
	})
}

func (o observedBuckets) ListCredentials(ctx context.Context) ([]vendors.Credential, error) {
	return read(ctx, o.observe, "ListCredentials", "", func() ([]vendors.Credential, error) {
		return o.next.ListCredentials(ctx)
	})
}

func (o observedBuckets) GetCredential(ctx context.Context, id string) (vendors.Credential, error) {
	return read(ctx, o.observe, "GetCredential", id, func() (vendors.Credential, error) {
		return o.next.GetCredential(ctx, id)
	})
}

func (o observedBuckets) CreateBucket(ctx context.Context, spec vendors.BucketSpec) (vendors.Bucket, error) {
	return observed(ctx, o.observe, "CreateBucket", spec.ID.Name, func() (vendors.Bucket, error) {
		return o.next.CreateBucket(ctx, spec)
	})
}

func (o observedBuckets) DeleteBucket(ctx context.Context, id vendors.BucketID) error {
	return observedError(ctx, o.observe, "DeleteBucket", id.Name, func() error { return o.next.DeleteBucket(ctx, id) })
}

func (o observedBuckets) IssueCredential(ctx context.Context, spec vendors.CredentialSpec) (vendors.Issued, error) {
	return observed(ctx, o.observe, "IssueCredential", spec.Name, func() (vendors.Issued, error) {
		issued, err := o.next.IssueCredential(ctx, spec)
		o.secrets.Add(issued.Keys.SecretAccessKey)
		return issued, err
	})
}

func (o observedBuckets) UpdateCredential(ctx context.Context, id string, spec vendors.CredentialSpec) error {
	return observedError(ctx, o.observe, "UpdateCredential", id, func() error {
		return o.next.UpdateCredential(ctx, id, spec)
	})
}

func (o observedBuckets) RevokeCredential(ctx context.Context, id string) error {
	return observedError(ctx, o.observe, "RevokeCredential", id, func() error {
		return o.next.RevokeCredential(ctx, id)
	})
}

// observedSecrets is a store whose calls are observed. Its abilities are found through Unwrap.
type observedSecrets struct {
	next    vendors.SecretStore
	observe observer
	secrets *redact.Set
}

// observeSecrets returns a store whose calls are observed. It also wraps the ability to read
// many items, so that their secrets are learned.
func observeSecrets(store vendors.SecretStore, observe observer, secrets *redact.Set) vendors.SecretStore {
	o := observedSecrets{store, observe, secrets}
	if many, able := vendors.As[vendors.ItemsReader](store); able {
		return observedMany{o, many}
	}
	return o
}

// observedMany is an observed store that can read many items at once.
type observedMany struct {
	observedSecrets
	many vendors.ItemsReader
}

func (o observedMany) GetItems(ctx context.Context, ids []string) (map[string]vendors.Item, error) {
	items, err := o.many.GetItems(ctx, ids)
	for _, item := range items {
		o.secrets.Hide(item.Keys.SecretAccessKey)
	}
	return items, err
}

// Unwrap returns the store itself.
func (o observedSecrets) Unwrap() any { return o.next }

func (o observedSecrets) Reference(id, title, field string) (string, error) {
	return o.next.Reference(id, title, field)
}

func (o observedSecrets) ListItems(ctx context.Context) ([]vendors.ItemSummary, error) {
	return read(ctx, o.observe, "ListItems", "", func() ([]vendors.ItemSummary, error) {
		return o.next.ListItems(ctx)
	})
}

func (o observedSecrets) GetItem(ctx context.Context, id string) (vendors.Item, error) {
	return read(ctx, o.observe, "GetItem", id, func() (vendors.Item, error) {
		item, err := o.next.GetItem(ctx, id)
		o.secrets.Hide(item.Keys.SecretAccessKey)
		return item, err
	})
}

func (o observedSecrets) CreateItem(ctx context.Context, spec vendors.ItemSpec) (vendors.Item, error) {
	return observed(ctx, o.observe, "CreateItem", spec.Title, func() (vendors.Item, error) {
		return o.next.CreateItem(ctx, spec)
	})
}

func (o observedSecrets) UpdateItem(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
	return observed(ctx, o.observe, "UpdateItem", id, func() (vendors.Item, error) {
		return o.next.UpdateItem(ctx, id, version, spec)
	})
}

func (o observedSecrets) DeleteItem(ctx context.Context, id string) error {
	return observedError(ctx, o.observe, "DeleteItem", id, func() error { return o.next.DeleteItem(ctx, id) })
}
