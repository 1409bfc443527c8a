package cloudflare

import (
	"context"
	"encoding/json"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"

	"buckethead/vendors"
)

// probePage is how many objects a probe looks at: enough to name a number, in one call.
const probePage = 1000

// ProbeEmptiness looks for objects, in one call.
func (c *Cloud) ProbeEmptiness(ctx context.Context, id vendors.BucketID) (vendors.Emptiness, error) {
	a := act{op: "look for objects", about: aboutBucket}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return vendors.Emptiness{}, err
	}
	var objects []struct {
		Size json.Number `json:"size"`
	}
	var p r2.BucketObjectListParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	rest, err := c.call(a, &objects, func(o ...option.RequestOption) error {
		_, err := c.buckets.Objects.List(ctx, id.Name, p, append(append(o, in(id.Namespace)...), option.WithQuery("per_page", "1000"))...)
		return err
	})
	if err != nil {
		return vendors.Emptiness{}, err
	}
	var info struct {
		Cursor    string `json:"cursor"`
		Truncated bool   `json:"is_truncated"`
	}
	rest.read(&info)
	out := vendors.Emptiness{Objects: len(objects), More: info.Truncated || info.Cursor != "" || len(objects) >= probePage}
	for _, object := range objects {
		if size, err := object.Size.Int64(); err == nil {
			out.Bytes += size
		}
	}
	return out, nil
}
