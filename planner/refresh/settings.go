package refresh

import (
	"context"
	"errors"

	"buckethead/planner"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
)

// readSettings reads only the settings that are declared or were applied, if the
// cloud can list them.
func (o *observer) readSettings(ctx context.Context) {
	readings := planner.SettingsToRead(planner.Input{Desired: o.request.Desired,
		Recorded: o.request.Recorded, Observed: o.world, Mode: o.request.Mode, Scope: o.request.Scope})
	g := parallel.NewGroup(o.request.Parallelism)
	for _, r := range readings {
		reader, err := o.readers.Buckets(ctx, r.Bucket.Cloud)
		if err != nil {
			continue // the list of this cloud has reported it
		}
		if able, is := vendors.As[vendors.BucketSettingsReader](reader); is {
			g.Go(func() { o.settings(ctx, reader, able, r) })
		}
	}
	g.Wait() // what went wrong stands in o.diags
}

// settings reads the settings of one bucket. If the cloud says that the bucket does not
// exist, although it has just listed it, that is checked first.
func (o *observer) settings(ctx context.Context, reader vendors.BucketReader, able vendors.BucketSettingsReader,
	r planner.SettingsReading) {
	if !o.mayRead(ctx, r.Project) {
		return
	}
	key := r.Bucket
	read := func() (vendors.BucketSettings, error) {
		for range r.Kinds {
			o.count(key.Cloud, reader)
		}
		return able.ReadBucketSettings(ctx, key.ID, r.Kinds)
	}
	found, err := read()
	if errors.Is(err, vendors.ErrNotFound) {
		o.count(key.Cloud, reader)
		if _, err := reader.GetBucket(ctx, key.ID); err != nil {
			if o.missing(r.Project, err) && errors.Is(err, vendors.ErrNotFound) {
				o.mu.Lock()
				defer o.mu.Unlock()
				delete(o.world.Buckets, key)
			}
			return
		}
		found, err = read()
		if errors.Is(err, vendors.ErrNotFound) && !r.Applied {
			return // a new bucket, which is not known everywhere yet and has nothing of ours
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.diags = append(o.diags, o.projectFault(r.Project, err))
		o.stopped = true
		return
	}
	o.world.Settings[key] = found
}
