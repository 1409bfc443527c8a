package planner

import (
	"maps"
	"slices"
	"time"

	"buckethead/state"
)

// pendingStored plans to take over what an interrupted run stored, if the item proves it, so that
// nothing is issued twice.
func (m *maker) pendingStored(s *subject, d *draft) bool {
	found := m.pending(s)
	if found == nil {
		return false
	}
	r := s.record
	registered := r != nil && r.Registered
	overlap := m.overlapOfPending(s)
	s.strays = slices.DeleteFunc(s.strays, func(x stray) bool { return x.id == found.ID })
	d.rotating, d.verified, d.ItemID = true, true, found.item
	d.Notes = append(d.Notes, "the item holds the credential that an earlier run issued; it is taken over")
	if r != nil && !registered {
		m.endOlder(s, d)
	}
	word, _ := m.ageCause(s, found.CredentialRef)
	renews := word != "" && !registered
	retires, late := m.retires(s, d)
	overlap = max(overlap, late)
	confirm := ConfirmStored{ItemID: found.item, Overlap: overlap, Retires: retires}
	if renews {
		confirm.Overlap = 0
	}
	if found.unrecorded {
		confirm.Unrecorded = &found.CredentialRef
	}
	d.add(confirm)
	if r != nil && r.Active != nil && overlap > 0 && !renews {
		m.noteOverlap(d, *r.Active, overlap)
	}
	replaced := r != nil && r.Active != nil && !registered && (overlap == 0 || renews)
	if renews {
		// It was stored long ago: it is taken over so that it retires like any other. The one
		// before it is revoked first, unless it may be the only one that works.
		if replaced && !unhealthy(word) {
			if m.works(s, r.Cloud, r.Active.ID) {
				d.add(s.proof())
			}
			d.add(revoke(*r.Active))
			replaced = false
		}
		if retires != nil {
			d.add(s.proof(), revoke(*retires))
		}
		m.issue(s, d, word, &found.CredentialRef, overlap)
	} else {
		m.bringUpToDate(s, d, found.item, found.CredentialRef)
		d.add(s.proof())
	}
	if replaced {
		d.add(revoke(*r.Active))
	}
	if retires != nil && overlap == 0 && !renews {
		d.add(revoke(*retires))
	}
	if r != nil {
		m.leaveStore(s, d)
	}
	return true
}

// overlapOfPending returns how long the key works that a stored one replaces.
func (m *maker) overlapOfPending(s *subject) time.Duration {
	r := s.record
	if s.desired.Register != nil || r != nil && r.Active != nil && !m.works(s, r.Cloud, r.Active.ID) {
		return 0
	}
	return m.overlap(s)
}

// bringUpToDate plans to change an item that is taken over, and the credential in it, to what is
// declared: the files may have changed since they were stored.
func (m *maker) bringUpToDate(s *subject, d *draft, id string, ref state.CredentialRef) {
	item, _ := m.in.Observed.Item(s.desired.Secrets, id)
	fields := maps.Clone(item.Fields)
	if s.desired.Register != nil {
		fields = registeredKeys(s).Texts()
	} else {
		fields, _ = m.addressed(s, fields)
		m.updatePolicy(s, d, ref)
	}
	if item.Summary.Title != s.desired.ItemTitle || item.Mark.Address != s.project.String() || len(item.Misfits) > 0 ||
		!maps.Equal(fields, item.Fields) {
		d.add(UpdateItem{ItemID: id, Title: s.desired.ItemTitle, Fields: fields, Over: m.over(s.desired.Secrets, id)})
	}
}
