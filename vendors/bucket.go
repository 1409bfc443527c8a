package vendors

import (
	"context"
	"time"
)

// BucketID names a bucket within one cloud. Namespace is what a vendor needs in addition to the
// name, such as a jurisdiction or a region; it is empty for the vendor's default. BucketIDs are
// comparable.
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

// BucketReader is the half of a BucketProvider that cannot change anything. All methods are
// safe for concurrent use. They may return ErrDenied, ErrRateLimited and ErrUnavailable in
// addition to the errors in their comments.
type BucketReader interface {
	// ListBuckets returns all buckets of one namespace, in any order. A list can be late or
	// partial, so absence from it proves nothing.
	ListBuckets(ctx context.Context, namespace string) ([]Bucket, error)
	// GetBucket reads one bucket in one round trip. The error is ErrNotFound only if the vendor
	// says so.
	GetBucket(ctx context.Context, id BucketID) (Bucket, error)
	// ListCredentials returns all credentials that the account shows, no matter who created
	// them, including expired ones. It does not return secrets.
	ListCredentials(ctx context.Context) ([]Credential, error)
	// GetCredential reads one credential by its id. The error is ErrNotFound only if the vendor
	// says so.
	GetCredential(ctx context.Context, id string) (Credential, error)
}

// BucketWriter is the half of a BucketProvider that changes things. All methods
// are safe for concurrent use. A cancelled context means that nothing was done,
// or an Error with OutcomeUnknown.
type BucketWriter interface {
	// CreateBucket creates a bucket. It is not idempotent: the error is ErrExists if the name
	// is taken, even by the caller. It is ErrInvalid for a name that is refused.
	CreateBucket(ctx context.Context, spec BucketSpec) (Bucket, error)
	// DeleteBucket deletes an empty bucket. It is idempotent: if there is no such bucket, it
	// succeeds. If it returns ErrNotEmpty, it has changed nothing.
	DeleteBucket(ctx context.Context, id BucketID) error
	// IssueCredential mints a credential that opens one bucket. Only this response has the
	// secret. It is not idempotent: two calls with one name create two credentials, so an
	// adapter never retries it. If the response is lost, the Error has OutcomeUnknown.
	IssueCredential(ctx context.Context, spec CredentialSpec) (Issued, error)
	// UpdateCredential changes access, allowed IPs and expiry, and keeps the keys. It is
	// idempotent. The error is ErrNotFound if there is no such credential.
	UpdateCredential(ctx context.Context, id string, spec CredentialSpec) error
	// RevokeCredential revokes a credential. It is idempotent: if there is no such credential, it
	// succeeds.
	RevokeCredential(ctx context.Context, id string) error
}

// BucketProvider is a cloud: buckets, and credentials that open them.
type BucketProvider interface {
	BucketReader
	BucketWriter
}
