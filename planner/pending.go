package planner

import (
	"slices"
	"time"

	"buckethead/state"
	"buckethead/vendors"
)

// pending is a credential that an interrupted run stored in an item and did not get
// to call active. unrecorded says that not even its issue was recorded: the name that
// an intent says, the mark of the item and the key id in it tell that it is ours.
type pending struct {
	state.CredentialRef
	item       string
	unrecorded bool
}

// pending finds the credential that the project's item holds by now, nil for none.
func (m *maker) pending(s *subject) *pending {
	if p := m.recordedPending(s); p != nil {
		return p
	}
	return m.unrecordedPending(s)
}

// recordedPending is the pending credential of the record, where the item has its secret.
func (m *maker) recordedPending(s *subject) *pending {
	r := s.record
	if r == nil || r.Pending == nil {
		return nil
	}
	if s.desired != nil && s.desired.Register != nil &&
		(r.Pending.Fingerprint != m.in.Observed.Registered[s.project] || r.Pending.ID != s.desired.Register.AccessKeyID) {
		return nil // other keys are declared by now
	}
	if !r.Registered && !m.active(r.Cloud, r.Pending.ID) {
		return nil
	}
	for _, id := range m.ownItems(s) {
		if m.in.Observed.Items[ItemKey{m.secretsOf(s), id}].Fingerprint == r.Pending.Fingerprint {
			return &pending{CredentialRef: *r.Pending, item: id}
		}
	}
	return nil
}

// unrecordedPending is one whose records were lost with the machine that had them.
func (m *maker) unrecordedPending(s *subject) *pending {
	for _, i := range s.intents {
		if i.Step != StepIssueCredential || i.Name == "" {
			continue
		}
		for _, id := range m.byName[CredentialKey{i.Cloud, i.Name}] {
			if s.vouches(id) || !m.active(i.Cloud, id) {
				continue
			}
			for _, in := range m.ownItems(s) {
				item := m.in.Observed.Items[ItemKey{m.secretsOf(s), in}]
				if !m.ofOperation(item.Mark, i.Operation) ||
					item.Fields[vendors.FieldAccessKeyID] != id || item.Fingerprint == "" {
					continue
				}
				c := m.in.Observed.Credentials[CredentialKey{i.Cloud, id}]
				issued := item.Mark.IssuedAt
				if issued.IsZero() {
					issued = c.IssuedAt
				}
				return &pending{item: in, unrecorded: true,
					CredentialRef: state.CredentialRef{ID: id, Name: i.Name, IssuedAt: issued, ExpiresAt: c.ExpiresAt,
						Fingerprint: item.Fingerprint}}
			}
		}
	}
	return nil
}

func (m *maker) active(cloud, id string) bool {
	c, live := m.in.Observed.Credentials[CredentialKey{cloud, id}]
	return live && c.Status == vendors.Active
}

// secretsOf is the store in which the project's item is looked for.
func (m *maker) secretsOf(s *subject) string {
	switch {
	case s.desired != nil:
		return s.desired.Secrets
	case s.record != nil:
		return s.record.Secrets
	}
	return ""
}

// ownItems returns the items that were read and can hold the project's keys: the
// recorded one, and one that an interrupted run made.
func (m *maker) ownItems(s *subject) []string {
	var out []string
	secrets := m.secretsOf(s)
	if s.record != nil {
		out = append(out, itemID(s.record))
	}
	out = append(out, m.markedItem(s, secrets))
	return slices.DeleteFunc(out, func(id string) bool {
		item, there := m.in.Observed.Items[ItemKey{secrets, id}]
		return id == "" || !there || !item.Read
	})
}

// pendingStored plans to take over what an interrupted run had stored, where the
// item proves it, so that nothing is issued twice.
func (m *maker) pendingStored(s *subject, d *draft) bool {
	found := m.pending(s)
	if found == nil {
		return false
	}
	r := s.record
	registered := r != nil && r.Registered
	var overlap time.Duration
	if s.desired.Rotate != nil && !m.endsNow(s) && (r == nil || r.Active == nil || m.active(r.Cloud, r.Active.ID)) {
		overlap = s.desired.Rotate.Overlap
	}
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
	replaced := r != nil && r.Active != nil && !registered && (overlap == 0 || renews)
	if renews {
		// It was stored long ago: it is taken over so that it retires like any other. The one
		// before it ends first, unless it may be the only one that works.
		if replaced && !unhealthy(word) {
			if m.active(r.Cloud, r.Active.ID) {
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
