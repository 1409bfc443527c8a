package planner

import (
	"cmp"
	"strings"
	"time"

	"buckethead/config"
	"buckethead/config/words"
	"buckethead/state"
	"buckethead/vendors"
)

// endsNow reports whether older keys of the project must stop working at once, because they leaked.
func (m *maker) endsNow(s *subject) bool { return m.in.NoOverlap && m.in.Rotate[s.project] }

// overlap returns how long an old key that works keeps working once a new one is stored.
func (m *maker) overlap(s *subject) time.Duration {
	overlap := config.DefaultOverlap
	if s.desired.Rotate != nil {
		overlap = s.desired.Rotate.Overlap
	}
	if m.endsNow(s) {
		overlap = 0
	}
	return overlap
}

// noteOverlap says what becomes of an old key that works.
func (m *maker) noteOverlap(d *draft, old state.CredentialRef, overlap time.Duration) {
	end := m.in.Now.Add(overlap)
	switch {
	case overlap == 0:
		d.Notes = append(d.Notes, "the old key "+old.ID+" stops working as soon as the new one is stored")
	case !old.ExpiresAt.IsZero() && old.ExpiresAt.Before(end):
		d.Notes = append(d.Notes, "the old key works until it expires on "+words.Day(old.ExpiresAt))
	default:
		d.Notes = append(d.Notes, "the old key works until "+words.Day(end)+" and the first apply after that revokes it")
	}
}

// unhealthy reports whether the cause is that the old credential does not work, or must not.
func unhealthy(word string) bool {
	return strings.HasPrefix(word, "credential_")
}

// rotationCause says why the active credential has to be replaced, "" if it does not.
func (m *maker) rotationCause(s *subject) (word, text string) {
	r, d := s.record, s.desired
	c, live := m.in.Observed.Credential(r.Cloud, r.Active.ID)
	switch {
	case (!live || c.Status != vendors.Active) && s.interrupted() && m.pending(s) != nil:
		return "interrupted", "an earlier run was stopped after it had stored a new credential"
	case !live:
		return "credential_gone", "the credential was revoked outside of bh"
	case c.Status == vendors.Exposed:
		return "credential_exposed", "the vendor found the credential published and ended it"
	case c.Status == vendors.Expired && !m.left[s.project]:
		m.ages(s, aging{since: cmp.Or(c.ExpiresAt, m.in.Now), expired: true})
		return credentialExpired, "the credential has expired"
	case c.Status == vendors.Disabled:
		return "credential_disabled", "the credential was disabled outside of bh"
	case r.Secrets != d.Secrets:
		return "store_changed", "the project moves to another secret store"
	}
	item, there := m.in.Observed.Item(r.Secrets, itemID(r))
	switch {
	case !there && s.interrupted() && m.pending(s) != nil:
		return "interrupted", "an earlier run was stopped after it had stored a new credential"
	case !there:
		return "item_gone", itemGone(r) + "; a secret is shown only once, so new keys are issued"
	case s.interrupted():
		return "interrupted", "an earlier run was stopped while it renewed the credential"
	case item.Read && item.Fingerprint != r.Active.Fingerprint:
		return "item_edited", "the secret in the item is not the one that was stored"
	case m.in.Rotate[s.project]:
		return "rotation_asked", "a rotation was asked for"
	}
	return m.ageCause(s, *r.Active)
}

// ageCause says why a credential is too old, "" if it is not.
func (m *maker) ageCause(s *subject, c state.CredentialRef) (word, text string) {
	issued, d := m.in.Observed.IssuedAt(s.desired.Cloud, c), s.desired
	if m.timeless || m.left[s.project] {
		return "", ""
	}
	if d.ExpiresAfter > 0 {
		if at := issued.Add(d.ExpiresAfter); !at.After(m.in.Now) {
			m.ages(s, aging{since: at, expired: true})
			return credentialExpired, "the credential is older than expires_after"
		}
	}
	if d.Rotate != nil && d.Rotate.Every > 0 {
		if at := issued.Add(d.Rotate.Every); !at.After(m.in.Now) {
			m.ages(s, aging{since: at})
			return rotationDue, "rotation due since " + words.Day(at)
		}
	}
	return "", ""
}
