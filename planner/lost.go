package planner

import (
	"fmt"
	"slices"
	"time"

	"buckethead/config/words"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// findLost finds the credentials of this state for the project's bucket that the state does not know,
// because it was rebuilt or is an older copy. Those in the name of another project are left to it.
func (m *maker) findLost(s *subject) {
	cloud, bucket := "", (*vendors.BucketID)(nil)
	switch r, d := s.record, s.desired; {
	case r != nil && !r.Registered && r.Bucket != nil:
		cloud, bucket = r.Cloud, r.Bucket
	case d != nil && d.Register == nil && (r == nil || !r.Registered):
		cloud, bucket = d.Cloud, &d.Bucket.ID
	default:
		return
	}
	s.lost = m.owners.Unrecorded(observed.BucketKey{Cloud: cloud, ID: *bucket})
	s.lost = slices.DeleteFunc(s.lost, func(c owners.Unrecorded) bool {
		if p := m.moves.Now(c.Project); p != s.project && (m.desired[p] != nil || m.recorded[p] != nil) {
			return true
		}
		return c.ID == m.imports[s.project].AccessKeyID && (s.record == nil || s.record.Active == nil)
	})
}

// dropKept takes those lost credentials off the list that an item of this state holds. No record has the
// item, because its project was forgotten: whoever reads it may use the credential.
func (m *maker) dropKept(s *subject) {
	s.lost = slices.DeleteFunc(s.lost, func(c owners.Unrecorded) bool {
		_, kept := m.owners.KeptIn(c.ID)
		return kept
	})
}

// endLost plans an end for the lost credentials. An application may still use the latest, so that it
// retires; all others are revoked.
func (m *maker) endLost(s *subject, d *draft) {
	m.dropKept(s)
	if len(s.lost) == 0 {
		return
	}
	d.because(Heal, "key_unrecorded", "an older key of it is live, and the state does not know it")
	s.revokeLost(d, m.spared(s, d))
	for _, c := range s.lost {
		overlap := m.overlap(s)
		d.add(RetireCredential{Overlap: overlap, Credential: state.CredentialRef{ID: c.ID, Name: c.Name,
			IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt}})
		d.Notes = append(d.Notes, "bh does not know when the older key "+c.ID+" was to be revoked: it works until "+
			words.Day(m.in.Now.Add(overlap))+" and the first apply after that revokes it")
	}
	s.lost = nil
}

// spared returns how many lost credentials may retire: one, unless the project keeps another older key,
// older keys end at once, or nobody can use it because it does not work or the bucket is gone.
func (m *maker) spared(s *subject, d *draft) int {
	if len(s.lost) == 0 || s.lost[0].Status != vendors.Active {
		return 0
	}
	if m.overlap(s) == 0 || slices.ContainsFunc(d.Steps, makesBucket) || m.keepsOlder(s, d) {
		return 0
	}
	return 1
}

// revokeLost plans to revoke the lost credentials, except for the latest that are spared.
func (s *subject) revokeLost(d *draft, spared int) {
	spared = min(spared, len(s.lost))
	for _, c := range s.lost[spared:] {
		d.add(RevokeCredential{ID: c.ID, CredentialName: c.Name})
	}
	switch n := len(s.lost) - spared; {
	case n == 1:
		d.Notes = append(d.Notes, "an older key that the state does not know is revoked: "+s.lost[spared].ID)
	case n > 1:
		d.Notes = append(d.Notes, fmt.Sprintf("%d older keys that the state does not know are revoked", n))
	}
	s.lost = s.lost[:spared]
}

// keepsOlder reports whether the project has a recorded older key that works on after the operation.
func (m *maker) keepsOlder(s *subject, d *draft) bool {
	var older []state.CredentialRef
	r := s.record
	if r != nil {
		for _, c := range r.Retiring {
			if c.RetireAfter.After(m.in.Now) || m.timeless && !c.RetireAfter.IsZero() {
				older = append(older, c)
			}
		}
	}
	for _, step := range d.Steps {
		overlap, retires := replaces(step)
		if retires != nil {
			older = append(older, *retires)
		}
		if overlap > 0 && r != nil && r.Active != nil && m.in.Observed.Active(r.Cloud, r.Active.ID) {
			older = append(older, *r.Active)
		}
	}
	for _, step := range d.Steps {
		if revoked, is := step.(RevokeCredential); is {
			older = slices.DeleteFunc(older, func(c state.CredentialRef) bool { return c.ID == revoked.ID })
		}
	}
	return len(older) > 0
}

// replaces returns how long the credential works on that a step replaces, and one that the record does
// not have.
func replaces(s Step) (time.Duration, *state.CredentialRef) {
	switch s := s.(type) {
	case StoreCredential:
		return s.Overlap, s.Retires
	case ConfirmStored:
		return s.Overlap, s.Retires
	}
	return 0, nil
}
