package planner

import (
	"maps"
	"slices"
	"strings"

	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// needCredential plans whatever makes the item hold a working credential.
func (m *maker) needCredential(s *subject, d *draft) {
	if d.failed {
		return
	}
	r := s.record
	block, imported := m.imports[s.project]
	if found := m.pending(s); found != nil && found.lost {
		m.takeNewer(s, d, found)
		return
	}
	if r == nil || r.Active == nil {
		d.because(Provision, "interrupted", "an earlier run was stopped before the credential was stored")
		switch {
		case m.pendingStored(s, d):
		case imported && block.Item != "":
			m.takeItem(s, d, block.Item, block.AccessKeyID, block.Range)
		default:
			m.issueFirst(s, d)
		}
		return
	}
	word, text := m.rotationCause(s)
	if word == "" {
		return
	}
	overlap := m.overlap(s)
	if unhealthy(word) {
		overlap = 0
	}
	d.because(Rotate, word, text)
	if due := m.timed[s.project]; !due.since.IsZero() && d.Reason.Word != word {
		d.Notes = append(d.Notes, text)
	}
	if (word == "interrupted" || word == "store_changed") && m.pendingStored(s, d) {
		return
	}
	m.issue(s, d, word, r.Active, overlap)
	if !unhealthy(word) && !d.failed {
		m.noteOverlap(d, *r.Active, overlap)
	}
	m.leaveStore(s, d)
}

// dropLeftItems plans to delete items that were left behind: in stores that the project has left, and
// by interrupted runs whose item was not taken over.
func (m *maker) dropLeftItems(s *subject, d *draft) {
	var left []observed.ItemKey
	if s.record != nil {
		for _, f := range s.record.Former {
			if m.over(f.Secrets, f.ID) == "" { // else another state has it now
				left = append(left, observed.ItemKey{Secrets: f.Secrets, ID: f.ID})
			}
		}
	}
	for _, key := range m.markedItems(s) {
		if key != (observed.ItemKey{Secrets: d.Secrets, ID: d.ItemID}) {
			left = append(left, key)
		}
	}
	for _, key := range left {
		d.because(Heal, "left_behind", "an earlier run was stopped and left an item behind in "+key.Secrets)
		d.add(DeleteItem{ItemID: key.ID, Title: m.in.Observed.Items[key].Summary.Title, Secrets: key.Secrets})
	}
}

// takeItem plans to take over an item that exists, with the keys in it.
func (m *maker) takeItem(s *subject, d *draft, name, accessKeyID string, place diag.Range) {
	fail := func(detail string) {
		d.failed = true
		m.fault(diag.Diagnostic{Kind: itemNotImported, Address: s.project, Subject: place,
			Detail: detail,
			Fix:    "Correct the import block; without item, bh issues a new credential and stores it in a new item."})
	}
	secrets := s.desired.Secrets
	ids := m.itemsNamed(secrets, name)
	if len(ids) != 1 {
		if len(ids) == 0 {
			fail("The store " + secrets + " has no item \"" + name + "\".")
		} else {
			fail("The store " + secrets + " has several items \"" + name + "\": " + strings.Join(ids, ", ") +
				". Name one by its id.")
		}
		return
	}
	item, _ := m.in.Observed.Item(secrets, ids[0])
	keyID := item.Fields[vendors.FieldAccessKeyID]
	holder, held := m.owners.Item(observed.ItemKey{Secrets: secrets, ID: ids[0]})
	credential, live := m.in.Observed.Credential(s.desired.Cloud, keyID)
	switch {
	case held && holder != s.project:
		fail("The item \"" + name + "\" belongs to " + holder.String() + ".")
		return
	case accessKeyID != "" && accessKeyID != keyID:
		fail("The item \"" + name + "\" holds the access key id \"" + keyID + "\", not \"" + accessKeyID + "\".")
		return
	case item.Fingerprint == "" || keyID == "":
		fail("The item \"" + name + "\" has no " + vendors.FieldAccessKeyID + " and " + vendors.FieldSecretAccessKey + ".")
		return
	case !live:
		fail("The access key id \"" + keyID + "\" in the item \"" + name + "\" is not a live credential of " +
			s.desired.Cloud + ".")
		return
	}
	if !m.mayTakeItem(s, observed.ItemKey{Secrets: secrets, ID: ids[0]}, m.imports[s.project]) {
		d.failed = true
		return
	}
	d.rotating, d.verified, d.ItemID = true, true, ids[0]
	fields := maps.Clone(item.Fields)
	d.change("access_key_id", "", keyID)
	fields, readdressed := m.addressed(s, fields)
	fields[vendors.FieldBucket] = s.bucketID().Name
	d.Changes = append(d.Changes, readdressed...)
	d.add(TakeItem{ItemID: ids[0], AccessKeyID: keyID})
	m.updatePolicy(s, d,
		state.CredentialRef{ID: keyID, IssuedAt: credential.IssuedAt})
	d.add(UpdateItem{ItemID: ids[0], Title: s.desired.ItemTitle, Fields: fields, Over: m.over(secrets, ids[0])}, s.proof())
}

// needProof plans the proof of a stored credential that was not proved yet.
func (m *maker) needProof(s *subject, d *draft) {
	unproved := s.record != nil && s.record.Active != nil &&
		(s.record.Proof == "" || s.record.Proof == state.Restricted && (slices.ContainsFunc(d.Steps, changesPolicy) ||
			!slices.Equal(s.record.Applied.AllowedIPs, s.desired.AllowedIPs))) // an earlier run changed the policy
	if d.verified || !unproved && !slices.ContainsFunc(d.Steps, makesBucket) {
		return
	}
	d.because(Update, "unproved", "the stored credential is not proved to work yet")
	d.add(s.proof())
}

// endRetiring revokes the credentials whose overlap has passed.
func (m *maker) endRetiring(s *subject, d *draft) {
	if s.record == nil || d.ended || m.timeless {
		return
	}
	for _, c := range s.record.Retiring {
		if c.RetireAfter.IsZero() || c.RetireAfter.After(m.in.Now) && !m.endsNow(s) {
			continue
		}
		m.ages(s, aging{})
		d.because(Rotate, "overlap_passed", "the overlap ended on "+words.Day(c.RetireAfter)+
			"; the old key is revoked")
		d.add(revoke(c))
	}
}
