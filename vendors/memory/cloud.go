package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"buckethead/vendors"
)

// Cloud is a [vendors.BucketProvider] with every ability that a cloud can have. Namespaces can
// have any name. It is safe for concurrent use.
type Cloud struct {
	world       *World
	name        string
	buckets     map[vendors.BucketID]bucket
	credentials map[string]credential
}

// bucket and credential are values without shared parts, so that copying the maps
// copies the world.
type bucket struct {
	location, storageClass string
	createdAt              time.Time
	objects                int
	bytes                  int64
	settings               vendors.BucketSettings // never changed in place
}

func (b bucket) shown(id vendors.BucketID) vendors.Bucket {
	return vendors.Bucket{ID: id, Location: b.location, StorageClass: b.storageClass, CreatedAt: b.createdAt}
}

// ListBuckets returns every bucket of one namespace, by name.
func (c *Cloud) ListBuckets(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
	return call(ctx, c.world, c.name, "ListBuckets", namespace, func(string) ([]vendors.Bucket, error) {
		var out []vendors.Bucket
		for id, b := range c.buckets {
			if id.Namespace == namespace && !c.world.hidden(KindBucket, id.Name) {
				out = append(out, b.shown(id))
			}
		}
		c.world.paged(len(out))
		slices.SortFunc(out, func(a, b vendors.Bucket) int { return strings.Compare(a.ID.Name, b.ID.Name) })
		return out, nil
	})
}

// hidden asks HideFromList.
func (w *World) hidden(kind, id string) bool {
	return w.HideFromList != nil && w.HideFromList(kind, id)
}

// GetBucket reads one bucket. The error is ErrNotFound if it does not exist.
func (c *Cloud) GetBucket(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
	return call(ctx, c.world, c.name, "GetBucket", id.Name, func(op string) (vendors.Bucket, error) {
		b, there := c.buckets[id]
		if !there {
			return vendors.Bucket{}, c.noBucket(op, id)
		}
		return b.shown(id), nil
	})
}

func (c *Cloud) noBucket(op string, id vendors.BucketID) error {
	return refuse(c.name, op, vendors.ErrNotFound, "there is no bucket "+id.Name)
}

// CreateBucket creates a bucket. The error is ErrExists if the name is taken in its namespace,
// and ErrInvalid for a name with anything but lower-case letters, digits and hyphens.
func (c *Cloud) CreateBucket(ctx context.Context, spec vendors.BucketSpec) (vendors.Bucket, error) {
	return call(ctx, c.world, c.name, "CreateBucket", spec.ID.Name, func(op string) (vendors.Bucket, error) {
		if !validName(spec.ID.Name) {
			return vendors.Bucket{}, refuse(c.name, op, vendors.ErrInvalid,
				"a bucket's name has lower-case letters, digits and hyphens")
		}
		if _, there := c.buckets[spec.ID]; there {
			return vendors.Bucket{}, refuse(c.name, op, vendors.ErrExists, "the name "+spec.ID.Name+" is taken")
		}
		b := bucket{location: strings.ToLower(spec.Location), storageClass: strings.ToLower(spec.StorageClass),
			createdAt: c.world.now().UTC()}
		c.buckets[spec.ID] = b
		return b.shown(spec.ID), nil
	})
}

func validName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// DeleteBucket deletes an empty bucket. If there is no such bucket, it succeeds. The error is
// ErrNotEmpty if it holds objects. Its credentials stay.
func (c *Cloud) DeleteBucket(ctx context.Context, id vendors.BucketID) error {
	_, err := call(ctx, c.world, c.name, "DeleteBucket", id.Name, func(op string) (struct{}, error) {
		if c.buckets[id].objects > 0 {
			return struct{}{}, refuse(c.name, op, vendors.ErrNotEmpty, "")
		}
		delete(c.buckets, id)
		return struct{}{}, nil
	})
	return err
}

// UpdateBucket changes the storage class, to the default for "".
func (c *Cloud) UpdateBucket(ctx context.Context, spec vendors.BucketSpec) (vendors.Bucket, error) {
	return call(ctx, c.world, c.name, "UpdateBucket", spec.ID.Name, func(op string) (vendors.Bucket, error) {
		b, there := c.buckets[spec.ID]
		if !there {
			return vendors.Bucket{}, c.noBucket(op, spec.ID)
		}
		b.storageClass = strings.ToLower(spec.StorageClass)
		c.buckets[spec.ID] = b
		return b.shown(spec.ID), nil
	})
}

// ProbeEmptiness returns what PutObjects has put into the bucket.
func (c *Cloud) ProbeEmptiness(ctx context.Context, id vendors.BucketID) (vendors.Emptiness, error) {
	return call(ctx, c.world, c.name, "ProbeEmptiness", id.Name, func(op string) (vendors.Emptiness, error) {
		b, there := c.buckets[id]
		if !there {
			return vendors.Emptiness{}, c.noBucket(op, id)
		}
		return vendors.Emptiness{Objects: b.objects, Bytes: b.bytes}, nil
	})
}

// EmptyBucket deletes all objects in a bucket. If there is no such bucket, it succeeds. The
// error is ErrDenied if a lock rule keeps the objects.
func (c *Cloud) EmptyBucket(ctx context.Context, id vendors.BucketID) error {
	_, err := call(ctx, c.world, c.name, "EmptyBucket", id.Name, func(op string) (struct{}, error) {
		if b, there := c.buckets[id]; there {
			if b.objects > 0 && b.locked() {
				return struct{}{}, refuse(c.name, op, vendors.ErrDenied, "a lock rule keeps the objects of "+id.Name)
			}
			b.objects, b.bytes = 0, 0
			c.buckets[id] = b
		}
		return struct{}{}, nil
	})
	return err
}

// Buckets returns every bucket of every namespace as it is, by namespace and name.
// It does not count as a call, and nothing is hidden or refused.
func (c *Cloud) Buckets() []vendors.Bucket {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	var out []vendors.Bucket
	for id, b := range c.buckets {
		out = append(out, b.shown(id))
	}
	slices.SortFunc(out, func(a, b vendors.Bucket) int {
		return cmp.Or(strings.Compare(a.ID.Namespace, b.ID.Namespace), strings.Compare(a.ID.Name, b.ID.Name))
	})
	return out
}

// PutObjects puts n objects of one byte each into a bucket, and reports whether
// there is such a bucket.
func (c *Cloud) PutObjects(id vendors.BucketID, n int) bool {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	b, there := c.buckets[id]
	if there {
		b.objects += n
		b.bytes += int64(n)
		c.buckets[id] = b
	}
	return there
}

// Objects returns how many objects a bucket holds, 0 when there is no such bucket.
func (c *Cloud) Objects(id vendors.BucketID) int {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	return c.buckets[id].objects
}

// PutBucket creates or replaces a bucket behind bh's back.
func (c *Cloud) PutBucket(b vendors.Bucket) {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	c.buckets[b.ID] = bucket{location: b.Location, storageClass: b.StorageClass, createdAt: b.CreatedAt}
}

// RemoveBucket removes a bucket with everything in it, behind bh's back.
func (c *Cloud) RemoveBucket(id vendors.BucketID) {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	delete(c.buckets, id)
}
