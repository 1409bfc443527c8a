package planner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/planner/observed"
)

// TestMake_renewalSaysUntilWhen: whatever the cause of new keys is, the plan says how long the old
// key keeps working, or that it does not.
func TestMake_renewalSaysUntilWhen(t *testing.T) {
	const tomorrow, atOnce = "the old key works until 2026-11-24", "the old key K1 stops working as soon as the new one is stored"
	ask := func(s *scene) { s.in.Rotate[photos] = true }
	for name, test := range map[string]struct {
		change func(*scene)
		note   string
		ends   bool // the old key is revoked in this plan
	}{
		"asked, without a rotate block": {ask, tomorrow, false},
		"asked, with another overlap": {func(s *scene) {
			ask(s)
			s.desc.Rotate = &config.Rotation{Every: 1e18, Overlap: 72 * time.Hour}
		}, "the old key works until 2026-11-26", false},
		"asked, with no overlap declared": {func(s *scene) { ask(s); s.desc.Rotate = &config.Rotation{Every: 1e18} }, atOnce, true},
		"asked with --no-overlap":         {func(s *scene) { ask(s); s.in.NoOverlap = true }, atOnce, true},
		"asked, of a key that expires before": {func(s *scene) {
			ask(s)
			s.rec.Active.ExpiresAt = now.Add(time.Hour)
		}, "the old key works until it expires on 2026-11-23", false},
		"the item is gone":     {(*scene).deleteItem, tomorrow, false},
		"the item was edited":  {func(s *scene) { s.item(func(i *observed.Item) { i.Fingerprint = "F9" }) }, tomorrow, false},
		"another secret store": {func(s *scene) { s.desc.Secrets = other }, tomorrow, false},
		"the key is gone":      {(*scene).deleteCredential, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			test.change(s)
			plan, diags := s.make(t)
			if len(plan.Operations) != 1 {
				t.Fatalf("got %d operations and\n%s", len(plan.Operations), said(diags))
			}
			o, ends := plan.Operations[0], false
			for _, a := range o.Acts {
				ends = ends || a.Step == revoke
			}
			says := slices.ContainsFunc(o.Notes, func(n string) bool { return strings.HasPrefix(n, test.note) })
			if !says && test.note != "" || test.note == "" && len(o.Notes) > 0 || ends != test.ends {
				t.Errorf("notes %q, the old key ends: %v; want %q, %v", o.Notes, ends, test.note, test.ends)
			}
		})
	}
}
