package agefile

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

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
		return vendors.Secret{}, refuse(op, vendors.ErrNotFound, fmt.Sprintf("there is no item %q in %s", s.path, name))
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

// idShape is the form of the ids that are drawn.
var idShape = regexp.MustCompile(`^[ix][0-9a-f]{24}$`)

// referenceTo returns a reference by title, or by id if the title cannot be used. A title may
// contain anything but a slash. But a reference to a field is pasted between quotes, so there
// the title must need no escapes.
func referenceTo(id, title, field string) (string, error) {
	name := title
	if id != "" && (idShape.MatchString(title) || field != "" && !bare(title)) || !nameable(title) {
		name = id
	}
	switch {
	case !nameable(name):
		return "", refuse("name the item", vendors.ErrInvalid, fmt.Sprintf("a reference cannot contain the title %q", title))
	case field == "":
		return scheme + "://" + name, nil
	}
	return scheme + "://" + name + "/" + field, nil
}

func nameable(name string) bool { return name != "" && !strings.Contains(name, "/") }

// bare reports whether a title can be put between quotes unchanged, in bh's files, a shell and
// YAML.
func bare(title string) bool {
	return title == strings.TrimSpace(title) && !strings.ContainsFunc(title, func(r rune) bool {
		return strings.ContainsRune("\"\\'`$%{}", r) || !unicode.IsPrint(r)
	})
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
		fmt.Sprintf("there are %d items called %q; name one by its id: %s", len(found), name, strings.Join(ids, ", "))}
}
