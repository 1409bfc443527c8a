package planner

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/state"
	"buckethead/vendors"
)

// clockTolerance is how far a provider's clock may be behind ours before a
// bucket that an open intent names counts as older than the intent.
const clockTolerance = time.Minute

// needCredential plans whatever makes the item hold a working credential.
func (m *maker) needCredential(s *subject, d *draft) {
	if d.failed {
		return
	}
	r := s.record
	block, imported := m.imports[s.project]
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
	var overlap time.Duration
	if s.desired.Rotate != nil && !unhealthy(word) && !m.endsNow(s) {
		overlap = s.desired.Rotate.Overlap
	}
	d.because(Rotate, word, text)
	if (word == "interrupted" || word == "store_changed") && m.pendingStored(s, d) {
		return
	}
	m.issue(s, d, word, r.Active, overlap)
	if overlap > 0 {
		d.Notes = append(d.Notes, "the old key works until "+words.Day(m.in.Now.Add(overlap))+
			" and is revoked by the first apply after it")
	}
	m.leaveStore(s, d)
}

// endsNow reports whether no older keys of the project may work on: someone has them.
func (m *maker) endsNow(s *subject) bool { return m.in.NoOverlap && m.in.Rotate[s.project] }

// leaveStore plans to delete the item that the project leaves in another store.
func (m *maker) leaveStore(s *subject, d *draft) {
	r := s.record
	if r.Item == nil || r.Secrets == d.Secrets {
		return
	}
	d.change("secrets", r.Secrets, d.Secrets)
	d.add(DeleteItem{ItemID: r.Item.ID, Title: r.Item.Title, Secrets: r.Secrets})
}

// unhealthy reports whether the cause says that the old credential must not, or
// does not, work on.
func unhealthy(word string) bool {
	return strings.HasPrefix(word, "credential_")
}

