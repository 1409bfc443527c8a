package planner_test

import (
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/planner/observed"
)

// TestMake_namesReferencesThatBreak: a plan that gives an item another title or store names the old and
// the new reference, because programs elsewhere use the old one.
func TestMake_namesReferencesThatBreak(t *testing.T) {
	byTitle := func(secrets, _, title string) string { return "ref://" + secrets + "/" + title }
	byID := func(_, id, _ string) string { return "ref://" + id }
	const breaks = "references to ref://" + store + "/photos/... break: they are ref://"
	for name, test := range map[string]struct {
		reference func(secrets, id, title string) string
		change    func(*scene)
		note      string
	}{
		"another title": {byTitle, func(s *scene) { s.desc.ItemTitle = "pictures" }, breaks + store + "/pictures/... from now on"},
		"another title, while the keys are renewed": {byTitle, func(s *scene) { s.desc.ItemTitle, s.in.Rotate[photos] = "pictures", true },
			breaks + store + "/pictures/... from now on"},
		"another store": {byTitle, func(s *scene) { s.desc.Secrets = other }, breaks + other + "/photos/... from now on"},
		"moved": {byTitle, func(s *scene) {
			s.desc.Addr, s.desc.ItemTitle = albums, "albums"
			s.in.Desired.Moved = []config.Moved{{From: photos, To: albums}}
		}, breaks + store + "/albums/... from now on"},
		"moved, with the title declared": {byTitle, func(s *scene) {
			s.desc.Addr = albums
			s.in.Desired.Moved = []config.Moved{{From: photos, To: albums}}
		}, ""},
		"references by id":          {byID, func(s *scene) { s.desc.ItemTitle = "pictures" }, ""},
		"the title was edited":      {byTitle, func(s *scene) { s.item(func(i *observed.Item) { i.Summary.Title = "mine" }) }, ""},
		"nothing is known of them":  {nil, func(s *scene) { s.desc.ItemTitle = "pictures" }, ""},
		"the keys are only renewed": {byTitle, func(s *scene) { s.in.Rotate[photos] = true }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			s.in.Reference = test.reference
			test.change(s)
			plan, diags := s.make(t)
			if len(plan.Operations) != 1 {
				t.Fatalf("got %d operations and\n%s", len(plan.Operations), said(diags))
			}
			notes := strings.Join(plan.Operations[0].Notes, "\n")
			if !strings.Contains(notes, test.note) || (test.note == "") == strings.Contains(notes, "references to") {
				t.Errorf("got %q, want %q", notes, test.note)
			}
		})
	}
}
