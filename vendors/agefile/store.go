package agefile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"buckethead/vendors"
)

// Store is a vendors.SecretStore over one age file, with the ability
// ReferenceResolver. Safe for concurrent use, also beside other processes.
type Store struct {
	path string // absolute
	key  key
	now  func() time.Time
	gate *gate
}

// ListItems gives every item; a file that is not there has none.
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

// GetItem reads one item; ErrNotFound when the file has none of this id.
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

// Reference gives age://TITLE/FIELD, with the id where the title has a slash.
func (s *Store) Reference(id, title, field string) string {
	if title == "" || strings.Contains(title, "/") {
		title = id
	}
	if field == "" {
		return scheme + "://" + title
	}
	return scheme + "://" + title + "/" + field
}
