package planner

import (
	"fmt"
	"slices"

	"buckethead/config/words"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// endOthers plans to end every other credential of the project before a new one is issued:
// those that earlier runs left behind, and older ones, even if their overlap has not passed.
// So a project has its current credential and at most one older one, however often the new one
// fails, and those that end make room for it. If the current credential does not work any more,
// older ones stay until their time is over. What an item holds is revoked last.
func (m *maker) endOthers(s *subject, d *draft, word string, old *state.CredentialRef) {
	m.dropKept(s)
	for _, c := range s.lost { // an item may hold one that is not taken over
		if x := (stray{s.desired.Cloud, c.ID, c.Name}); m.holds(s, x) {
			s.strays = append(s.strays, x)
		}
	}
	s.lost = slices.DeleteFunc(s.lost, func(c owners.Unrecorded) bool {
		return slices.ContainsFunc(s.strays, func(x stray) bool { return x.id == c.ID })
	})
	held := slices.DeleteFunc(slices.Clone(s.strays), func(x stray) bool { return !m.holds(s, x) })
	s.strays = slices.DeleteFunc(s.strays, func(x stray) bool { return slices.Contains(held, x) })
	s.endStrays(d.Operation)
	s.strays = held
	switch recorded := s.record != nil && s.record.Active != nil; {
	case !recorded && old != nil: // it is the older key from now on
		s.revokeLost(d, 0)
	case !recorded, unhealthy(word):
		s.revokeLost(d, m.spared(s, d))
	}
	if s.record == nil || unhealthy(word) {
		return
	}
	asked := word == rotationDue || word == "rotation_asked" && !m.endsNow(s) // and no leak was reported
	if s.record.Proof == "" && asked && len(s.record.Retiring)+len(s.lost) > 0 {
		// The older key may be the last one that works. The current one works at the newly
		// declared address, which may be why it was not proved.
		if fields, readdressed := m.addressed(s, s.record.Item.Fields); len(readdressed) > 0 {
			d.add(UpdateItem{ItemID: s.record.Item.ID, Title: s.desired.ItemTitle, Fields: fields,
				Over: m.over(s.desired.Secrets, s.record.Item.ID)})
		}
		d.add(s.proof())
	}
	m.endOlder(s, d)
	if s.record.Active != nil {
		s.revokeLost(d, 0)
	}
}

// holds reports whether an item of the project says that it holds the credential. Someone may then
// use it until another one is stored. The item may be in a store that the project is about to leave.
func (m *maker) holds(s *subject, x stray) bool {
	items := m.markedItems(s)
	if s.record != nil {
		items = append(items, observed.ItemKey{Secrets: s.record.Secrets, ID: itemID(s.record)})
	}
	return slices.ContainsFunc(items, func(key observed.ItemKey) bool {
		return m.in.Observed.Items[key].Fields[vendors.FieldAccessKeyID] == x.id
	})
}

// endOlder plans to revoke the older credentials now, and notes which of them had time left.
func (m *maker) endOlder(s *subject, d *draft) {
	d.ended = true
	for _, c := range s.record.Retiring {
		if c.RetireAfter.IsZero() {
			continue // a stray
		}
		switch ends := words.Day(c.RetireAfter); {
		case !c.RetireAfter.After(m.in.Now):
		case m.endsNow(s):
			d.Notes = append(d.Notes, fmt.Sprintf("the older key %s, which was to work until %s, stops working at once",
				c.ID, ends))
		default:
			d.Notes = append(d.Notes, fmt.Sprintf("the older key %s, which was to work until %s, is revoked first: "+
				"a project has at most one older key", c.ID, ends))
		}
		d.add(revoke(c))
	}
}
