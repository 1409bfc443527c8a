package cloudflare

import (
	"cmp"
	"context"

	"buckethead/vendors"
)

// VerifyCredential asks the S3 endpoint once for a list of the bucket. For up to a minute, R2
// answers 401 to a new key. https://developers.cloudflare.com/r2/reference/consistency/
func (c *Cloud) VerifyCredential(ctx context.Context, id vendors.BucketID, keys vendors.BucketCredentials) error {
	a := act{op: "open the bucket over S3", about: aboutBucket}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return err
	}
	keys.Bucket, keys.EndpointURL = id.Name, cmp.Or(keys.EndpointURL, c.endpointURL(id.Namespace))
	return c.s3.ProveKeys(ctx, keys)
}
