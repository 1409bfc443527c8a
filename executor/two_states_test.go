package executor_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/rebuild"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/state/statetest"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

// TestApply_randomTwoStates has two states of one stack name live in one world: they are
// applied, cut, and lost, and try to take each other's buckets. Neither ever changes what
// the other made. In the end both have nothing to do, and each project has one key.
func TestApply_randomTwoStates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPair()
		for range rapid.IntRange(2, 10).Draw(t, "events") {
			p.event(t)
		}
		p.finish(t)
	})
}

// pair is two machines in one world. The clock is that of the later one.
type pair struct {
	world    *memory.World
	machines []*machine
	owners   map[string]int // of all that was ever made: the machine
	lineages int            // drawn so far
	log      []string
}

func newPair() *pair {
	p := &pair{owners: map[string]int{}}
	p.world = memory.NewWorld(p.now)
	for range 2 {
		r := newRigging()
		r.shared, r.world, r.allow = true, p.world, planner.Allowance{Recreate: true}
		r.state = p.fresh()
		p.machines = append(p.machines, &machine{rigging: r, guard: newGuard(r), data: map[string]bool{}})
	}
	return p
}

func (p *pair) now() time.Time {
	out := start
	for _, m := range p.machines {
		if m.now.After(out) {
			out = m.now
		}
	}
	return out
}

// fresh returns an empty state with a lineage of its own.
func (p *pair) fresh(ancestors ...string) *statetest.Memory {
	p.lineages++
	s := statetest.NewMemory(stack)
	s.EditMeta(func(m *state.Meta) { m.Lineage, m.Ancestors = fmt.Sprintf("%08d-a-lineage", p.lineages), ancestors })
	return s
}

// things is what there is in the world, each with all that it is.
func (p *pair) things() map[string]string {
	out := map[string]string{}
	for _, c := range p.world.Cloud(cloud).Credentials() {
		out["credential "+c.ID] = fmt.Sprintf("%+v", c)
	}
	for _, b := range p.world.Cloud(cloud).Buckets() {
		out["bucket "+b.ID.Name] = fmt.Sprintf("%+v", b)
	}
	for _, item := range p.world.Store(store).Items() {
		out["item "+item.ID] = fmt.Sprintf("%+v %s", item, item.Keys.SecretAccessKey.Reveal())
	}
	return out
}

// runs lets one machine do something; what the other made stays as it is.
func (p *pair) runs(t *rapid.T, n int, what string, do func(*machine)) {
	p.log = append(p.log, fmt.Sprint(what, " ", n))
	p.machines[n].now = p.now()
	before := p.things()
	do(p.machines[n])
	after := p.things()
	for name, was := range before {
		if owner, known := p.owners[name]; known && owner != n && after[name] != was {
			t.Fatalf("%s\n%s of the other was\n%s\nand is\n%s", strings.Join(p.log, "\n"), name, was, after[name])
		}
	}
	for name := range after {
		if _, known := p.owners[name]; !known {
			p.owners[name] = n
		}
	}
	for name := range p.owners {
		if _, there := after[name]; !there {
			delete(p.owners, name)
		}
	}
}

func (p *pair) event(t *rapid.T) {
	n := rapid.IntRange(0, 1).Draw(t, "who")
	event := rapid.SampledFrom([]string{"apply", "killed apply", "killed apply", "faulty apply", "declare", "declare", "undeclare",
		"rename", "rotate", "grab", "lose"}).Draw(t, "event")
	do := map[string]func(*machine){
		"apply":        func(m *machine) { m.applyWhole(t) },
		"killed apply": func(m *machine) { m.applyCut(t) },
		"faulty apply": func(m *machine) { m.applyFaulty(t) },
		"declare":      func(m *machine) { p.declare(t, n) },
		"undeclare":    func(m *machine) { m.undeclare(t) },
		"rename":       func(m *machine) { p.rename(t, n) },
		"rotate":       func(m *machine) { m.askRotation(t) },
		"grab":         func(m *machine) { p.grab(t, n) },
		"lose":         func(m *machine) { p.lose(t, n) },
	}[event]
	p.runs(t, n, event, do)
}

// declare declares the same addresses for both machines, each with its own buckets and titles.
func (p *pair) declare(t *rapid.T, n int) {
	m, name := p.machines[n], rapid.SampledFrom(names).Draw(t, "name")
	own := fmt.Sprintf("%s-of-%d", name, n)
	if slices.ContainsFunc(m.config.Projects, func(x config.Project) bool { return x.Addr.Name == name || x.Bucket.ID.Name == own }) {
		return
	}
	d := project(name)
	d.Bucket.ID.Name, d.ItemTitle, d.Adopt = own, own, m.has(vendors.BucketID{Name: own})
	m.config.Projects = append(m.config.Projects, d)
}

func (p *pair) rename(t *rapid.T, n int) {
	m := p.machines[n]
	if len(m.config.Projects) == 0 {
		return
	}
	d := &m.config.Projects[rapid.IntRange(0, len(m.config.Projects)-1).Draw(t, "which")]
	from, to := d.Addr, addr.Address{Kind: addr.Project, Name: d.Addr.Name + "x"}
	if _, taken := m.recordOf(to); taken || len(to.Name) > 5 {
		return
	}
	d.Addr = to
	m.config.Moved = append(m.config.Moved, config.Moved{From: from, To: to})
}

