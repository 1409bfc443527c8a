package vendors

import (
	"context"
	"time"
)

// Emptiness is what a probe found in a bucket. Objects counts what was seen. A probe may stop
// early: More says that there are more objects.
type Emptiness struct {
	Objects int
	Bytes   int64
	More    bool
}

// Empty reports whether the bucket holds nothing.
func (e Emptiness) Empty() bool { return e.Objects == 0 && !e.More }

// EmptinessProber can say whether a bucket holds objects. The error is ErrNotFound if there is
// no such bucket.
type EmptinessProber interface {
	ProbeEmptiness(ctx context.Context, id BucketID) (Emptiness, error)
}

// BucketEmptier can delete everything in a bucket. It is idempotent: if there is no such
// bucket, it succeeds. After an error, the bucket may be partly emptied.
type BucketEmptier interface {
	EmptyBucket(ctx context.Context, id BucketID) error
}

// BucketUpdater can change the storage class of a bucket. It is idempotent. The error is
// ErrNotFound if there is no such bucket.
type BucketUpdater interface {
	UpdateBucket(ctx context.Context, spec BucketSpec) (Bucket, error)
}

// SettingsChange is a change of one group of settings. Settings holds only that group; an empty
// one clears it. Detach names the custom domains to detach; other domains that are not in
// Settings stay as they are.
type SettingsChange struct {
	Kind     SettingsKind   `json:"kind"`
	Settings BucketSettings `json:"settings"`
	Detach   []string       `json:"detach,omitempty"`
}

// BucketSettingsReader can read the settings of a bucket: the requested groups, in one round
// trip each. A group without rules is empty and not nil. The error is ErrNotFound if there is
// no such bucket.
type BucketSettingsReader interface {
	ReadBucketSettings(ctx context.Context, id BucketID, kinds []SettingsKind) (BucketSettings, error)
}

// BucketSettingsWriter can replace one group of a bucket's settings as a whole. It is
// idempotent. The error is ErrNotFound if there is no such bucket (yet), and ErrInvalid if
// the vendor refuses a rule.
type BucketSettingsWriter interface {
	WriteBucketSettings(ctx context.Context, id BucketID, change SettingsChange) error
}

// CredentialLimiter knows how many credentials the account may have at once, including those
// that bh did not create. 0 means no limit.
type CredentialLimiter interface {
	CredentialLimit() int
}

// CallCounter counts the calls made since it was opened: each page of a list counts,
// repeated requests do not.
type CallCounter interface {
	Calls() int
}

// Purpose is what an identity is used for: a plan reads, and an apply also writes.
type Purpose string

// The purposes.
const (
	ForPlan  Purpose = "plan"
	ForApply Purpose = "apply"
)

// Permission is one permission that bh needs, under the name that the vendor's documentation uses.
// For is its purpose; a permission for both purposes has two entries. Needed says what bh does with
// it. Opens says what else it allows, if that is more than its name says. Held is "yes", "no", or
// "unknown" if the vendor does not say.
type Permission struct {
	Name, Needed, Opens, Held string
	For                       Purpose
}

// IdentityReport is what the vendor says about the identity that bh uses. Identity describes it
// in words and is never a secret. ExpiresAt is zero if it never expires. ClockSkew is how far
// this machine's clock is ahead of the vendor's.
type IdentityReport struct {
	Identity    string
	ExpiresAt   time.Time
	Permissions []Permission
	ClockSkew   time.Duration
}

// PermissionChecker can tell whose credentials bh uses, and which of the vendor's Permissions
// they have, for both purposes. It changes nothing. The error is ErrDenied if they are not
// valid at all.
type PermissionChecker interface {
	CheckPermissions(ctx context.Context) (IdentityReport, error)
}

// CredentialVerifier can prove that keys open their bucket. It tries once, and returns nil if
// they do, ErrDenied if they do not (yet), and ErrNotFound if the bucket is gone.
type CredentialVerifier interface {
	VerifyCredential(ctx context.Context, id BucketID, keys BucketCredentials) error
}

// Referrer can look up what its references need and its settings do not say, such as the id of a
// vault whose name is not allowed in a reference. If item is an id, it also reads that item, because
// its fields may be in other places than in the store's own items.
type Referrer interface {
	LearnReferences(ctx context.Context, item string) error
}

// ReferenceResolver can read the value that a reference of its own scheme names. The error is
// ErrNotFound if it names nothing, and ErrInvalid if it is malformed.
type ReferenceResolver interface {
	ResolveReference(ctx context.Context, reference string) (Secret, error)
}

// ReferencesResolver can read the values that references of its own scheme name, in
// as few calls as it can. Each reference is in one of the two maps.
type ReferencesResolver interface {
	ResolveReferences(ctx context.Context, references []string) (map[string]Secret, map[string]error)
}

// ItemsReader can read items by id, in as few calls as it can. Items that do not exist
// or are archived are left out.
type ItemsReader interface {
	GetItems(ctx context.Context, ids []string) (map[string]Item, error)
}

// Recipients are the public keys of those who can open a store. Stored are those that it was
// written for, empty if there is no store yet or it does not say. Outside says that someone has
// since written it for others. Declared are those in the settings, empty if they depend on a
// key that the first write creates.
type Recipients struct {
	Stored, Declared []string
	Outside          bool
}

// RecipientsReader can tell who is able to open the store. The error is ErrInvalid if the
// declared recipients, alone or together, cannot be written for, so that no write would
// succeed.
type RecipientsReader interface {
	ReadRecipients(ctx context.Context) (Recipients, error)
}

// RecipientsWriter can rewrite the store for the recipients in the settings, which must be the
// given ones; otherwise the error is ErrConflict. It is idempotent.
type RecipientsWriter interface {
	WriteRecipients(ctx context.Context, declared []string) error
}

// Absence is for a store that can be missing as a whole, such as a file. Without it, an empty
// list can only mean that the items are gone.
type Absence interface {
	// Absent returns what is missing, such as "the file PATH", or "".
	Absent(ctx context.Context) (string, error)
}

// As finds an ability in v, or in what v wraps: wrappers have a method Unwrap() any.
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
