package planner

import (
	"fmt"
	"slices"

	"buckethead/config/addr"
	"buckethead/planner/moves"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// depart ends a project that is recorded and no longer declared.
func (m *maker) depart(s *subject) *Operation {
	block, removed := m.removed[s.project]
	if m.forgets(s.project) {
		o := s.operation(Forget, "forgotten", "a removed block forgets it; nothing is deleted")
		o.Range = block.Range
		o.Steps = append(o.Steps, ForgetRecord{})
		s.strays, s.lost = nil, nil // they are left alone like the rest
		return s.finish(o, true)
	}
	word, text := "undeclared", "it is no longer declared"
	switch {
	case m.in.Mode == DestroyAll:
		word, text = "destroy_asked", "a destroy was asked for"
	case removed:
		word, text = "removed", "a removed block destroys it"
	}
	o := s.operation(Destroy, word, text)
	if removed {
		o.Range = block.Range
	}
	if s.record.Protected {
		o.Blocked = append(o.Blocked, Objection{Word: "protected", Text: "it is protected",
			Fix: "Declare it with protect = false, apply, then remove it; or forget it with a removed block."})
	}
	if claim, taken := m.owners.Taken(s.record); taken {
		o.Blocked = append(o.Blocked, m.takenObjection(s, claim))
	}
	o.Steps = append(o.Steps, m.teardown(s, o).Steps()...)
	return s.finish(o, true)
}

// teardown finds what a project leaves, and notes on the operation what happens to it.
func (m *maker) teardown(s *subject, o *Operation) Teardown {
	var t Teardown
	if r := s.record; r != nil && !r.Registered {
		if r.Active != nil {
			t.Credentials = append(t.Credentials, revoke(*r.Active))
		}
		for _, c := range r.Retiring {
			if !c.RetireAfter.IsZero() { // the others are strays
				t.Credentials = append(t.Credentials, revoke(c))
			}
		}
	}
	for _, x := range s.strays {
		t.Credentials = append(t.Credentials, RevokeCredential{ID: x.id, CredentialName: x.name})
	}
	s.strays = nil
	m.departBucket(s, o, &t)
	if t.Bucket == nil {
		m.dropKept(s)
	}
	for _, c := range s.lost {
		t.Credentials = append(t.Credentials, RevokeCredential{ID: c.ID, CredentialName: c.Name})
	}
	switch n := len(s.lost); {
	case n == 1:
		o.Notes = append(o.Notes, "an older key that the state does not know is revoked: "+s.lost[0].ID)
	case n > 1:
		o.Notes = append(o.Notes, fmt.Sprintf("%d older keys that the state does not know are revoked", n))
	}
	t.Items = m.leftItems(s, o)
	return t
}

// departBucket decides what happens to the bucket. One that an interrupted run made counts,
// recorded or not.
func (m *maker) departBucket(s *subject, o *Operation, t *Teardown) {
	id, there := m.departingBucket(s, o)
	onDestroy := "refuse"
	if s.record != nil && s.record.OnDestroy != "" {
		onDestroy = s.record.OnDestroy
	}
	if onDestroy == "empty" && m.in.Observed.CannotEmpty[o.Cloud] {
		// Reported before the credentials are gone, not when the delete fails afterwards.
		onDestroy = "refuse"
		o.Notes = append(o.Notes, "this cloud cannot delete the objects of a bucket: on_destroy = \"empty\" works like \"refuse\"")
	}
	if !there {
		return
	}
	found, probed := m.in.Observed.Emptiness[observed.BucketKey{Cloud: o.Cloud, ID: id}]
	full := probed && !found.Empty()
	switch onDestroy {
	case "refuse":
		if full {
			o.Blocked = append(o.Blocked, Objection{Word: "bucket_not_empty", Text: "bucket holds " + objects(found),
				Fix: "Empty the bucket, or declare the project with on_destroy = \"retain\" or \"empty\", " +
					"apply, and then remove it."})
		}
	case "retain":
		o.Notes = append(o.Notes, "the bucket "+id.Name+" stays, with its objects")
		m.noteShown(s, o)
		return
	case "empty":
		if full && !m.in.Allowance.Empty {
			o.Blocked = append(o.Blocked, Objection{Word: "would_delete_objects", Text: "bucket holds " + objects(found),
				Fix: "on_destroy is \"empty\": to delete the objects, apply with --allow-empty."})
		}
	}
	if others := m.owners.OpenedByOthers(observed.BucketKey{Cloud: o.Cloud, ID: id}); len(others) > 0 {
		o.Blocked = append(o.Blocked, sharedObjection(s.project, others))
	}
	t.Bucket, t.Probe, t.Empty = &id, onDestroy == "refuse", onDestroy == "empty"
	t.Settings = m.leaveSettings(s, o, id, t.Empty)
	switch {
	case full && t.Empty:
		o.Notes = append(o.Notes, "the content of the bucket is deleted with it: "+objects(found))
	case probed && !full:
		o.Notes = append(o.Notes, "the bucket is empty")
	}
}

// objects says how many objects a bucket holds.
func objects(e vendors.Emptiness) string {
	switch {
	case e.More:
		return fmt.Sprintf("more than %d objects", e.Objects)
	case e.Objects == 1:
		return "1 object"
	}
	return fmt.Sprintf("%d objects", e.Objects)
}

// departingBucket returns the bucket to delete, and reports whether it exists: the recorded one, or one
// that an open intent turned out to have made.
func (m *maker) departingBucket(s *subject, o *Operation) (vendors.BucketID, bool) {
	if r := s.record; r != nil && r.Bucket != nil {
		_, there := m.in.Observed.Bucket(r.Cloud, *r.Bucket)
		return *r.Bucket, there
	}
	intent, open := s.open(StepCreateBucket)
	if !open {
		return o.Bucket, false
	}
	id := vendors.BucketID{Name: intent.Name, Namespace: intent.Namespace}
	b, there := m.in.Observed.Bucket(intent.Cloud, id)
	if !there || b.CreatedAt.Before(intent.At.Add(-clockTolerance)) {
		return id, false
	}
	o.Cloud, o.Bucket = intent.Cloud, id
	return id, true
}

// leftItems returns the items to delete: of stores that the project has left, its own, and
// those that interrupted runs stored.
func (m *maker) leftItems(s *subject, o *Operation) []DeleteItem {
	var out []DeleteItem
	if r := s.record; r != nil {
		out = slices.DeleteFunc(formerItems(r), func(d DeleteItem) bool { return m.over(d.Secrets, d.ItemID) != "" })
		switch _, there := m.in.Observed.Item(r.Secrets, itemID(r)); {
		case r.Item == nil:
		case there:
			out = append(out, DeleteItem{ItemID: r.Item.ID, Title: r.Item.Title, Secrets: r.Secrets})
		default:
			o.Notes = append(o.Notes, itemGone(r))
		}
	}
	for _, key := range m.markedItems(s) {
		o.Secrets, o.ItemID = key.Secrets, key.ID
		out = append(out, DeleteItem{ItemID: key.ID, Title: m.in.Observed.Items[key].Summary.Title, Secrets: key.Secrets})
	}
	return out
}

// undoIntents ends a project that is neither declared nor recorded: it removes what its intents name.
func (m *maker) undoIntents(s *subject) *Operation {
	if len(s.intents) == 0 && len(s.strays) == 0 {
		return nil // names under watch that were not seen: only waiting helps
	}
	o := s.operation(Destroy, "interrupted", "an earlier run was stopped, and the project is no longer in the file")
	for _, i := range s.intents {
		if o.Cloud == "" {
			o.Cloud = i.Cloud
		}
		if o.Secrets == "" {
			o.Secrets = i.Secrets
		}
	}
	if len(s.strays) > 0 && o.Cloud == "" {
		o.Cloud = s.strays[0].cloud
	}
	o.Steps = append(o.Steps, m.teardown(s, o).Steps()...)
	if len(o.Steps) == 0 {
		o.Kind, o.Reason = Heal, Reason{"interrupted",
			"an earlier run was stopped; nothing is left of it but a note in the state"}
	}
	return s.finish(o, true)
}

// Departing returns the records that a plan of this mode may destroy, so that
// refresh knows which buckets to probe.
func Departing(in Input) []state.Record {
	var out []state.Record
	declared := make(map[addr.Address]bool, len(in.Desired.Projects))
	if in.Mode != DestroyAll {
		for i := range in.Desired.Projects {
			declared[in.Desired.Projects[i].Addr] = true
		}
	}
	moved := moves.Of(in.Desired, in.Recorded)
	for p, r := range in.Recorded.Records {
		if !declared[moved.Now(p)] {
			out = append(out, r)
		}
	}
	return out
}
