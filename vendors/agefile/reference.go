package agefile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"buckethead/vendors"
)

// ResolveReference implements [vendors.ReferenceResolver] for age://ITEM/FIELD, where ITEM
// is an item's id or its title. The error is ErrConflict if two items have the title, and
// ErrInvalid if the field is not text.
func (s *Store) ResolveReference(ctx context.Context, reference string) (vendors.Secret, error) {
	const op = "resolve reference"
	rest, ours := strings.CutPrefix(reference, scheme+"://")
	name, field, whole := strings.Cut(rest, "/")
	if !ours || !whole || name == "" || field == "" {
		return vendors.Secret{}, refuse(op, vendors.ErrInvalid,
			fmt.Sprintf("%q is not of the form %s://item/field", reference, scheme))
	}
	var e *entry
	var ambiguous error
	err := s.read(ctx, func(d *document) { e, ambiguous = d.find(name) })
	if err = errors.Join(err, ambiguous); err != nil {
		return vendors.Secret{}, classify(op, err)
	}
	if e == nil {
		return vendors.Secret{}, refuse(op, vendors.ErrNotFound, fmt.Sprintf("no item in %s is called %q", s.path, name))
	}
	var value string
	if err := e.fields.read(field, &value); err != nil {
		return vendors.Secret{}, refuse(op, vendors.ErrInvalid,
			fmt.Sprintf("the field %q of item %q is not text", field, name))
	}
	if value == "" {
		return vendors.Secret{}, refuse(op, vendors.ErrNotFound,
			fmt.Sprintf("item %q has no field %q, or the field is empty", name, field))
	}
	return vendors.NewSecret(value), nil
}

// find returns the entry with this id, or else the only one with this title, or nil.
func (d *document) find(name string) (*entry, error) {
	if e, there := d.byID[name]; there {
		return e, nil
	}
	var found []*entry
	for _, e := range d.entries {
		if e.title == name {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	ids := make([]string, len(found))
	for i, e := range found {
		ids[i] = e.id
	}
	slices.Sort(ids)
	return nil, &fault{vendors.ErrConflict,
		fmt.Sprintf("%d items are called %q; name one by its id: %s", len(found), name, strings.Join(ids, ", "))}
}
