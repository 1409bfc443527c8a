package onepassword

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"buckethead/vendors"
)

// tag marks the items that are bh's.
const tag = "bh"

// The sections of an item: one for the keys, one for what bh knows it again by.
var (
	keysSection = section{id: "keys", title: "keys"}
	markSection = section{id: "bh", title: "bh"}
)

// The fields of bh's own section, by id; labels are what people read.
const (
	markStack     = "bh_stack"
	markLineage   = "bh_lineage"
	markAddress   = "bh_address"
	markOperation = "bh_operation"
	markIssuedAt  = "bh_issued_at"
)

// markFields are the fields of the mark, without their values.
var markFields = []field{{id: markStack, section: markSection.id, label: "stack"},
	{id: markLineage, section: markSection.id, label: "lineage"},
	{id: markAddress, section: markSection.id, label: "address"},
	{id: markOperation, section: markSection.id, label: "operation"},
	{id: markIssuedAt, section: markSection.id, label: "issued at"}}

// layout is how an item looks: the labels that its fields have, by their names.
type layout struct{ labels map[string]string }

func (l layout) label(name string) string {
	if label := l.labels[name]; label != "" {
		return label
	}
	return name
}

// sharing returns another field that the label of a field could mean, or "". References tell
// no case.
func (l layout) sharing(name string) string {
	for _, other := range vendors.FieldNames() {
		if other != name && (strings.EqualFold(l.label(name), l.label(other)) || strings.EqualFold(l.label(name), other)) {
			return other
		}
	}
	return ""
}

// field returns the field of a name, without its value.
func (l layout) field(name string) field {
	return field{id: name, section: keysSection.id, label: l.label(name), concealed: name == vendors.FieldSecretAccessKey}
}

// fields returns all fields that bh writes, without their values.
func (l layout) fields() []field {
	var out []field
	for _, name := range vendors.FieldNames() {
		out = append(out, l.field(name))
	}
	return append(out, markFields...)
}

// shape returns the digest of a layout.
func (l layout) shape() string {
	h := sha256.New()
	for _, f := range l.fields() {
		fmt.Fprintf(h, "%q %q %q %t\n", f.section, f.id, f.label, f.concealed)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// write returns the edit that makes an item what spec says. A zero secret leaves the
// stored one alone.
func (l layout) write(spec vendors.ItemSpec) edit {
	e := edit{title: spec.Title, sections: []section{keysSection, markSection}}
	for _, name := range vendors.FieldNames() {
		f := l.field(name)
		f.value = spec.Keys.Field(name)
		f.keep = name == vendors.FieldSecretAccessKey && f.value.IsZero()
		e.fields = append(e.fields, f)
	}
	if spec.Mark.Stack != "" {
		e.tag = tag
	}
	issued := ""
	if !spec.Mark.IssuedAt.IsZero() {
		issued = spec.Mark.IssuedAt.UTC().Format(time.RFC3339)
	}
	values := map[string]string{markStack: spec.Mark.Stack, markLineage: spec.Mark.Lineage, markAddress: spec.Mark.Address,
		markOperation: spec.Mark.Operation, markIssuedAt: issued}
	for _, f := range markFields {
		f.value = vendors.NewSecret(values[f.id])
		e.fields = append(e.fields, f)
	}
	return e
}

// read returns what an item holds. Its own fields are known by their ids; in an item
// that someone else made they are known by their labels.
func (l layout) read(x item) vendors.Item {
	mark := func(id string) string { return byID(x.fields, id).value.Reveal() }
	issued, _ := time.Parse(time.RFC3339, mark(markIssuedAt)) // what a person wrote there is no time
	return vendors.Item{
		ItemSummary: vendors.ItemSummary{ID: x.id, Title: x.title, Marked: slices.Contains(x.tags, tag),
			UpdatedAt: x.updatedAt}, Version: x.version,
		Keys: vendors.KeysOf(func(name string) vendors.Secret { return l.find(x.fields, name).value }),
		Mark: vendors.Mark{Stack: mark(markStack), Lineage: mark(markLineage), Address: mark(markAddress),
			Operation: mark(markOperation), IssuedAt: issued},
		Misfits: l.misfits(x.fields), Elsewhere: elsewhere(x.fields, l),
	}
}

// misfits compares the fields of an item with the layout. Someone may conceal more than bh
// does. Of fields that someone else made, only the type of the secret counts.
func (l layout) misfits(fields []field) []vendors.Misfit {
	var out []vendors.Misfit
	for _, want := range l.fields() {
		i := place(fields, want)
		if i < 0 {
			continue
		}
		compare := func(aspect, found, wanted string) {
			if found != wanted {
				out = append(out, vendors.Misfit{Field: want.id, Aspect: aspect, Found: found, Want: wanted})
			}
		}
		if have := fields[i]; have.id == want.id {
			compare("label", have.label, want.label)
			compare("section", have.section, want.section)
		}
		if shows(fields[i], want) {
			compare("type", vendors.TypeVisible, vendors.TypeConcealed)
		}
	}
	return out
}

// shows reports whether a field shows what an edit is to conceal.
func shows(have, want field) bool { return want.concealed && !have.concealed }

// find returns the field of a name, the zero field for none.
func (l layout) find(fields []field, name string) field {
	if f := byID(fields, name); f.id != "" {
		return f
	}
	for _, label := range []string{l.label(name), name} {
		for _, f := range fields {
			if f.label == label {
				return f
			}
		}
	}
	return field{}
}

func byID(fields []field, id string) field {
	if i := slices.IndexFunc(fields, func(f field) bool { return f.id == id }); i >= 0 {
		return fields[i]
	}
	return field{}
}

// place finds where a field of an edit goes in an item: the one of its id, else the
// one of its label or, before it got another label, of its name, unless that is in a
// section of a person's own; -1 for a new one.
func place(fields []field, want field) int {
	if i := slices.IndexFunc(fields, func(f field) bool { return f.id == want.id }); i >= 0 {
		return i
	}
	for _, label := range []string{want.label, want.id} {
		i := slices.IndexFunc(fields,
			func(f field) bool { return f.label == label && (f.section == want.section || f.section == "") })
		if i >= 0 {
			return i
		}
	}
	return -1
}

// placed returns the section that a field gets which is in the item as have. Of fields that
// someone else made, those without a section get one, so that references to them look like
// those to bh's own. Built-in fields, whose ids are words, stay where 1Password put them.
func placed(have, want field) string {
	if have.id == want.id || have.section == "" && validID(have.id) {
		return want.section
	}
	return have.section
}
