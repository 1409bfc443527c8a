package onepassword

import (
	"context"
	"time"

	"buckethead/vendors"
)

// item is an item as both ways show it. All values are secrets: we must not print what a person
// put into an item. whole returns the item in the way's own type, from which an update starts.
// It is a function because those types would print their values.
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

// vault is one vault. contentVersion increases whenever anything in it changes. shared says
// that references by its title, which ignore case, could mean another vault.
type vault struct {
	id, title      string
	contentVersion string
	shared         bool
}

// section groups fields.
type section struct{ id, title string }

// edit describes a write to an item: the title, a tag that must be there unless it is empty,
// sections that must be there, and fields. A field with the zero value is removed, unless it is
// kept. Everything else stays.
type edit struct {
	title    string
	tag      string
	sections []section
	fields   []field
}

// way is a way to reach 1Password. Errors are *vendors.Error. Its methods are called one at a
// time.
type way interface {
	// vaults returns the visible vaults, or only one if name is an id.
	vaults(ctx context.Context, name string) ([]vault, error)
	// list returns the items of a vault that are not archived.
	list(ctx context.Context, vault string) ([]summary, error)
	// read returns items by id, without those that do not exist.
	read(ctx context.Context, vault string, ids []string) (map[string]item, error)
	// archived reports whether an item exists and is archived.
	archived(ctx context.Context, vault, id string) (bool, error)
	// create creates items, in as few calls as possible; each has a result or an error.
	create(ctx context.Context, vault string, edits []edit) []created
	// update writes an item that was read, changed by e. The error is ErrConflict if its
	// version is no longer the one in the vault.
	update(ctx context.Context, vault string, from item, e edit) (item, error)
	// archive and remove remove an item. If there is none, they succeed.
	archive(ctx context.Context, vault, id string) error
	remove(ctx context.Context, vault, id string) error
	// resolve reads what references name. Each has a value or an error.
	resolve(ctx context.Context, references []string) (map[string]vendors.Secret, map[string]error)
}

// created is the result for one item.
type created struct {
	item item
	err  error
}
