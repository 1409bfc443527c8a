package planner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// lose adds a live credential that the n-th operation of photos issued, and that the state does not know.
func (s *scene) lose(id string, n uint64) {
	s.addCredential(id, drawnBy("L", photos, n), "photos-bucket")
	key := observed.CredentialKey{Cloud: cloud, ID: id}
	c := s.in.Observed.Credentials[key]
	c.IssuedAt, c.Access = now.Add(time.Duration(n)*time.Minute), vendors.ReadWrite
	s.in.Observed.Credentials[key] = c
}

// older makes the state a copy from before K2 was issued and stored.
func (s *scene) older() {
	s.lose("K2", 2)
	s.item(func(i *observed.Item) {
		i.Fields[vendors.FieldAccessKeyID], i.Fingerprint = "K2", "F2"
		i.Mark = vendors.Mark{Stack: "main", Lineage: "L", Address: photos.String(), Operation: owners.OperationID("L", photos, 2), IssuedAt: now}
	})
	s.in.Recorded.Sequences[photos] = 1
}

// keptItem is an item that this state marked and does not record.
func (s *scene) keptItem(id, credential string, p addr.Address) {
	s.addItem(id, true, vendors.Mark{Stack: "main", Lineage: "L", Address: p.String(), Operation: owners.OperationID("L", p, 3), IssuedAt: now})
	key := observed.ItemKey{Secrets: store, ID: id}
	item := s.in.Observed.Items[key]
	item.Fingerprint, item.Fields = "F2", map[string]string{vendors.FieldAccessKeyID: credential, vendors.FieldBucket: "photos-bucket"}
	s.in.Observed.Items[key] = item
}

