package vendors

import (
	"context"
	"errors"
)

// KeyProver can prove that keys open their bucket at the endpoint that they name, whoever
// issued them. One try, which changes nothing; nil when they do. ErrDenied when the server
// refuses the keys, ErrNotFound when it has no such bucket, ErrInvalid when what answers is
// not the S3 endpoint of that bucket. An error that is ErrUnavailable or ErrRateLimited may
// pass, unless it is ErrUnreachable as well.
type KeyProver interface {
	ProveKeys(ctx context.Context, keys BucketCredentials) error
}

// ErrUnreachable is wrapped by an error that is ErrUnavailable and will not pass by itself:
// nothing listens at the address, there is no such host, or its certificate is refused.
var ErrUnreachable = errors.New("cannot be reached")
