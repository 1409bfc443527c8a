package planner_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

func (s *scene) recipients(stored, declared []string) {
	s.in.Observed.Recipients = map[string]observed.Recipients{store: {Recipients: vendors.Recipients{Stored: stored, Declared: declared}}}
}

// TestMake_recipients: a store that is encrypted to others than declared is written once,
// before everything else.
func TestMake_recipients(t *testing.T) {
	added := planner.Change{Field: "recipients", After: "age1new"}
	removed := planner.Change{Field: "recipients", Before: "age1old"}
	tests := []struct {
		name    string
		change  func(*scene)
		reason  string // "" for no operation
		changes []planner.Change
		notes   []string
	}{
		{name: "the same in another order", change: func(s *scene) { s.recipients([]string{"a", "b"}, []string{"b", "a"}) }},
		{name: "the store does not say", change: func(s *scene) { s.recipients(nil, []string{"a"}) }},
		{name: "one more", change: func(s *scene) { s.recipients([]string{"a"}, []string{"a", "age1new"}) },
			reason: "settings_changed", changes: []planner.Change{added}},
		{name: "one less: what it could read is named", change: func(s *scene) { s.recipients([]string{"a", "age1old"}, []string{"a"}) },
			reason: "settings_changed", changes: []planner.Change{removed},
			notes: []string{"age1old could read the keys of photos until now, and may have kept them: bh rotate photos"}},
		{name: "another, and several projects", change: func(s *scene) {
			s.recipients([]string{"age1old"}, []string{"age1new"})
			for _, p := range []addr.Address{{Kind: addr.Project, Name: "tenant", Key: "it's"}, albums} {
				d, r := *s.desc, *s.rec
				d.Addr, r.Project = p, p
				s.in.Desired.Projects = append(s.in.Desired.Projects, d)
				s.in.Recorded.Records[p] = r
			}
			gone, drop := *s.rec, *s.rec
			gone.Project, gone.OnDestroy, gone.Bucket = addr.Address{Kind: addr.Project, Name: "gone"}, "retain", nil
			s.in.Recorded.Records[gone.Project] = gone
			drop.Project, drop.Registered, drop.Cloud, drop.Bucket = addr.Address{Kind: addr.Project, Name: "drop"}, true, "", nil
			s.in.Recorded.Records[drop.Project] = drop
			d := *s.desc
			d.Addr, d.Cloud, d.Register = drop.Project, "", &config.Register{AccessKeyID: "K1"}
			s.in.Desired.Projects = append(s.in.Desired.Projects, d)
			s.desc = &s.in.Desired.Projects[0]
		}, reason: "settings_changed", changes: []planner.Change{added, removed}, notes: []string{
			`age1old could read the keys of albums, photos and tenant["it's"] until now, and may have kept them: bh rotate albums photos 'tenant["it'\''s"]'`,
			"age1old could read the keys of drop until now, and may have kept them: change them where they were issued"}},
		{name: "encrypted by hand", change: func(s *scene) {
			s.in.Observed.Recipients = map[string]observed.Recipients{store: {Recipients: vendors.Recipients{Stored: []string{"a"}, Declared: []string{"a"}, Outside: true}}}
		}, reason: "item_edited"},
		{name: "everything is to be destroyed", change: func(s *scene) { s.recipients([]string{"a"}, []string{"b"}); s.in.Mode = planner.DestroyAll }},
		{name: "no project of the plan is in the store", change: func(s *scene) {
			s.recipients([]string{"a"}, []string{"b"})
			s.in.Scope = func(p addr.Address) bool { return p == albums }
		}},
		{name: "a project of the plan is in the store", change: func(s *scene) {
			s.recipients([]string{"a"}, []string{"a", "age1new"})
			s.in.Scope = func(p addr.Address) bool { return p == photos }
		}, reason: "settings_changed", changes: []planner.Change{added}},
		{name: "a project is about to come into the store", change: func(s *scene) {
			s.rec.Secrets = other
			s.in.Observed.Items[observed.ItemKey{Secrets: other, ID: "I1"}] = s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I1"}]
			s.recipients([]string{"a"}, []string{"a", "age1new"})
		}, reason: "settings_changed", changes: []planner.Change{added}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene()
			test.change(s)
			plan, _ := s.make(t)
			found := slices.IndexFunc(plan.Operations, func(o planner.Operation) bool { return o.Address.Kind == addr.Secrets })
			if test.reason == "" {
				if found >= 0 {
					t.Errorf("got %+v, want no operation on a store", plan.Operations[found])
				}
				return
			}
			if found != 0 {
				t.Fatalf("the operation on the store is at %d of %d", found, len(plan.Operations))
			}
			o := plan.Operations[0]
			if o.Address.Label() != "secrets."+store || o.Address.String() != "secrets."+store || o.Kind != planner.Update || o.Reason.Word != test.reason ||
				!slices.Equal(o.Changes, test.changes) || !slices.Equal(o.Notes, test.notes) || len(o.Acts) != 1 || o.Acts[0].Step != planner.StepWriteRecipients {
				t.Errorf("got %+v", o)
			}
			if plan.Counts()[planner.Update] < 1 || plan.Calls()[0].Connection != store {
				t.Errorf("it is not counted: %v, %v", plan.Counts(), plan.Calls())
			}
		})
	}
}

// TestMake_recipientsDigest: two plans that differ in the recipients alone are not the same.
func TestMake_recipientsDigest(t *testing.T) {
	digest := func(declared ...string) string {
		s := newScene()
		s.recipients([]string{"a"}, declared)
		plan, _ := s.make(t)
		return plan.Digest()
	}
	if digest("a", "b") == digest("a", "c") || digest("a", "b") == digest("a") {
		t.Error("plans of different recipients have one digest")
	}
}

// TestMake_recipientsThatCannotWork: a store that nothing can be written to is refused before
// anything is made, where the plan would use it.
func TestMake_recipientsThatCannotWork(t *testing.T) {
	broken := observed.Recipients{Err: errors.New("they are mixed")}
	for name, c := range map[string]struct {
		change func(*scene)
		fault  bool
	}{
		"in use":         {func(*scene) {}, true},
		"first use":      {func(s *scene) { s.forgetRecord(); s.deleteBucket(); s.deleteCredential(); s.deleteItem() }, true},
		"not looked at":  {func(s *scene) { s.in.Scope = func(p addr.Address) bool { return p == albums } }, false},
		"all is deleted": {func(s *scene) { s.in.Mode = planner.DestroyAll }, false},
		"in another one": {func(s *scene) { s.desc.Secrets, s.rec.Secrets = other, other }, false},
		"a record alone": {func(s *scene) { s.undeclare() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			s.in.Observed.Recipients = map[string]observed.Recipients{store: broken}
			c.change(s)
			_, diags := s.make(t)
			found := false
			for _, d := range diags {
				found = found || d.Code == "BH2031" && strings.Contains(d.Detail, "they are mixed.")
			}
			if found != c.fault {
				t.Errorf("got %v", diags)
			}
		})
	}
}