// TestMake_lost: the state was rebuilt or is an older copy, and does not know credentials of its own.
// What the item holds is taken over, the latest of the others retires, and the rest is revoked.
func TestMake_lost(t *testing.T) {
	tests := []struct {
		name   string
		change func(*scene)
		kind   planner.Kind
		reason string
		steps  []string // those that act on a credential with its id
	}{
		{"an older key", func(s *scene) { s.lose("K0", 5) }, planner.Heal, "key_unrecorded", []string{retire + " K0"}},
		{"an older key, and the present one was not proved", func(s *scene) { s.lose("K0", 5); s.rec.Proof = "" },
			planner.Update, "unproved", []string{verify, retire + " K0"}},
		{"several: the latest retires", func(s *scene) { s.lose("K0", 5); s.lose("K9", 7); s.lose("K8", 6) },
			planner.Heal, "key_unrecorded", []string{revoke + " K8", revoke + " K0", retire + " K9"}},
		{"there is an older one already", func(s *scene) {
			s.lose("K0", 5)
			s.rec.Retiring = []state.CredentialRef{{ID: "K9", RetireAfter: now.Add(time.Hour)}}
		}, planner.Heal, "key_unrecorded", []string{revoke + " K0"}},
		{"there was an older one", func(s *scene) {
			s.lose("K0", 5)
			s.rec.Retiring = []state.CredentialRef{{ID: "K9", RetireAfter: now}}
		}, planner.Rotate, "overlap_passed", []string{revoke + " K9", retire + " K0"}},
		{"without an overlap", func(s *scene) { s.lose("K0", 5); s.desc.Rotate = &config.Rotation{Every: 1e18} },
			planner.Heal, "key_unrecorded", []string{revoke + " K0"}},
		{"a rotation", func(s *scene) { s.lose("K0", 5); s.in.Rotate[photos] = true },
			planner.Rotate, "rotation_asked", []string{revoke + " K0", issue, storeStep, verify}},
		{"a rotation, and the present key was not proved", func(s *scene) {
			s.lose("K0", 5)
			s.in.Rotate[photos], s.rec.Proof = true, ""
		}, planner.Rotate, "rotation_asked", []string{verify, revoke + " K0", issue, storeStep, verify}},
		{"a rotation without an overlap, because keys leaked", func(s *scene) {
			s.lose("K0", 5)
			s.desc.Rotate = &config.Rotation{Every: 1e18, Overlap: time.Hour}
			s.in.Rotate[photos], s.in.NoOverlap = true, true
		}, planner.Rotate, "rotation_asked", []string{revoke + " K0", issue, storeStep, verify, revoke + " K1"}},
		{"the present key is gone: the older one may be in use", func(s *scene) { s.lose("K0", 5); s.lose("K9", 4); s.deleteCredential() },
			planner.Rotate, "credential_gone", []string{revoke + " K9", issue, storeStep, verify, revoke + " K1", retire + " K0"}},
		{"the item is gone, and with it which key is the present one", func(s *scene) {
			s.deleteItem()
			s.lose("K0", 5)
			s.rec.Item, s.rec.Active, s.rec.Proof = nil, nil, ""
			s.deleteCredential()
		}, planner.Provision, "interrupted", []string{issue, storeStep, verify, retire + " K0"}},
		{"a destroy", func(s *scene) { s.lose("K0", 5); s.undeclare() }, planner.Destroy, "undeclared",
			[]string{probe, revoke + " K1", revoke + " K0", dropBucket, dropItem}},
		{"a destroy that keeps the bucket", func(s *scene) { s.lose("K0", 5); s.undeclare(); s.rec.OnDestroy = "retain" }, planner.Destroy, "undeclared",
			[]string{revoke + " K1", revoke + " K0", dropItem}},
		{"it is forgotten", func(s *scene) {
			s.lose("K0", 5)
			s.undeclare()
			s.in.Desired.Removed = []config.Removed{{From: photos}}
		}, planner.Forget, "forgotten", []string{planner.StepForgetRecord}},
		{"a key of before a rename", func(s *scene) {
			s.addCredential("K0", drawnBy("L", addr.Address{Kind: addr.Project, Name: "old"}, 1), "photos-bucket")
		}, planner.Heal, "key_unrecorded", []string{retire + " K0"}},
		{"a key to another bucket", func(s *scene) { s.addCredential("K0", drawnBy("L", photos, 5), "other") }, "", "", nil},
		{"a key that expired", func(s *scene) {
			s.lose("K0", 5)
			key := observed.CredentialKey{Cloud: cloud, ID: "K0"}
			c := s.in.Observed.Credentials[key]
			c.Status = vendors.Expired
			s.in.Observed.Credentials[key] = c
		}, planner.Heal, "key_unrecorded", []string{revoke + " K0"}},
		{"a key in the item of a project that was forgotten", func(s *scene) {
			s.lose("K0", 5)
			s.keptItem("I9", "K0", albums)
		}, "", "", nil},
		{"the same, and a destroy: it opens nothing any more", func(s *scene) {
			s.lose("K0", 5)
			s.keptItem("I9", "K0", albums)
			s.undeclare()
		}, planner.Destroy, "undeclared", []string{probe, revoke + " K1", revoke + " K0", dropBucket, dropItem}},
		{"adopted after it was forgotten, and its item is gone", func(s *scene) {
			s.lose("K0", 5)
			s.forgetRecord()
			s.deleteItem()
			s.deleteCredential()
			s.desc.Adopt = true
		}, planner.Adopt, "adopted", []string{claim, issue, storeStep, verify, retire + " K0"}},
		{"made again under the name of a bucket that is gone: nobody uses the key", func(s *scene) {
			s.lose("K0", 5)
			s.forgetRecord()
			s.deleteItem()
			s.deleteCredential()
			s.deleteBucket()
		}, planner.Provision, "new", []string{create, revoke + " K0", issue, storeStep, verify}},

		{"an older copy: what the item holds is taken over", func(s *scene) { s.older(); s.deleteCredential() },
			planner.Heal, "key_newer", []string{confirm, verify, revoke + " K1"}},
		{"the same, and the key before it works on", func(s *scene) {
			s.older()
			s.desc.Rotate = &config.Rotation{Every: 1e18, Overlap: time.Hour}
		}, planner.Heal, "key_newer", []string{confirm, verify}},
		{"a copy from before two rotations", func(s *scene) { s.older(); s.deleteCredential(); s.lose("K3", 1) },
			planner.Heal, "key_newer", []string{confirm, verify, revoke + " K1", retire + " K3"}},
		{"the same, and its store was changed since", func(s *scene) {
			s.older()
			s.deleteCredential()
			s.keptItem("I1", "K2", photos)
			item := s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I1"}]
			s.deleteItem()
			s.in.Observed.Items[observed.ItemKey{Secrets: other, ID: "I7"}] = item
			s.desc.Secrets = other
		}, planner.Heal, "key_newer", []string{confirm, verify, revoke + " K1", dropItem}},
		{"the same, and its item was made again since", func(s *scene) {
			s.older()
			s.deleteItem()
			s.deleteCredential()
			s.keptItem("I7", "K2", photos)
		}, planner.Heal, "key_newer", []string{confirm, verify, revoke + " K1"}},
		{"the same, and a rotation is asked for", func(s *scene) {
			s.older()
			s.deleteItem()
			s.deleteCredential()
			s.keptItem("I7", "K2", photos)
			s.in.Rotate[photos] = true
		}, planner.Rotate, "rotation_asked", []string{confirm, revoke + " K1", issue, storeStep, verify, revoke + " K2"}},
		{"an older copy of a run that was stopped, whose item was written again since", func(s *scene) {
			s.older()
			s.deleteCredential()
			s.in.Recorded.Intents = []state.Intent{{ID: 1, Project: photos, Operation: owners.OperationID("L", photos, 1), Sequence: 1,
				Step: issue, Name: drawnBy("L", photos, 2), Cloud: cloud, Secrets: store, At: now.Add(-time.Minute)}}
		}, planner.Heal, "key_newer", []string{confirm, verify, revoke + " K1"}},
		{"a rotation is asked for: it is for what the item holds", func(s *scene) { s.older(); s.deleteCredential(); s.in.Rotate[photos] = true },
			planner.Rotate, "rotation_asked", []string{confirm, revoke + " K1", issue, storeStep, verify, revoke + " K2"}},
		{"a destroy of an older copy", func(s *scene) { s.older(); s.undeclare() }, planner.Destroy, "undeclared",
			[]string{probe, revoke + " K1", revoke + " K2", dropBucket, dropItem}},
		{"a person put an older key back", func(s *scene) {
			s.older()
			s.rec.Active.IssuedAt = now.Add(time.Hour)
		}, planner.Rotate, "item_edited", []string{issue, storeStep, verify, revoke + " K2"}},
		{"a person changed the access key id alone", func(s *scene) {
			s.lose("K2", 2)
			s.item(func(i *observed.Item) { i.Fields[vendors.FieldAccessKeyID], i.Fingerprint = "K2", "F2" })
		}, planner.Rotate, "item_edited", []string{issue, storeStep, verify, revoke + " K2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene()
			tt.change(s)
			plan, diags := s.make(t)
			if len(diags) > 0 {
				t.Errorf("got %v", diags)
			}
			if tt.kind == "" {
				if !plan.Empty() {
					t.Fatalf("got %+v, want no operation", plan.Operations)
				}
				return
			}
			o, _ := plan.Find(photos)
			var steps []string
			for _, step := range o.Acts {
				text := step.Step
				if text == revoke || text == retire {
					text += " " + step.Target
				}
				if text != writeItem {
					steps = append(steps, text)
				}
			}
			if o.Kind != tt.kind || o.Reason.Word != tt.reason || !slices.Equal(steps, tt.steps) {
				t.Errorf("got %s (%s) %q, want %s (%s) %q", o.Kind, o.Reason.Word, steps, tt.kind, tt.reason, tt.steps)
			}
			for _, step := range o.Steps {
				if r, is := step.(planner.RetireCredential); is && (r.Overlap == 0 ||
					!strings.Contains(strings.Join(o.Notes, "\n"), r.Credential.ID+" was to be revoked: it works until 2026-11-24")) {
					t.Errorf("got %+v and the notes %q", r, o.Notes)
				}
			}
		})
	}
}
