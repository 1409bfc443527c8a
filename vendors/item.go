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

// Mark is what bh writes into an item to recognise it later: the stack, state and address that
// own it, the operation that wrote its keys, and when they were issued. Lineage is that of the
// state; it is empty in marks from before lineages existed.
type Mark struct {
	Stack     string    `json:"stack"`
	Lineage   string    `json:"lineage,omitempty"`
	Address   string    `json:"address"`
	Operation string    `json:"operation"`
	IssuedAt  time.Time `json:"issued_at"`
}

// ItemSpec describes an item as it should be. A write keeps everything else that a person put
// into the item.
type ItemSpec struct {
	Title string
	Keys  BucketCredentials
	Mark  Mark
}

// ItemSummary is an item as a list shows it, without secrets. Marked says that the item has
// bh's tag; only the item itself says which stack owns it. UpdatedAt changes with every write
// by anyone.
type ItemSummary struct {
	ID        string
	Title     string
	Marked    bool
	UpdatedAt time.Time
}

// Item is one complete item. Version belongs to the store and is passed back to UpdateItem.
// Misfits lists what UpdateItem would correct in addition to the values.
type Item struct {
	ItemSummary
	Version string
	Keys    BucketCredentials
	Mark    Mark
	Misfits []Misfit
	// Elsewhere reports that some fields have other references than in the store's own items,
	// so that a reference can only be made after reading this item.
	Elsewhere bool
}

// Misfit is a difference between one of bh's fields and how the store would write it now, other than
// its value: someone changed the item, or the settings of the store changed. Aspect is "type",
// "label" or "section".
type Misfit struct{ Field, Aspect, Found, Want string }

// The types of a field, as misfits name them. A visible field is shown to anyone who opens the item.
const (
	TypeVisible   = "visible"
	TypeConcealed = "concealed"
)

// SecretReader is the half of a SecretStore that cannot change anything. All methods are safe
// for concurrent use. They may return ErrDenied, ErrRateLimited and ErrUnavailable in addition
// to the errors in their comments.
type SecretReader interface {
	// ListItems returns all items that the store shows, in any order, without archived ones. A
	// store that is empty or does not exist yet has no items.
	ListItems(ctx context.Context) ([]ItemSummary, error)
	// GetItem reads one item by id. The error is ErrNotFound if there is no such item, or it is
	// archived.
	GetItem(ctx context.Context, id string) (Item, error)
	// Reference names a field of an item without its value, in the store's own form, such as
	// op://vault/item/field. If field is "", it names the item itself. It makes no call. The
	// error is ErrInvalid if no reference can be made from what is known.
	Reference(id, title, field string) (string, error)
}

// SecretWriter is the half of a SecretStore that changes things. All methods are safe for
// concurrent use, even by several processes. A cancelled context means that nothing was done,
// or an Error with OutcomeUnknown.
type SecretWriter interface {
	// CreateItem creates an item. It is not idempotent: two calls create two items.
	CreateItem(ctx context.Context, spec ItemSpec) (Item, error)
	// UpdateItem replaces title, keys and mark of the item with this id and version, corrects its
	// misfits, and keeps what people added. A zero SecretAccessKey in the spec keeps the stored one.
	// The error is ErrNotFound if there is no such item, and ErrConflict if it has another version.
	UpdateItem(ctx context.Context, id, version string, spec ItemSpec) (Item, error)
	// DeleteItem removes an item; if the store can archive items, it archives it. It is
	// idempotent: if there is no such item, it succeeds.
	DeleteItem(ctx context.Context, id string) error
}

// SecretStore keeps the items that hold the keys.
type SecretStore interface {
	SecretReader
	SecretWriter
}
