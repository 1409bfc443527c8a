package cloudflare

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"

	"buckethead/config/words"
	"buckethead/vendors"
)

// bucketPage is the largest page of a bucket list. The default is 20, and further buckets are
// left out silently. https://github.com/cloudflare/workers-sdk/issues/15103
const bucketPage = 1000

// bucket is a bucket as the API shows it; in lists place and class can be missing.
type bucket struct {
	Name         string `json:"name"`
	CreationDate moment `json:"creation_date"`
	Location     string `json:"location"`
	StorageClass string `json:"storage_class"`
}

// bucketFrom makes it canonical. The namespace is that of the request: responses need not
// repeat it, and a call sees only its own.
func bucketFrom(b bucket, namespace string) vendors.Bucket {
	return vendors.Bucket{ID: vendors.BucketID{Name: b.Name, Namespace: namespace}, CreatedAt: b.CreationDate.Time,
		Location: strings.ToLower(b.Location), StorageClass: strings.ToLower(b.StorageClass)}
}

// ListBuckets reads one jurisdiction. It continues by cursor if there is one, and otherwise by
// the last name: result_info can be null or empty, and then only a page that is not full is the
// last. https://github.com/cloudflare/workers-sdk/pull/15108
func (c *Cloud) ListBuckets(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
	a := act{op: "list buckets", about: aboutAccount}
	if namespace != "" && !jurisdictionName.MatchString(namespace) {
		return nil, a.invalid("%q is not a jurisdiction", namespace)
	}
	var out []vendors.Bucket
	var next []option.RequestOption
	pages, seen := &walk{act: a, most: bucketPages}, map[string]bool{}
	for last := ""; ; {
		var page struct {
			Buckets []bucket `json:"buckets"`
		}
		if err := pages.enter(ctx); err != nil {
			return nil, err
		}
		rest, err := c.call(a, &page, func(o ...option.RequestOption) error {
			o = append(append(append(o, in(namespace)...), next...), option.WithQuery("per_page", strconv.Itoa(bucketPage)),
				option.WithQuery("order", "name"))
			_, err := c.buckets.List(ctx, c.in, o...)
			return err
		})
		if err != nil {
			return nil, err
		}
		switch {
		case page.Buckets == nil:
			return nil, a.odd(rest, "the response has no list of buckets")
		case len(page.Buckets) > longestPage:
			return nil, a.odd(rest, fmt.Sprintf("a page of the list has %s buckets", words.Number(len(page.Buckets))))
		}
		known := len(out)
		for _, b := range page.Buckets {
			if b.Name == "" || len(b.Name) > longestName {
				return nil, a.odd(rest, "the list has a bucket without a valid name")
			}
			if last = b.Name; !seen[last] { // by what collation it is ordered is not documented
				seen[last] = true
				out = append(out, bucketFrom(b, namespace))
			}
		}
		if len(out) == known && len(page.Buckets) > 0 {
			return nil, a.odd(rest, "the same page of the list was returned twice")
		}
		var ended bool
		if next, ended, err = pages.continuation(rest, last, len(page.Buckets)); ended || err != nil {
			return out, err
		}
	}
}

// GetBucket reads one bucket.
func (c *Cloud) GetBucket(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
	a := act{op: "read bucket", about: aboutBucket}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return vendors.Bucket{}, err
	}
	var b bucket
	got, err := onBucket(ctx, c, a, id, c.buckets.Get, r2.BucketGetParams{AccountID: c.in.AccountID}, &b)
	return same(a, got, b, id, err)
}

// same returns the bucket in a response, which must be the requested one.
func same(a act, got answer, b bucket, id vendors.BucketID, err error) (vendors.Bucket, error) {
	if err == nil && b.Name != id.Name {
		err = a.odd(got, "the response is about another bucket")
	}
	if err != nil {
		return vendors.Bucket{}, err
	}
	return bucketFrom(b, id.Namespace), nil
}

// CreateBucket makes a bucket. A location is a hint, and is honoured only the first time that a
// bucket with that name is ever created.
// https://developers.cloudflare.com/r2/reference/data-location/
func (c *Cloud) CreateBucket(ctx context.Context, spec vendors.BucketSpec) (vendors.Bucket, error) {
	a := act{op: "create bucket", writes: true, about: aboutBucket}
	if err := a.firstProblem(checkBucket(spec)); err != nil {
		return vendors.Bucket{}, err
	}
	request := struct {
		Name         string `json:"name"`
		LocationHint string `json:"locationHint,omitempty"`
		StorageClass string `json:"storageClass,omitempty"`
	}{spec.ID.Name, spec.Location, storageClasses[spec.StorageClass]}
	var b bucket
	got, err := c.call(a, &b, func(o ...option.RequestOption) error {
		_, err := c.buckets.New(ctx, r2.BucketNewParams{AccountID: c.in.AccountID},
			append(append(o, in(spec.ID.Namespace)...), body(request))...)
		return err
	})
	return same(a, got, b, spec.ID, existsForConflict(err))
}

// existsForConflict treats any 409 in response to a create as a name that is taken: the
// documentation does not say which code Cloudflare sends.
func existsForConflict(err error) error {
	var e *vendors.Error
	if errors.As(err, &e) && errors.Is(e.Kind, vendors.ErrConflict) {
		e.Kind = vendors.ErrExists
	}
	return err
}

// UpdateBucket changes the default storage class, the only thing that can be changed. In August
// 2026 the API answered 405 with code 7001, contrary to the reference.
func (c *Cloud) UpdateBucket(ctx context.Context, spec vendors.BucketSpec) (vendors.Bucket, error) {
	a := act{op: "change the storage class", writes: true, about: aboutBucket}
	if err := a.firstProblem(checkBucket(spec)); err != nil {
		return vendors.Bucket{}, err
	}
	if spec.StorageClass == "" {
		return c.GetBucket(ctx, spec.ID)
	}
	var b bucket
	got, err := onBucket(ctx, c, a, spec.ID, c.buckets.Edit, r2.BucketEditParams{AccountID: c.in.AccountID}, &b,
		option.WithHeader("cf-r2-storage-class", storageClasses[spec.StorageClass]))
	var e *vendors.Error
	if hasCode(err, codeNoMethod) && errors.As(err, &e) {
		e.Message += " (Cloudflare currently refuses to change the class through its API; " +
			"change it on the bucket's page, or set storage_class back)"
	}
	return same(a, got, b, spec.ID, err)
}

// DeleteBucket deletes an empty bucket.
func (c *Cloud) DeleteBucket(ctx context.Context, id vendors.BucketID) error {
	a := act{op: "delete bucket", writes: true, about: aboutBucket}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return err
	}
	_, err := onBucket(ctx, c, a, id, c.buckets.Delete, r2.BucketDeleteParams{AccountID: c.in.AccountID}, nil)
	return absentIsDone(err)
}

// absentIsDone treats "not found" as success when deleting.
func absentIsDone(err error) error {
	if errors.Is(err, vendors.ErrNotFound) {
		return nil
	}
	return err
}
