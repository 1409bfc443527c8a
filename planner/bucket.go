package planner

import (
	"slices"

	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

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
			Fix:    "Correct the name of the bucket, or remove the import block to have bh make the bucket."})
	default:
		m.createBucket(s, d, spec, open)
	}
}

// createBucket plans a new bucket. Open says that an interrupted run may have made it already.
func (m *maker) createBucket(s *subject, d *draft, spec vendors.BucketSpec, open bool) {
	if open || s.record != nil {
		d.because(Provision, "interrupted", "an earlier run was stopped before it finished")
	}
	d.because(Provision, "new", "declared, not created yet")
	d.change("bucket", "", spec.ID.Name)
	if spec.Location != "" {
		d.change("location", "", spec.Location)
	}
	d.add(newBucket(spec, open))
}

// recreateBucket plans to make a bucket again that is gone. Unless an earlier run deleted it, a person
// must allow that, because its objects are lost.
func (m *maker) recreateBucket(s *subject, d *draft, spec vendors.BucketSpec) {
	deleted := slices.ContainsFunc(s.intents, func(i state.Intent) bool {
		return i.Step == StepDeleteBucket && i.Name == spec.ID.Name
	})
	if m.in.Allowance.Recreate || deleted {
		text := "the bucket was deleted outside of bh; it is recreated, empty"
		if deleted {
			text = "an earlier run deleted the bucket; it is recreated, empty"
		}
		d.because(Provision, "bucket_gone", text)
		d.add(newBucket(spec, false))
		return
	}
	d.failed = true
	m.fault(diag.Diagnostic{Kind: bucketGone, Address: s.project, Subject: s.desired.Range,
		Detail: "The bucket " + spec.ID.Name + " in " + s.desired.Cloud +
			" was deleted outside of bh, and its objects with it.",
		Fix: "Restore it if you can. To have bh recreate it, empty: --allow-recreate. To forget it: a removed block."})
}
