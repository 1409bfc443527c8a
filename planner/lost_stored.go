package planner

import (
	"buckethead/config/addr"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// lostItem returns the item of the project that holds a credential, "" if there is none: the recorded
// one, if bh wrote it since it was recorded, or in its place one with the project's mark.
func (m *maker) lostItem(s *subject, credential string) string {
	r, secrets := s.record, s.desired.Secrets
	item, there := m.in.Observed.Item(secrets, itemID(r))
	if there && r.Secrets == secrets {
		if item.Read && item.Fingerprint != "" && item.Fields[vendors.FieldAccessKeyID] == credential &&
			item.Mark.Operation != r.Item.Operation && m.owners.Mark(item.Mark).Owner == owners.ThisStack {
			return r.Item.ID
		}
		return ""
	}
	key, kept := m.owners.KeptIn(credential)
	item = m.in.Observed.Items[key]
	p, err := addr.ParseProject(item.Mark.Address)
	if !kept || err != nil || key.Secrets != secrets || item.Fingerprint == "" || p != s.from && m.moves.Now(p) != s.project {
		return ""
	}
	return key.ID
}

// lostStored returns a credential that the project's item holds and that is later than what the state
// knows, because the state is a copy from before it was stored. The item is "" if there is none.
func (m *maker) lostStored(s *subject) (ref state.CredentialRef, item string) {
	r := s.record
	if r == nil || r.Registered || s.desired == nil || s.desired.Register != nil {
		return ref, ""
	}
	var ids []string
	for _, c := range s.lost {
		ids = append(ids, c.ID)
	}
	for _, x := range s.strays {
		ids = append(ids, x.id)
	}
	for _, id := range ids {
		item := m.lostItem(s, id)
		c, _ := m.in.Observed.Credential(s.desired.Cloud, id)
		if item == "" || c.Status != vendors.Active || c.Bucket != s.bucketID() ||
			r.Active != nil && c.IssuedAt.Before(r.Active.IssuedAt) {
			continue
		}
		found, _ := m.in.Observed.Item(s.desired.Secrets, item)
		ref = state.CredentialRef{ID: id, Name: c.Name, IssuedAt: found.Mark.IssuedAt, ExpiresAt: c.ExpiresAt,
			Fingerprint: found.Fingerprint}
		if ref.IssuedAt.IsZero() {
			ref.IssuedAt = c.IssuedAt
		}
		return ref, item
	}
	return ref, ""
}
