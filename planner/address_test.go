package planner_test

import (
	"maps"
	"slices"
	"testing"

	"buckethead/config"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// at puts the scene's bucket at an address, and into the record the one that was stored.
func (s *scene) at(stored, now vendors.Address, variable string) {
	s.in.Address = func(string, vendors.BucketID) planner.Address {
		return planner.Address{Address: now, Variable: variable}
	}
	maps.Copy(s.rec.Item.Fields, stored.Texts())
	if stored.AccountID != "" {
		s.rec.Item.Fields[vendors.FieldAccountID] = stored.AccountID
	}
}

// TestMake_address compares where a bucket is reached with what its item holds.
func TestMake_address(t *testing.T) {
	here := vendors.Address{EndpointURL: "https://here", Region: "auto"}
	there := vendors.Address{EndpointURL: "https://there", Region: "auto"}
	endpoint := planner.Change{Field: "endpoint_url", Before: "https://here", After: "https://there"}
	tests := []struct {
		name    string
		change  func(*scene)
		kind    planner.Kind // "" for no operation
		reason  string
		steps   []string
		changes []planner.Change
	}{
		{name: "the same", change: func(s *scene) { s.at(here, here, "") }},
		{name: "another endpoint: the item is written, then proved", change: func(s *scene) { s.at(here, there, "") },
			kind: planner.Update, reason: "settings_changed", steps: []string{writeItem, verify}, changes: []planner.Change{endpoint}},
		{name: "another region", change: func(s *scene) { s.at(here, vendors.Address{EndpointURL: "https://here", Region: "eu"}, "") },
			kind: planner.Update, reason: "settings_changed", steps: []string{writeItem, verify},
			changes: []planner.Change{{Field: "region", Before: "auto", After: "eu"}}},
		{name: "from the environment", change: func(s *scene) { s.at(here, there, "S3_URL") },
			kind: planner.Update, reason: "settings_changed", steps: []string{writeItem, verify},
			changes: []planner.Change{{Field: "endpoint_url", Before: "https://here", After: "https://there", Source: "S3_URL"}}},
		{name: "a record that does not know its address learns it later", change: func(s *scene) { s.at(vendors.Address{}, there, "") }},
		{name: "a cloud whose address is not known offline", change: func(s *scene) { s.at(here, vendors.Address{}, "") }},
		{name: "a wrong first endpoint: the item comes before the proof that is still owed",
			change: func(s *scene) { s.at(here, there, ""); s.rec.Proof = state.Unproved },
			kind:   planner.Update, reason: "settings_changed", steps: []string{writeItem, verify}, changes: []planner.Change{endpoint}},
		{name: "someone wrote the new one into the item: the record and the proof are owed",
			change: func(s *scene) {
				s.at(here, there, "")
				s.item(func(i *observed.Item) { maps.Copy(i.Fields, there.Texts()) })
			}, kind: planner.Update, reason: "settings_changed", steps: []string{writeItem, verify}, changes: []planner.Change{endpoint}},
		{name: "an item that is imported gets the address of its bucket", change: func(s *scene) {
			s.at(here, there, "")
			s.forgetRecord()
			s.item(func(i *observed.Item) { maps.Copy(i.Fields, here.Texts()) })
			s.in.Desired.Imports = []config.Import{{To: photos, Bucket: "photos-bucket", Item: "photos"}}
		}, kind: planner.Adopt, reason: "imported", steps: []string{claim, planner.StepTakeItem, writeItem, verify},
			changes: []planner.Change{{Field: "access_key_id", After: "K1"}, endpoint, {Field: "access", After: "read_write"}}},
		{name: "what an interrupted run stored gets it before it is proved", change: func(s *scene) {
			s.at(here, there, "")
			s.item(func(i *observed.Item) {
				maps.Copy(i.Fields, here.Texts())
				i.Fingerprint, i.Mark.Operation = "FX", "op2"
			})
			s.rec.Active, s.rec.Item, s.rec.Proof = nil, nil, ""
			s.rec.Pending = &state.CredentialRef{ID: "K1", Fingerprint: "FX"}
			s.intent(planner.StepStoreCredential, "photos")
		}, kind: planner.Provision, reason: "interrupted", steps: []string{confirm, writeItem, verify},
			changes: []planner.Change{{Field: "access", After: "read_write"}}},
		{name: "a rotation stores the new one", change: func(s *scene) { s.at(here, there, ""); s.in.Rotate[photos] = true },
			kind: planner.Rotate, reason: "rotation_asked", steps: []string{issue, storeStep, verify}, changes: []planner.Change{endpoint}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene()
			test.change(s)
			plan, diags := s.make(t)
			if len(diags) > 0 {
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
			var steps []string
			for _, a := range o.Acts {
				steps = append(steps, a.Step)
			}
			if o.Kind != test.kind || o.Reason.Word != test.reason || !slices.Equal(steps, test.steps) ||
				!slices.Equal(o.Changes, test.changes) {
				t.Errorf("got %s (%s) %v %+v, want %s (%s) %v %+v", o.Kind, o.Reason.Word, steps, o.Changes,
					test.kind, test.reason, test.steps, test.changes)
			}
		})
	}
}

// TestMake_addressLearned fills in what the record does not know with a write that is due
// for another reason.
func TestMake_addressLearned(t *testing.T) {
	s := newScene()
	s.at(vendors.Address{}, vendors.Address{EndpointURL: "https://there", Region: "auto"}, "")
	s.desc.ItemTitle = "renamed"
	plan, _ := s.make(t)
	update, ok := plan.Operations[0].Steps[0].(planner.UpdateItem)
	if !ok || update.Fields[vendors.FieldEndpointURL] != "https://there" || update.Fields[vendors.FieldRegion] != "auto" {
		t.Errorf("the first step is %+v", plan.Operations[0].Steps[0])
	}
	if changes := plan.Operations[0].Changes; len(changes) != 1 || changes[0].Field != "item_title" {
		t.Errorf("the changes are %+v", changes)
	}
}

// TestMake_addressSource: where a value comes from is shown, and decides nothing.
func TestMake_addressSource(t *testing.T) {
	digests := map[string]bool{}
	for _, variable := range []string{"", "S3_URL"} {
		s := newScene()
		s.at(vendors.Address{EndpointURL: "https://here"}, vendors.Address{EndpointURL: "https://there"}, variable)
		plan, _ := s.make(t)
		digests[plan.Digest()] = true
	}
	if len(digests) != 1 {
		t.Errorf("the same value of two sources has %d digests", len(digests))
	}
}

// TestMake_otherAccount: in another account nothing of the project can be seen, so its
// absence there proves nothing.
func TestMake_otherAccount(t *testing.T) {
	was, now := vendors.Address{AccountID: "1111"}, vendors.Address{AccountID: "2222"}
	tests := []struct {
		name   string
		change func(*scene)
		fault  string
	}{
		{"declared", func(*scene) {}, "BH2030"},
		{"made again", func(s *scene) { s.in.Allowance.Recreate = true }, "BH2030"},
		{"no longer declared", (*scene).undeclare, "BH2030"},
		{"destroyed", func(s *scene) { s.in.Mode = planner.DestroyAll }, "BH2030"},
		{"the bucket is there: the item has a wrong account", func(s *scene) {
			s.in.Observed.Buckets[photosKey] = vendors.Bucket{ID: photosID}
			s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "K1"}] = vendors.Credential{ID: "K1", Name: "bh/main/project.photos/op1",
				Bucket: photosID, Access: vendors.ReadWrite, Status: vendors.Active}
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene()
			s.at(was, now, "")
			s.deleteBucket()
			s.deleteCredential()
			test.change(s)
			plan, diags := s.make(t)
			if test.fault == "" {
				if len(diags) > 0 || !plan.Empty() {
					t.Errorf("got %v and %v", diags, plan.Operations)
				}
				return
			}
			if len(diags) != 1 || diags[0].Code != test.fault || !plan.Empty() {
				t.Errorf("got %v and %d operations, want %s alone", diags, len(plan.Operations), test.fault)
			}
		})
	}
}

