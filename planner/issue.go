package planner

import (
	"strings"
	"time"

	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
)

// issue plans a new credential. Word is the cause. The old credential retires after overlap, or is
// revoked if that is zero; all others are revoked before the new one is issued.
func (m *maker) issue(s *subject, d *draft, word string, old *state.CredentialRef, overlap time.Duration) {
	limit := 0
	if m.in.NameLimit != nil {
		limit = m.in.NameLimit(observed.VendorOf(s.desired.Cloud))
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
	mint := IssueCredential{CredentialName: owners.CredentialName(m.in.Desired.Stack, s.project, d.ID, limit),
		Bucket: s.bucketID(), Access: s.desired.Access, AllowedIPs: s.desired.AllowedIPs,
		ExpiresAfter: s.desired.ExpiresAfter}
	m.endOthers(s, d, word, old)
	store := StoreCredential{ItemID: item, Title: s.desired.ItemTitle, Overlap: overlap, Over: m.over(s.desired.Secrets, item)}
	if word == "" {
		store.Retires = old // it is not in the record
	}
	d.add(RenewSteps(mint, store, old)...)
}

// storeInto returns the id of the item to store the credential in, "" for a new item. An item that
// an interrupted run made is found by its mark.
func (m *maker) storeInto(s *subject, d *draft) (id string, ok bool) {
	if d.rotating { // what it holds is taken over first
		return d.ItemID, true
	}
	if s.record != nil && s.record.Item != nil && s.record.Secrets == s.desired.Secrets {
		if _, there := m.in.Observed.Item(s.desired.Secrets, s.record.Item.ID); there {
			return s.record.Item.ID, true
		}
	}
	if id := m.markedItem(s, s.desired.Secrets); id != "" {
		return id, true
	}
	for _, id := range m.owners.Titled(s.desired.Secrets, s.desired.ItemTitle) {
		holder, held := m.owners.Item(observed.ItemKey{Secrets: s.desired.Secrets, ID: id})
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

// leaveStore plans to delete the item that the project leaves in another store.
func (m *maker) leaveStore(s *subject, d *draft) {
	r := s.record
	if r.Item == nil || r.Secrets == d.Secrets {
		return
	}
	d.change("secrets", r.Secrets, d.Secrets)
	d.add(DeleteItem{ItemID: r.Item.ID, Title: r.Item.Title, Secrets: r.Secrets})
}
