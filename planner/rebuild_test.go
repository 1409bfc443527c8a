package planner_test

import (
	"slices"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/rebuild"
	"buckethead/state"
	"buckethead/vendors"
)

// lost is the scene whose state is lost: all that is left is what the vendors have.
func lost(change func(*scene)) planner.Input {
	s := newScene()
	s.item(func(*observed.Item) {})
	change(s)
	s.in.Recorded = state.Snapshot{Meta: state.Meta{Lineage: "new"}}
	return s.in
}

func TestRebuild(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*scene)
		records int
		unknown []string
	}{
		"all is there":                         {func(*scene) {}, 1, nil},
		"the item is gone":                     {func(s *scene) { s.deleteItem() }, 1, []string{"credential_unknown", "item_gone"}},
		"the key is gone":                      {func(s *scene) { s.deleteCredential() }, 1, []string{"credential_gone"}},
		"the bucket is gone":                   {func(s *scene) { s.deleteBucket() }, 1, []string{"bucket_gone"}},
		"nothing says that bh made the bucket": {func(s *scene) { s.deleteItem(); s.deleteCredential() }, 0, []string{"bucket_unmarked"}},
		"there is nothing at all":              {func(s *scene) { s.deleteItem(); s.deleteCredential(); s.deleteBucket() }, 0, nil},
		"another key of it is live":            {func(s *scene) { s.stray("bh/main/project.photos/0123456789ab") }, 1, []string{"credential_unknown"}},
		"a key that kept the name of before a rename": {func(s *scene) {
			s.unrecorded("bh/main/project.old/0123456789ab")
			s.deleteCredential()
			s.item(func(i *observed.Item) { i.Fields[vendors.FieldAccessKeyID] = "KX" })
		}, 1, nil},
		"a key of another stack":         {func(s *scene) { s.stray("bh/other/project.photos/0123456789ab") }, 1, nil},
		"a key of an undeclared project": {func(s *scene) { s.stray("bh/main/project.old/0123456789ab") }, 1, []string{"undeclared"}},
		"an item of another stack":       {func(s *scene) { s.item(func(i *observed.Item) { i.Mark.Stack = "other" }) }, 0, []string{"bucket_of_another"}},
		"an item without keys":           {func(s *scene) { s.item(func(i *observed.Item) { i.Fingerprint, i.Fields = "", nil }) }, 1, []string{"credential_unknown", "item_without_keys"}},
		"an item in another store": {func(s *scene) {
			item := s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I1"}]
			s.deleteItem()
			s.in.Observed.Items[observed.ItemKey{Secrets: other, ID: "I1"}] = item
		}, 1, []string{"credential_unknown", "item_elsewhere", "item_gone"}},
		"two items": {func(s *scene) {
			s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I2"}] = s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I1"}]
		}, 1, []string{"credential_unknown", "items_ambiguous"}},
		"it is not declared": {func(s *scene) { s.undeclare() }, 0, []string{"undeclared", "undeclared"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rebuild.Records(lost(c.change), nil)
			if err != nil || len(got.Choose) > 0 {
				t.Fatal(err, got.Choose)
			}
			var words []string
			for _, u := range got.Unknown {
				words = append(words, u.Word)
				if u.Text == "" || u.Fix == "" || u.Address.IsZero() {
					t.Errorf("too little is said: %+v", u)
				}
			}
			slices.Sort(words)
			if len(got.Records) != c.records || !slices.Equal(words, c.unknown) {
				t.Errorf("got %d records and %v, want %d and %v", len(got.Records), words, c.records, c.unknown)
			}
		})
	}
}

// A plan made from what was rebuilt never destroys, and where all is there it renews
// nothing: what it does is to prove.
func TestRebuild_plansNothingByItself(t *testing.T) {
	for name, change := range map[string]func(*scene){
		"all is there": func(*scene) {}, "undeclared": func(s *scene) { s.undeclare() },
		"another key": func(s *scene) { s.stray("bh/main/project.photos/0123456789ab") },
		"settings": func(s *scene) {
			s.desc.Bucket.Settings = vendors.BucketSettings{PublicAccess: &vendors.PublicAccess{}}
			key := observed.BucketKey{Cloud: cloud, ID: vendors.BucketID{Name: "photos-bucket"}}
			s.in.Observed.Settings = map[observed.BucketKey]vendors.BucketSettings{key: s.desc.Bucket.Settings}
		},
		"registered": func(s *scene) {
			s.desc.Cloud, s.desc.Register = "", &config.Register{AccessKeyID: "K1"}
			s.item(func(*observed.Item) {})
			s.in.Observed.Registered = map[addr.Address]string{photos: "F1"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := lost(change)
			in.Recorded.Records = map[addr.Address]state.Record{}
			rebuilt, err := rebuild.Records(in, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rebuilt.Records {
				in.Recorded.Records[r.Project] = r
			}
			plan, diags := planner.Make(in)
			if len(diags) > 0 {
				t.Errorf("got %v", diags)
			}
			for _, o := range plan.Operations {
				if o.Kind != planner.Update || o.Reason.Word != "unproved" {
					t.Errorf("plans %s (%s) %+v %v", o.Kind, o.Reason.Word, o.Changes, o.Acts)
				}
			}
		})
	}
}
