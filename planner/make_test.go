package planner_test

import (
	"slices"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

var (
	now    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	photos = addr.Address{Kind: addr.Project, Name: "photos"}
	albums = addr.Address{Kind: addr.Project, Name: "albums"}
	op1    = owners.OperationID("L", photos, 1)
)

// scene is a world in which the project photos was provisioned an hour ago and
// nothing differs. Each test changes one thing.
type scene struct {
	in   planner.Input
	desc *config.Project
	rec  *state.Record
}

const (
	cloud = "local.main"
	store = "age_file.main"
	other = "age_file.other"
)

func newScene() *scene {
	project := config.Project{Addr: photos, Cloud: cloud, Secrets: store, Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: "photos-bucket"}},
		Access: vendors.ReadWrite, ItemTitle: "photos", OnDestroy: config.Refuse, Range: diag.Range{File: "buckets.hcl", Start: diag.Pos{Line: 3}}}
	fields := map[string]string{vendors.FieldAccessKeyID: "K1", vendors.FieldBucket: "photos-bucket"}
	record := state.Record{Project: photos, Cloud: cloud, Secrets: store, Bucket: &vendors.BucketID{Name: "photos-bucket"},
		Applied: state.Applied{Access: vendors.ReadWrite}, Proof: state.Proved, OnDestroy: "refuse",
		Item:   &state.ItemRef{ID: "I1", Title: "photos", Fields: fields, Address: photos, Operation: op1, UpdatedAt: now.Add(-time.Hour)},
		Active: &state.CredentialRef{ID: "K1", Name: "bh/main/project.photos/" + op1, IssuedAt: now.Add(-time.Hour), Fingerprint: "F1"}}
	s := &scene{in: planner.Input{
		Desired:  &config.Config{Stack: "main", Projects: []config.Project{project}},
		Recorded: state.Snapshot{Meta: state.Meta{Lineage: "L"}, Records: map[addr.Address]state.Record{photos: record}, Sequences: map[addr.Address]uint64{photos: 1}},
		Observed: observed.World{
			Buckets: map[observed.BucketKey]vendors.Bucket{{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}: {ID: vendors.BucketID{Name: "photos-bucket"}}},
			Credentials: map[observed.CredentialKey]vendors.Credential{{Cloud: cloud, ID: "K1"}: {ID: "K1", Name: "bh/main/project.photos/" + op1,
				Bucket: vendors.BucketID{Name: "photos-bucket"}, Access: vendors.ReadWrite, Status: vendors.Active}},
			Items:     map[observed.ItemKey]observed.Item{{Secrets: store, ID: "I1"}: {Summary: vendors.ItemSummary{ID: "I1", Title: "photos", Marked: true, UpdatedAt: now.Add(-time.Hour)}}},
			Emptiness: map[observed.BucketKey]vendors.Emptiness{{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}: {}},
			Listed:    map[string]bool{cloud: true},
		},
		Mode: planner.Normal, Now: now, Rotate: map[addr.Address]bool{},
	}}
	s.desc = &s.in.Desired.Projects[0]
	s.rec = &record
	return s
}

func (s *scene) make(t *testing.T) (*planner.Plan, diag.List) {
	t.Helper()
	if s.rec != nil {
		s.in.Recorded.Records[s.rec.Project] = *s.rec
	}
	return planner.Make(s.in)
}

