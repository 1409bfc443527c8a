package refresh_test

import (
	"context"
	"fmt"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// Whose things are is asked only where a plan depends on it, and for a batch at most.
func TestObserve_readsOwners(t *testing.T) {
	newcomer := func(bucket string) func(*stage) {
		return func(s *stage) {
			s.request.Desired.Projects = append(s.request.Desired.Projects, config.Project{Addr: addr.Address{Kind: addr.Project, Name: "new"}, Cloud: cloud, Secrets: store,
				Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: bucket}}, ItemTitle: "new"})
		}
	}
	issue := func(s *stage, name string) {
		if _, err := s.world.Cloud(cloud).IssueCredential(context.Background(), vendors.CredentialSpec{Name: name,
			Bucket: vendors.BucketID{Name: "bucket-0001"}, Access: vendors.ReadWrite}); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		change func(*stage)
		reads  int
	}{
		"nothing differs":         {func(*stage) {}, 0},
		"one more project":        {newcomer("new"), 0},
		"a title is taken":        {func(s *stage) { newcomer("new")(s); s.request.Desired.Projects[3].ItemTitle = "theirs 007" }, 1},
		"a bucket is there":       {newcomer("theirs"), 50},
		"nothing is done":         {func(s *stage) { s.request.Recorded.Records = nil }, 50},
		"all is destroyed":        {func(s *stage) { newcomer("theirs")(s); s.request.Mode = planner.DestroyAll }, 0},
		"someone has a key":       {func(s *stage) { issue(s, "bh/other/project.x/0123456789ab") }, 50},
		"a key of this stack":     {func(s *stage) { issue(s, "bh/main/project.x/0123456789ab") }, 120},
		"a key with a short name": {func(s *stage) { issue(s, "bh/0123456789abcdef/0123456789ab") }, 120},
		"a key of a person":       {func(s *stage) { issue(s, "backup") }, 0},
		"a key that is ours": {func(s *stage) {
			issue(s, "bh/main/project.x/0123456789ab")
			s.request.Recorded.Watches = []state.Watch{{Name: "bh/main/project.x/0123456789ab", Cloud: cloud}}
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, 3)
			ctx := context.Background()
			if _, err := s.world.Cloud(cloud).CreateBucket(ctx, vendors.BucketSpec{ID: vendors.BucketID{Name: "theirs"}}); err != nil {
				t.Fatal(err)
			}
			for i := range 120 {
				if _, err := s.world.Store(store).CreateItem(ctx, vendors.ItemSpec{Title: fmt.Sprintf("theirs %03d", i), Mark: vendors.Mark{Stack: "other", Lineage: "l"}}); err != nil {
					t.Fatal(err)
				}
			}
			c.change(s)
			s.world.ResetCounts()
			s.observe(t)
			if got := s.world.Calls("GetItem"); got != c.reads {
				t.Errorf("read %d items, want %d", got, c.reads)
			}
		})
	}
}

// A state that does not exist yet has no key of its own, and the first plan may import an item.
func TestObserve_seesSecretsWithoutAState(t *testing.T) {
	s := newStage(t, 1)
	p := s.request.Desired.Projects[0]
	s.request.Recorded = state.Snapshot{}
	s.request.Desired.Imports = []config.Import{{To: p.Addr, Bucket: p.Bucket.ID.Name, Item: p.ItemTitle}}
	for _, item := range s.observe(t).Items {
		if !item.Read || item.Fingerprint == "" {
			t.Errorf("the item has no secret: %+v", item)
		}
	}
}
