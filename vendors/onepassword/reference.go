package onepassword

import (
	"context"
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

// Reference names a field of an item, or with field "" the item. Ids stand where a
// name would be ambiguous or has what references cannot hold.
func (s *Store) Reference(id, itemTitle, fieldName string) string {
	s.mu.Lock()
	vaultPart, list := s.name, s.listed
	if !referencePart.MatchString(vaultPart) && s.vault.id != "" {
		vaultPart = s.vault.id
	}
	s.mu.Unlock()
	if id != "" && ambiguous(list, itemTitle) {
		itemTitle = id
	}
	return referenceTo(vaultPart, id, itemTitle, s.layout, fieldName)
}

// referenceTo writes a reference from what is known without the vault.
func referenceTo(vault, id, item string, l layout, fieldName string) string {
	if id != "" && !referencePart.MatchString(item) {
		item = id
	}
	text := scheme + "://" + vault + "/" + item
	if fieldName == "" {
		return text
	}
	label := l.label(fieldName)
	if !referencePart.MatchString(label) {
		label = fieldName // which is the field's id
	}
	return text + "/" + label
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
