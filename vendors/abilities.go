package vendors

import "context"

// Emptiness is what a probe found in a bucket. Objects counts what was seen and
// may stop early: More says that there is more.
type Emptiness struct {
	Objects int
	Bytes   int64
	More    bool
}

// Empty reports whether the bucket holds nothing.
func (e Emptiness) Empty() bool { return e.Objects == 0 && !e.More }

// EmptinessProber can say whether a bucket holds objects. ErrNotFound when there
// is no such bucket.
type EmptinessProber interface {
	ProbeEmptiness(ctx context.Context, id BucketID) (Emptiness, error)
}

// BucketEmptier can delete all that a bucket holds. Idempotent: absence of the
// bucket is success. An error leaves the bucket partly emptied.
type BucketEmptier interface {
	EmptyBucket(ctx context.Context, id BucketID) error
}

// BucketUpdater can change the mutable settings of a bucket, which is its
// storage class. Idempotent. ErrNotFound when there is no such bucket.
type BucketUpdater interface {
	UpdateBucket(ctx context.Context, spec BucketSpec) (Bucket, error)
}

// CredentialVerifier can prove that keys open their bucket. One try: nil when
// they do, ErrDenied when they do not (yet), ErrNotFound when the bucket is gone.
type CredentialVerifier interface {
	VerifyCredential(ctx context.Context, id BucketID, keys BucketCredentials) error
}

// ReferenceResolver can read the value that a reference of its own scheme names.
// ErrNotFound when it names nothing, ErrInvalid when it is malformed.
type ReferenceResolver interface {
	ResolveReference(ctx context.Context, reference string) (Secret, error)
}

// As finds an ability in v, also behind wrappers that have Unwrap() any.
func As[T any](v any) (T, bool) {
	for v != nil {
		if t, ok := v.(T); ok {
			return t, true
		}
		w, ok := v.(interface{ Unwrap() any })
		if !ok {
			break
		}
		v = w.Unwrap()
	}
	var zero T
	return zero, false
}
