package agefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// format is the number that this version writes into the file.
const format = 2

const (
	memberFormat     = "format"
	memberRecipients = "recipients"
	memberItems      = "items"
)

// document is the content of the file. The encrypted file does not say whose keys open it, so
// the document lists the recipients.
type document struct {
	members    object   // without the three
	recipients []string // nil in format 1, which did not have them
	entries    []*entry
	byID       map[string]*entry
	changed    bool // by put, remove or a write for other recipients
}

// decode reads the file's content. modified is the file's modification time.
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
		return nil, fmt.Errorf("a newer bh wrote it (format %d; this bh supports up to %d)", number, format)
	}
	if err := members.read(memberItems, &items); err != nil {
		return nil, err
	}
	var recipients []string
	if number > 1 {
		if err := members.read(memberRecipients, &recipients); err != nil {
			return nil, err
		}
		for _, text := range recipients {
			if _, err := parseRecipient(text); err != nil { // it could be anything, and would be shown
				return nil, fmt.Errorf("its member %q contains something that is not a public key", memberRecipients)
			}
		}
	}
	entries := make([]*entry, 0, len(items))
	for i, raw := range items {
		e, err := parseEntry(raw, i, modified)
		if err != nil {
			return nil, fmt.Errorf("in its item %d: %w", i+1, err)
		}
		entries = append(entries, e)
	}
	out, err := newDocument(members.without(memberFormat, memberRecipients, memberItems), entries)
	if err == nil {
		out.recipients = recipients
	}
	return out, err
}

func newDocument(members object, entries []*entry) (*document, error) {
	d := &document{members: members, entries: entries, byID: make(map[string]*entry, len(entries))}
	for _, e := range entries {
		if other, twice := d.byID[e.id]; twice {
			return nil, fmt.Errorf("its items %q and %q have the same id %s; remove the member \"id\" from one of them",
				other.title, e.title, e.id)
		}
		d.byID[e.id] = e
	}
	return d, nil
}

// put replaces the entry with the same id, or adds one at the end.
func (d *document) put(e *entry) {
	if old, there := d.byID[e.id]; there {
		d.entries[slices.Index(d.entries, old)] = e
	} else {
		d.entries = append(d.entries, e)
	}
	d.byID[e.id] = e
	d.changed = true
}

// remove removes the entry with this id, if there is one.
func (d *document) remove(id string) {
	if old, there := d.byID[id]; there {
		i := slices.Index(d.entries, old)
		d.entries = slices.Delete(d.entries, i, i+1)
		delete(d.byID, id)
		d.changed = true
	}
}

// settle sets the next version and digest of every item that was edited by hand.
func (d *document) settle() error {
	for i, e := range d.entries {
		if e.edit == "" {
			continue
		}
		settled, err := e.stamped(e.updatedAt)
		if err != nil {
			return err
		}
		d.entries[i], d.byID[e.id] = settled, settled
	}
	return nil
}

// encode writes the document in the form that decode reads.
func (d *document) encode(to io.Writer) error {
	var b bytes.Buffer
	recipients, err := json.Marshal(d.recipients)
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "{\n  %q: %d,\n  %q: ", memberFormat, format, memberRecipients)
	_ = json.Indent(&b, recipients, "  ", "  ") // it was just made
	b.WriteString(",\n")
	for _, m := range d.members {
		b.WriteString("  ")
		b.Write(quoted(m.name))
		b.WriteString(": ")
		_ = json.Indent(&b, m.value, "  ", "  ") // it was valid when it was read
		b.WriteString(",\n")
	}
	fmt.Fprintf(&b, "  %q: [", memberItems)
	for i, e := range d.entries {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    ")
		b.Write(e.text)
		if _, err := b.WriteTo(to); err != nil { // which empties b
			return err
		}
	}
	if len(d.entries) > 0 {
		b.WriteString("\n  ")
	}
	b.WriteString("]\n}\n")
	_, err = b.WriteTo(to)
	return err
}
