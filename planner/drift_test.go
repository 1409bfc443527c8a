package planner_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/drift"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// TestFindDrift changes one thing of a world in which nothing differs. What the
// declaration, the clock or an interrupted run changed is no drift.
func TestFindDrift(t *testing.T) {
	key := observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}
	lifecycle := func(after time.Duration) vendors.BucketSettings {
		return vendors.BucketSettings{Lifecycle: []vendors.LifecycleRule{{ID: "old", Enabled: true, DeleteAfter: after}}}
	}
	applied := func(s *scene, there time.Duration) {
		s.rec.Applied.Settings = lifecycle(day)
		s.desc.Bucket.Settings = lifecycle(day)
		s.in.Observed.Settings = map[observed.BucketKey]vendors.BucketSettings{key: lifecycle(there)}
	}
	domains := func(s *scene, there ...string) {
		domain := func(name string) vendors.CustomDomain {
			return vendors.CustomDomain{Domain: name + ".example.com", ZoneID: "Z", Enabled: true}
		}
		s.rec.Applied.Settings.Domains = []vendors.CustomDomain{domain("a"), domain("b")}
		seen := vendors.BucketSettings{Domains: []vendors.CustomDomain{}}
		for _, name := range there {
			seen.Domains = append(seen.Domains, domain(name))
		}
		s.in.Observed.Settings = map[observed.BucketKey]vendors.BucketSettings{key: seen}
	}
	class := func(s *scene, recorded, there string) {
		s.rec.Applied.StorageClass = recorded
		s.in.Observed.Buckets[key] = vendors.Bucket{ID: key.ID, StorageClass: there}
	}
	tests := []struct {
		name   string
		change func(*scene)
		want   []string // class field before after
	}{
		{"nothing", func(*scene) {}, nil},
		{"bucket gone", (*scene).deleteBucket, []string{`bucket_gone bucket "photos-bucket" ""`}},
		{"bucket gone hides nothing", func(s *scene) { s.deleteBucket(); s.deleteItem(); s.deleteCredential() },
			[]string{`bucket_gone bucket "photos-bucket" ""`, `credential_gone credential "K1" ""`, `item_gone item "photos" ""`}},
		{"bucket gone, and no longer declared", func(s *scene) { s.undeclare(); s.deleteBucket() }, []string{`bucket_gone bucket "photos-bucket" ""`}},
		{"bucket deleted by a run that was cut", func(s *scene) { s.undeclare(); s.deleteBucket(); s.intent(planner.StepDeleteBucket, "photos-bucket") }, nil},
		{"storage class", func(s *scene) { class(s, "standard", "infrequentaccess") }, []string{`bucket_settings storage_class "standard" "infrequentaccess"`}},
		{"storage class as it is declared by now", func(s *scene) {
			class(s, "standard", "infrequentaccess")
			s.desc.Bucket.StorageClass = "infrequentaccess"
		}, nil},
		{"another storage class declared", func(s *scene) { class(s, "standard", "standard"); s.desc.Bucket.StorageClass = "infrequentaccess" }, nil},
		{"storage class that is not told", func(s *scene) { class(s, "standard", "") }, nil},
		{"settings", func(s *scene) { applied(s, 2*day) },
			[]string{`settings_drift lifecycle_rule "old for all objects, delete after 1d" "old for all objects, delete after 2d"`}},
		{"settings removed", func(s *scene) {
			applied(s, day)
			s.in.Observed.Settings[key] = vendors.Cleared(vendors.LifecycleSettings)
		}, []string{`settings_drift lifecycle_rule "old for all objects, delete after 1d" "none"`}},
		{"settings as they are declared by now", func(s *scene) { applied(s, 2*day); s.desc.Bucket.Settings = lifecycle(2 * day) }, nil},
		{"other settings declared", func(s *scene) { applied(s, day); s.desc.Bucket.Settings = lifecycle(2 * day) }, nil},
		{"settings that bh never gave", func(s *scene) { applied(s, day); s.rec.Applied.Settings = vendors.BucketSettings{} }, nil},
		{"settings that were not read", func(s *scene) { applied(s, day); s.in.Observed.Settings = nil }, nil},
		{"settings of a step that was cut", func(s *scene) {
			applied(s, 2*day)
			s.intent(planner.StepUpdateSettings, "lifecycle")
			s.in.Recorded.Intents[0].Change = &vendors.SettingsChange{Kind: vendors.LifecycleSettings, Settings: lifecycle(2 * day)}
		}, nil},
		{"a domain of ours gone, others beside", func(s *scene) {
			domains(s, "b", "other")
			s.desc.Bucket.Settings.Domains = s.rec.Applied.Settings.Domains
		},
			[]string{`settings_drift custom_domain "a.example.com in zone Z" "none"`}},
		{"a domain of ours gone that is not declared by now", func(s *scene) { domains(s, "b"); s.desc.Bucket.Settings.Domains = s.rec.Applied.Settings.Domains[1:] }, nil},
		{"a domain of ours disabled", func(s *scene) {
			domains(s, "a", "b")
			s.desc.Bucket.Settings.Domains = s.rec.Applied.Settings.Domains
			s.in.Observed.Settings[key].Domains[0].Enabled = false
		}, []string{`settings_drift custom_domain "a.example.com in zone Z" "a.example.com in zone Z, disabled"`}},
		{"settings gone that are not declared by now", func(s *scene) {
			applied(s, day)
			s.in.Observed.Settings[key] = vendors.Cleared(vendors.LifecycleSettings)
			s.desc.Bucket.Settings = vendors.BucketSettings{}
		}, nil},
		{"credential gone", (*scene).deleteCredential, []string{`credential_gone credential "K1" ""`}},
		{"credential revoked by a run that was cut", func(s *scene) { s.deleteCredential(); s.intent(planner.StepRevokeCredential, "K1") }, nil},
		{"credential exposed", func(s *scene) { s.credential(func(c *vendors.Credential) { c.Status = vendors.Exposed }) }, []string{`credential_exposed status "active" "exposed"`}},
		{"credential expired", func(s *scene) { s.credential(func(c *vendors.Credential) { c.Status = vendors.Expired }) }, []string{`credential_expired status "active" "expired"`}},
		{"credential disabled", func(s *scene) { s.credential(func(c *vendors.Credential) { c.Status = vendors.Disabled }) }, []string{`credential_disabled status "active" "disabled"`}},
		{"access", func(s *scene) { s.credential(func(c *vendors.Credential) { c.Access = vendors.ReadOnly }) }, []string{`policy_drift access "read_write" "read_only"`}},
		{"access as it is declared by now", func(s *scene) {
			s.credential(func(c *vendors.Credential) { c.Access = vendors.ReadOnly })
			s.desc.Access = vendors.ReadOnly
		}, nil},
		{"other access declared", func(s *scene) { s.desc.Access = vendors.ReadOnly }, nil},
		{"other access declared, and the present one changed", func(s *scene) {
			s.desc.AllowedIPs = []string{"192.0.2.0/24"}
			s.credential(func(c *vendors.Credential) { c.AllowedIPs = []string{"198.51.100.0/24"} })
		}, []string{`policy_drift allowed_ips "" "198.51.100.0/24"`}},
		{"networks in another order", func(s *scene) {
			s.rec.Applied.AllowedIPs = []string{"10.0.0.0/8", "192.0.2.0/24"}
			s.credential(func(c *vendors.Credential) { c.AllowedIPs = []string{"192.0.2.0/24", "10.0.0.0/8"} })
		}, nil},
		{"expiry", func(s *scene) { s.credential(func(c *vendors.Credential) { c.ExpiresAt = now.Add(day) }) }, []string{`policy_drift expires "never" "2026-11-24T12:00:00Z"`}},
		{"opens another bucket", func(s *scene) { s.credential(func(c *vendors.Credential) { c.Bucket.Name = "other" }) }, []string{`policy_drift bucket "photos-bucket" "other"`}},
		{"policy of a first run that was cut", func(s *scene) { s.rec.Applied.Access = "" }, nil},
		{"policy of a step that was cut", func(s *scene) {
			s.credential(func(c *vendors.Credential) { c.Access = vendors.ReadOnly })
			s.intent(planner.StepUpdateCredential, "K1")
		}, nil},
		{"item gone", (*scene).deleteItem, []string{`item_gone item "photos" ""`}},
		{"item deleted by a run that was cut", func(s *scene) { s.undeclare(); s.deleteItem(); s.intent(planner.StepDeleteItem, "photos") }, nil},
		{"a field", func(s *scene) { s.item(func(i *observed.Item) { i.Fields[vendors.FieldBucket] = "x" }) }, []string{`item_edited bucket "photos-bucket" "x"`}},
		{"the secret, unseen", func(s *scene) { s.item(func(i *observed.Item) { i.Fingerprint = "F9" }) }, []string{`item_edited secret_access_key "" "" sensitive`}},
		{"a secret that an interrupted run stored", func(s *scene) {
			s.item(func(i *observed.Item) { i.Fingerprint = "F9" })
			s.rec.Pending = &state.CredentialRef{ID: "K9", Fingerprint: "F9"}
		}, nil},
		{"an item that an interrupted run may have written", func(s *scene) {
			s.item(func(i *observed.Item) { i.Fingerprint = "F9" })
			s.intent(planner.StepStoreCredential, "photos")
		}, nil},
		{"what people added", func(s *scene) { s.item(func(i *observed.Item) { i.Fields["note"] = "mine" }) }, nil},
		{"the title", func(s *scene) { s.item(func(i *observed.Item) { i.Summary.Title = "x" }) }, []string{`item_edited item_title "photos" "x"`}},
		{"another title declared", func(s *scene) { s.desc.ItemTitle = "x" }, nil},
		{"the mark", func(s *scene) { s.item(func(i *observed.Item) { i.Mark.Address = "project.x" }) }, []string{`item_edited mark "project.photos" "project.x"`}},
		{"a rotation that is due", func(s *scene) { s.desc.Rotate = &config.Rotation{Every: time.Minute} }, nil},
		{"a stray", func(s *scene) { s.stray("bh/main/project.photos/op7") }, nil},
		{"declared and not recorded", func(s *scene) { s.forgetRecord() }, nil},
		{"protected by now", func(s *scene) { s.desc.Protect = true }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene()
			test.change(s)
			if s.rec != nil {
				s.in.Recorded.Records[photos] = *s.rec
			}
			if got := differences(drift.Find(s.in, nil)); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func differences(d drift.Report) []string {
	var out []string
	for _, x := range d.Differences {
		text := fmt.Sprintf("%s %s %q %q", x.Class, x.Field, x.Before, x.After)
		if x.Sensitive {
			text += " sensitive"
		}
		out = append(out, text)
	}
	return out
}

func TestFindDrift_leavesOut(t *testing.T) {
	s := newScene()
	s.deleteBucket()
	s.deleteItem()
	d := drift.Find(s.in, map[drift.Class]bool{drift.ItemGone: true})
	if got := differences(d); len(got) != 1 || d.Ignored != 1 || d.Checked != 1 || d.Projects() != 1 || d.Differences[0].Range.Start.Line != 3 {
		t.Errorf("got %q, %d ignored of %d checked", got, d.Ignored, d.Checked)
	}
	s.in.Scope = func(addr.Address) bool { return false }
	if d := drift.Find(s.in, nil); len(d.Differences) != 0 || d.Checked != 0 {
		t.Errorf("outside of the scope: got %+v", d)
	}
}

// A moved block puts the project at the address that it will have after the next apply.
func TestFindDrift_namesProjectsAsMoved(t *testing.T) {
	s := newScene()
	s.desc.Addr = albums
	s.in.Desired.Moved = []config.Moved{{From: photos, To: albums}}
	s.deleteBucket()
	d := drift.Find(s.in, nil)
	if len(d.Differences) != 1 || d.Differences[0].Address != albums {
		t.Errorf("got %+v, want it of %s", d.Differences, albums)
	}
}

// What is declared as recorded needs no change but those that drift calls for.
func TestAsRecorded(t *testing.T) {
	s := newScene()
	s.desc.Access, s.desc.Bucket.StorageClass, s.desc.Rotate = vendors.ReadOnly, "infrequentaccess", &config.Rotation{Every: time.Minute}
	s.in.Desired.Projects = append(s.in.Desired.Projects, config.Project{Addr: albums, Cloud: cloud, Secrets: store, Register: &config.Register{Reference: "op://a/b/c"}})
	s.in.Desired.Moved = []config.Moved{{From: photos, To: addr.Address{Kind: addr.Project, Name: "pictures"}}}
	s.in.Desired.Removed = []config.Removed{{From: addr.Address{Kind: addr.Project, Name: "gone"}}}
	s.in.Desired = planner.AsRecorded(s.in.Desired, s.in.Recorded)
	if d := s.in.Desired; len(d.Moved)+len(d.Removed)+len(d.Imports) != 0 {
		t.Errorf("got %v, %v and %v, which no state has", d.Moved, d.Removed, d.Imports)
	}
	if plan, diags := planner.Make(s.in); len(diags) > 0 || !plan.Empty() {
		t.Errorf("got %v and %+v, want no changes", diags, plan.Operations)
	}
	if p := s.in.Desired.Projects; len(p) != 1 || p[0].Register != nil || p[0].Addr != photos {
		t.Errorf("got %+v, want what is recorded", p)
	}
}
