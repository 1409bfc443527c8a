package onepassword

import (
	"context"
	"time"

	"buckethead/vendors"
)

// item is an item as both ways in show it. All values are secrets: what a person put into an
// item is not ours to print. whole returns the item in the way's own type, which an update
// starts from. It is a function because those types print what they hold.
type item struct {
	id, title string
	version   string
	updatedAt time.Time
	tags      []string
	fields    []field
	whole     func() any
}

// field is one field of an item. Section is a section's id. In an edit, keep leaves the
// value as it is.
type field struct {
	id, section, label string
	concealed, keep    bool
	value              vendors.Secret
}

// summary is what a list shows.
type summary struct {
	id, title string
	updatedAt time.Time
	tags      []string
}

// vault is one vault. contentVersion rises whenever anything in it changes. shared says that
// references by its title, in which case does not matter, could mean another vault.
type vault struct {
	id, title      string
	contentVersion string
	shared         bool
}

// section groups fields.
type section struct{ id, title string }

// edit is what a write makes of an item: the title, a tag that must be there unless it is empty,
// sections that must be there, and fields. A field with the zero value is taken
// away, if it is there and not kept. Everything else stays.
type edit struct {
	title    string
	tag      string
	sections []section
	fields   []field
}

// way is a way into 1Password. Errors are *vendors.Error. Its methods are called
// one at a time.
type way interface {
	// vaults returns those that can be seen; one alone, where name is an id.
	vaults(ctx context.Context, name string) ([]vault, error)
	// list returns the items of a vault that are not archived.
	list(ctx context.Context, vault string) ([]summary, error)
	// read returns items by id, those that are not there left out.
	read(ctx context.Context, vault string, ids []string) (map[string]item, error)
	// archived reports whether an item is there and archived.
	archived(ctx context.Context, vault, id string) (bool, error)
	// create makes items, in as few calls as it can; each has a result or an error.
	create(ctx context.Context, vault string, edits []edit) []created
	// update writes an item that was read, as e makes it. ErrConflict where its
	// version is no longer the vault's.
	update(ctx context.Context, vault string, from item, e edit) (item, error)
	// archive and remove take an item away; absence is success.
	archive(ctx context.Context, vault, id string) error
	remove(ctx context.Context, vault, id string) error
	// resolve reads what references name. Each has a value or an error.
	resolve(ctx context.Context, references []string) (map[string]vendors.Secret, map[string]error)
}

// created is what became of one item.
type created struct {
	item item
	err  error
}
