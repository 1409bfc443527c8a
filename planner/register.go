package planner

import (
	"maps"
	"slices"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// register plans to store registered keys, if they are not stored yet or have
// changed. It contacts no cloud.
func (m *maker) register(s *subject) *Operation {
	r, want := s.record, s.desired
	if r != nil && !r.Registered {
		m.fault(diag.Diagnostic{Kind: bucketToKeys, Address: s.project, Subject: want.Range,
			Detail: s.project.String() + " is a bucket that bh made, with credentials that it issued.",
			Fix:    "Declare the registered keys in another project, and remove this one or keep it as it was."})
		return nil
	}
	if o := m.takenOver(s); o != nil {
		return o
	}
	d := &draft{Operation: s.operation("", "", "")}
	word, text := m.registerCause(s)
	switch {
	case word == "":
		m.updateItem(s, d)
		m.needRegisteredProof(s, d)
	case m.pendingStored(s, d):
		d.because(Register, "interrupted", "an earlier run was stopped after it had stored the keys")
	default:
		m.storeRegistered(s, d, word, text)
	}
	if d.failed {
		return nil
	}
	if len(d.Steps) > 0 {
		d.Notes = append(d.Notes, registerNotes(want.Register)...)
	}
	if slices.ContainsFunc(d.Steps, readsBack) {
		d.Notes = append(d.Notes, "verify = false: bh does not check that the keys open the bucket")
	}
	return m.conclude(s, d)
}

// registerNotes says what a reviewer needs to know: which secret is read, and where its keys are used.
func registerNotes(r *config.Register) (notes []string) {
	if r.Reference != "" {
		notes = append(notes, "the secret is read from "+r.Reference)
	}
	if host := vendors.HostOf(r.EndpointURL); host != "" {
		notes = append(notes, "the keys are for "+host)
	}
	return notes
}

// registerCause says why the keys have to be stored, "" if they are stored.
func (m *maker) registerCause(s *subject) (word, text string) {
	r, want := s.record, s.desired
	if r == nil || r.Active == nil {
		if len(s.intents) > 0 || r != nil {
			return "interrupted", "an earlier run was stopped before the keys were stored"
		}
		return "new", "declared, not stored yet"
	}
	item, there := m.in.Observed.Item(r.Secrets, itemID(r))
	switch {
	case r.Secrets != want.Secrets:
		return "store_changed", "the project moves to another secret store"
	case m.in.Observed.Registered[s.project] != r.Active.Fingerprint:
		return "secret_changed", "another secret is declared"
	case !maps.Equal(registeredKeys(s).Texts(), r.Item.Fields):
		return "settings_changed", "other keys are declared"
	case !there:
		return "item_gone", itemGone(r) + "; the keys are stored again"
	case item.Read && item.Fingerprint != r.Active.Fingerprint:
		return "item_edited", "the secret in the item is not the one that was stored"
	}
	return "", ""
}

// storeRegistered plans to store registered keys, and to prove them.
func (m *maker) storeRegistered(s *subject, d *draft, word, text string) {
	item := ""
	if block, imported := m.imports[s.project]; imported && block.Item != "" && (s.record == nil || s.record.Item == nil) {
		if ids := m.itemsNamed(s.desired.Secrets, block.Item); len(ids) == 1 {
			item = ids[0]
			d.failed = !m.mayTakeItem(s, observed.ItemKey{Secrets: s.desired.Secrets, ID: item}, block)
		}
	}
	if item == "" && !d.failed {
		var ok bool
		if item, ok = m.storeInto(s, d); !ok {
			d.failed = true
			return
		}
	}
	d.because(Register, word, text)
	d.verified, d.ItemID = true, item
	keys, stored := registeredKeys(s), map[string]string{}
	if s.record != nil && s.record.Item != nil {
		stored = s.record.Item.Fields
	}
	wanted := keys.Texts()
	for _, name := range []string{vendors.FieldAccessKeyID, vendors.FieldBucket, vendors.FieldEndpointURL,
		vendors.FieldRegion} {
		if stored[name] != wanted[name] {
			d.change(name, stored[name], wanted[name])
		}
	}
	if word == "new" || word == "secret_changed" {
		d.Changes = append(d.Changes, Change{Field: vendors.FieldSecretAccessKey, Sensitive: true})
	}
	take := TakeCredential{AccessKeyID: keys.AccessKeyID, EndpointURL: keys.EndpointURL, Region: keys.Region,
		Bucket: keys.Bucket, Fingerprint: m.in.Observed.Registered[s.project]}
	d.add(RegisterSteps(take, StoreCredential{ItemID: item, Title: s.desired.ItemTitle,
		Over: m.over(s.desired.Secrets, item)}, s.proof())...)
	if s.record != nil {
		m.leaveStore(s, d)
	}
}

// needRegisteredProof plans a proof that is still missing: after a run that was stopped before it, and
// once verify is no longer false. A proof that --verify=false waived stays waived.
func (m *maker) needRegisteredProof(s *subject, d *draft) {
	r, proof := s.record, s.proof()
	switch {
	case r.Proof == state.Unproved && proof.ReadBack:
		d.because(Update, "unproved", "verify is false now; the pending proof is dropped")
	case r.Proof == state.Unproved:
		d.because(Update, "unproved", "the stored keys are not proved to open the bucket yet")
	case r.Proof == state.Waived && r.Applied.Unverified && !proof.ReadBack:
		d.because(Update, "unproved", "verify is no longer false; the stored keys are proved")
	default:
		return
	}
	d.add(proof)
}

// readsBack reports whether a step leaves out the proof of the keys.
func readsBack(s Step) bool {
	proof, is := s.(VerifyCredential)
	return is && proof.ReadBack
}
