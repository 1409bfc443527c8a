package vendors

import "context"

// KeyProver can prove that keys open their bucket at the endpoint that they name, whoever
// issued them. One try, which changes nothing; nil when they do. ErrDenied when the server
// refuses the keys, ErrNotFound when it has no such bucket, ErrInvalid when what answers is
// not the S3 endpoint of that bucket. An error that is ErrUnavailable or ErrRateLimited may
// pass, unless it is ErrUnreachable as well.
type KeyProver interface {
	ProveKeys(ctx context.Context, keys BucketCredentials) error
}
