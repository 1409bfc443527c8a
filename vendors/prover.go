package vendors

import "context"

// KeyProver can prove that keys open their bucket at the endpoint that they name, no matter who
// issued them. It tries once, changes nothing, and returns nil if they do. The error is
// ErrDenied if the server refuses the keys, ErrNotFound if it has no such bucket, and
// ErrInvalid if the server is not the S3 endpoint of that bucket. After ErrUnavailable or
// ErrRateLimited, a later try may succeed, unless the error is ErrUnreachable as well.
type KeyProver interface {
	ProveKeys(ctx context.Context, keys BucketCredentials) error
}
