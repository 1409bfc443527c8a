// Package addr names the things that bh manages.
//
// # Form
//
// An address is written KIND.NAME or KIND.NAME["KEY"], in files, in plans, in the
// state and on the command line:
//
//	project.photos
//	project.tenant["north"]
//	secrets.age_file.main
//
// People may leave out the kind of a project. [Parse] then leaves it open, and [Resolve] finds
// it among the addresses that exist.
//
// Nothing here knows what a project is: only what it is called.
package addr

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrMalformed is returned, wrapped, by [Parse] for text that is not an address.
var ErrMalformed = errors.New("malformed address")

// Kind is the type of the block that declares a thing. The zero value is the kind of a bare name,
// which is still open.
type Kind uint8

// The kinds.
const (
	Project Kind = iota + 1 // its name is its label
	Cloud                   // its name is VENDOR.NAME
	Secrets                 // its name is VENDOR.NAME
)

var kinds = [...]string{"", "project", "cloud", "secrets"}

// String returns the type of the block, "" while the kind is open.
func (k Kind) String() string { return kinds[k] }

// Address is the address of one thing. Key is the for_each key and empty for a
// thing without for_each; an empty for_each key does not exist. The zero
// value addresses nothing. Comparable, so it serves as a map key.
type Address struct {
	Kind      Kind
	Name, Key string
}

// String returns the full address: project.photos, project.tenant["north"] or cloud.local.main.
// While the kind is open it is left out.
func (a Address) String() string {
	if a.Kind == 0 {
		return a.name()
	}
	return a.Kind.String() + "." + a.name()
}

// Label returns the address as plans show it: that of a project without its kind.
func (a Address) Label() string {
	if a.Kind == Project {
		return a.name()
	}
	return a.String()
}

func (a Address) name() string {
	if a.Key == "" {
		return a.Name
	}
	return a.Name + "[" + strconv.Quote(a.Key) + "]"
}

// IsZero reports whether a addresses nothing.
func (a Address) IsZero() bool { return a == Address{} }

// Compare orders addresses by kind, by name, then by key: negative when a comes first.
func (a Address) Compare(b Address) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name),
		strings.Compare(a.Key, b.Key))
}

// MarshalText writes the full address; it lets an Address be a JSON map key. An address whose
// kind is open is an error.
func (a Address) MarshalText() ([]byte, error) {
	if a.IsZero() {
		return []byte{}, nil
	}
	if a.Kind == 0 {
		return nil, fmt.Errorf("%w: %q: the kind is missing", ErrMalformed, a.String())
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what MarshalText wrote; ErrMalformed for anything else, such as a bare name.
func (a *Address) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Address{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err == nil && parsed.Kind == 0 {
		err = fmt.Errorf("%w: %q: the kind is missing", ErrMalformed, text)
	}
	if err == nil {
		*a = parsed
	}
	return err
}

// Parse reads an address. That of a project may be a bare name, as people type it, and then has
// no kind. The error wraps ErrMalformed.
func Parse(s string) (Address, error) {
	kind, rest := Kind(0), s
	switch before, after, _ := strings.Cut(s, "."); {
	case before == s: // a bare name
	case before == "project":
		kind, rest = Project, after
	case before == "cloud":
		return parseBlock(Cloud, after, s)
	case before == "secrets":
		return parseBlock(Secrets, after, s)
	}
	name, index, keyed := strings.Cut(rest, "[")
	if !ValidName(name) {
		return Address{}, fmt.Errorf("%w: %q: want project.NAME or project.NAME[\"KEY\"]", ErrMalformed, s)
	}
	if !keyed {
		return Address{Kind: kind, Name: name}, nil
	}
	quoted, closed := strings.CutSuffix(index, "]")
	key, err := strconv.Unquote(quoted)
	if !closed || err != nil || key == "" || quoted[0] != '"' || !utf8.ValidString(index) || !utf8.ValidString(key) {
		return Address{}, fmt.Errorf("%w: %q: write the key in quotes inside brackets: project.%s[\"KEY\"]",
			ErrMalformed, s, name)
	}
	return Address{Kind: kind, Name: name, Key: key}, nil
}

// ParseProject reads the address of a project, with or without its kind. The error wraps
// ErrMalformed, also for an address of another kind: marks and names are written by others.
func ParseProject(s string) (Address, error) {
	a, err := Parse(s)
	if a = Resolve(a); err == nil && a.Kind != Project {
		err = fmt.Errorf("%w: %q is not a project", ErrMalformed, s)
	}
	if err != nil {
		return Address{}, err
	}
	return a, nil
}

// CheckProject returns an error that wraps ErrMalformed unless a is the address of a project, with
// its kind, and can be read again.
func (a Address) CheckProject() error {
	if a.Kind != Project {
		return fmt.Errorf("%w: %q is not a project", ErrMalformed, a.String())
	}
	_, err := Parse(a.String())
	return err
}

// parseBlock reads the address of a block with a vendor.
func parseBlock(kind Kind, name, s string) (Address, error) {
	vendor, label, ok := strings.Cut(name, ".")
	if !ok || !ValidName(vendor) || !ValidName(label) {
		return Address{}, fmt.Errorf("%w: %q: want %s.VENDOR.NAME", ErrMalformed, s, kind)
	}
	return Address{Kind: kind, Name: name}, nil
}

// Resolve completes an address whose kind is open. It returns the address of that name and key in
// the first list that has one: bh passes what the files declare, then what the state records. If
// no list has it, it is the address of a project. An address that has a kind is returned as it is.
func Resolve(a Address, lists ...[]Address) Address {
	if a.Kind != 0 || a.IsZero() {
		return a
	}
	for _, list := range lists {
		for _, known := range list {
			if known.Name == a.Name && known.Key == a.Key {
				return known
			}
		}
	}
	a.Kind = Project
	return a
}

// ValidName reports whether s can name a project: a letter or underscore, then
// letters, digits, underscores and dashes, as HCL identifiers are.
func ValidName(s string) bool {
	for i, r := range s {
		letter := unicode.IsLetter(r) || r == '_'
		if !letter && (i == 0 || !unicode.IsDigit(r) && r != '-') {
			return false
		}
	}
	return s != "" && utf8.ValidString(s)
}
