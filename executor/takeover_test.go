package executor_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/planner"
	"buckethead/planner/owners"
)

// A take-over that names the owner is carried out as a whole, wherever it is cut: the item
// has the mark of the state that took it, and its key is the one that it held.
func TestTakeOver_cutAtEveryBoundary(t *testing.T) {
	for n := 1; ; n++ {
		p := newPair()
		a, b := p.machines[0], p.machines[1]
		a.config.Projects = []config.Project{project("photos")}
		mustConverge(t, a.rigging)
		snap, _ := a.snapshot()
		item := snap.Records[a.config.Projects[0].Addr].Item.ID
		mine := project("pictures")
		mine.Bucket.ID.Name, mine.ItemTitle = "photos", "photos"
		b.config.Projects = []config.Project{mine}
		b.config.Imports = []config.Import{{To: mine.Addr, Bucket: "photos", Item: item, Owner: owners.Name(stack, snap.Meta.Lineage)}}
		met := b.cut(n)
		_, _, _ = b.apply(planner.Normal)
		cut := met()
		b.now = b.now.Add(1)
		mustConverge(t, b.rigging)
		own, _ := b.snapshot()
		taken, _ := p.world.Store(store).Item(item)
		if taken.Mark.Lineage != own.Meta.Lineage || taken.Mark.Address != "project.pictures" || len(p.world.Cloud(cloud).Credentials()) != 1 {
			t.Fatalf("cut at %d: the mark is %+v, and there are %d credentials", n, taken.Mark, len(p.world.Cloud(cloud).Credentials()))
		}
		plan, _, err := a.plan(context.Background(), planner.Normal)
		if err != nil || len(plan.Operations) != 1 || !strings.Contains(fmt.Sprint(plan.Operations[0].Blocked), owners.Name(stack, own.Meta.Lineage)) {
			t.Fatalf("cut at %d: the other plans %v (%v), and has to be told who took it", n, kinds(plan), err)
		}
		if !cut {
			break
		}
	}
}
