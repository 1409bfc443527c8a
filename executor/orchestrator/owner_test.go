package orchestrator_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"buckethead/config/addr"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// A step does not write over the mark of another state that came there after the plan was
// made, and its own mark says whose the item is.
func TestDo_keepsOthersMarks(t *testing.T) {
	ctx := context.Background()
	const ours, theirs = "11111111-ours", "22222222-theirs"
	for name, c := range map[string]struct {
		mark, over string
		refused    bool
	}{
		"no lineage yet":   {"", "", false},
		"ours":             {ours, "", false},
		"an ancestor's":    {"ancestor", "", false},
		"another's":        {theirs, "", true},
		"another's, asked": {theirs, theirs, false},
		"a third one's":    {"33333333", theirs, true},
	} {
		rig, world, _ := newRig()
		rig.Stack, rig.Lineages = "acme", []string{ours, "ancestor"}
		item, err := world.Store("s").CreateItem(ctx, vendors.ItemSpec{Title: "t",
			Keys: vendors.BucketCredentials{SecretAccessKey: vendors.NewSecret("before")}, Mark: vendors.Mark{Stack: "acme", Lineage: c.mark}})
		if err != nil {
			t.Fatal(err)
		}
		record := state.Record{Project: addr.Address{Kind: addr.Project, Name: "photos"}, Pending: &state.CredentialRef{ID: "K"}}
		for _, step := range []planner.Step{planner.UpdateItem{ItemID: item.ID, Title: "t", Over: c.over},
			planner.StoreCredential{ItemID: item.ID, Title: "t", Over: c.over}} {
			before, _ := world.Store("s").Item(item.ID)
			_, err := orchestrator.Do(ctx, rig, step, orchestrator.Work{Record: record, Operation: "op",
				Keys: vendors.BucketCredentials{AccessKeyID: "K", SecretAccessKey: vendors.NewSecret("secret")}})
			after, _ := world.Store("s").Item(item.ID)
			switch {
			case c.refused && (!errors.Is(err, vendors.ErrConflict) || !vendors.Refused(err) || after.Version != before.Version ||
				!strings.Contains(err.Error(), owners.Name("acme", c.mark)+" took over the item")):
				t.Errorf("%s: %s: %v, version %s and then %s", name, step.Name(), err, before.Version, after.Version)
			case !c.refused && (err != nil || after.Mark.Lineage != ours):
				t.Errorf("%s: %s: %v, the mark is %+v", name, step.Name(), err, after.Mark)
			}
		}
	}
}
