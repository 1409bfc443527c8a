package cloudflare

import (
	"context"
	"encoding/json"
	"math"
	"strconv"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"

	"buckethead/vendors"
)

// objectPage is the largest page of a list of objects, so that a probe can count many in one
// call.
const objectPage = 1000

// object is an object as lists show it.
type object struct {
	Key  string      `json:"key"`
	Size json.Number `json:"size"`
}

// firstObjects reads the first page of the objects in a bucket.
func (c *Cloud) firstObjects(ctx context.Context, a act, id vendors.BucketID) ([]object, answer, error) {
	var objects []object
	rest, err := onBucket(ctx, c, a, id, c.buckets.Objects.List,
		r2.BucketObjectListParams{AccountID: c.in.AccountID}, &objects,
		option.WithQuery("per_page", strconv.Itoa(objectPage)))
	return objects, rest, err
}

// ProbeEmptiness looks for objects, in one call.
func (c *Cloud) ProbeEmptiness(ctx context.Context, id vendors.BucketID) (vendors.Emptiness, error) {
	a := act{op: "look for objects", about: aboutBucket}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return vendors.Emptiness{}, err
	}
	objects, rest, err := c.firstObjects(ctx, a, id)
	if err != nil {
		return vendors.Emptiness{}, err
	}
	var info struct {
		Cursor    string `json:"cursor"`
		Truncated bool   `json:"is_truncated"`
	}
	rest.read(&info)
	out := vendors.Emptiness{Objects: len(objects),
		More: info.Truncated || info.Cursor != "" || len(objects) >= objectPage}
	for _, object := range objects {
		if size, err := object.Size.Int64(); err == nil && size > 0 && size <= math.MaxInt64-out.Bytes {
			out.Bytes += size
		}
	}
	return out, nil
}
