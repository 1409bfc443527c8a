package onepassword

import (
	"slices"
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

// layout is how an item looks: the labels that its fields have, by their names.
type layout struct{ labels map[string]string }

func (l layout) label(name string) string {
	if label := l.labels[name]; label != "" {
		return label
	}
	return name
}

// write returns the edit that makes an item what spec says. A zero secret leaves the
// stored one alone.
func (l layout) write(spec vendors.ItemSpec) edit {
	e := edit{title: spec.Title, sections: []section{keysSection, markSection}}
	for _, name := range vendors.FieldNames() {
		value := spec.Keys.Field(name)
		if name == vendors.FieldSecretAccessKey && value.IsZero() {
			continue
		}
		e.fields = append(e.fields, field{id: name, section: keysSection.id, label: l.label(name), value: value,
			concealed: name == vendors.FieldSecretAccessKey})
	}
	if spec.Mark.Stack != "" {
		e.tag = tag
	}
	issued := ""
	if !spec.Mark.IssuedAt.IsZero() {
		issued = spec.Mark.IssuedAt.UTC().Format(time.RFC3339)
	}
	for _, m := range []struct{ id, label, value string }{{markStack, "stack", spec.Mark.Stack},
		{markLineage, "lineage", spec.Mark.Lineage}, {markAddress, "address", spec.Mark.Address},
		{markOperation, "operation", spec.Mark.Operation}, {markIssuedAt, "issued at", issued}} {
		e.fields = append(e.fields,
			field{id: m.id, section: markSection.id, label: m.label, value: vendors.NewSecret(m.value)})
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
	}
}

// find returns the field of a name, the zero field for none.
func (l layout) find(fields []field, name string) field {
	if f := byID(fields, name); f.id != "" {
		return f
	}
	for _, f := range fields {
		if f.label == l.label(name) {
			return f
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
// one of its label, unless that is in a section of a person's own; -1 for a new one.
func place(fields []field, want field) int {
	if i := slices.IndexFunc(fields, func(f field) bool { return f.id == want.id }); i >= 0 {
		return i
	}
	return slices.IndexFunc(fields,
		func(f field) bool { return f.label == want.label && (f.section == want.section || f.section == "") })
}
