package observed

import (
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/vendors"
)

// BucketKey names a bucket among those of all clouds. Cloud is the address of a connection.
type BucketKey struct {
	Cloud string
	ID    vendors.BucketID
}

// CredentialKey names a credential among those of all clouds.
type CredentialKey struct{ Cloud, ID string }

// ItemKey names an item among those of all stores. Secrets is the address of a connection.
type ItemKey struct{ Secrets, ID string }

// Item is an item as it was observed. Fields, Fingerprint, Mark and Misfits are set
// only if it was Read.
type Item struct {
	Summary     vendors.ItemSummary
	Read        bool
	Fields      map[string]string // without the secret
	Fingerprint string
	Mark        vendors.Mark
	Misfits     []vendors.Misfit
}

// Recipients are those of one store. Err says why it cannot be written for the declared ones.
type Recipients struct {
	vendors.Recipients
	Err error
}

// World is what the vendors have, read once. What is not in it certainly does not
// exist: a refresh confirms each absence by id.
type World struct {
	Buckets     map[BucketKey]vendors.Bucket
	Credentials map[CredentialKey]vendors.Credential
	Items       map[ItemKey]Item
	// Emptiness holds what was found in buckets that may be destroyed, if
	// the cloud can tell.
	Emptiness map[BucketKey]vendors.Emptiness
	// Settings holds the groups of settings that plans may change. A group that
	// is not in it was not read.
	Settings map[BucketKey]vendors.BucketSettings
	// Recipients holds those of stores that are encrypted to recipients, or why nothing
	// can be written to them.
	Recipients map[string]Recipients
	// Missing has the stores that do not exist at all although the state has items in
	// them, with the name of the missing thing, such as "the file PATH".
	Missing map[string]string
	// Registered holds the fingerprints of registered secrets.
	Registered map[addr.Address]string
	// CannotEmpty holds the clouds that cannot delete the objects in a bucket.
	CannotEmpty map[string]bool
	// Listed holds the clouds whose credentials were listed.
	Listed map[string]bool
	// CredentialLimit is how many credentials a cloud may have at once, for clouds
	// that have a limit.
	CredentialLimit map[string]int
	// Unproved says why stored keys do not open their bucket, if that was tried.
	Unproved map[addr.Address]string
	Calls    []Calls
	// Assumed says that no vendor was asked: the world is taken from the state.
	Assumed bool
}

// Unlisted is a namespace of a cloud that could not be listed and that nothing uses.
type Unlisted struct {
	Cloud     string `json:"cloud"`
	Namespace string `json:"namespace"`
	Why       string `json:"why"`
}

// Active reports whether a credential exists and works.
func (w *World) Active(cloud, id string) bool {
	c, live := w.Credentials[CredentialKey{cloud, id}]
	return live && c.Status == vendors.Active
}

// IssuedAt returns when a credential was issued. For an imported one, that is what the vendor says.
func (w *World) IssuedAt(cloud string, c state.CredentialRef) time.Time {
	if c.IssuedAt.IsZero() {
		return w.Credentials[CredentialKey{cloud, c.ID}].IssuedAt
	}
	return c.IssuedAt
}

// Bucket returns a bucket, and reports whether it exists.
func (w *World) Bucket(cloud string, id vendors.BucketID) (vendors.Bucket, bool) {
	b, there := w.Buckets[BucketKey{cloud, id}]
	return b, there
}

// Credential returns a credential, and reports whether it exists.
func (w *World) Credential(cloud, id string) (vendors.Credential, bool) {
	c, there := w.Credentials[CredentialKey{cloud, id}]
	return c, there
}

// Item returns an item, and reports whether it exists.
func (w *World) Item(secrets, id string) (Item, bool) {
	item, there := w.Items[ItemKey{secrets, id}]
	return item, there
}
