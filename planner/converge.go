package planner

import (
	"slices"
	"strconv"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// draft is an operation in the making: its steps grow, and the first cause that
// is found names its kind and reason.
type draft struct {
	*Operation
	rotating bool // a new credential is stored
	verified bool // the proof is among the steps
	ended    bool // older credentials are revoked before a new one is issued
	failed   bool // a fault was reported: there is no operation
}

func (d *draft) because(kind Kind, word, text string) {
	if d.Kind == "" {
		d.Kind, d.Reason = kind, Reason{word, text}
	}
}

func (d *draft) add(steps ...Step) { d.Steps = append(d.Steps, steps...) }

func (d *draft) change(field, before, after string) {
	d.Changes = append(d.Changes, Change{Field: field, Before: before, After: after})
}

// converge makes a declared project with a cloud as it was declared.
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
	return m.conclude(s, d)
}

// conclude returns the operation that a draft amounts to: nil where nothing differs.
func (m *maker) conclude(s *subject, d *draft) *Operation {
	if s.record != nil {
		if changes := append(recordChanges(s), settingsChanges(s, d.Steps)...); len(changes) > 0 {
			d.because(Update, "settings_changed", "what is declared changed; only the state is written")
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
	return s.finish(d.Operation, false)
}

// misplaced reports what cannot be changed on a bucket that exists: a fault or a
// warning, never a replacement.
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
			"Give the new bucket a project name of its own, and remove this one.")
	case r.Cloud != "" && r.Cloud != d.Cloud:
		return fault(otherCloud,
			s.project.String()+" lives in "+r.Cloud+" and is declared in "+d.Cloud+"; bh never replaces a bucket.",
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

func quoteOrNone(s string) string {
	if s == "" {
		return "none"
	}
	return "\"" + s + "\""
}

// needBucket plans whatever makes the bucket exist and belong to the project.
func (m *maker) needBucket(s *subject, d *draft) {
	spec := s.desired.Bucket
	spec.ID = s.bucketID()
	key := observed.BucketKey{Cloud: s.desired.Cloud, ID: spec.ID}
	bucket, present := m.in.Observed.Buckets[key]
	if s.record != nil && s.record.Bucket != nil {
		if !present {
			m.recreateBucket(s, d, spec)
			return
		}
		if spec.StorageClass != "" && bucket.StorageClass != "" && bucket.StorageClass != spec.StorageClass {
			d.because(Update, "settings_changed", "the bucket's settings differ from what is declared")
			d.change("storage_class", bucket.StorageClass, spec.StorageClass)
			spec.Settings = vendors.BucketSettings{} // they have steps of their own
			d.add(UpdateBucket{Spec: spec})
		}
		return
	}
	intent, open := s.open(StepCreateBucket)
	open = open && intent.Name == spec.ID.Name && intent.Namespace == spec.ID.Namespace && intent.Cloud == s.desired.Cloud
	block, imported := m.imports[s.project]
	holder, held := m.owners.Bucket(key)
	held = held && holder != s.project
	switch {
	case held && m.frees(holder, s.desired.Adopt || imported):
		d.await(holder, freesBucket)
		if _, bucketGoes := m.departs(holder); bucketGoes {
			m.createBucket(s, d, spec, open)
		} else if m.mayHave(s, d, key) {
			d.because(Adopt, "adopted", "the bucket exists and "+holder.Label()+" releases it")
			d.add(ClaimBucket{ID: spec.ID})
		}
	case present && open && !bucket.CreatedAt.Before(intent.At.Add(-clockTolerance)) &&
		len(m.owners.OpenedByOthers(key)) == 0:
		d.because(Provision, "interrupted", "an earlier run was stopped after it made the bucket")
		d.add(ClaimBucket{ID: spec.ID})
	case present && (imported || s.desired.Adopt && !held) && !m.mayHave(s, d, key):
	case present && imported:
		d.because(Adopt, "imported", "an import block takes the bucket over")
		d.add(ClaimBucket{ID: spec.ID})
	case present && s.desired.Adopt && !held:
		d.because(Adopt, "adopted", "the bucket exists and adopt is set")
		d.add(ClaimBucket{ID: spec.ID})
	case present:
		m.foreignBucket(s, d)
	case imported:
		d.failed = true
		m.fault(diag.Diagnostic{Kind: nothingToImport, Address: s.project, Subject: block.Range,
			Detail: "There is no bucket " + spec.ID.Name + " in " + s.desired.Cloud + ".",
			Fix:    "Correct the bucket's name, or remove the import block to have bh make the bucket."})
	default:
		m.createBucket(s, d, spec, open)
	}
}

func (m *maker) createBucket(s *subject, d *draft, spec vendors.BucketSpec, open bool) {
	if open || s.record != nil {
		d.because(Provision, "interrupted", "an earlier run was stopped before it was done")
	}
	d.because(Provision, "new", "declared and not there yet")
	d.change("bucket", "", spec.ID.Name)
	if spec.Location != "" {
		d.change("location", "", spec.Location)
	}
	d.add(newBucket(spec, open))
}

func (m *maker) recreateBucket(s *subject, d *draft, spec vendors.BucketSpec) {
	deleted := slices.ContainsFunc(s.intents, func(i state.Intent) bool {
		return i.Step == StepDeleteBucket && i.Name == spec.ID.Name
	})
	if m.in.Allowance.Recreate || deleted {
		text := "the bucket was deleted outside of bh; it is made again, empty"
		if deleted {
			text = "an earlier run deleted the bucket; it is made again, empty"
		}
		d.because(Provision, "bucket_gone", text)
		d.add(newBucket(spec, false))
		return
	}
	d.failed = true
	m.fault(diag.Diagnostic{Kind: bucketGone, Address: s.project, Subject: s.desired.Range,
		Detail: "The bucket " + spec.ID.Name + " in " + s.desired.Cloud +
			" was deleted outside of bh, and what it held with it.",
		Fix: "Restore it if you can. To have bh make it again, empty: --allow-recreate. To forget it: a removed block."})
}

// departs reports whether this plan ends the project, and whether its bucket goes
// with it: a retained one stays, and so does one that is only forgotten.
func (m *maker) departs(p addr.Address) (departs, bucketGoes bool) {
	if m.desired[p] != nil || m.in.Scope != nil && !m.in.Scope(p) {
		return false, false
	}
	r, recorded := m.recorded[p]
	return true, !m.forgets(p) && !(recorded && r.OnDestroy == "retain")
}

// forgets reports whether a project that departs is only forgotten, and nothing of it
// deleted.
func (m *maker) forgets(p addr.Address) bool {
	block, removed := m.removed[p]
	return removed && !block.Destroy && m.in.Mode != DestroyAll
}

// frees reports whether this plan releases the project's bucket: deletes it or,
// where the taker may adopt it, leaves it behind.
func (m *maker) frees(p addr.Address, adopts bool) bool {
	departs, bucketGoes := m.departs(p)
	return departs && (bucketGoes || adopts)
}

// needProof plans the proof where the stored credential lacks it.
func (m *maker) needProof(s *subject, d *draft) {
	unproved := s.record != nil && s.record.Active != nil &&
		(s.record.Proof == "" || s.record.Proof == state.Restricted && (slices.ContainsFunc(d.Steps, changesPolicy) ||
			!slices.Equal(s.record.Applied.AllowedIPs, s.desired.AllowedIPs))) // an earlier run changed the policy
	if d.verified || !unproved && !slices.ContainsFunc(d.Steps, makesBucket) {
		return
	}
	d.because(Update, "unproved", "the stored credential was not proved to work yet")
	d.add(s.proof())
}

func makesBucket(s Step) bool {
	_, ok := s.(CreateBucket)
	return ok
}

func changesPolicy(s Step) bool {
	_, ok := s.(UpdateCredential)
	return ok
}

// endRetiring revokes the credentials whose overlap has passed.
func (m *maker) endRetiring(s *subject, d *draft) {
	if s.record == nil || d.ended {
		return
	}
	for _, c := range s.record.Retiring {
		if c.RetireAfter.IsZero() || c.RetireAfter.After(m.in.Now) && !m.endsNow(s) {
			continue
		}
		d.because(Rotate, "overlap_passed", "the overlap has passed since "+words.Day(c.RetireAfter)+
			"; the old key is revoked")
		d.add(revoke(c))
	}
}

// recordChanges returns what is declared and only the state has to learn.
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

// changes collects the fields that differ.
type changes []Change

func (c *changes) compare(field, before, after string) {
	if before != after {
		*c = append(*c, Change{Field: field, Before: before, After: after})
	}
}
