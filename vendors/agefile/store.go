package agefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"buckethead/vendors"
)

// Store implements [vendors.SecretStore] and [vendors.ReferenceResolver] with one age file. It
// is safe for concurrent use, even by several processes.
type Store struct {
	path string // absolute
	key  key
	now  func() time.Time
	gate *gate

	doubled sync.Map // titles that did not name one item alone when they were listed
}

// ListItems implements [vendors.SecretReader]. If there is no file, there are no items.
func (s *Store) ListItems(ctx context.Context) ([]vendors.ItemSummary, error) {
	const op = "list items"
	var out []vendors.ItemSummary
	err := s.read(ctx, func(d *document) {
		out = make([]vendors.ItemSummary, 0, len(d.entries))
		met := make(map[string]bool, len(d.entries))
		for _, e := range d.entries {
			if other, is := d.byID[e.title]; met[e.title] || is && other != e {
				s.doubled.Store(e.title, true)
			}
			met[e.title] = true
			out = append(out, e.summary())
		}
	})
	return out, classify(op, err)
}

// Absent implements [vendors.Absence].
func (s *Store) Absent(context.Context) (string, error) {
	_, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "the file " + s.path, nil
	}
	return "", classify("list items", err)
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

// Reference implements [vendors.SecretReader]: age://TITLE/FIELD, or age://ID/FIELD if a
// reference cannot contain the title, or several items had it when they were listed.
func (s *Store) Reference(id, title, field string) (string, error) {
	if _, several := s.doubled.Load(title); several && id != "" {
		title = ""
	}
	return referenceTo(id, title, field)
}
