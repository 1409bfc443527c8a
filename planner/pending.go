package planner

import (
	"slices"
	"time"

	"buckethead/planner/observed"
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
	if !r.Registered && !m.in.Observed.Active(r.Cloud, r.Pending.ID) {
		return nil
	}
	for _, id := range m.ownItems(s) {
		if m.in.Observed.Items[observed.ItemKey{Secrets: m.secretsOf(s), ID: id}].Fingerprint == r.Pending.Fingerprint {
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
		for _, id := range m.byName[observed.CredentialKey{Cloud: i.Cloud, ID: i.Name}] {
			if s.vouches(id) || !m.in.Observed.Active(i.Cloud, id) {
				continue
			}
			for _, in := range m.ownItems(s) {
				item, _ := m.in.Observed.Item(m.secretsOf(s), in)
				if !m.owners.OfOperation(item.Mark, i.Operation) ||
					item.Fields[vendors.FieldAccessKeyID] != id || item.Fingerprint == "" {
					continue
				}
				c, _ := m.in.Observed.Credential(i.Cloud, id)
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
		item, there := m.in.Observed.Item(secrets, id)
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
	if s.desired.Rotate != nil && !m.endsNow(s) &&
		(r == nil || r.Active == nil || m.in.Observed.Active(r.Cloud, r.Active.ID)) {
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
	confirm := ConfirmStored{ItemID: found.item, Overlap: overlap}
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
			if m.in.Observed.Active(r.Cloud, r.Active.ID) {
				d.add(s.proof())
			}
			d.add(revoke(*r.Active))
			replaced = false
		}
		m.issue(s, d, word, &found.CredentialRef, overlap)
	} else {
		m.bringUpToDate(s, d, found.item, found.CredentialRef)
		d.add(s.proof())
	}
	if replaced {
		d.add(revoke(*r.Active))
	}
	if r != nil {
		m.leaveStore(s, d)
	}
	return true
}
