package vendors

import (
	"context"
	"time"
)

// BucketID names a bucket within one cloud. Namespace is the part that a vendor needs
// besides the name, such as a jurisdiction or a region; it is empty for the vendor's
// default. BucketIDs are comparable.
type BucketID struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

// BucketSpec describes a bucket as it should be. Location is a hint that vendors honour
// only at creation; StorageClass "" means the vendor's default. Settings are applied after
// the bucket was created, one group at a time.
type BucketSpec struct {
	ID           BucketID
	Location     string
	StorageClass string
	Settings     BucketSettings
}

// Bucket is a bucket as the vendor shows it. CreatedAt is zero if the vendor does not
// say. Location and StorageClass are in canonical lower case, and empty if unknown.
type Bucket struct {
	ID           BucketID
	Location     string
	StorageClass string
	CreatedAt    time.Time
}

// BucketReader is the half of a BucketProvider that cannot change anything. All
// methods are safe for concurrent use and may return ErrDenied, ErrRateLimited
// and ErrUnavailable beside what their comments name.
type BucketReader interface {
	// ListBuckets returns every bucket of one namespace, to the true end, in any
	// order. A list can be late or partial: absence from it proves nothing.
	ListBuckets(ctx context.Context, namespace string) ([]Bucket, error)
	// GetBucket reads one bucket in one round trip; ErrNotFound only where the
	// vendor says so.
	GetBucket(ctx context.Context, id BucketID) (Bucket, error)
	// ListCredentials returns every credential that the account shows, whoever
	// made it, expired ones included, to the true end. Secrets are not included.
	ListCredentials(ctx context.Context) ([]Credential, error)
	// GetCredential reads one credential by its id; ErrNotFound only where the
	// vendor says so.
	GetCredential(ctx context.Context, id string) (Credential, error)
}

// BucketWriter is the half of a BucketProvider that changes things. All methods
// are safe for concurrent use. A cancelled context means that nothing was done,
// or an Error with OutcomeUnknown.
type BucketWriter interface {
	// CreateBucket makes a bucket. Not idempotent: ErrExists when the name is
	// taken, also when the caller owns it. ErrInvalid for a refused name.
	CreateBucket(ctx context.Context, spec BucketSpec) (Bucket, error)
	// DeleteBucket deletes an empty bucket. Idempotent: absence is success.
	// ErrNotEmpty, and then nothing was touched.
	DeleteBucket(ctx context.Context, id BucketID) error
	// IssueCredential mints a credential that opens one bucket. The secret is in
	// this answer and nowhere else. Not idempotent: two calls with one name make
	// two credentials, so an adapter never retries it; a lost answer is an Error
	// with OutcomeUnknown.
	IssueCredential(ctx context.Context, spec CredentialSpec) (Issued, error)
	// UpdateCredential changes access, allowed IPs and expiry, and keeps the
	// keys. Idempotent. ErrNotFound when there is no such credential.
	UpdateCredential(ctx context.Context, id string, spec CredentialSpec) error
	// RevokeCredential ends a credential. Idempotent: absence is success.
	RevokeCredential(ctx context.Context, id string) error
}

// BucketProvider is a cloud: buckets, and credentials that open them.
type BucketProvider interface {
	BucketReader
	BucketWriter
}