// rotationCause says why the active credential is to be replaced; "" when it is not.
func (m *maker) rotationCause(s *subject) (word, text string) {
	r, d := s.record, s.desired
	c, live := m.in.Observed.Credentials[CredentialKey{r.Cloud, r.Active.ID}]
	switch {
	case (!live || c.Status != vendors.Active) && s.interrupted() && m.pending(s) != nil:
		return "interrupted", "an earlier run was stopped after it had stored a new credential"
	case !live:
		return "credential_gone", "the credential was revoked outside of bh"
	case c.Status == vendors.Exposed:
		return "credential_exposed", "the vendor found the credential published and ended it"
	case c.Status == vendors.Expired:
		return "credential_expired", "the credential has expired"
	case c.Status == vendors.Disabled:
		return "credential_disabled", "the credential was disabled outside of bh"
	case r.Secrets != d.Secrets:
		return "store_changed", "the project moves to another secret store"
	}
	item, there := m.in.Observed.Items[ItemKey{r.Secrets, itemID(r)}]
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

// ageCause says why a credential is too old; "" when it is not.
func (m *maker) ageCause(s *subject, c state.CredentialRef) (word, text string) {
	issued, d := m.issuedAt(s.desired.Cloud, c), s.desired
	switch {
	case d.ExpiresAfter > 0 && !issued.Add(d.ExpiresAfter).After(m.in.Now):
		return "credential_expired", "the credential is older than expires_after"
	case d.Rotate != nil && d.Rotate.Every > 0 && !issued.Add(d.Rotate.Every).After(m.in.Now):
		return "rotation_due", "rotation due since " + words.Day(issued.Add(d.Rotate.Every))
	}
	return "", ""
}

// issuedAt is when a credential was issued; imported ones are as old as
// the vendor says.
func (m *maker) issuedAt(cloud string, c state.CredentialRef) time.Time {
	if c.IssuedAt.IsZero() {
		return m.in.Observed.Credentials[CredentialKey{cloud, c.ID}].IssuedAt
	}
	return c.IssuedAt
}

func itemID(r *state.Record) string {
	if r.Item == nil {
		return ""
	}
	return r.Item.ID
}

// issue plans a new credential, because of the cause of that word. The old one retires after
// overlap, or is revoked if that is zero; every other one ends before.
func (m *maker) issue(s *subject, d *draft, word string, old *state.CredentialRef, overlap time.Duration) {
	limit := 0
	if m.in.NameLimit != nil {
		limit = m.in.NameLimit(VendorOf(s.desired.Cloud))
	}
	item, ok := m.storeInto(s, d)
	if !ok {
		d.failed = true
		return
	}
	d.rotating, d.verified = true, true
	d.ItemID = item
	if d.Kind == Provision || d.Kind == Adopt {
		d.change("access", "", string(s.desired.Access))
		if len(s.desired.AllowedIPs) > 0 {
			d.change("allowed_ips", "", strings.Join(s.desired.AllowedIPs, ", "))
		}
		if item == "" {
			d.change("item_title", "", s.desired.ItemTitle)
		}
	}
	mint := IssueCredential{CredentialName: CredentialName(m.in.Desired.Stack, s.project, d.ID, limit),
		Bucket: s.bucketID(), Access: s.desired.Access, AllowedIPs: s.desired.AllowedIPs,
		ExpiresAfter: s.desired.ExpiresAfter}
	m.endOthers(s, d, word)
	store := StoreCredential{ItemID: item, Title: s.desired.ItemTitle, Overlap: overlap, Over: m.over(s.desired.Secrets, item)}
	if word == "" {
		store.Retires = old // the record does not have it
	}
	d.add(RenewSteps(mint, store, old)...)
}

// storeInto returns the id of the item that the credential goes into, "" for a new
// one. An item that an interrupted run made is found by its mark.
func (m *maker) storeInto(s *subject, d *draft) (id string, ok bool) {
	if s.record != nil && s.record.Item != nil && s.record.Secrets == s.desired.Secrets {
		if _, there := m.in.Observed.Items[ItemKey{s.desired.Secrets, s.record.Item.ID}]; there {
			return s.record.Item.ID, true
		}
	}
	if id := m.markedItem(s, s.desired.Secrets); id != "" {
		return id, true
	}
	for _, id := range m.owned().titles[ItemKey{s.desired.Secrets, s.desired.ItemTitle}] {
		holder, held := m.owned().items[ItemKey{s.desired.Secrets, id}]
		if held && holder == s.project {
			continue
		}
		if held && m.deletesItem(holder) {
			d.await(holder, freesTitle)
			continue
		}
		m.titleTaken(s, id)
		return "", false
	}
	return "", true
}

// deletesItem reports whether this plan deletes the item of a project.
func (m *maker) deletesItem(p addr.Address) bool {
	departs, _ := m.departs(p)
	return departs && !m.forgets(p)
}

// markedItems finds the items that interrupted runs of this project stored and
// could not record: only an open intent entitles this run to them. The operation id
// tells them; the address in the mark may be the one before a move.
func (m *maker) markedItems(s *subject) []ItemKey {
	var found []ItemKey
	for _, intent := range s.intents {
		if intent.Step != StepStoreCredential {
			continue
		}
		for key, item := range m.in.Observed.Items {
			if key.Secrets != intent.Secrets || !item.Read {
				continue
			}
			_, held := m.owned().items[key]
			if !held && m.ofOperation(item.Mark, intent.Operation) {
				found = append(found, key)
			}
		}
	}
	slices.SortFunc(found, func(a, b ItemKey) int {
		return cmp.Or(cmp.Compare(a.Secrets, b.Secrets), cmp.Compare(a.ID, b.ID))
	})
	return slices.Compact(found)
}

// markedItem returns the first of them in one store, "" for none.
func (m *maker) markedItem(s *subject, secrets string) string {
	for _, key := range m.markedItems(s) {
		if key.Secrets == secrets {
			return key.ID
		}
	}
	return ""
}

// dropLeftItems plans to delete the items that are left behind: in stores that the
// project has left, and stored by interrupted runs but not taken over.
func (m *maker) dropLeftItems(s *subject, d *draft) {
	var left []ItemKey
	if s.record != nil {
		for _, f := range s.record.Former {
			if m.over(f.Secrets, f.ID) == "" { // else it is another state's by now
				left = append(left, ItemKey{f.Secrets, f.ID})
			}
		}
	}
	for _, key := range m.markedItems(s) {
		if key != (ItemKey{d.Secrets, d.ItemID}) {
			left = append(left, key)
		}
	}
	for _, key := range left {
		d.because(Heal, "left_behind", "an earlier run was stopped and left an item behind in "+key.Secrets)
		d.add(DeleteItem{ItemID: key.ID, Title: m.in.Observed.Items[key].Summary.Title, Secrets: key.Secrets})
	}
}

// bringUpToDate plans what the declaration, which may have changed since, asks of
// an item that is taken over and of the credential in it.
func (m *maker) bringUpToDate(s *subject, d *draft, id string, ref state.CredentialRef) {
	item := m.in.Observed.Items[ItemKey{s.desired.Secrets, id}]
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

// itemsNamed returns the ids of the items that a person means by a name: the one
// item that has it for its id, else all that have it for their title.
func (m *maker) itemsNamed(secrets, name string) []string {
	if _, there := m.in.Observed.Items[ItemKey{secrets, name}]; there {
		return []string{name}
	}
	return m.owned().titles[ItemKey{secrets, name}]
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
	item := m.in.Observed.Items[ItemKey{secrets, ids[0]}]
	keyID := item.Fields[vendors.FieldAccessKeyID]
	holder, held := m.owned().items[ItemKey{secrets, ids[0]}]
	_, live := m.in.Observed.Credentials[CredentialKey{s.desired.Cloud, keyID}]
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
		fail("The access key id \"" + keyID + "\" in the item \"" + name + "\" is no live credential of " +
			s.desired.Cloud + ".")
		return
	}
	if !m.mayTakeItem(s, ItemKey{secrets, ids[0]}, m.imports[s.project]) {
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
		state.CredentialRef{ID: keyID, IssuedAt: m.in.Observed.Credentials[CredentialKey{s.desired.Cloud, keyID}].IssuedAt})
	d.add(UpdateItem{ItemID: ids[0], Title: s.desired.ItemTitle, Fields: fields, Over: m.over(secrets, ids[0])}, s.proof())
}
