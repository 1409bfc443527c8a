package planner_test

import (
	"slices"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/planner/rebuild"
	"buckethead/vendors"
)

// kin is a lost scene in which another state of the stack has things as well: the project
// photos too, with a bucket, a key and an item of its own.
func kin(lineage string) planner.Input {
	in := lost(func(s *scene) {
		s.item(func(i *observed.Item) { i.Mark.Lineage = "L" })
		s.addBucket("theirs", "")
		s.addCredential("K9", drawnBy(theirs, photos, 1), "theirs")
		s.addItem("I9", true, vendors.Mark{Stack: "main", Lineage: lineage, Address: photos.String(), Operation: owners.OperationID(theirs, photos, 1)})
		s.addItem("I8", true, vendors.Mark{Stack: "main", Lineage: lineage, Address: "project.old", Operation: "op"})
		s.addItem("I7", true, vendors.Mark{Stack: "other", Lineage: "o", Address: photos.String(), Operation: "op"})
		s.in.Desired.Projects = append(s.in.Desired.Projects, config.Project{Addr: addr.Address{Kind: addr.Project, Name: "taken"}, Cloud: cloud, Secrets: store,
			Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: "theirs"}}})
	})
	return in
}

func TestRebuild_groups(t *testing.T) {
	for name, c := range map[string]struct {
		lineage string
		chosen  []string
		choose  []string // the words that are offered
		records int
		unknown []string
		taken   []string
	}{
		"several":                  {theirs, nil, []string{"L", "ffffffff"}, 0, nil, nil},
		"one is chosen":            {theirs, []string{"L"}, nil, 1, []string{"bucket_of_another"}, []string{"L"}},
		"by its owner":             {theirs, []string{"main@L"}, nil, 1, []string{"bucket_of_another"}, []string{"L"}},
		"the other one":            {theirs, []string{"ffffffff"}, nil, 1, []string{"bucket_unmarked", "credential_unknown", "item_without_keys", "undeclared"}, []string{theirs}},
		"of an unknown state":      {"", []string{"unknown"}, nil, 1, []string{"bucket_unmarked", "credential_unknown", "item_without_keys", "undeclared"}, nil},
		"where some are unsigned":  {"", nil, []string{"L", "unknown"}, 0, nil, nil},
		"both, and it is not told": {theirs, []string{"L", "ffffffff"}, nil, 1, []string{"bucket_unmarked", "credential_unknown", "credential_unknown", "items_ambiguous", "undeclared"}, []string{"L", theirs}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rebuild.Records(kin(c.lineage), c.chosen)
			if err != nil {
				t.Fatal(err)
			}
			var offered, words []string
			for _, k := range got.Choose {
				offered = append(offered, k.Word())
			}
			slices.Sort(offered)
			for _, u := range got.Unknown {
				words = append(words, u.Word)
			}
			slices.Sort(words)
			slices.Sort(got.Lineages)
			if !slices.Equal(offered, c.choose) || len(got.Records) != c.records || !slices.Equal(words, c.unknown) || !slices.Equal(got.Lineages, c.taken) {
				t.Errorf("got %v, %d records, %v, of %v; want %+v", offered, len(got.Records), words, got.Lineages, c)
			}
		})
	}
	in := kin(theirs)
	in.Desired.Projects = append(in.Desired.Projects, config.Project{Addr: addr.Address{Kind: addr.Project, Name: "old"}, Cloud: cloud, Secrets: store})
	if got, err := rebuild.Records(in, nil); err != nil || got.Choose[0].Lineage != theirs {
		t.Errorf("what has most of the declared projects is not the first: %+v (%v)", got.Choose, err)
	}
	if _, err := rebuild.Records(kin(theirs), []string{"L", "nobody"}); err == nil || err.Error() != `nothing has the lineage "nobody"; found: L and ffffffff` {
		t.Errorf("got %v", err)
	}
}
