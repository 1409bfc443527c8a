package executor_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/moves"
	"buckethead/planner/rebuild"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/state/statetest"
)

// TestApply_randomLosses is TestApply_randomWorlds where the state is lost and rebuilt, and where older
// copies of it are restored. In the end each project has its key and at most one older one with an
// end, whatever was lost; and no key in an item stops working.
func TestApply_randomLosses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{rigging: newRigging(), data: map[string]bool{}, loses: true}
		m.allow = planner.Allowance{Recreate: true, Reissue: true}
		m.guard = newGuard(m.rigging)
		l := &losses{machine: m}
		first := project("aaa")
		first.Rotate = &config.Rotation{Every: 48 * time.Hour, Overlap: 10 * time.Hour}
		m.config.Projects = []config.Project{first}
		m.applyWhole(t)
		for range rapid.IntRange(2, 12).Draw(t, "events") {
			switch rapid.SampledFrom([]string{"", "", "rotate", "rotate", "copy", "lose", "restore"}).Draw(t, "loss") {
			case "rotate":
				m.askRotation(t)
				m.applyWhole(t)
				m.rotate = map[addr.Address]bool{}
			case "copy":
				l.copied = m.state.Clone()
			case "lose":
				l.lose(t)
			case "restore":
				l.restore(t)
			default:
				m.event(t)
			}
			m.checkData(t)
		}
		m.finish(t)
		m.untold = false
		if wrong := m.piles(); len(wrong) > 0 {
			t.Fatal(wrong)
		}
	})
}

// losses is a machine whose state is lost now and then.
type losses struct {
	*machine
	copied *statetest.Memory
	drawn  int // lineages
}

// settled reports whether nothing is on its way that only the state knows of.
func (l *losses) settled(snap state.Snapshot) bool {
	for _, r := range snap.Records {
		if len(r.Former) > 0 {
			return false
		}
	}
	return !l.hidden() && len(snap.Watches) == 0
}

func (l *losses) lineage() string {
	l.drawn++
	return fmt.Sprintf("%08d-another", l.drawn)
}

// lose has the state lost, and makes it again from what is there. It does nothing if a person
// would have to decide something first.
func (l *losses) lose(t *rapid.T) {
	before, _ := l.snapshot()
	if !l.settled(before) {
		return
	}
	fresh := statetest.NewMemory(stack)
	lineage := l.lineage()
	fresh.EditMeta(func(meta *state.Meta) { meta.Lineage = lineage })
	snap, _ := fresh.Snapshot()
	l.config.Secrets = []config.Connection{{Vendor: "memory", Name: "eng"}, {Vendor: "memory", Name: "ops"}}
	world, diags := refresh.Observe(context.Background(), l.readers(), refresh.Request{Desired: l.config, Recorded: snap, Marked: true, Parallelism: 1})
	l.config.Secrets = nil
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	in := planner.Input{Desired: l.config, Recorded: snap, Observed: world, Now: l.now}
	rebuilt, err := rebuild.Records(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(rebuilt.Choose) > 0 { // of its own lineages, those that are left in a mark or in the name of a key
		var chosen []string
		for _, k := range rebuilt.Choose {
			if k.Lineage == "" {
				return // keys of a lineage that no mark tells: they are nobody's
			}
			chosen = append(chosen, k.Word())
		}
		if rebuilt, err = rebuild.Records(in, chosen); err != nil {
			t.Fatal(err)
		}
	}
	for _, u := range rebuilt.Unknown {
		if u.Word != "credential_unknown" && u.Word != "credential_gone" && u.Word != "item_gone" && u.Word != "item_without_keys" && u.Word != "bucket_gone" {
			return
		}
	}
	for p := range before.Records {
		if !slices.ContainsFunc(rebuilt.Records, func(r state.Record) bool { return r.Project == moves.Of(l.config, before).Now(p) }) {
			return
		}
	}
	for _, r := range rebuilt.Records {
		if err := fresh.Commit(context.Background(), state.Intent{}, r); err != nil {
			t.Fatal(err)
		}
	}
	fresh.EditMeta(func(meta *state.Meta) { *meta = meta.Descends(rebuilt.Lineages...) })
	if len(rebuilt.Lineages) == 0 && len(rebuilt.Records) > 0 {
		return
	}
	l.state, l.untold = fresh, true
	l.guard.reset()
}

// restore puts an older copy in the place of the state, which is there still or is lost. It does nothing
// if the copy has other projects.
func (l *losses) restore(t *rapid.T) {
	if l.copied == nil {
		return
	}
	copied := l.copied.Clone()
	before, _ := l.snapshot()
	then, _ := copied.Snapshot()
	if !l.settled(before) || !l.settled(then) || !slices.Equal(l.projects(before), l.projects(then)) {
		return
	}
	strange := func(lineage string) bool { return !slices.Contains(then.Meta.Lineages(), lineage) }
	if rapid.Bool().Draw(t, "lost") {
		if slices.ContainsFunc(before.Meta.Lineages(), strange) {
			return // what was made since belongs to a state that the copy does not come from
		}
		lineage := l.lineage()
		copied.EditMeta(func(meta *state.Meta) {
			was := *meta
			meta.Lineage = lineage
			*meta = meta.Descends(was.Lineages()...)
		})
	} else {
		copied.EditMeta(func(meta *state.Meta) { *meta = meta.Descends(before.Meta.Lineages()...) })
		for _, i := range before.Intents {
			if _, err := copied.Begin(context.Background(), i); err != nil {
				t.Fatal(err)
			}
		}
		for p, n := range before.Sequences {
			begun, err := copied.Begin(context.Background(), state.Intent{Project: p, Sequence: n, Step: planner.StepSettle, At: l.now})
			if err == nil {
				err = copied.Abort(context.Background(), begun)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	l.state, l.untold = copied, true
	l.guard.reset()
}

// projects returns the recorded projects with their kind, as they are after all moves. Registered keys
// that are not stored yet count as another kind: a person has to say whose the item is.
func (l *losses) projects(snap state.Snapshot) []string {
	moved := moves.Of(l.config, snap)
	var out []string
	for _, p := range slices.SortedFunc(maps.Keys(snap.Records), addr.Address.Compare) {
		r := snap.Records[p]
		out = append(out, fmt.Sprint(moved.Now(p), r.Registered, r.Registered && r.Item == nil))
	}
	slices.Sort(out)
	return out
}