// grab tries to take a bucket that the other made, or an item with its keys.
func (p *pair) grab(t *rapid.T, n int) {
	m, other := p.machines[n], p.machines[1-n]
	before := m.config.Projects
	defer func() { m.config.Projects, m.config.Imports = before, nil }()
	for _, theirs := range other.config.Projects {
		snap, _ := other.snapshot()
		if snap.Records[theirs.Addr].Item == nil {
			continue
		}
		d := project("grabbed")
		d.Bucket.ID, d.ItemTitle, d.Adopt = theirs.Bucket.ID, "grabbed", rapid.Bool().Draw(t, "adopts")
		if !d.Adopt {
			block := config.Import{To: d.Addr, Bucket: theirs.Bucket.ID.Name, Owner: rapid.SampledFrom([]string{"", "acme@ffffffff"}).Draw(t, "owner")}
			if rapid.Bool().Draw(t, "with its item") {
				block.Item = snap.Records[theirs.Addr].Item.ID
			}
			m.config.Imports = []config.Import{block}
		}
		m.config.Projects = append(slices.Clone(before), d)
		if _, plan, err := m.apply(planner.Normal); err == nil {
			t.Fatalf("%s\nthe bucket %s is taken: %v", strings.Join(p.log, "\n"), d.Bucket.ID.Name, kinds(plan))
		}
		return
	}
}

// lose loses a state in which nothing is open, and makes it again from what is there.
func (p *pair) lose(t *rapid.T, n int) {
	m := p.machines[n]
	snap, _ := m.snapshot()
	open := len(snap.Intents) + len(snap.Watches)
	for _, d := range m.config.Projects {
		if r := snap.Records[d.Addr]; r.Item == nil || r.Pending != nil || len(r.Retiring)+len(r.Former) > 0 {
			open++
		}
	}
	if plan, _, err := m.plan(context.Background(), planner.Normal); open > 0 || err != nil || !plan.Empty() || len(m.config.Projects) == 0 {
		return
	}
	lost := snap.Meta
	m.state = p.fresh()
	snap, _ = m.snapshot()
	request := refresh.Request{Desired: m.config, Recorded: snap, Marked: true, Parallelism: 1}
	m.config.Secrets = []config.Connection{{Vendor: "memory", Name: "eng"}}
	world, diags := refresh.Observe(context.Background(), m.readers(), request)
	m.config.Secrets = nil
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	in := planner.Input{Desired: m.config, Recorded: snap, Observed: world, Now: m.now}
	var chosen []string
	if rebuilt, err := rebuild.Records(in, nil); err != nil {
		t.Fatal(err)
	} else if len(rebuilt.Choose) > 0 {
		for _, k := range rebuilt.Choose {
			if slices.Contains(lost.Lineages(), k.Lineage) {
				chosen = append(chosen, k.Word())
			}
		}
	}
	rebuilt, err := rebuild.Records(in, chosen)
	if err != nil || len(rebuilt.Unknown) > 0 {
		t.Fatalf("%s\nrebuilt of %v: %v, %+v", strings.Join(p.log, "\n"), chosen, err, rebuilt.Unknown)
	}
	for _, r := range rebuilt.Records {
		if err := m.state.Commit(context.Background(), state.Intent{}, r); err != nil {
			t.Fatal(err)
		}
	}
	m.state.EditMeta(func(meta *state.Meta) { *meta = meta.Descends(rebuilt.Lineages...) })
	m.guard.reset()
}

// finish settles both, twice, and looks for what is left over.
func (p *pair) finish(t *rapid.T) {
	for range 4 { // what is late shows by then, and the last overlap has ended
		for n := range p.machines {
			p.runs(t, n, "finish", func(m *machine) {
				m.rotate = map[addr.Address]bool{}
				for i, d := range m.config.Projects {
					m.config.Projects[i].Adopt = m.has(d.Bucket.ID)
				}
				if report, plan, err := m.apply(planner.Normal); err != nil || !report.OK() {
					t.Fatalf("%s\nthe last apply of %d: %v %v %+v", strings.Join(p.log, "\n"), n, kinds(plan), err, report)
				}
			})
		}
		for _, m := range p.machines {
			m.now = p.now().Add(config.DefaultOverlap) // older keys end
		}
	}
	wanted := 0
	for n, m := range p.machines {
		if plan, _, err := m.plan(context.Background(), planner.Normal); err != nil || !plan.Empty() {
			t.Fatalf("%s\nthe plan of %d: %v %v, want it empty", strings.Join(p.log, "\n"), n, kinds(plan), err)
		}
		for _, d := range m.config.Projects {
			wanted++
			if item, found := m.item(d.Secrets, d.ItemTitle); !found || !p.world.Cloud(cloud).Works(item.Keys, d.Bucket.ID) {
				t.Fatalf("%s\nthe keys of %s of %d do not work", strings.Join(p.log, "\n"), d.Addr, n)
			}
		}
	}
	credentials, items := p.world.Cloud(cloud).Credentials(), p.world.Store(store).Items()
	if len(credentials) != wanted || len(items) != wanted {
		t.Fatalf("%s\n%d credentials and %d items for %d projects", strings.Join(p.log, "\n"), len(credentials), len(items), wanted)
	}
}