func (s *scene) undeclare() { s.in.Desired.Projects = nil }
func (s *scene) forgetRecord() {
	delete(s.in.Recorded.Records, photos)
	s.rec = nil
}
func (s *scene) credential(change func(*vendors.Credential)) {
	key := observed.CredentialKey{Cloud: cloud, ID: "K1"}
	c := s.in.Observed.Credentials[key]
	change(&c)
	s.in.Observed.Credentials[key] = c
}
func (s *scene) item(change func(*observed.Item)) {
	key := observed.ItemKey{Secrets: store, ID: "I1"}
	item := s.in.Observed.Items[key]
	item.Read, item.Fingerprint = true, "F1"
	item.Fields = map[string]string{vendors.FieldAccessKeyID: "K1", vendors.FieldBucket: "photos-bucket"}
	item.Mark = vendors.Mark{Stack: "main", Address: photos.String(), Operation: op1}
	change(&item)
	s.in.Observed.Items[key] = item
}
func (s *scene) stray(name string) {
	s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "KX"}] = vendors.Credential{ID: "KX", Name: name, Status: vendors.Active}
}
func (s *scene) unrecorded(name string) {
	s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "KX"}] = vendors.Credential{ID: "KX", Name: name, Status: vendors.Active,
		Bucket: vendors.BucketID{Name: "photos-bucket"}, Access: vendors.ReadWrite}
}
func (s *scene) intent(step, name string) {
	s.in.Recorded.Intents = append(s.in.Recorded.Intents, state.Intent{ID: uint64(len(s.in.Recorded.Intents) + 1), Project: photos,
		Operation: "op2", Sequence: 2, Step: step, Name: name, Cloud: cloud, Secrets: store, At: now.Add(-time.Minute)})
}
func (s *scene) deleteBucket() {
	delete(s.in.Observed.Buckets, observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}})
}
func (s *scene) deleteCredential() {
	delete(s.in.Observed.Credentials, observed.CredentialKey{Cloud: cloud, ID: "K1"})
}
func (s *scene) deleteItem() {
	delete(s.in.Observed.Items, observed.ItemKey{Secrets: store, ID: "I1"})
}
func (s *scene) fill(n int) {
	s.in.Observed.Emptiness[observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}] = vendors.Emptiness{Objects: n}
}

const (
	create, claim, issue, storeStep, verify = planner.StepCreateBucket, planner.StepClaimBucket, planner.StepIssueCredential, planner.StepStoreCredential, planner.StepVerifyCredential
	revoke, policy, writeItem, dropItem     = planner.StepRevokeCredential, planner.StepUpdateCredential, planner.StepUpdateItem, planner.StepDeleteItem
	probe, dropBucket, wipe, confirm        = planner.StepProbeEmpty, planner.StepDeleteBucket, planner.StepEmptyBucket, planner.StepConfirmStored
	retire                                  = planner.StepRetireCredential
)

