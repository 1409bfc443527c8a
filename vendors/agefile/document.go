package agefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// format is the number that this version writes into the file.
const format = 1

const (
	memberFormat = "format"
	memberItems  = "items"
)

// document is what the file holds. It is immutable.
type document struct {
	members object // but for format and items
	entries []*entry
	byID    map[string]*entry
}

// decode reads the file's content. modified is the file's own time.
func decode(plaintext []byte, modified time.Time) (*document, error) {
	if !utf8.Valid(plaintext) {
		return nil, fmt.Errorf("it is not UTF-8")
	}
	if len(bytes.TrimSpace(plaintext)) == 0 {
		return newDocument(nil, nil)
	}
	if !json.Valid(plaintext) {
		return nil, fmt.Errorf("it is not JSON")
	}
	members, err := parseObject(plaintext)
	if err != nil {
		return nil, err
	}
	number, items := format, []json.RawMessage(nil)
	if err := members.read(memberFormat, &number); err != nil {
		return nil, err
	}
	if number > format {
		return nil, fmt.Errorf("a newer bh wrote it (format %d, and this bh knows %d)", number, format)
	}
	if err := members.read(memberItems, &items); err != nil {
		return nil, err
	}
	entries := make([]*entry, 0, len(items))
	for i, raw := range items {
		e, err := parseEntry(raw, i, modified)
		if err != nil {
			return nil, fmt.Errorf("in its item %d: %w", i+1, err)
		}
		entries = append(entries, e)
	}
	return newDocument(members.without(memberFormat, memberItems), entries)
}

func newDocument(members object, entries []*entry) (*document, error) {
	d := &document{members: members, entries: entries, byID: make(map[string]*entry, len(entries))}
	for _, e := range entries {
		if other, twice := d.byID[e.id]; twice {
			return nil, fmt.Errorf("its items %q and %q have the same id %s; remove the member \"id\" from one of them", other.title, e.title, e.id)
		}
		d.byID[e.id] = e
	}
	return d, nil
}

// settled gives the document with every edit by hand written down as one.
func (d *document) settled() (*document, error) {
	if !slices.ContainsFunc(d.entries, func(e *entry) bool { return e.edit != "" }) {
		return d, nil
	}
	out := slices.Clone(d.entries)
	for i, e := range out {
		var err error
		if out[i], err = e.settled(); err != nil {
			return nil, err
		}
	}
	return newDocument(d.members, out)
}

// with gives the document with an entry in the place of the one of its id, or at
// the end.
func (d *document) with(e *entry) (*document, error) {
	out := slices.Clone(d.entries)
	if i := slices.IndexFunc(out, func(old *entry) bool { return old.id == e.id }); i >= 0 {
		out[i] = e
	} else {
		out = append(out, e)
	}
	return newDocument(d.members, out)
}

// without gives the document without the entry of this id.
func (d *document) without(id string) (*document, error) {
	return newDocument(d.members, slices.DeleteFunc(slices.Clone(d.entries), func(e *entry) bool { return e.id == id }))
}

// encode writes the document. decode gives it back whole.
func (d *document) encode() []byte {
	size := 256
	for _, e := range d.entries {
		size += len(e.text) + 6
	}
	b := bytes.NewBuffer(make([]byte, 0, size))
	fmt.Fprintf(b, "{\n  %q: %d,\n", memberFormat, format)
	for _, m := range d.members {
		b.WriteString("  ")
		b.Write(quoted(m.name))
		b.WriteString(": ")
		_ = json.Indent(b, m.value, "  ", "  ") // it was valid when it was read
		b.WriteString(",\n")
	}
	fmt.Fprintf(b, "  %q: [", memberItems)
	for i, e := range d.entries {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    ")
		b.Write(e.text)
	}
	if len(d.entries) > 0 {
		b.WriteString("\n  ")
	}
	b.WriteString("]\n}\n")
	return b.Bytes()
}
