package cloudflare

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// emptySHA256 is the hash of no body, which is what a HEAD has.
const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// VerifyCredential signs a HeadBucket at the S3 endpoint, once. A new key is
// answered with 401 for up to a minute.
// https://developers.cloudflare.com/r2/reference/consistency/
func (c *Cloud) VerifyCredential(ctx context.Context, id vendors.BucketID, keys vendors.BucketCredentials) error {
	a := act{op: "open the bucket over S3", about: aboutBucket}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return err
	}
	endpoint := cmp.Or(keys.EndpointURL, c.endpointURL(id.Namespace))
	if !transport.ValidURL(endpoint) {
		return a.invalid("the endpoint in the item is no URL with https")
	}
	if keys.AccessKeyID == "" || keys.SecretAccessKey.IsZero() {
		return &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrDenied, Message: "there are no keys"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, endpoint+"/"+id.Name, nil)
	if err != nil {
		return a.invalid("the endpoint in the item is no URL with https")
	}
	r.Header.Set("X-Amz-Content-Sha256", emptySHA256)
	signing := aws.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey.Reveal()}
	err = v4.NewSigner().SignHTTP(ctx, signing, r, emptySHA256, "s3", cmp.Or(keys.Region, region), c.host.Now(),
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }) // S3 signs the path as it is
	if err != nil {
		return a.invalid("the request could not be signed")
	}
	resp, err := c.s3.Do(r)
	if err != nil {
		return a.transportError(err)
	}
	_ = resp.Body.Close() // it is in memory
	if resp.StatusCode/100 == 2 {
		return nil
	}
	return &vendors.Error{Vendor: title, Op: a.op, Kind: s3Kind(resp.StatusCode),
		Message:   "S3 answered HTTP " + strconv.Itoa(resp.StatusCode),
		RequestID: transport.RequestID(resp.Header), RetryAfter: transport.RetryAfter(resp.Header, c.host.Now())}
}

// s3Kind reads the status of a HEAD, which has no body to say more. A 400 is what
// keys of the wrong shape get.
func s3Kind(status int) error {
	switch status {
	case http.StatusNotFound:
		return vendors.ErrNotFound
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return vendors.ErrDenied
	case http.StatusTooManyRequests:
		return vendors.ErrRateLimited
	}
	return vendors.ErrUnavailable
}
