package vendors

import (
	"context"
	"time"
)

// The names of an item's fields, in every store and in every reference.
const (
	FieldAccessKeyID     = "access_key_id"
	FieldSecretAccessKey = "secret_access_key"
	FieldBucket          = "bucket"
	FieldEndpointURL     = "endpoint_url"
	FieldRegion          = "region"
	FieldAccountID       = "account_id"
	FieldJurisdiction    = "jurisdiction"
)

// Mark is what bh writes into an item to know it again: the stack, state and
// address that own it, the operation that wrote its keys, and when they were
// issued. Lineage is that of the state, and empty in marks of before there was one.
type Mark struct {
	Stack     string    `json:"stack"`
	Lineage   string    `json:"lineage,omitempty"`
	Address   string    `json:"address"`
	Operation string    `json:"operation"`
	IssuedAt  time.Time `json:"issued_at"`
}

// ItemSpec is an item as it should be. Everything else that a person put into
// the item survives a write.
type ItemSpec struct {
	Title string
	Keys  BucketCredentials
	Mark  Mark
}

// ItemSummary is what a store lists without showing a secret. Marked says that
// the item carries bh's tag; whose it is stands in the item itself. UpdatedAt
// moves with every write by anyone.
type ItemSummary struct {
	ID        string
	Title     string
	Marked    bool
	UpdatedAt time.Time
}

// Item is one item, read whole. Version is the store's own and goes back with
// UpdateItem. Misfits are what UpdateItem would put right besides the values.
type Item struct {
	ItemSummary
	Version string
	Keys    BucketCredentials
	Mark    Mark
	Misfits []Misfit
	// Elsewhere reports that references name some fields otherwise than those of the store's own
	// items, so that they need a look at this one.
	Elsewhere bool
}

// Misfit is something about a field of bh's, other than its value, that is not as the
// store writes it: someone changed it, or the settings of the store did. Aspect is "type",
// "label" or "section".
type Misfit struct{ Field, Aspect, Found, Want string }

// The types of a field, as misfits name them. Whoever opens an item sees what is visible.
const (
	TypeVisible   = "visible"
	TypeConcealed = "concealed"
)

// SecretReader is the half of a SecretStore that cannot change anything. All
// methods are safe for concurrent use and may return ErrDenied, ErrRateLimited
// and ErrUnavailable beside what their comments name.
type SecretReader interface {
	// ListItems returns every live item that the store shows, to the true end, in
	// any order; archived items are not part. An empty or not yet made store
	// has none.
	ListItems(ctx context.Context) ([]ItemSummary, error)
	// GetItem reads one item by id. ErrNotFound when it is not there or archived.
	GetItem(ctx context.Context, id string) (Item, error)
	// Reference names a field of an item without its value, in the store's
	// own form, such as op://vault/item/field; with field "" the item itself.
	// No call is made. ErrInvalid if what is known of it cannot stand in a reference.
	Reference(id, title, field string) (string, error)
}

// SecretWriter is the half of a SecretStore that changes things. All methods are
// safe for concurrent use, also beside other processes. A cancelled context means
// that nothing was done, or an Error with OutcomeUnknown.
type SecretWriter interface {
	// CreateItem makes a new item. Not idempotent: two calls make two items.
	CreateItem(ctx context.Context, spec ItemSpec) (Item, error)
	// UpdateItem replaces title, keys and mark of the item that has this id and
	// version, puts its misfits right, and keeps what people added. A zero SecretAccessKey in the spec
	// keeps the stored one. ErrNotFound when there is no such item, ErrConflict
	// when its version is another.
	UpdateItem(ctx context.Context, id, version string, spec ItemSpec) (Item, error)
	// DeleteItem removes an item, by archiving it where the store can.
	// Idempotent: absence is success.
	DeleteItem(ctx context.Context, id string) error
}

// SecretStore keeps the items that hold the keys.
type SecretStore interface {
	SecretReader
	SecretWriter
}
