package agefile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"buckethead/vendors"
)

// Store implements [vendors.SecretStore] and [vendors.ReferenceResolver] with one age file.
// It is safe for concurrent use, also by several processes.
type Store struct {
	path string // absolute
	key  key
	now  func() time.Time
	gate *gate
}

// ListItems implements [vendors.SecretReader]. If there is no file, there are no items.
func (s *Store) ListItems(ctx context.Context) ([]vendors.ItemSummary, error) {
	const op = "list items"
	var out []vendors.ItemSummary
	err := s.read(ctx, func(d *document) {
		out = make([]vendors.ItemSummary, 0, len(d.entries))
		for _, e := range d.entries {
			out = append(out, e.summary())
		}
	})
	return out, classify(op, err)
}

// GetItem implements [vendors.SecretReader].
func (s *Store) GetItem(ctx context.Context, id string) (vendors.Item, error) {
	const op = "read item"
	var e *entry
	err := s.read(ctx, func(d *document) { e = d.byID[id] })
	if err != nil {
		return vendors.Item{}, classify(op, err)
	}
	if e == nil {
		return vendors.Item{}, s.noItem(op, id)
	}
	return e.item(), nil
}

func (s *Store) noItem(op, id string) error {
	return refuse(op, vendors.ErrNotFound, fmt.Sprintf("there is no item %s in %s", id, s.path))
}

// Reference implements [vendors.SecretReader]: age://TITLE/FIELD, or age://ID/FIELD if the
// title has a slash.
func (s *Store) Reference(id, title, field string) string { return referenceTo(id, title, field) }

func referenceTo(id, title, field string) string {
	if title == "" || strings.Contains(title, "/") {
		title = id
	}
	if field == "" {
		return scheme + "://" + title
	}
	return scheme + "://" + title + "/" + field
}
