package refresh

import (
	"context"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// Describe reads whole buckets, with all of their settings if the cloud can
// list them, several at a time. It leaves out those that do not exist.
func Describe(ctx context.Context, r Readers, q Request,
	keys []observed.BucketKey) (map[observed.BucketKey]vendors.BucketSpec, diag.List) {
	o := newObserver(r, q)
	out := make(map[observed.BucketKey]vendors.BucketSpec, len(keys))
	g := parallel.NewGroup(o.request.Parallelism)
	for _, key := range keys {
		g.Go(func() {
			if !o.mayRead(ctx, addr.Address{}) {
				return
			}
			spec, err := o.describe(ctx, key)
			if o.missing(addr.Address{}, err) {
				return
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			out[key] = spec
		})
	}
	g.Wait() // what went wrong stands in diags
	return out, o.diags.Sorted()
}

func (o *observer) describe(ctx context.Context, key observed.BucketKey) (vendors.BucketSpec, error) {
	get := func(r vendors.BucketReader) (vendors.Bucket, error) { return r.GetBucket(ctx, key.ID) }
	reader, bucket, err := ask(ctx, o, key.Cloud, o.readers.Buckets, get)
	if err != nil {
		return vendors.BucketSpec{}, err
	}
	spec := vendors.BucketSpec{ID: key.ID, Location: bucket.Location, StorageClass: bucket.StorageClass}
	able, is := vendors.As[vendors.BucketSettingsReader](reader)
	if !is {
		return spec, nil
	}
	spec.Settings, err = able.ReadBucketSettings(ctx, key.ID, vendors.SettingsKinds())
	return spec, err
}
