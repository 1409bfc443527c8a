package planner_test

import (
	"slices"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// TestMake_onlyDue: what time and stopped runs left is planned, as recorded; what the files
// changed, and what people did elsewhere, is not.
func TestMake_onlyDue(t *testing.T) {
	due := func(s *scene) { s.desc.Rotate = &config.Rotation{Every: time.Minute, Overlap: time.Second} }
	ended := func(s *scene) {
		s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(-time.Hour)}}
	}
	intent := func(step string) func(*scene) { return func(s *scene) { s.intent(step, "n") } }
	edited := func(s *scene) {
		s.desc.Access, s.desc.Protect, s.desc.ItemTitle, s.desc.ExpiresAfter = vendors.ReadOnly, true, "other", time.Minute
	}
	const settle = planner.StepSettle
	for _, c := range []struct {
		name    string
		change  []func(*scene)
		reason  string // "" for no operation
		steps   []string
		blocked string
	}{
		{"nothing", nil, "", nil, ""},
		{"something declared", []func(*scene){edited}, "", nil, ""},
		{"no longer declared", []func(*scene){(*scene).undeclare}, "", nil, ""},
		{"not there yet", []func(*scene){(*scene).forgetRecord}, "", nil, ""},
		{"due", []func(*scene){due}, "rotation_due", []string{issue, storeStep, verify, settle}, ""},
		{"due, and something declared", []func(*scene){due, edited}, "rotation_due", []string{issue, storeStep, verify, settle}, ""},
		{"due, and no longer declared", []func(*scene){due, (*scene).undeclare}, "", nil, ""},
		{"due, and moved", []func(*scene){due, func(s *scene) {
			s.desc.Addr = albums
			s.in.Desired.Moved = []config.Moved{{From: photos, To: albums}}
		}}, "rotation_due", []string{issue, storeStep, verify, settle}, ""},
		{"due, and the key is gone", []func(*scene){due, (*scene).deleteCredential}, "credential_gone",
			[]string{issue, storeStep, verify, revoke, settle}, ""},
		{"the key is gone", []func(*scene){(*scene).deleteCredential}, "", nil, ""},
		{"due, and the bucket is gone", []func(*scene){due, (*scene).deleteBucket}, "rotation_due", []string{issue, storeStep, verify, settle}, "bucket_gone"},
		{"the bucket is gone", []func(*scene){(*scene).deleteBucket}, "", nil, ""},
		{"the item is gone", []func(*scene){(*scene).deleteItem}, "", nil, ""},
		{"expired", []func(*scene){func(s *scene) { s.credential(func(c *vendors.Credential) { c.Status = vendors.Expired }) }}, "credential_expired",
			[]string{issue, storeStep, verify, revoke, settle}, ""},
		{"older than expires_after, as recorded", []func(*scene){func(s *scene) { s.rec.Applied.ExpiresAfter = time.Minute }}, "credential_expired",
			[]string{issue, storeStep, verify, revoke, settle}, ""},
		{"an overlap ended", []func(*scene){ended}, "overlap_passed", []string{revoke, settle}, ""},
		{"an overlap ended, and no longer declared", []func(*scene){ended, (*scene).undeclare}, "overlap_passed", []string{revoke, settle}, ""},
		{"an overlap ended, amid a destroy", []func(*scene){ended, (*scene).undeclare, intent(dropBucket)}, "", nil, ""},
		{"a rotation was killed", []func(*scene){intent(issue)}, "interrupted", []string{issue, storeStep, verify, settle}, ""},
		{"its last step was killed", []func(*scene){intent(revoke)}, "interrupted", []string{settle}, ""},
		{"its proof was killed", []func(*scene){func(s *scene) { s.rec.Proof = state.Unproved }}, "unproved", []string{verify, settle}, ""},
		{"its proof was killed, and the item edited", []func(*scene){func(s *scene) {
			s.rec.Proof = state.Unproved
			s.item(func(i *observed.Item) { i.Fields[vendors.FieldBucket] = "edited" })
		}}, "", nil, ""},
		{"an update was killed", []func(*scene){intent(planner.StepUpdateSettings)}, "", nil, ""},
		{"a provision was killed", []func(*scene){intent(create), (*scene).forgetRecord}, "", nil, ""},
		{"a provision was killed when the keys were stored", []func(*scene){due, func(s *scene) { s.rec.Applied = state.Applied{} }}, "", nil, ""},
		{"keys from elsewhere", []func(*scene){due, func(s *scene) { s.rec.Registered = true }}, "", nil, ""},
		{"due, and another state took the item", []func(*scene){due, func(s *scene) {
			s.item(func(i *observed.Item) { i.Mark.Lineage, i.Mark.Operation = "another-lineage", "x" })
		}}, "rotation_due", []string{issue, storeStep, verify, settle}, "taken_over"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			for _, f := range c.change {
				f(s)
			}
			s.in.OnlyDue = true
			plan, diags := s.make(t)
			if diags.HasErrors() || len(plan.Operations) > 1 {
				t.Fatalf("%v %v", texts(plan), diags)
			}
			var o planner.Operation
			if len(plan.Operations) > 0 {
				o = plan.Operations[0]
			}
			var steps []string
			for _, step := range o.Steps {
				steps = append(steps, step.Name())
				if mint, is := step.(planner.IssueCredential); is && mint.Access != vendors.ReadWrite {
					t.Error("the key has the access that is declared by now")
				}
			}
			blocked := ""
			if len(o.Blocked) > 0 {
				blocked = o.Blocked[0].Word
			}
			if o.Reason.Word != c.reason || !slices.Equal(steps, c.steps) || blocked != c.blocked {
				t.Errorf("got %q %v, blocked %q", o.Reason.Word, steps, blocked)
			}
			if o.Reason.Word != "" && o.Address != photos {
				t.Errorf("it is of %s", o.Address)
			}
		})
	}
}

// TestMake_onlyDueKeeps: what an apply has to know of a run that was killed stays in the journal.
func TestMake_onlyDueKeeps(t *testing.T) {
	s := newScene()
	s.desc.Rotate, s.desc.Protect = &config.Rotation{Every: time.Minute}, true
	for _, step := range []string{planner.StepUpdateSettings, revoke, dropBucket} {
		s.intent(step, "n")
	}
	s.in.OnlyDue = true
	plan, _ := s.make(t)
	last := plan.Operations[0].Steps[len(plan.Operations[0].Steps)-1].(planner.Settle)
	if !slices.Equal(last.Keep, []uint64{1, 3}) || last.Gone || last.Declared.Protected {
		t.Errorf("got %+v", last)
	}
	// A credential that showed late, of a project that is not recorded any more.
	s = newScene()
	s.in.Recorded.Records, s.rec, s.in.Desired.Projects = nil, nil, nil
	s.in.Recorded.Watches = []state.Watch{{Name: "bh/main/project.photos/" + op1, Cloud: cloud, Project: photos}}
	s.in.OnlyDue = true
	plan, _ = s.make(t)
	if o, found := plan.Find(photos); !found || o.Kind != planner.Heal || len(o.Acts) != 1 || o.Acts[0].Step != revoke {
		t.Errorf("got %v", plan.Operations)
	}
}
