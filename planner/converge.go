package planner

import (
	"strconv"

	"buckethead/config/diag"
)

// converge returns the operation that makes a project match its declaration, nil if it already does. It
// is for projects whose bucket bh makes; see register for the others.
func (m *maker) converge(s *subject) *Operation {
	if m.misplaced(s) {
		return nil
	}
	if o := m.takenOver(s); o != nil {
		return o
	}
	d := &draft{Operation: s.operation("", "", "")}
	m.needBucket(s, d)
	cause := m.needSettings(s, d)
	m.needCredential(s, d)
	if d.failed {
		return nil
	}
	if cause.Word != "" {
		d.because(Update, cause.Word, cause.Text)
	}
	switch {
	case !d.rotating:
		m.needUpdate(s, d)
	case s.record != nil && s.record.Item != nil:
		_, readdressed := m.addressed(s, s.record.Item.Fields)
		d.Changes = append(d.Changes, readdressed...)
	}
	m.needProof(s, d)
	m.endRetiring(s, d)
	m.endLost(s, d)
	return m.conclude(s, d)
}

// conclude returns the operation that a draft amounts to, nil if nothing differs.
func (m *maker) conclude(s *subject, d *draft) *Operation {
	if s.record != nil {
		if changes := append(recordChanges(s), settingsChanges(s, d.Steps)...); len(changes) > 0 {
			d.because(Update, "settings_changed", "the declaration changed; only the state is written")
			d.Changes = append(d.Changes, changes...)
		}
	}
	if !s.from.IsZero() {
		d.because(Move, "moved", "a moved block renames "+s.from.Label())
	}
	m.dropLeftItems(s, d)
	if len(s.strays) > 0 {
		d.because(Heal, "left_behind", "an earlier run was stopped and left a credential behind")
	}
	if len(s.intents) > 0 {
		d.because(Heal, "interrupted", "an earlier run was stopped; nothing is left of it but a note in the state")
	}
	if d.Kind == "" {
		return nil
	}
	m.noteReference(s, d)
	return s.finish(d.Operation, false)
}

// misplaced reports what cannot be changed on an existing bucket, as a fault or a warning. bh never
// replaces a bucket.
func (m *maker) misplaced(s *subject) bool {
	r, d := s.record, s.desired
	if r == nil {
		return false
	}
	fault := func(kind diag.Kind, detail, fix string) bool {
		m.fault(diag.Diagnostic{Kind: kind, Address: s.project, Subject: d.Range, Detail: detail, Fix: fix})
		return true
	}
	switch {
	case r.Registered:
		return fault(keysToBucket,
			s.project.String()+" holds keys that were registered; without its register block "+
				"bh would make a bucket under the same address.",
			"Declare the new bucket in another project, and remove this one.")
	case r.Cloud != "" && r.Cloud != d.Cloud:
		return fault(otherCloud,
			s.project.String()+" is in "+r.Cloud+" and is declared in "+d.Cloud+"; bh never replaces a bucket.",
			"Set cloud back to "+r.Cloud+", or declare a new project in "+d.Cloud+" and copy the objects.")
	case r.Bucket != nil && r.Bucket.Name != d.Bucket.ID.Name:
		return fault(otherName,
			s.project.String()+" has the bucket "+r.Bucket.Name+" and declares "+d.Bucket.ID.Name+
				"; no cloud renames a bucket, and bh never replaces one.",
			"Set bucket back to \""+r.Bucket.Name+"\", or declare a new project for \""+d.Bucket.ID.Name+
				"\" and copy the objects.")
	}
	warn := func(field, before, after string) {
		m.fault(diag.Diagnostic{Severity: diag.Warning, Kind: otherPlace, Address: s.project, Subject: d.Range,
			Detail: "The bucket " + r.Bucket.Name + " was made with " + field + " " + quoteOrNone(before) + " and declares " +
				quoteOrNone(after) + ". It stays as it is: bh never replaces a bucket.",
			Fix: "Set " + field + " back, or declare a new project and copy the objects."})
	}
	if r.Bucket != nil {
		if r.Bucket.Namespace != d.Bucket.ID.Namespace {
			warn("jurisdiction", r.Bucket.Namespace, d.Bucket.ID.Namespace)
		}
		if d.Bucket.Location != "" && r.Applied.Location != d.Bucket.Location {
			warn("location", r.Applied.Location, d.Bucket.Location)
		}
	}
	return false
}

// quoteOrNone quotes a value, and says "none" if it is empty.
func quoteOrNone(s string) string {
	if s == "" {
		return "none"
	}
	return "\"" + s + "\""
}

// recordChanges returns the changes of the declaration for which only the record has to change.
func recordChanges(s *subject) []Change {
	r, want := s.record, s.declared()
	var out changes
	out.compare("protect", strconv.FormatBool(r.Protected), strconv.FormatBool(want.Protected))
	out.compare("on_destroy", r.OnDestroy, want.OnDestroy)
	if r.Registered {
		out.compare("verify", strconv.FormatBool(!r.Applied.Unverified), strconv.FormatBool(!want.Applied.Unverified))
	}
	return out
}
