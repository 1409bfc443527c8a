package onepassword

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"buckethead/vendors"
)

// scheme is the scheme of references.
const scheme = "op"

var (
	// referencePart matches a valid part of a reference; anything else is named by its id.
	// https://developer.1password.com/docs/cli/secret-reference-syntax/
	referencePart = regexp.MustCompile(`^[A-Za-z0-9._-]([A-Za-z0-9._ -]*[A-Za-z0-9._-])?$`)
	// reference matches what the SDK accepts, except for empty parts, which the SDK allows.
	reference = regexp.MustCompile(`^op://[A-Za-z0-9._ -]+/[A-Za-z0-9._ -]+(/[A-Za-z0-9._ -]+){1,2}` +
		`(\?(attribute=(otp|totp)|ssh-format=openssh))?$`)
	idShape = regexp.MustCompile(`^[a-z0-9]{26}$`)
)

func validID(id string) bool { return idShape.MatchString(id) }

// plain reports whether a name can be part of a reference and cannot be mistaken for an id.
func plain(name string) bool { return referencePart.MatchString(name) && !validID(name) }

// Reference names a field of an item with its section, or with field "" the item. It uses ids where
// a name would be ambiguous or has characters that references cannot contain.
func (s *Store) Reference(id, itemTitle, fieldName string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := named{vault: s.name, vaultID: s.vault.id, id: id, title: itemTitle,
		byID: id != "" && ambiguous(s.listed, itemTitle), vaultByID: s.vault.shared}
	f := s.layout.name(fieldName)
	if x, read := s.kept[id]; read && fieldName != "" {
		f = namedIn(x.fields, s.layout, fieldName)
	}
	return to.reference(f)
}

// LearnReferences implements [vendors.Referrer]. It looks up the vault, because its id is
// needed if references cannot contain its name, and reads an item for its sections.
func (s *Store) LearnReferences(ctx context.Context, item string) error {
	if item != "" {
		_, err := s.GetItem(ctx, item)
		return err
	}
	if err := s.enter(ctx, "find the vault"); err != nil {
		return err
	}
	defer s.leave()
	_, err := s.find(ctx, false)
	return err
}

// named holds the parts of a reference. Ids are empty if they are unknown.
type named struct {
	vault, vaultID string
	title, id      string
	vaultByID      bool // other vaults have the same name
	byID           bool // other items have the same title
}

// reference returns the reference to a field, or to the item.
func (n named) reference(f fieldName) (string, error) {
	const op = "name the item"
	vault, item := n.vault, n.title
	if n.vaultID != "" && (n.vaultByID || !plain(vault)) {
		vault = n.vaultID
	}
	if n.id != "" && (n.byID || !plain(item)) {
		item = n.id
	}
	switch {
	case !referencePart.MatchString(vault):
		return "", refuse(op, vendors.ErrInvalid, fmt.Sprintf("a reference cannot contain the name of the vault, %q, because it "+
			"can only have letters, digits, spaces, dots, hyphens and underscores: use the vault's id instead, "+
			"or set OP_SERVICE_ACCOUNT_TOKEN so that bh can look it up", vault))
	case !referencePart.MatchString(item):
		return "", refuse(op, vendors.ErrInvalid,
			fmt.Sprintf("a reference cannot contain the title %q, and the item has no id yet", item))
	}
	parts := []string{vault, item}
	if f.name != "" {
		if f.section != "" {
			parts = append(parts, f.section)
		}
		parts = append(parts, f.name)
	}
	return scheme + "://" + strings.Join(parts, "/"), nil
}

// fieldName is how references name a field.
type fieldName struct{ section, name string }

// name returns how references name a field in the items that bh creates: by its label, or by
// its id if a reference cannot contain the label.
func (l layout) name(field string) fieldName {
	label := l.label(field)
	switch {
	case field == "":
		return fieldName{}
	case !plain(label):
		label = field
	}
	return fieldName{keysSection.id, label}
}

// namedIn returns how references name a field in an item that was read, which someone else may
// have created.
func namedIn(fields []field, l layout, name string) fieldName {
	out, f := l.name(name), l.find(fields, name)
	if f.id == "" {
		return out
	}
	out.section = ""
	if f.section != "" && referencePart.MatchString(f.section) {
		out.section = f.section
	}
	twin := func(x field) bool {
		within := out.section == "" || x.section != "" // a reference with a section does not find fields without one
		return within && x.id != f.id && (strings.EqualFold(x.label, f.label) || x.id == f.label)
	}
	if out.name = f.label; (!plain(f.label) || slices.ContainsFunc(fields, twin)) && referencePart.MatchString(f.id) {
		out.name = f.id
	}
	return out
}

// elsewhere reports whether references to a field of an item differ from those in bh's own items.
func elsewhere(fields []field, l layout) bool {
	return slices.ContainsFunc(vendors.FieldNames(),
		func(name string) bool { return namedIn(fields, l, name) != l.name(name) })
}

func ambiguous(list []summary, title string) bool {
	n := 0
	for _, x := range list {
		if strings.EqualFold(x.title, title) { // references ignore case
			n++
		}
	}
	return n > 1
}

// ResolveReference reads what one reference names.
func (s *Store) ResolveReference(ctx context.Context, ref string) (vendors.Secret, error) {
	values, faults := s.ResolveReferences(ctx, []string{ref})
	return values[ref], faults[ref]
}

// ResolveReferences reads what references name, in one batch.
func (s *Store) ResolveReferences(ctx context.Context, refs []string) (map[string]vendors.Secret, map[string]error) {
	const op = "resolve reference"
	faults := map[string]error{}
	var valid []string
	for _, ref := range refs {
		if !validReference(ref) {
			faults[ref] = refuse(op, vendors.ErrInvalid,
				"not a reference of the form op://vault/item/field: "+
					"each part can only have letters, digits, spaces, dots, hyphens and underscores; use ids for other vaults and items")
		} else if !slices.Contains(valid, ref) {
			valid = append(valid, ref)
		}
	}
	if len(valid) == 0 {
		return nil, faults
	}
	if err := s.enter(ctx, op); err != nil {
		for _, ref := range valid {
			faults[ref] = err
		}
		return nil, faults
	}
	defer s.leave()
	values, more := s.way.resolve(ctx, valid)
	for ref, err := range more {
		faults[ref] = err
	}
	return values, faults
}

// validReference applies the SDK's rules without starting it, and also refuses parts with
// nothing but spaces.
func validReference(ref string) bool {
	if !reference.MatchString(ref) || len(ref) > 2048 {
		return false
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(ref, scheme+"://"), "?")
	return !slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return strings.TrimSpace(part) == "" })
}