// TestMake_shape compares how the store writes items with how it wrote this one.
func TestMake_shape(t *testing.T) {
	now := func(shape string) func(*scene) {
		return func(s *scene) { s.in.Shape = func(string) string { return shape } }
	}
	shown := vendors.Misfit{Field: vendors.FieldSecretAccessKey, Aspect: "type", Found: vendors.TypeVisible, Want: vendors.TypeConcealed}
	label := vendors.Misfit{Field: vendors.FieldBucket, Aspect: "label", Found: "B", Want: "bucket"}
	misfit := func(list ...vendors.Misfit) func(*scene) {
		return func(s *scene) { s.item(func(i *observed.Item) { i.Misfits = list }) }
	}
	tests := []struct {
		name    string
		stored  string
		changes []func(*scene)
		reason  string // "" for no operation
		fields  []string
	}{
		{"the same", "a", []func(*scene){now("a")}, "", nil},
		{"another", "a", []func(*scene){now("b")}, "settings_changed", []string{"fields"}},
		{"the same, of fields elsewhere", "a" + state.Elsewhere, []func(*scene){now("a")}, "", nil},
		{"another, of fields elsewhere", "a" + state.Elsewhere, []func(*scene){now("b")}, "settings_changed", []string{"fields"}},
		{"the record does not know it", "", []func(*scene){now("b")}, "", nil},
		{"a store without any", "a", []func(*scene){now("")}, "", nil},
		{"edited", "a", []func(*scene){now("a"), misfit(label, shown)}, "item_edited", []string{"bucket label", "secret_access_key type"}},
		{"edited, and another: labels are as they were declared", "a", []func(*scene){now("b"), misfit(label, shown)}, "item_edited",
			[]string{"secret_access_key type", "fields"}},
		{"edited, and the record does not know it", "", []func(*scene){now("a"), misfit(label)}, "item_edited", []string{"bucket label"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene()
			s.rec.Item.Shape = test.stored
			for _, change := range test.changes {
				change(s)
			}
			plan, _ := s.make(t)
			if test.reason == "" {
				if !plan.Empty() {
					t.Fatalf("got %+v, want no operation", plan.Operations)
				}
				return
			}
			if len(plan.Operations) != 1 {
				t.Fatalf("got %d operations, want 1", len(plan.Operations))
			}
			o := plan.Operations[0]
			var fields []string
			for _, c := range o.Changes {
				fields = append(fields, c.Field)
			}
			if o.Kind != planner.Update || o.Reason.Word != test.reason || !slices.Equal(fields, test.fields) ||
				len(o.Acts) != 1 || o.Acts[0].Step != writeItem {
				t.Errorf("got %s (%s) %v %v", o.Kind, o.Reason.Word, fields, o.Acts)
			}
		})
	}
}

