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

// tag marks bh's items.
const tag = "bh"

// The sections of an item: one for the keys, one for the mark.
var (
	keysSection = section{id: "keys", title: "keys"}
	markSection = section{id: "bh", title: "bh"}
)

// The fields of bh's own section, by id; labels are for people.
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

// layout is how an item looks: the labels of its fields, by name.
type layout struct{ labels map[string]string }

func (l layout) label(name string) string {
	if label := l.labels[name]; label != "" {
		return label
	}
	return name
}

// sharing returns another field that the label of a field could mean, or "". References ignore
// case.
func (l layout) sharing(name string) string {
	for _, other := range vendors.FieldNames() {
		if other != name && (strings.EqualFold(l.label(name), l.label(other)) || strings.EqualFold(l.label(name), other)) {
			return other
		}
	}
	return ""
}

// field returns the field with a name, without its value.
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

// write returns the edit that makes an item match spec. A zero secret keeps the stored one.
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

// read returns the content of an item. bh's own fields are found by id; in an item that someone
// else created, they are found by label.
func (l layout) read(x item) vendors.Item {
	mark := func(id string) string { return byID(x.fields, id).value.Reveal() }
	issued, _ := time.Parse(time.RFC3339, mark(markIssuedAt)) // a person wrote something there that is not a time
	return vendors.Item{
		ItemSummary: vendors.ItemSummary{ID: x.id, Title: x.title, Marked: slices.Contains(x.tags, tag),
			UpdatedAt: x.updatedAt}, Version: x.version,
		Keys: vendors.KeysOf(func(name string) vendors.Secret { return l.find(x.fields, name).value }),
		Mark: vendors.Mark{Stack: mark(markStack), Lineage: mark(markLineage), Address: mark(markAddress),
			Operation: mark(markOperation), IssuedAt: issued},
		Misfits: l.misfits(x.fields), Elsewhere: elsewhere(x.fields, l),
	}
}

// misfits compares the fields of an item with the layout. People may conceal more fields than
// bh does. For fields that someone else created, only the type of the secret matters.
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

// shows reports whether a field shows a value that an edit has to conceal.
func shows(have, want field) bool { return want.concealed && !have.concealed }

// find returns the field with a name, or the zero field.
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

// place finds the field of an item that a field of an edit replaces: the one with its id, else
// the one with its label, or with its name (from before it got another label), unless that is
// in a section that a person added. It returns -1 for a new field.
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

// placed returns the section for a field that is already in the item as have. A field that
// someone else created without a section gets one, so that references to it look like those to
// bh's own. Built-in fields, whose ids are words, stay where 1Password put them.
func placed(have, want field) string {
	if have.id == want.id || have.section == "" && validID(have.id) {
		return want.section
	}
	return have.section
}
