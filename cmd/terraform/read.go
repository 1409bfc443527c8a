package terraform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// MaxSize is the size in bytes of the largest file that is read.
const MaxSize = 256 << 20

// The bounds on what one file can have.
const (
	longestText  = 4096 // of a name, an id, an address
	deepestTree  = 64   // of modules
	mostFindings = 250_000
)

// A FormatError says why a file was not read, and what to do about it.
type FormatError struct{ Detail, Fix string }

func (e *FormatError) Error() string { return e.Detail }

const howTo = "Give it a state, from `terraform state pull` or `tofu state pull`, or what `terraform show -json` prints of it."

// object is one instance of a resource, before its attributes are looked at.
type object struct {
	address  string
	kind     string // the type of the resource
	provider string
	data     bool
	tainted  bool
	deposed  bool
	flat     bool // it has attributes of before version 0.12 alone
	text     json.RawMessage
}

// file is what the top of a file says, and the objects that matter.
type file struct {
	version   json.RawMessage // nil for a file without one
	shown     bool            // format_version is there
	planned   bool
	encrypted bool
	tofu      bool
	objects   []object
}

// matters reports whether objects of a type are looked at.
func matters(kind string) bool {
	switch kind {
	case tokenOfUser, tokenOfAccount, itemType:
		return true
	}
	return strings.HasPrefix(kind, "cloudflare_r2_")
}

// Read reads a state, or what is shown of one. The error is a [*FormatError].
func Read(text []byte) (*State, error) {
	if fault := encoding(text); fault != nil {
		return nil, fault
	}
	f, err := scan(bytes.TrimPrefix(text, []byte("\ufeff")))
	var format *FormatError
	switch {
	case errors.As(err, &format):
		return nil, format
	case err != nil:
		return nil, &FormatError{Detail: "This is not JSON as Terraform writes it: " + plain(err) + ".", Fix: howTo}
	}
	if fault := f.fault(); fault != nil {
		return nil, fault
	}
	return interpret(f), nil
}

// encoding refuses text that is certainly not UTF-8.
func encoding(text []byte) *FormatError {
	switch {
	case len(text) > MaxSize:
		return &FormatError{Detail: "The file has more than " + strconv.Itoa(MaxSize>>20) + " MiB.", Fix: howTo}
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}), bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		return &FormatError{Detail: "The file is UTF-16, which some versions of PowerShell write.",
			Fix: "Write it as UTF-8: terraform show -json | Out-File -Encoding utf8 state.json"}
	case len(bytes.TrimSpace(text)) == 0:
		return &FormatError{Detail: "The file is empty.", Fix: howTo}
	}
	return nil
}

// plain describes an error of the decoder without quoting the file.
func plain(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return "it breaks off or goes wrong near byte " + strconv.FormatInt(syntax.Offset, 10)
	case errors.As(err, &kind):
		return "a value is of another type than it should be"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it breaks off"
	}
	return "a value is not as it should be"
}

// fault says why the top of a file is not that of a state.
func (f *file) fault() *FormatError {
	version, whole := decimal(f.version)
	switch {
	case f.encrypted:
		return &FormatError{Detail: "This is an encrypted state of OpenTofu.",
			Fix: "Let OpenTofu decrypt it: tofu state pull, or tofu show -json, in the folder with its configuration."}
	case f.planned:
		return &FormatError{Detail: "This is a plan, not a state.",
			Fix: "Show the state instead: terraform show -json, without the name of a plan file."}
	case f.shown:
		return nil // without values it is that of an empty state
	case f.version != nil && whole && version >= 1 && version < 4:
		return &FormatError{Detail: "This is a state of version " + strconv.FormatInt(version, 10) + ", which Terraform 0.11 and older wrote.",
			Fix: "Run terraform state pull with a newer Terraform, or tofu state pull, which write version 4."}
	case f.version != nil && whole && version > 4:
		return &FormatError{Detail: "This is a state of version " + strconv.FormatInt(version, 10) + ", and bh reads version 4.",
			Fix: "Use a newer bh, or give it what terraform show -json prints."}
	case f.version == nil || !whole || version != 4:
		return &FormatError{Detail: "This is neither a state nor what terraform show -json prints.", Fix: howTo}
	}
	return nil
}

// scan reads a file from its beginning to its end, once.
func scan(text []byte) (*file, error) {
	f, d := &file{}, json.NewDecoder(bytes.NewReader(text))
	err := members(d, func(name string) error {
		switch name {
		case "version":
			return d.Decode(&f.version)
		case "format_version":
			f.shown = true
		case "planned_values", "resource_changes":
			f.planned = true
		case "encrypted_data", "encryption_version":
			f.encrypted = true
		case "resources":
			return elements(d, func() error { return f.stateResource(d) })
		case "values":
			return members(d, func(name string) error {
				if name == "root_module" {
					return f.module(d, 0)
				}
				return skip(d)
			})
		}
		return skip(d)
	})
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &FormatError{Detail: "There is more in the file than one state.", Fix: howTo}
	}
	return f, nil
}