// TestMake_otherIssuer: credentials of a kind that the cloud does not see are not gone.
func TestMake_otherIssuer(t *testing.T) {
	for name, c := range map[string]struct {
		recorded, now string
		change        func(*scene)
		fault         bool
	}{
		"another":            {"account", "user", func(*scene) {}, true},
		"and all is to go":   {"account", "user", func(s *scene) { s.in.Mode = planner.DestroyAll }, true},
		"the same":           {"user", "user", func(*scene) {}, false},
		"not known":          {"", "user", func(*scene) {}, false},
		"the cloud has one":  {"account", "", func(*scene) {}, false},
		"it is only forgot":  {"account", "user", func(s *scene) { s.undeclare(); s.in.Desired.Removed = []config.Removed{{From: photos}} }, false},
		"it is seen somehow": {"account", "user", func(s *scene) { s.stray("x"); s.rec.Active.ID = "KX" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			s.deleteCredential()
			s.rec.Issuer = c.recorded
			s.in.Address = func(string, vendors.BucketID) planner.Address {
				return planner.Address{Address: vendors.Address{Issuer: c.now}}
			}
			c.change(s)
			plan, diags := s.make(t)
			if found := len(diags) == 1 && diags[0].Code == "BH2032"; found != c.fault || found && !plan.Empty() {
				t.Errorf("got %v and %v", diags, plan.Operations)
			}
		})
	}
}
