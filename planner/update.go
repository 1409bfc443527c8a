package planner

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/planner/observed"
	"buckethead/state"
)

// needUpdate plans what can be changed in place: the credential's policy with the
// same keys, and the item with the same secret.
func (m *maker) needUpdate(s *subject, d *draft) {
	m.updatePolicy(s, d, *s.record.Active)
	m.updateItem(s, d)
}

// updatePolicy plans to set the declared policy on a credential.
func (m *maker) updatePolicy(s *subject, d *draft, ref state.CredentialRef) {
	want := s.desired
	c, _ := m.in.Observed.Credential(want.Cloud, ref.ID)
	var differing changes
	ips := slices.Sorted(slices.Values(c.AllowedIPs))
	differing.compare("access", string(c.Access), string(want.Access))
	differing.compare("allowed_ips", strings.Join(ips, ", "), strings.Join(want.AllowedIPs, ", "))
	differing.compare("bucket", c.Bucket.Name, s.bucketID().Name)
	var expires time.Time
	if want.ExpiresAfter > 0 {
		expires = m.in.Observed.IssuedAt(s.desired.Cloud, ref).Add(want.ExpiresAfter)
	}
	differing.compare("expires", timeOrNever(c.ExpiresAt), timeOrNever(expires))
	if len(differing) == 0 {
		return
	}
	word, text := "settings_changed", "the declaration changed; the keys stay the same"
	if r := s.record; r != nil && r.Applied.Access == want.Access &&
		slices.Equal(r.Applied.AllowedIPs, want.AllowedIPs) && r.Applied.ExpiresAfter == want.ExpiresAfter {
		word, text = "policy_drift", "the credential's policy was changed outside of bh"
	}
	d.because(Update, word, text)
	d.Changes = append(d.Changes, differing...)
	d.add(UpdateCredential{ID: ref.ID, CredentialName: c.Name, Bucket: s.bucketID(),
		Access: want.Access, AllowedIPs: want.AllowedIPs, ExpiresAfter: want.ExpiresAfter})
}

// timeOrNever returns a time to the second, which is what vendors keep.
func timeOrNever(t time.Time) string { return cmp.Or(words.Time(t), "never") }

// updateItem plans to write the item again if its title, our fields or our mark are not as they were
// stored, or if the bucket is now reached at another address.
func (m *maker) updateItem(s *subject, d *draft) {
	r := s.record
	item, _ := m.in.Observed.Item(r.Secrets, r.Item.ID)
	fields, declared := m.addressed(s, r.Item.Fields)
	readdressed := len(declared) > 0
	edited := m.editedFields(s, item, fields)
	if m.in.Reshaped(s.record) {
		declared = append(declared, Change{Field: "fields", Before: "as stored", After: "as " + r.Secrets + " declares"})
	}
	if item.Summary.Title != s.desired.ItemTitle {
		change := Change{Field: "item_title", Before: item.Summary.Title, After: s.desired.ItemTitle}
		if r.Item.Title == s.desired.ItemTitle {
			edited = append(edited, change)
		} else {
			declared = append(declared, change)
		}
	}
	moved := r.Item.Address != s.project
	if len(edited)+len(declared) == 0 && !moved {
		return
	}
	switch {
	case len(edited) > 0:
		d.because(Update, "item_edited", "the item was edited outside of bh")
	case len(declared) > 0 && s.from.IsZero():
		d.because(Update, "settings_changed", "what is declared changed")
	case s.from.IsZero():
		d.because(Update, "item_unmarked", "the item still has the old address of the project")
	}
	d.Changes = append(append(d.Changes, edited...), declared...)
	d.add(UpdateItem{ItemID: r.Item.ID, Title: s.desired.ItemTitle, Fields: fields, Over: m.over(r.Secrets, r.Item.ID)})
	if readdressed {
		d.verified = true
		d.add(s.proof())
	}
}

// editedFields returns the fields that someone else changed in an item that was read, with their new
// values. It leaves out fields whose values change anyway.
func (m *maker) editedFields(s *subject, item observed.Item, fields map[string]string) []Change {
	if !item.Read {
		return nil
	}
	var edited []Change
	stored := s.record.Item
	for _, name := range slices.Sorted(maps.Keys(stored.Fields)) {
		if item.Fields[name] != stored.Fields[name] && fields[name] == stored.Fields[name] {
			edited = append(edited, Change{Field: name, Before: item.Fields[name], After: fields[name]})
		}
	}
	for _, x := range item.Misfits {
		if !m.in.Reshaped(s.record) || x.Aspect == "type" { // the others are of the shape that was declared before
			edited = append(edited, Change{Field: x.Field + " " + x.Aspect, Before: x.Found, After: x.Want})
		}
	}
	if item.Mark.Address != stored.Address.String() || item.Mark.Stack != m.in.Desired.Stack ||
		item.Mark.Operation != stored.Operation || m.owners.Foreign(item.Mark) {
		edited = append(edited, Change{Field: "mark", Before: item.Mark.Address, After: s.project.String()})
	}
	return edited
}