// members reads an object: the function reads the value of each name. null is an empty one.
func members(d *json.Decoder, read func(name string) error) error {
	return inside(d, '{', func() error {
		name, err := d.Token()
		if err != nil {
			return err
		}
		return read(name.(string)) // the decoder lets nothing else through
	})
}

// elements reads a list.
func elements(d *json.Decoder, read func() error) error { return inside(d, '[', read) }

func inside(d *json.Decoder, opening json.Delim, read func() error) error {
	switch token, err := d.Token(); {
	case err != nil:
		return err
	case token == nil:
		return nil
	case token != opening:
		return &json.UnmarshalTypeError{}
	}
	for d.More() {
		if err := read(); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// skip passes over a value.
func skip(d *json.Decoder) error {
	var passed json.RawMessage
	return d.Decode(&passed)
}

// add takes an object, if it matters.
func (f *file) add(o object) error {
	f.tofu = f.tofu || strings.Contains(o.provider, "registry.opentofu.org")
	if len(f.objects) == mostFindings {
		return &FormatError{Detail: "The state has more than " + strconv.Itoa(mostFindings) + " buckets, tokens and items.",
			Fix: "Split it, and bring one part after the other."}
	}
	f.objects = append(f.objects, o)
	return nil
}

// stateResource reads a resource of a state file.
func (f *file) stateResource(d *json.Decoder) error {
	var r struct {
		Module, Mode, Type, Name, Provider string
		Instances                          json.RawMessage
	}
	if err := d.Decode(&r); err != nil || !matters(r.Type) {
		return err
	}
	var instances []struct {
		IndexKey   json.RawMessage `json:"index_key"`
		Status     string
		Deposed    string
		Provider   string
		Attributes json.RawMessage
		Flat       json.RawMessage `json:"attributes_flat"`
	}
	if len(r.Instances) > 0 {
		if err := json.Unmarshal(r.Instances, &instances); err != nil {
			return err
		}
	}
	for _, i := range instances {
		address := r.Type + "." + r.Name + index(i.IndexKey)
		if r.Mode == "data" {
			address = "data." + address
		}
		if r.Module != "" {
			address = r.Module + "." + address
		}
		provider := r.Provider
		if i.Provider != "" {
			provider = i.Provider
		}
		err := f.add(object{address: bounded(address), kind: r.Type, provider: provider, data: r.Mode == "data", tainted: i.Status == "tainted",
			deposed: i.Deposed != "", flat: none(i.Attributes) && !none(i.Flat), text: i.Attributes})
		if err != nil {
			return err
		}
	}
	return nil
}

// index writes an index key as addresses have it.
func index(key json.RawMessage) string {
	var text string
	switch n, whole := decimal(key); {
	case none(key):
		return ""
	case whole:
		return "[" + strconv.FormatInt(n, 10) + "]"
	case json.Unmarshal(key, &text) == nil:
		return "[" + strconv.Quote(text) + "]"
	}
	return "[?]"
}

// module reads a module of what is shown, and those below it.
func (f *file) module(d *json.Decoder, depth int) error {
	if depth == deepestTree {
		return &FormatError{Detail: "Modules nest more than " + strconv.Itoa(deepestTree) + " deep.", Fix: howTo}
	}
	return members(d, func(name string) error {
		switch name {
		case "resources":
			return elements(d, func() error { return f.shownResource(d) })
		case "child_modules":
			return elements(d, func() error { return f.module(d, depth+1) })
		}
		return skip(d)
	})
}

// shownResource reads a resource of what is shown, which is one instance.
func (f *file) shownResource(d *json.Decoder) error {
	var r struct {
		Address, Mode, Type string
		Provider            string `json:"provider_name"`
		Tainted             bool
		Deposed             string `json:"deposed_key"`
		Values              json.RawMessage
	}
	if err := d.Decode(&r); err != nil || !matters(r.Type) {
		return err
	}
	return f.add(object{address: bounded(r.Address), kind: r.Type, provider: r.Provider, data: r.Mode == "data", tainted: r.Tainted,
		deposed: r.Deposed != "", text: r.Values})
}

func bounded(text string) string {
	if len(text) > longestText {
		return strings.ToValidUTF8(text[:longestText], "") + "..."
	}
	return text
}
