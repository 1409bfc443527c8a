package planner

import (
	"maps"
	"slices"
	"time"

	"buckethead/planner/owners"
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
	s.keep(found.ID)
	d.rotating, d.verified, d.ItemID = true, true, found.item
	d.Notes = append(d.Notes, "the item holds the credential that an earlier run issued; it is taken over")
	if r != nil && !registered {
		m.endOlder(s, d)
	}
	word, _ := m.renewal(s, found)
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
		if replaced && !unhealthy(word) {
			m.endReplaced(s, d)
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

// keep takes a credential off the lists of those that are to be revoked.
func (s *subject) keep(id string) {
	s.strays = slices.DeleteFunc(s.strays, func(x stray) bool { return x.id == id })
	s.lost = slices.DeleteFunc(s.lost, func(c owners.Unrecorded) bool { return c.ID == id })
}

// endReplaced plans to end the active credential after another one was taken over that is renewed at
// once: that one was stored long ago, and is taken over so that it retires like any other.
func (m *maker) endReplaced(s *subject, d *draft) {
	r := s.record
	if m.works(s, r.Cloud, r.Active.ID) {
		d.add(s.proof()) // the active one may be the only one that works
	}
	d.add(revoke(*r.Active))
}

// takeNewer plans to take over a credential that was stored after the state was copied.
func (m *maker) takeNewer(s *subject, d *draft, found *pending) {
	if word, text := m.renewal(s, found); word != "" {
		d.because(Rotate, word, text)
	}
	d.because(Heal, "key_newer", "the item holds a newer key than the state knows")
	m.pendingStored(s, d)
}

// renewal says why a credential that is taken over is renewed at once, "" if it is not. A rotation that
// is asked for is meant for what the item holds, unless an interrupted run has just put it there.
func (m *maker) renewal(s *subject, found *pending) (word, text string) {
	if found.lost && m.in.Rotate[s.project] {
		return "rotation_asked", "a rotation was asked for"
	}
	return m.ageCause(s, found.CredentialRef)
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
