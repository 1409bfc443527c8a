package planner

import (
	"buckethead/planner/observed"
	"buckethead/state"
)

// onlyDue returns the operation that does what time and stopped runs left to do for a project, nil if
// that is nothing. A project that no apply finished yet, or that has left the files, is left to the
// next apply, but for older keys whose overlap has ended.
func (m *maker) onlyDue(s *subject) *Operation {
	d := &draft{Operation: s.operation("", "", "")}
	r := s.record
	switch {
	case r == nil && len(s.intents) > 0, r != nil && (r.Registered || !r.Finished()):
		return nil
	case r == nil:
		return m.concludeDue(s, d)
	case s.desired == nil && (len(s.intents) > 0 || r.Pending != nil):
		return nil
	case s.desired != nil:
		m.renewDue(s, d)
	}
	if d.failed {
		return nil
	}
	m.endRetiring(s, d)
	if s.desired != nil {
		m.dropLeftItems(s, d)
	}
	return m.concludeDue(s, d)
}

// renewDue plans a new key if the present one is too old, or if a run was stopped while it renewed it;
// and otherwise the proof that a stopped run still owes.
func (m *maker) renewDue(s *subject, d *draft) {
	cause, _ := m.rotationCause(s)
	word, _ := m.ageCause(s, *s.record.Active)
	switch {
	case word != "", cause == credentialExpired, s.interrupted():
		m.needCredential(s, d)
	case cause == "" && m.asStored(s):
		m.needProof(s, d)
	}
	key := observed.BucketKey{Cloud: s.desired.Cloud, ID: s.bucketID()}
	if _, there := m.in.Observed.Buckets[key]; !there && len(d.Steps) > 0 {
		d.Blocked = append(d.Blocked, Objection{Word: "bucket_gone", Text: "its bucket was deleted outside of bh",
			Fix: "bh plan says what can be done about it."})
	}
}

// asStored reports whether the item is as the record has it. If it is not, an apply writes it again before it proves the
// keys; a proof alone would record the item as it was found.
func (m *maker) asStored(s *subject) bool {
	item, _ := m.in.Observed.Item(s.record.Secrets, s.record.Item.ID)
	fields, readdressed := m.addressed(s, s.record.Item.Fields)
	return len(readdressed) == 0 && item.Summary.Title == s.record.Item.Title && len(m.editedFields(s, item, fields)) == 0
}

// concludeDue returns the operation that a draft amounts to, nil if there is nothing to do. Intents of steps that no
// rotation has are left open: an apply knows what to do about them.
func (m *maker) concludeDue(s *subject, d *draft) *Operation {
	settle := Settle{Watch: s.watch, Unwatch: s.seen, Gone: s.record == nil}
	if !settle.Gone {
		settle.Declared = DeclaredBy(*s.record)
	}
	if len(s.strays) > 0 {
		d.because(Heal, "left_behind", "an earlier run was stopped and left a credential behind")
	}
	for _, i := range s.intents {
		if !ofRotation(i) {
			settle.Keep = append(settle.Keep, i.ID)
			continue
		}
		d.because(Heal, "interrupted", "an earlier run was stopped; nothing is left of it but a note in the state")
	}
	if d.Kind == "" {
		return nil
	}
	if claim, taken := m.owners.Taken(s.record); taken {
		d.Blocked = append(d.Blocked, m.takenObjection(s, claim))
	}
	s.endStrays(d.Operation)
	d.add(settle)
	return d.Operation
}

// ofRotation reports whether an intent is of a step that issues, stores or revokes a credential.
func ofRotation(i state.Intent) bool {
	return i.Step == StepIssueCredential || i.Step == StepStoreCredential || i.Step == StepRevokeCredential
}
