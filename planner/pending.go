package planner

import (
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// pending is a credential that an interrupted run stored in an item and could not record as active. If
// it is unrecorded, not even its issue was recorded: the name in an intent, the mark of the item and
// the key id in it show that it is ours.
type pending struct {
	state.CredentialRef
	item       string
	unrecorded bool
	lost       bool // it was stored after the state was copied
}

// pending finds such a credential in the project's item. It returns nil if the item has none.
func (m *maker) pending(s *subject) *pending {
	if p := m.recordedPending(s); p != nil {
		return p
	}
	if p := m.unrecordedPending(s); p != nil {
		return p
	}
	if ref, item := m.lostStored(s); item != "" {
		return &pending{CredentialRef: ref, item: item, unrecorded: true, lost: true}
	}
	return nil
}

// recordedPending returns the pending credential of the record, if the item holds its secret.
func (m *maker) recordedPending(s *subject) *pending {
	r := s.record
	if r == nil || r.Pending == nil {
		return nil
	}
	if s.desired != nil && s.desired.Register != nil &&
		(r.Pending.Fingerprint != m.in.Observed.Registered[s.project] || r.Pending.ID != s.desired.Register.AccessKeyID) {
		return nil // other keys are declared now
	}
	if !r.Registered && !m.works(s, r.Cloud, r.Pending.ID) {
		return nil
	}
	for _, id := range m.ownItems(s) {
		if m.in.Observed.Items[observed.ItemKey{Secrets: m.secretsOf(s), ID: id}].Fingerprint == r.Pending.Fingerprint {
			return &pending{CredentialRef: *r.Pending, item: id}
		}
	}
	return nil
}

// unrecordedPending returns a credential that only an intent and the item know.
func (m *maker) unrecordedPending(s *subject) *pending {
	for _, i := range s.intents {
		if i.Step != StepIssueCredential || i.Name == "" {
			continue
		}
		for _, id := range m.byName[observed.CredentialKey{Cloud: i.Cloud, ID: i.Name}] {
			if s.vouches(id) || !m.works(s, i.Cloud, id) {
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