// TestMake is design section 4, row by row, and section 5's table of what the
// next plan does after a run was stopped.
func TestMake(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*scene)
		kind    planner.Kind // "" for no operation
		reason  string
		steps   []string
		blocked string
		fault   string // a diagnostic's code
	}{
		{name: "all as recorded: none", change: func(*scene) {}},
		{name: "declared, not recorded, bucket absent: provision",
			change: func(s *scene) { s.forgetRecord(); s.deleteBucket(); s.deleteCredential(); s.deleteItem() },
			kind:   planner.Provision, reason: "new", steps: []string{create, issue, storeStep, verify}},
		{name: "declared, not recorded, bucket present: error",
			change: func(s *scene) { s.forgetRecord(); s.deleteCredential(); s.deleteItem() }, fault: "BH2007"},
		{name: "the same with adopt: adopt, and a credential beside those that are there",
			change: func(s *scene) {
				s.forgetRecord()
				s.desc.Adopt = true
				s.deleteItem()
				s.credential(func(c *vendors.Credential) { c.Name = "made by hand" })
			}, kind: planner.Adopt, reason: "adopted", steps: []string{claim, issue, storeStep, verify}},
		{name: "the same with an import block that names the item: nothing is issued",
			change: func(s *scene) {
				s.forgetRecord()
				s.item(func(*observed.Item) {})
				s.in.Desired.Imports = []config.Import{{To: photos, Bucket: "photos-bucket", Item: "photos", AccessKeyID: "K1"}}
			},
			kind: planner.Adopt, reason: "imported", steps: []string{claim, planner.StepTakeItem, writeItem, verify}},
		{name: "an import block whose key is another",
			change: func(s *scene) {
				s.forgetRecord()
				s.item(func(*observed.Item) {})
				s.in.Desired.Imports = []config.Import{{To: photos, Item: "photos", AccessKeyID: "K9"}}
			}, fault: "BH2009"},
		{name: "an import block for a bucket that is not there",
			change: func(s *scene) {
				s.forgetRecord()
				s.deleteBucket()
				s.in.Desired.Imports = []config.Import{{To: photos, Bucket: "photos-bucket"}}
			}, fault: "BH2005"},
		{name: "an item of the title that is not ours: error",
			change: func(s *scene) { s.forgetRecord(); s.deleteBucket() }, fault: "BH2008"},
		{name: "credential gone: rotate", change: (*scene).deleteCredential,
			kind: planner.Rotate, reason: "credential_gone", steps: []string{issue, storeStep, verify, revoke}},
		{name: "credential expired: rotate", change: func(s *scene) { s.credential(func(c *vendors.Credential) { c.Status = vendors.Expired }) },
			kind: planner.Rotate, reason: "credential_expired", steps: []string{issue, storeStep, verify, revoke}},
		{name: "credential exposed: rotate, and no overlap", change: func(s *scene) {
			s.desc.Rotate = &config.Rotation{Every: 1e18, Overlap: time.Hour}
			s.credential(func(c *vendors.Credential) { c.Status = vendors.Exposed })
		}, kind: planner.Rotate, reason: "credential_exposed", steps: []string{issue, storeStep, verify, revoke}},
		{name: "credential disabled: rotate", change: func(s *scene) { s.credential(func(c *vendors.Credential) { c.Status = vendors.Disabled }) },
			kind: planner.Rotate, reason: "credential_disabled", steps: []string{issue, storeStep, verify, revoke}},
		{name: "item gone: rotate", change: (*scene).deleteItem,
			kind: planner.Rotate, reason: "item_gone", steps: []string{issue, storeStep, verify}},
		{name: "item's title edited: update", change: func(s *scene) { s.item(func(i *observed.Item) { i.Summary.Title = "mine" }) },
			kind: planner.Update, reason: "item_edited", steps: []string{writeItem}},
		{name: "item's field edited: update", change: func(s *scene) { s.item(func(i *observed.Item) { i.Fields[vendors.FieldBucket] = "x" }) },
			kind: planner.Update, reason: "item_edited", steps: []string{writeItem}},
		{name: "a field that a person added: none", change: func(s *scene) { s.item(func(i *observed.Item) { i.Fields["note"] = "x" }) }},
		{name: "item's secret edited: rotate", change: func(s *scene) { s.item(func(i *observed.Item) { i.Fingerprint = "F9" }) },
			kind: planner.Rotate, reason: "item_edited", steps: []string{issue, storeStep, verify}},
		{name: "bucket gone: error", change: (*scene).deleteBucket, fault: "BH2006"},
		{name: "bucket gone and --allow-recreate: provision with the same keys",
			change: func(s *scene) { s.deleteBucket(); s.in.Allowance.Recreate = true },
			kind:   planner.Provision, reason: "bucket_gone", steps: []string{create, verify}},
		{name: "storage class differs: update", change: func(s *scene) {
			s.desc.Bucket.StorageClass = "infrequentaccess"
			s.in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}] = vendors.Bucket{StorageClass: "standard"}
		}, kind: planner.Update, reason: "settings_changed", steps: []string{planner.StepUpdateBucket}},
		{name: "location differs: a warning, nothing else", change: func(s *scene) { s.desc.Bucket.Location = "enam" }, fault: "BH2004"},
		{name: "jurisdiction differs: a warning, nothing else", change: func(s *scene) { s.desc.Bucket.ID.Namespace = "eu" }, fault: "BH2004"},
		{name: "bucket renamed: error", change: func(s *scene) { s.desc.Bucket.ID.Name = "other" }, fault: "BH2003"},
		{name: "cloud changed: error", change: func(s *scene) { s.desc.Cloud = "local.two" }, fault: "BH2002"},
		{name: "store changed: rotate into the new one", change: func(s *scene) { s.desc.Secrets = other },
			kind: planner.Rotate, reason: "store_changed", steps: []string{issue, storeStep, verify, dropItem}},
		{name: "access changed: the policy, same keys", change: func(s *scene) { s.desc.Access = vendors.ReadOnly },
			kind: planner.Update, reason: "settings_changed", steps: []string{policy}},
		{name: "allowed_ips changed: the policy, same keys", change: func(s *scene) { s.desc.AllowedIPs = []string{"192.0.2.0/24"} },
			kind: planner.Update, reason: "settings_changed", steps: []string{policy}},
		{name: "policy changed outside", change: func(s *scene) { s.credential(func(c *vendors.Credential) { c.Access = vendors.ReadOnly }) },
			kind: planner.Update, reason: "policy_drift", steps: []string{policy}},
		{name: "rotate.every passed, with overlap: the old key stays", change: func(s *scene) { s.desc.Rotate = &config.Rotation{Every: time.Hour, Overlap: time.Hour} },
			kind: planner.Rotate, reason: "rotation_due", steps: []string{issue, storeStep, verify}},
		{name: "rotate.every passed, without overlap", change: func(s *scene) { s.desc.Rotate = &config.Rotation{Every: time.Hour} },
			kind: planner.Rotate, reason: "rotation_due", steps: []string{issue, storeStep, verify, revoke}},
		{name: "overlap passed: revoke", change: func(s *scene) {
			s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now}}
		}, kind: planner.Rotate, reason: "overlap_passed", steps: []string{revoke}},
		{name: "overlap not passed: none", change: func(s *scene) {
			s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(1)}}
		}},
		{name: "rotation asked for", change: func(s *scene) { s.in.Rotate[photos] = true },
			kind: planner.Rotate, reason: "rotation_asked", steps: []string{issue, storeStep, verify}},
		{name: "protect changed: state alone", change: func(s *scene) { s.desc.Protect = true },
			kind: planner.Update, reason: "settings_changed"},
		{name: "stored and not proved", change: func(s *scene) { s.rec.Proof = state.Unproved },
			kind: planner.Update, reason: "unproved", steps: []string{verify}},
		{name: "undeclared: destroy, in order", change: (*scene).undeclare,
			kind: planner.Destroy, reason: "undeclared", steps: []string{probe, revoke, dropBucket, dropItem}},
		{name: "undeclared and full: blocked", change: func(s *scene) { s.undeclare(); s.fill(3) },
			kind: planner.Destroy, reason: "undeclared", steps: []string{probe, revoke, dropBucket, dropItem}, blocked: "bucket_not_empty"},
		{name: "undeclared and protected: blocked", change: func(s *scene) { s.undeclare(); s.rec.Protected = true },
			kind: planner.Destroy, reason: "undeclared", steps: []string{probe, revoke, dropBucket, dropItem}, blocked: "protected"},
		{name: "undeclared, retain: the bucket stays", change: func(s *scene) { s.undeclare(); s.fill(3); s.rec.OnDestroy = "retain" },
			kind: planner.Destroy, reason: "undeclared", steps: []string{revoke, dropItem}},
		{name: "undeclared, empty: blocked until allowed", change: func(s *scene) { s.undeclare(); s.fill(3); s.rec.OnDestroy = "empty" },
			kind: planner.Destroy, reason: "undeclared", steps: []string{revoke, wipe, dropBucket, dropItem}, blocked: "would_delete_objects"},
		{name: "undeclared, empty and allowed", change: func(s *scene) {
			s.undeclare()
			s.fill(3)
			s.rec.OnDestroy = "empty"
			s.in.Allowance.Empty = true
		}, kind: planner.Destroy, reason: "undeclared", steps: []string{revoke, wipe, dropBucket, dropItem}},
		{name: "bh destroy, though declared", change: func(s *scene) { s.in.Mode = planner.DestroyAll },
			kind: planner.Destroy, reason: "destroy_asked", steps: []string{probe, revoke, dropBucket, dropItem}},
		{name: "removed: forget", change: func(s *scene) { s.undeclare(); s.in.Desired.Removed = []config.Removed{{From: photos}} },
			kind: planner.Forget, reason: "forgotten", steps: []string{planner.StepForgetRecord}},
		{name: "removed with destroy", change: func(s *scene) { s.undeclare(); s.in.Desired.Removed = []config.Removed{{From: photos, Destroy: true}} },
			kind: planner.Destroy, reason: "removed", steps: []string{probe, revoke, dropBucket, dropItem}},
		{name: "moved: the record and the item's title", change: func(s *scene) {
			s.desc.Addr, s.desc.ItemTitle = albums, "albums"
			s.in.Desired.Moved = []config.Moved{{From: photos, To: albums}}
		}, kind: planner.Move, reason: "moved", steps: []string{planner.StepMoveRecord, writeItem}},

		{name: "stopped before the name was used: the operation, as if nothing had been",
			change: func(s *scene) {
				s.rec.Active, s.rec.Item, s.rec.Proof = nil, nil, ""
				s.deleteItem()
				s.deleteCredential()
				s.intent(planner.StepIssueCredential, "bh/main/project.photos/op2")
			}, kind: planner.Provision, reason: "interrupted", steps: []string{issue, storeStep, verify}},
		{name: "stopped between mint and store: what is found is revoked first",
			change: func(s *scene) {
				s.rec.Active, s.rec.Item, s.rec.Proof = nil, nil, ""
				s.deleteItem()
				s.deleteCredential()
				s.intent(planner.StepIssueCredential, "bh/main/project.photos/op2")
				s.stray("bh/main/project.photos/op2")
			}, kind: planner.Provision, reason: "interrupted", steps: []string{revoke, issue, storeStep, verify}},
		{name: "stopped between store and commit: taken over, not issued again",
			change: func(s *scene) {
				s.item(func(i *observed.Item) { i.Fingerprint = "FX"; i.Mark.Operation = "op2" })
				s.rec.Active, s.rec.Item, s.rec.Proof = nil, nil, ""
				s.credential(func(c *vendors.Credential) { c.Status = vendors.Active })
				s.rec.Pending = &state.CredentialRef{ID: "K1", Fingerprint: "FX"}
				s.intent(planner.StepStoreCredential, "photos")
			}, kind: planner.Provision, reason: "interrupted", steps: []string{confirm, verify}},
		{name: "the same in a rotation: the key that was active retires",
			change: func(s *scene) {
				s.item(func(i *observed.Item) { i.Fingerprint = "FX"; i.Mark.Operation = "op2" })
				s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "KX"}] = vendors.Credential{ID: "KX", Name: "bh/main/project.photos/op2",
					Bucket: vendors.BucketID{Name: "photos-bucket"}, Access: vendors.ReadWrite, Status: vendors.Active}
				s.rec.Pending = &state.CredentialRef{ID: "KX", Fingerprint: "FX"}
				s.intent(planner.StepStoreCredential, "photos")
			}, kind: planner.Rotate, reason: "interrupted", steps: []string{confirm, verify}},
		{name: "the same, and the old key was revoked before the state could say so",
			change: func(s *scene) {
				s.item(func(i *observed.Item) { i.Fingerprint = "FX"; i.Mark.Operation = "op2" })
				s.deleteCredential()
				s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "KX"}] = vendors.Credential{ID: "KX", Name: "bh/main/project.photos/op2",
					Bucket: vendors.BucketID{Name: "photos-bucket"}, Access: vendors.ReadWrite, Status: vendors.Active}
				s.rec.Pending = &state.CredentialRef{ID: "KX", Fingerprint: "FX"}
				s.intent(planner.StepStoreCredential, "photos")
			}, kind: planner.Rotate, reason: "interrupted", steps: []string{confirm, verify, revoke}},
		{name: "stored so long ago that it is due already: proved before the key that was active goes",
			change: func(s *scene) {
				s.item(func(i *observed.Item) { i.Fingerprint = "FX"; i.Mark.Operation = "op2" })
				s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "KX"}] = vendors.Credential{ID: "KX", Name: "bh/main/project.photos/op2",
					Bucket: vendors.BucketID{Name: "photos-bucket"}, Access: vendors.ReadWrite, Status: vendors.Active}
				s.rec.Pending = &state.CredentialRef{ID: "KX", Fingerprint: "FX", IssuedAt: now.Add(-2 * time.Hour)}
				s.desc.Rotate = &config.Rotation{Every: time.Hour}
				s.intent(planner.StepStoreCredential, "photos")
			}, kind: planner.Rotate, reason: "interrupted", steps: []string{confirm, verify, revoke, issue, storeStep, verify, revoke}},
		{name: "the same, and the key that was active is gone: nothing is lost with it",
			change: func(s *scene) {
				s.item(func(i *observed.Item) { i.Fingerprint = "FX"; i.Mark.Operation = "op2" })
				s.deleteCredential()
				s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "KX"}] = vendors.Credential{ID: "KX", Name: "bh/main/project.photos/op2",
					Bucket: vendors.BucketID{Name: "photos-bucket"}, Access: vendors.ReadWrite, Status: vendors.Active}
				s.rec.Pending = &state.CredentialRef{ID: "KX", Fingerprint: "FX", IssuedAt: now.Add(-2 * time.Hour)}
				s.desc.Rotate = &config.Rotation{Every: time.Hour}
				s.intent(planner.StepStoreCredential, "photos")
			}, kind: planner.Rotate, reason: "interrupted", steps: []string{confirm, revoke, issue, storeStep, verify, revoke}},
		{name: "a rotation was asked for because the keys leaked",
			change: func(s *scene) {
				s.in.Rotate[photos], s.in.NoOverlap = true, true
				s.desc.Rotate = &config.Rotation{Every: 90 * 24 * time.Hour, Overlap: 7 * 24 * time.Hour}
				s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(time.Hour)}}
			}, kind: planner.Rotate, reason: "rotation_asked", steps: []string{revoke, issue, storeStep, verify, revoke}},
		{name: "a rotation was asked for during an overlap: the older key ends first",
			change: func(s *scene) {
				s.in.Rotate[photos] = true
				s.desc.Rotate = &config.Rotation{Every: 90 * 24 * time.Hour, Overlap: 7 * 24 * time.Hour}
				s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(time.Hour)}}
			}, kind: planner.Rotate, reason: "rotation_asked", steps: []string{revoke, issue, storeStep, verify}},
		{name: "the same, and the present key was not proved yet: that comes before",
			change: func(s *scene) {
				s.in.Rotate[photos] = true
				s.rec.Proof = state.Unproved
				s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(-time.Hour)}}
			}, kind: planner.Rotate, reason: "rotation_asked", steps: []string{verify, revoke, issue, storeStep, verify}},
		{name: "the same, and the keys leaked: nothing waits for a proof",
			change: func(s *scene) {
				s.in.Rotate[photos], s.in.NoOverlap = true, true
				s.rec.Proof = state.Unproved
				s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(time.Hour)}}
			}, kind: planner.Rotate, reason: "rotation_asked", steps: []string{revoke, issue, storeStep, verify, revoke}},
		{name: "a key that was revoked outside of bh: the older one keeps its time",
			change: func(s *scene) {
				s.deleteCredential()
				s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(time.Hour)}}
			}, kind: planner.Rotate, reason: "credential_gone", steps: []string{issue, storeStep, verify, revoke}},
		{name: "a first credential was stored, and nothing of it recorded",
			change: func(s *scene) {
				s.forgetRecord()
				s.intent(planner.StepCreateBucket, "photos-bucket")
				s.intent(planner.StepIssueCredential, "bh/main/project.photos/op2")
				s.intent(planner.StepStoreCredential, "photos")
				s.unrecorded("bh/main/project.photos/op2")
				s.deleteCredential()
				key := observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}
				s.in.Observed.Buckets[key] = vendors.Bucket{ID: key.ID, CreatedAt: now}
				s.item(func(i *observed.Item) { i.Fields[vendors.FieldAccessKeyID], i.Mark.Operation = "KX", "op2" })
			}, kind: planner.Provision, reason: "interrupted", steps: []string{claim, confirm, verify}},
		{name: "a renewed credential was stored, and nothing of it recorded",
			change: func(s *scene) {
				s.intent(planner.StepIssueCredential, "bh/main/project.photos/op2")
				s.intent(planner.StepStoreCredential, "photos")
				s.unrecorded("bh/main/project.photos/op2")
				s.item(func(i *observed.Item) {
					i.Fields[vendors.FieldAccessKeyID], i.Mark.Operation, i.Fingerprint = "KX", "op2", "FX"
				})
			}, kind: planner.Rotate, reason: "interrupted", steps: []string{confirm, verify}},
		{name: "an unrecorded credential that another item holds is not taken over",
			change: func(s *scene) {
				s.intent(planner.StepIssueCredential, "bh/main/project.photos/op2")
				s.stray("bh/main/project.photos/op2")
				s.item(func(i *observed.Item) { i.Fields[vendors.FieldAccessKeyID], i.Fingerprint = "KX", "FX" })
			}, kind: planner.Rotate, reason: "interrupted", steps: []string{issue, storeStep, verify, revoke}},
		{name: "stopped after the bucket was made: it is ours",
			change: func(s *scene) {
				s.forgetRecord()
				s.deleteItem()
				s.deleteCredential()
				s.in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}] = vendors.Bucket{ID: vendors.BucketID{Name: "photos-bucket"}, CreatedAt: now}
				s.intent(planner.StepCreateBucket, "photos-bucket")
			}, kind: planner.Provision, reason: "interrupted", steps: []string{claim, issue, storeStep, verify}},
		{name: "a bucket older than the intent is not",
			change: func(s *scene) {
				s.forgetRecord()
				s.deleteItem()
				s.in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}] = vendors.Bucket{CreatedAt: now.Add(-24 * time.Hour)}
				s.intent(planner.StepCreateBucket, "photos-bucket")
			}, fault: "BH2021"},
		{name: "stopped, and the project has left the file: destroy of all that the intents name",
			change: func(s *scene) {
				s.forgetRecord()
				s.undeclare()
				s.deleteCredential()
				s.item(func(i *observed.Item) { i.Mark.Operation = "op2" })
				s.in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}] = vendors.Bucket{CreatedAt: now}
				s.intent(planner.StepCreateBucket, "photos-bucket")
				s.intent(planner.StepIssueCredential, "bh/main/project.photos/op2")
				s.intent(planner.StepStoreCredential, "photos")
				s.stray("bh/main/project.photos/op2")
			}, kind: planner.Destroy, reason: "interrupted", steps: []string{probe, revoke, dropBucket, dropItem}},
		{name: "a stray beside a healthy project: heal", change: func(s *scene) {
			s.in.Recorded.Watches = []state.Watch{{Name: "bh/main/project.photos/op0", Cloud: cloud, Project: photos}}
			s.stray("bh/main/project.photos/op0")
		}, kind: planner.Heal, reason: "left_behind", steps: []string{revoke}},
		{name: "credentials with our prefix that the journal does not name are left alone", change: func(s *scene) { s.stray("bh/main/project.photos/op7") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene()
			test.change(s)
			plan, diags := s.make(t)
			if test.fault != "" {
				if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == test.fault }) {
					t.Errorf("got diagnostics %v, want one of code %s", diags, test.fault)
				}
			} else if len(diags) > 0 {
				t.Errorf("got diagnostics %v, want none", diags)
			}
			if test.kind == "" {
				if !plan.Empty() {
					t.Fatalf("got %+v, want no operation", plan.Operations)
				}
				return
			}
			if len(plan.Operations) != 1 {
				t.Fatalf("got %d operations, want 1", len(plan.Operations))
			}
			o := plan.Operations[0]
			if o.Kind != test.kind || o.Reason.Word != test.reason {
				t.Errorf("got %s because %s, want %s because %s", o.Kind, o.Reason.Word, test.kind, test.reason)
			}
			var steps []string
			for _, a := range o.Acts {
				steps = append(steps, a.Step)
			}
			if !slices.Equal(steps, test.steps) {
				t.Errorf("got steps %v, want %v", steps, test.steps)
			}
			blocked := ""
			if len(o.Blocked) > 0 {
				blocked = o.Blocked[0].Word
			}
			if blocked != test.blocked {
				t.Errorf("got blocked %q, want %q", blocked, test.blocked)
			}
			if _, ok := o.Steps[len(o.Steps)-1].(planner.Settle); !ok {
				t.Errorf("the last step is %s, want settle", o.Steps[len(o.Steps)-1].Name())
			}
		})
	}
}
