package planner

import (
	"strings"
	"time"

	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
)

// issueFirst plans the first credential of a project. One that its import block names by the
// access key id alone retires when the new one is stored: nobody can read its secret again.
func (m *maker) issueFirst(s *subject, d *draft) {
	old, overlap := m.retires(s, d)
	switch _, imported := m.imports[s.project]; {
	case d.failed:
		return
	case old != nil && overlap > 0:
		d.Notes = append(d.Notes, "a new credential is issued; the key "+old.ID+" works until "+
			words.Day(m.in.Now.Add(overlap))+" and the first apply after that revokes it")
	case old != nil:
		d.Notes = append(d.Notes, "a new credential is issued; the key "+old.ID+" is revoked as soon as it is stored")
	case (imported || d.Kind == Adopt) && len(s.lost) == 0:
		d.Notes = append(d.Notes, "a new credential is issued; those that exist stay as they are")
	}
	m.issue(s, d, "", old, overlap)
}

// retires returns the credential that a first one replaces, nil for none, and how much longer
// it works. The draft fails if it must not be revoked.
func (m *maker) retires(s *subject, d *draft) (*state.CredentialRef, time.Duration) {
	block := m.imports[s.project]
	if block.AccessKeyID == "" || block.Item != "" || s.desired.Register != nil || s.record != nil && s.record.Active != nil {
		return nil, 0
	}
	key := observed.CredentialKey{Cloud: s.desired.Cloud, ID: block.AccessKeyID}
	c, live := m.in.Observed.Credentials[key]
	known, _ := m.owners.Vouched()
	claim := m.owners.Credential(c)
	why := ""
	switch {
	case !live:
		why = "is not a credential of " + s.desired.Cloud
	case known[key]:
		why = "belongs to a project of this stack"
	case claim.Owner == owners.AnotherStack || claim.Owner != owners.ThisStack && strings.HasPrefix(c.Name, "bh/"):
		why = "belongs to " + claim.String()
	case c.Bucket != s.bucketID():
		why = "is not for the bucket " + s.bucketID().Name + " alone; anyone who uses it for other buckets would be locked out"
	}
	if why != "" {
		d.failed = true
		m.fault(diag.Diagnostic{Kind: keyNotReplaced, Address: s.project, Subject: block.Range,
			Detail: "The key " + block.AccessKeyID + ", which the import block names, " + why + ".",
			Fix:    "Remove access_key_id from the block: bh then issues a new key, and leaves that one as it is."})
		return nil, 0
	}
	return &state.CredentialRef{ID: c.ID, Name: c.Name, IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt}, m.overlap(s)
}
