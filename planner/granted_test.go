package planner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// TestMake_grants: whoever reads a plan sees what the keys may do and what guards the project.
func TestMake_grants(t *testing.T) {
	const day = 24 * time.Hour
	guarded := func(s *scene) {
		s.desc.Access, s.desc.AllowedIPs, s.desc.ExpiresAfter = vendors.ReadOnly, []string{"192.0.2.0/24", "198.51.100.7/32"}, 90*day
		s.desc.Rotate, s.desc.Protect, s.desc.OnDestroy = &config.Rotation{Every: 30 * day, Overlap: 7 * day}, true, config.Empty
	}
	all := []planner.Change{{Field: "access", After: "read_only"}, {Field: "allowed_ips", After: "192.0.2.0/24, 198.51.100.7/32"},
		{Field: "expires_after", After: "90d"}, {Field: "rotate", After: "every 30d, overlap 7d"}, {Field: "protect", After: "true"},
		{Field: "on_destroy", After: "empty"}}
	title := []planner.Change{{Field: "item_title", After: "photos"}}
	for name, test := range map[string]struct {
		change  func(*scene)
		kind    planner.Kind
		changes []planner.Change
	}{
		"a new project": {func(s *scene) { guarded(s); s.absent() }, planner.Provision,
			slices.Concat([]planner.Change{{Field: "bucket", After: "photos-bucket"}}, all[:2], title, all[2:])},
		"a bucket that is adopted": {func(s *scene) {
			guarded(s)
			s.forgetRecord()
			s.deleteItem()
			s.deleteCredential()
			s.desc.Adopt = true
		}, planner.Adopt,
			slices.Concat(all[:2], title, all[2:])},
		"a rotation that changes what the keys may do": {func(s *scene) {
			s.in.Rotate[photos], s.rec.Applied.AllowedIPs = true, []string{"192.0.2.0/24"}
			s.desc.Access, s.desc.ExpiresAfter = vendors.ReadOnly, 90*day
		}, planner.Rotate, []planner.Change{{Field: "access", Before: "read_write", After: "read_only"},
			{Field: "allowed_ips", Before: "192.0.2.0/24"}, {Field: "expires_after", After: "90d"}}},
		"a rotation that changes nothing else": {func(s *scene) { s.in.Rotate[photos] = true }, planner.Rotate, nil},
		"keys from elsewhere": {func(s *scene) {
			guarded(s)
			s.absent()
			s.desc.Rotate, s.desc.Register = nil, &config.Register{AccessKeyID: "K", EndpointURL: "https://s3.example.com"}
		}, planner.Register, []planner.Change{{Field: "access_key_id", After: "K"}, {Field: "bucket", After: "photos-bucket"},
			{Field: "endpoint_url", After: "https://s3.example.com"}, {Field: "secret_access_key", Sensitive: true},
			{Field: "protect", After: "true"}, {Field: "on_destroy", After: "empty"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			test.change(s)
			plan, diags := s.make(t)
			if len(diags) > 0 || len(plan.Operations) != 1 {
				t.Fatalf("got %v and %d operations", diags, len(plan.Operations))
			}
			if o := plan.Operations[0]; o.Kind != test.kind || !slices.Equal(o.Changes, test.changes) {
				t.Errorf("got %s\n%+v, want %s\n%+v", o.Kind, o.Changes, test.kind, test.changes)
			}
		})
	}
}

// TestMake_endsAtOnce: a rotation without an overlap says which keys stop working.
func TestMake_endsAtOnce(t *testing.T) {
	s := newScene()
	s.in.Rotate[photos], s.in.NoOverlap = true, true
	s.desc.Rotate = &config.Rotation{Overlap: 7 * 24 * time.Hour}
	s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(48 * time.Hour)}}
	plan, _ := s.make(t)
	notes := strings.Join(plan.Operations[0].Notes, "\n")
	want := "the older key K0, which was to work until 2026-11-25, stops working at once\n" +
		"the old key K1 stops working as soon as the new one is stored"
	if notes != want {
		t.Errorf("got %q, want %q", notes, want)
	}
}
