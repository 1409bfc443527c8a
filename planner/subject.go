package planner

import (
	"cmp"
	"fmt"
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// subject holds all that is known of one project while its operation is decided.
type subject struct {
	project  addr.Address
	from     addr.Address // the address before a move, zero if it did not move
	desired  *config.Project
	record   *state.Record
	intents  []state.Intent
	sequence uint64
	lineage  string
	strays   []stray
	lost     []owners.Unrecorded // live credentials of the project that the state lost track of
	watch    []state.Watch       // mints of open intents that were not seen
	seen     []string            // names under watch that were seen, or are now a stray
}

// stray is a live credential with our name that is in no record, or one that a record gave up.
type stray struct {
	cloud string
	id    string
	name  string
}

// subject collects what is known of a project.
func (m *maker) subject(p addr.Address) *subject {
	s := &subject{project: p, from: m.moves.From[p], desired: m.desired[p], record: m.recorded[p], intents: m.intents[p]}
	s.sequence = m.in.Recorded.Sequences[p]
	if !s.from.IsZero() {
		s.sequence = max(s.sequence, m.in.Recorded.Sequences[s.from])
	}
	s.sequence++
	s.lineage = m.in.Recorded.Meta.Lineage
	m.findStrays(s)
	return s
}

// findStrays looks for credentials that open intents and watched names turned out to have made. The
// pending credential of the record is a stray too, unless its secret is found in the item: then
// pendingStored takes it off the list.
func (m *maker) findStrays(s *subject) {
	look := func(cloud, name string) bool {
		ids := m.byName[observed.CredentialKey{Cloud: cloud, ID: name}]
		for _, id := range ids {
			if !s.vouches(id) {
				s.strays = append(s.strays, stray{cloud, id, name})
			}
		}
		return len(ids) > 0
	}
	for _, w := range m.watches[s.project] {
		if look(w.Cloud, w.Name) {
			s.seen = append(s.seen, w.Name)
		}
	}
	for _, i := range s.intents {
		if i.Step != StepIssueCredential || i.Name == "" {
			continue
		}
		if look(i.Cloud, i.Name) {
			continue
		}
		w := state.Watch{Name: i.Name, Cloud: i.Cloud, Project: s.project, At: i.At}
		if m.in.Observed.Listed[i.Cloud] {
			w.AbsentSince, w.Listings = m.in.Now, 1
		}
		s.watch = append(s.watch, w)
	}
	if r := s.record; r != nil && r.Pending != nil && !r.Registered {
		// Seen or not: revoking what is gone costs nothing, but trusting a late list may.
		s.strays = append(s.strays, stray{r.Cloud, r.Pending.ID, r.Pending.Name})
	}
	if s.record != nil {
		for _, c := range s.record.Retiring {
			if c.RetireAfter.IsZero() {
				s.strays = append(s.strays, stray{s.record.Cloud, c.ID, c.Name})
			}
		}
	}
	slices.SortFunc(s.strays,
		func(a, b stray) int { return cmp.Or(cmp.Compare(a.cloud, b.cloud), cmp.Compare(a.id, b.id)) })
	s.strays = slices.Compact(s.strays)
}

// vouches reports whether the record has the credential.
func (s *subject) vouches(id string) bool {
	r := s.record
	if r == nil {
		return false
	}
	known := func(c *state.CredentialRef) bool { return c != nil && c.ID == id }
	return known(r.Active) || known(r.Pending) ||
		slices.ContainsFunc(r.Retiring, func(c state.CredentialRef) bool { return c.ID == id })
}

// interrupted reports whether an earlier run was stopped while it renewed the credential.
func (s *subject) interrupted() bool {
	return s.record != nil && s.record.Pending != nil ||
		slices.ContainsFunc(s.intents, func(i state.Intent) bool { return i.Step == StepIssueCredential })
}

// open finds an intent of the given step.
func (s *subject) open(step string) (state.Intent, bool) {
	for _, i := range s.intents {
		if i.Step == step {
			return i, true
		}
	}
	return state.Intent{}, false
}

// operation starts the operation of this subject.
func (s *subject) operation(kind Kind, word, text string) *Operation {
	o := &Operation{Address: s.project, Kind: kind, Reason: Reason{word, text},
		ID: owners.OperationID(s.lineage, s.project, s.sequence), Sequence: s.sequence}
	if s.desired != nil {
		o.Cloud, o.Secrets, o.Range = s.desired.Cloud, s.desired.Secrets, s.desired.Range
		o.Bucket, o.Location, o.ItemTitle = s.desired.Bucket.ID, s.desired.Bucket.Location, s.desired.ItemTitle
	}
	if r := s.record; r != nil {
		if s.desired == nil {
			o.Cloud, o.Secrets = r.Cloud, r.Secrets
		}
		if r.Bucket != nil {
			o.Bucket = *r.Bucket
		}
		if r.Item != nil {
			o.ItemID = r.Item.ID
			if s.desired == nil {
				o.ItemTitle = r.Item.Title
			}
		}
	}
	if !s.from.IsZero() {
		o.Steps = append(o.Steps, MoveRecord{From: s.from})
		o.Changes = append(o.Changes, Change{Field: "address", Before: s.from.String(), After: s.project.String()})
	}
	return o
}

// finish adds the last steps of every operation: strays are revoked, unless they were revoked earlier
// to make room for a new credential, and the record is written.
func (s *subject) finish(o *Operation, gone bool) *Operation {
	s.endStrays(o)
	settle := Settle{Watch: s.watch, Unwatch: s.seen, Gone: gone}
	if !gone {
		settle.Declared = s.declared()
	}
	o.Steps = append(o.Steps, settle)
	return o
}

// endStrays plans to revoke what earlier runs left behind.
func (s *subject) endStrays(o *Operation) {
	if len(s.strays) == 0 {
		return
	}
	for _, stray := range s.strays {
		if o.Cloud == "" {
			o.Cloud = stray.cloud
		}
		o.Steps = append(o.Steps, RevokeCredential{ID: stray.id, CredentialName: stray.name})
	}
	o.Notes = append(o.Notes, leftBehind(len(s.strays)))
	s.strays = nil
}

// leftBehind says how many credentials were left behind.
func leftBehind(n int) string {
	if n == 1 {
		return "a credential was left behind by an earlier run; it is revoked"
	}
	return fmt.Sprintf("%d credentials were left behind by earlier runs; they are revoked", n)
}

// declared returns what the record copies from the declaration. If the project is not declared, the
// record keeps what it has.
func (s *subject) declared() Declared {
	if s.desired == nil {
		if s.record == nil {
			return Declared{}
		}
		return DeclaredBy(*s.record)
	}
	d := s.desired
	out := Declared{Cloud: d.Cloud, Secrets: d.Secrets, Registered: d.Register != nil,
		Protected: d.Protect, OnDestroy: string(d.OnDestroy)}
	if d.Register == nil {
		out.Applied = state.Applied{Location: d.Bucket.Location, StorageClass: d.Bucket.StorageClass,
			Access: d.Access, AllowedIPs: d.AllowedIPs, ExpiresAfter: d.ExpiresAfter, Settings: d.Bucket.Settings}
		if s.record != nil && s.record.Bucket != nil {
			// A location matters only at creation: the record keeps the original one.
			out.Applied.Location = s.record.Applied.Location
		}
	} else {
		out.Applied.Unverified = d.Register.Unverified
	}
	return out
}

// bucketID returns the bucket that the project has, or will have.
func (s *subject) bucketID() vendors.BucketID {
	if s.record != nil && s.record.Bucket != nil {
		return *s.record.Bucket
	}
	return s.desired.Bucket.ID
}

// proof returns the step that proves what the declared project stores.
func (s *subject) proof() VerifyCredential {
	return VerifyCredential{AllowedIPs: s.desired.AllowedIPs,
		ReadBack: s.desired.Register != nil && s.desired.Register.Unverified}
}

// registeredKeys returns what a register block declares of its keys, without the secret.
func registeredKeys(s *subject) vendors.BucketCredentials {
	reg := s.desired.Register
	return vendors.BucketCredentials{AccessKeyID: reg.AccessKeyID, Bucket: s.desired.Bucket.ID.Name,
		EndpointURL: reg.EndpointURL, Region: reg.Region}
}
