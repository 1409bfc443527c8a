package onepassword

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"buckethead/vendors"
)

// scheme is what references begin with.
const scheme = "op"

var (
	// referencePart is what each part of a reference may hold; anything else is
	// named by its id. https://developer.1password.com/docs/cli/secret-reference-syntax/
	referencePart = regexp.MustCompile(`^[A-Za-z0-9._-]([A-Za-z0-9._ -]*[A-Za-z0-9._-])?$`)
	// reference is what the SDK accepts, but for empty parts, which it lets through.
	reference = regexp.MustCompile(`^op://[A-Za-z0-9._ -]+/[A-Za-z0-9._ -]+(/[A-Za-z0-9._ -]+){1,2}` +
		`(\?(attribute=(otp|totp)|ssh-format=openssh))?$`)
	idShape = regexp.MustCompile(`^[a-z0-9]{26}$`)
)

func validID(id string) bool { return idShape.MatchString(id) }

// plain reports whether a name can stand in a reference, and means no id there.
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

// LearnReferences implements [vendors.Referrer]: it looks for the vault, of which the id is
// needed where its name cannot stand in references, and reads an item for its sections.
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

// named holds what a reference is made of. Ids are empty where they are not known.
type named struct {
	vault, vaultID string
	title, id      string
	vaultByID      bool // its name is that of others as well
	byID           bool // so is the item's title
}

// reference writes the reference to a field, or to the item for none.
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
		return "", refuse(op, vendors.ErrInvalid, fmt.Sprintf("the name of the vault, %q, cannot stand in a reference, "+
			"which has letters, digits, spaces, dots, hyphens and underscores: write the vault's id in its place, "+
			"or set OP_SERVICE_ACCOUNT_TOKEN so that bh can look it up", vault))
	case !referencePart.MatchString(item):
		return "", refuse(op, vendors.ErrInvalid,
			fmt.Sprintf("the title %q cannot stand in a reference, and the item has no id yet", item))
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

// name returns how references name a field in the items that bh makes: by its label, or by
// its id where the label cannot stand in a reference.
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

// namedIn returns how references name a field in an item that was read, which someone else
// may have made.
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
		within := out.section == "" || x.section != "" // a section that is named leaves out fields without one
		return within && x.id != f.id && (strings.EqualFold(x.label, f.label) || x.id == f.label)
	}
	if out.name = f.label; (!plain(f.label) || slices.ContainsFunc(fields, twin)) && referencePart.MatchString(f.id) {
		out.name = f.id
	}
	return out
}

// elsewhere reports whether references name a field of an item otherwise than in bh's own items.
func elsewhere(fields []field, l layout) bool {
	return slices.ContainsFunc(vendors.FieldNames(),
		func(name string) bool { return namedIn(fields, l, name) != l.name(name) })
}

func ambiguous(list []summary, title string) bool {
	n := 0
	for _, x := range list {
		if strings.EqualFold(x.title, title) { // references tell no case
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
				"this is no reference of the form op://vault/item/field: "+
					"each part has letters, digits, spaces, dots, hyphens and underscores; name other vaults and items by their ids")
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

// validReference applies the SDK's rules without starting it, and beyond them
// refuses parts of nothing but spaces.
func validReference(ref string) bool {
	if !reference.MatchString(ref) || len(ref) > 2048 {
		return false
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(ref, scheme+"://"), "?")
	return !slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return strings.TrimSpace(part) == "" })
}
