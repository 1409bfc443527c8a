// Package addr names the things that bh manages.
//
// An address is written project.NAME or project.NAME["KEY"], the way it stands
// in plans, in state and on the command line. Nothing here knows what a project
// is: only how it is called.
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

// ErrMalformed is returned, wrapped, by Parse for text that is no address.
var ErrMalformed = errors.New("malformed address")

// Project is the address of one project. Key is the for_each key and empty for
// a project without for_each; an empty for_each key does not exist. The zero
// value addresses nothing. Comparable, so it serves as a map key.
type Project struct{ Name, Key string }

// String returns the full address: project.photos or project.tenant["north"].
func (p Project) String() string { return "project." + p.Label() }

// Label returns the address without the leading "project.", as plans show it.
func (p Project) Label() string {
	if p.Key == "" {
		return p.Name
	}
	return p.Name + "[" + strconv.Quote(p.Key) + "]"
}

// IsZero reports whether p addresses nothing.
func (p Project) IsZero() bool { return p == Project{} }

// Compare orders addresses by name, then by key: negative when p comes first.
func (p Project) Compare(q Project) int {
	return cmp.Or(strings.Compare(p.Name, q.Name), strings.Compare(p.Key, q.Key))
}

// MarshalText writes the full address; it lets a Project be a JSON map key.
func (p Project) MarshalText() ([]byte, error) {
	if p.IsZero() {
		return []byte{}, nil
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads what MarshalText wrote; ErrMalformed for anything else.
func (p *Project) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Project{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err == nil {
		*p = parsed
	}
	return err
}

// Parse reads an address with or without the leading "project.", as people type
// both. The error wraps ErrMalformed.
func Parse(s string) (Project, error) {
	rest := strings.TrimPrefix(s, "project.")
	name, index, keyed := strings.Cut(rest, "[")
	if !ValidName(name) {
		return Project{}, fmt.Errorf("%w: %q: want project.NAME or project.NAME[\"KEY\"]", ErrMalformed, s)
	}
	if !keyed {
		return Project{Name: name}, nil
	}
	quoted, closed := strings.CutSuffix(index, "]")
	key, err := strconv.Unquote(quoted)
	if !closed || err != nil || key == "" || quoted[0] != '"' || !utf8.ValidString(index) || !utf8.ValidString(key) {
		return Project{}, fmt.Errorf("%w: %q: the key stands in quotes inside brackets: project.%s[\"KEY\"]",
			ErrMalformed, s, name)
	}
	return Project{Name: name, Key: key}, nil
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
