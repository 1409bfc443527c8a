package executor_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

// TestApply_randomWorlds draws declared, recorded and live worlds and what befalls
// them, with a failure, a lost answer or a kill injected into any apply. Then one
// more apply: the next plan is empty, there is one credential a project, nothing is
// left over, and no bucket that held data went away. Keys that work go on working
// at every boundary. More worlds: -rapid.checks=10000.
func TestApply_randomWorlds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { randomWorld(t, newRigging()) })
}

func randomWorld(t *rapid.T, r *rigging) {
	m := &machine{rigging: r, data: map[string]bool{}}
	m.allow = planner.Allowance{Recreate: true, Reissue: true}
	m.guard = newGuard(m.rigging)
	m.world.CredentialLimit = rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(t, "limit")
	for range rapid.IntRange(1, 8).Draw(t, "events") {
		m.event(t)
		m.checkData(t)
	}
	m.finish(t)
}

type machine struct {
	*rigging
	guard *guard
	data  map[string]bool // buckets that hold data
	loses bool            // the state is lost now and then, and with it the fingerprint that tells an edited secret
}

func (m *machine) event(t *rapid.T) {
	events := map[string]func(*rapid.T){"apply": m.applyWhole, "killed apply": m.applyCut, "faulty apply": m.applyFaulty, "refused apply": m.applyRefused, "declare": m.declare,
		"undeclare": m.undeclare, "rename": m.rename, "harm": m.harm, "time passes": m.pass, "objects": m.fill, "ask rotation": m.askRotation, "restyle": m.restyle, "blocks": m.reblock, "stopped apply": m.applyStopped, "full disk": m.applyUnrecorded}
	often := append(slices.Sorted(maps.Keys(events)), "declare", "declare", "killed apply", "faulty apply", "refused apply")
	events[rapid.SampledFrom(often).Draw(t, "event")](t)
}

func (m *machine) applyWhole(t *rapid.T) {
	m.hooked(t, func(memory.Call) error { return nil }, func(memory.Call) error { return nil })
	m.guard.reset()
	before, hidden := m.full, m.hidden()
	_, plan, err := m.apply(planner.Normal)
	if err == nil && m.full > before && !hidden {
		t.Fatalf("the cloud may have %d credentials, and was asked for more by %v", m.world.CredentialLimit, kinds(plan))
	}
	m.unhook(t)
}

// hidden reports whether there are credentials that no list shows yet: nobody can
// plan with those.
func (m *machine) hidden() bool {
	listed, _ := m.world.Cloud(cloud).ListCredentials(context.Background())
	return len(listed) < len(m.world.Cloud(cloud).Credentials())
}

// applyCut kills the process at some boundary.
func (m *machine) applyCut(t *rapid.T) {
	n, count := rapid.IntRange(1, 60).Draw(t, "boundary"), 0
	dead := func(memory.Call) error {
		if count++; count >= n {
			return errDead
		}
		return nil
	}
	m.hooked(t, dead, dead)
	m.guard.reset()
	_, _, _ = m.apply(planner.Normal)
	m.unhook(t)
	m.rotate = map[addr.Address]bool{}
}

// applyFaulty lets one call fail: refused, refused for too many calls, lost before
// it acted, lost after, or lost after and late to show.
func (m *machine) applyFaulty(t *rapid.T) {
	n, count := rapid.IntRange(1, 40).Draw(t, "call"), 0
	kind := rapid.SampledFrom([]string{"refused", "rate limited", "lost before", "lost after", "late"}).Draw(t, "fault")
	lost := &vendors.Error{Vendor: "memory", Op: "call", Kind: vendors.ErrUnavailable, Message: "answer lost", OutcomeUnknown: true}
	faulty := false
	m.world.LateMint = func(string) time.Duration {
		if faulty && kind == "late" {
			return 5 * time.Minute
		}
		return 0
	}
	m.hooked(t, func(memory.Call) error {
		count++
		faulty = count == n
		switch {
		case faulty && kind == "refused":
			return &vendors.Error{Vendor: "memory", Op: "call", Kind: vendors.ErrUnavailable, Message: "refused"}
		case faulty && kind == "rate limited":
			return &vendors.Error{Vendor: "memory", Op: "call", Kind: vendors.ErrRateLimited, Message: "slow down", RetryAfter: time.Minute}
		case faulty && kind == "lost before":
			return lost
		}
		return nil
	}, func(memory.Call) error {
		if faulty {
			faulty = false
			return lost
		}
		return nil
	})
	m.guard.reset()
	_, _, _ = m.apply(planner.Normal)
	m.world.LateMint = nil
	m.unhook(t)
}

// hooked sets the hooks of one apply; each boundary is looked at first.
func (m *machine) hooked(t *rapid.T, before, after func(memory.Call) error) {
	m.world.Before = func(c memory.Call) error { m.guard.look(true); return before(c) }
	m.world.After = func(c memory.Call) error { m.guard.look(true); return after(c) }
	m.state.Before = func(string) error {
		if err := before(memory.Call{}); err == errDead {
			return err
		}
		return nil
	}
	m.state.After = func(string) { m.guard.look(true); _ = after(memory.Call{}) }
}

func (m *machine) unhook(t *rapid.T) {
	m.world.Before, m.world.After, m.state.Before, m.state.After = nil, nil, nil, nil
	m.guard.look(true)
	if wrong := append(m.guard.broken, m.piles()...); len(wrong) > 0 {
		t.Fatal(strings.Join(wrong, "\n"))
	}
	m.now = m.now.Add(time.Minute)
}

var names = []string{"aaa", "bbb", "ccc"}

func (m *machine) declare(t *rapid.T) {
	name := rapid.SampledFrom(names).Draw(t, "name")
	if slices.ContainsFunc(m.config.Projects, func(p config.Project) bool { return p.Addr.Name == name || p.Bucket.ID.Name == name }) {
		return
	}
	p := project(name)
	if snap, _ := m.snapshot(); rapid.IntRange(0, 3).Draw(t, "registers") == 0 || snap.Records[p.Addr].Registered {
		p = registered(name, "brought-"+name)
		p.Register.Unverified = rapid.Bool().Draw(t, "unverified")
	}
	if r, known := m.recordOf(p.Addr); known && (p.Register != nil) != r.Registered {
		return // the kind of a project does not change
	}
	if p.Register == nil {
		p.Adopt = m.has(p.Bucket.ID)
		if rapid.Bool().Draw(t, "rotates") {
			p.Rotate = &config.Rotation{Every: 24 * time.Hour, Overlap: time.Duration(rapid.IntRange(0, 2).Draw(t, "overlap")) * time.Hour}
		}
		if rapid.Bool().Draw(t, "with settings") {
			p.Bucket.Settings = drawSettings(t, p.Bucket.ID.Name)
		}
		p.OnDestroy = rapid.SampledFrom([]config.OnDestroy{config.Refuse, config.Refuse, config.Retain}).Draw(t, "on_destroy")
	}
	m.config.Projects = append(m.config.Projects, p)
}

func (m *machine) undeclare(t *rapid.T) {
	if len(m.config.Projects) > 0 {
		i := rapid.IntRange(0, len(m.config.Projects)-1).Draw(t, "which")
		m.config.Projects = slices.Delete(m.config.Projects, i, i+1)
	}
}

// rename moves a project to another address with a moved block.
func (m *machine) rename(t *rapid.T) {
	if len(m.config.Projects) == 0 {
		return
	}
	p := &m.config.Projects[rapid.IntRange(0, len(m.config.Projects)-1).Draw(t, "which")]
	from, to := p.Addr, addr.Address{Kind: addr.Project, Name: p.Addr.Name + "x"}
	if _, taken := m.recordOf(to); taken || len(to.Name) > 5 {
		return
	}
	p.Addr = to
	p.ItemTitle = to.Name
	m.config.Moved = append(m.config.Moved, config.Moved{From: from, To: to})
}

// restyle changes what can be changed in place, and the store.
func (m *machine) restyle(t *rapid.T) {
	if len(m.config.Projects) == 0 {
		return
	}
	p := &m.config.Projects[rapid.IntRange(0, len(m.config.Projects)-1).Draw(t, "which")]
	switch rapid.IntRange(0, 6).Draw(t, "restyle") {
	case 6:
		if p.Register == nil {
			p.ExpiresAfter = time.Duration(rapid.IntRange(0, 2).Draw(t, "expires after days")) * 24 * time.Hour
		}
	case 5:
		if p.Register == nil {
			p.AllowedIPs = rapid.SampledFrom([][]string{nil, {"192.0.2.0/24"}, {"198.51.100.7"}}).Draw(t, "allowed_ips")
		}
	case 4:
		if p.Register == nil {
			p.Bucket.Settings = drawSettings(t, p.Bucket.ID.Name)
		} else {
			flipped := *p.Register
			flipped.Unverified = !flipped.Unverified
			p.Register = &flipped
		}
	case 0:
		p.Access = vendors.ReadOnly
	case 1:
		p.ItemTitle += "'"
	case 2:
		p.Secrets = other
	case 3:
		if p.Register != nil {
			p.Register = &config.Register{AccessKeyID: p.Register.AccessKeyID, SecretAccessKey: vendors.NewSecret("another"), Region: "auto"}
		}
	}
}

// harm is what people do outside of bh.
func (m *machine) harm(t *rapid.T) {
	items := m.world.Store(store).Items()
	credentials := m.world.Cloud(cloud).Credentials()
	switch rapid.IntRange(0, 6).Draw(t, "harm") {
	case 6:
		name := rapid.SampledFrom(names).Draw(t, "bucket")
		edited := drawSettings(t, name)
		m.world.Cloud(cloud).EditSettings(vendors.BucketID{Name: name}, func(s *vendors.BucketSettings) { *s = edited })
	case 0:
		if len(items) > 0 {
			m.world.Store(store).RemoveItem(items[rapid.IntRange(0, len(items)-1).Draw(t, "item")].ID)
		}
	case 1:
		if len(items) > 0 && !m.loses {
			m.world.Store(store).EditItem(items[rapid.IntRange(0, len(items)-1).Draw(t, "item")].ID, editSecret)
		}
	case 2:
		if len(items) > 0 {
			m.world.Store(store).EditItem(items[rapid.IntRange(0, len(items)-1).Draw(t, "item")].ID, editEndpoint)
		}
	case 3:
		if len(credentials) > 0 {
			m.world.Cloud(cloud).RemoveCredential(credentials[rapid.IntRange(0, len(credentials)-1).Draw(t, "credential")].ID)
		}
	case 4:
		if len(credentials) > 0 {
			m.world.Cloud(cloud).EditCredential(credentials[rapid.IntRange(0, len(credentials)-1).Draw(t, "credential")].ID,
				func(c *vendors.Credential) { c.Status = vendors.Exposed })
		}
	case 5:
		name := rapid.SampledFrom(names).Draw(t, "bucket")
		if !m.data[name] {
			m.world.Cloud(cloud).RemoveBucket(vendors.BucketID{Name: name})
		}
	}
}

func (m *machine) pass(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour)
}

// fill has an application write into a bucket.
func (m *machine) fill(t *rapid.T) {
	name := rapid.SampledFrom(names).Draw(t, "bucket")
	if m.world.Cloud(cloud).PutObjects(vendors.BucketID{Name: name}, 1) {
		m.data[name] = true
	}
}

func (m *machine) has(id vendors.BucketID) bool {
	return slices.ContainsFunc(m.world.Cloud(cloud).Buckets(), func(b vendors.Bucket) bool { return b.ID == id })
}

func (m *machine) askRotation(t *rapid.T) {
	for _, p := range m.config.Projects {
		if p.Register == nil {
			m.rotate = map[addr.Address]bool{p.Addr: true}
			m.ends = rapid.Bool().Draw(t, "no-overlap")
		}
	}
}

func (m *machine) recordOf(p addr.Address) (r struct{ Registered bool }, known bool) {
	snap, _ := m.snapshot()
	record, known := snap.Records[p]
	for _, i := range snap.Intents {
		known = known || i.Project == p
		r.Registered = r.Registered || i.Project == p && i.Cloud == ""
	}
	r.Registered = r.Registered || record.Registered
	return r, known
}

func (m *machine) checkData(t *rapid.T) {
	for name := range m.data {
		if m.world.Cloud(cloud).Objects(vendors.BucketID{Name: name}) < 1 {
			t.Fatalf("the bucket %s held data and is gone, or empty", name)
		}
	}
}

// finish makes the destroys possible that data blocks, applies once, and looks.
func (m *machine) finish(t *rapid.T) {
	m.rotate = map[addr.Address]bool{}
	m.world.CredentialLimit = 0
	m.moved = strings.TrimSuffix(m.moved, unheard)
	for i, p := range m.config.Projects {
		m.config.Projects[i].Adopt = p.Register == nil // so that retained and foreign buckets are taken over
	}
	for name := range m.data {
		declared := slices.ContainsFunc(m.config.Projects, func(p config.Project) bool { return p.Bucket.ID.Name == name })
		if !declared {
			m.world.Cloud(cloud).RemoveBucket(vendors.BucketID{Name: name})
			delete(m.data, name)
		}
	}
	log := []string{}
	m.settleOnce(t, &log)
	m.now = m.now.Add(20 * time.Minute) // what is late shows by now
	for range 3 {
		report, plan, err := m.apply(planner.Normal)
		log = append(log, fmt.Sprint("late: ", kinds(plan)))
		if err != nil || !report.OK() {
			t.Fatalf("%s\nlate apply: %v %+v", strings.Join(log, "\n"), err, report)
		}
		m.now = m.now.Add(20 * time.Minute)
	}
	if wrong := m.complaints(); len(wrong) > 0 {
		t.Fatalf("%s\n%s", strings.Join(log, "\n"), strings.Join(wrong, "\n"))
	}
	if snap, _ := m.snapshot(); len(snap.Watches) > 0 {
		t.Fatalf("still under watch: %v", snap.Watches)
	}
	m.checkData(t)
}

func (m *machine) settleOnce(t *rapid.T, log *[]string) {
	m.guard.reset()
	m.hooked(t, func(memory.Call) error { return nil }, func(memory.Call) error { return nil })
	report, plan, err := m.apply(planner.Normal)
	*log = append(*log, fmt.Sprint("final: ", kinds(plan)))
	if err != nil || !report.OK() {
		t.Fatalf("%s\nthe final apply: %v %+v", strings.Join(*log, "\n"), err, report)
	}
	m.unhook(t)
	plan, snap, err := m.plan(context.Background(), planner.Normal)
	// A credential whose mint was lost may show at any time; then it is healed.
	shown := len(snap.Watches) > 0 && !slices.ContainsFunc(plan.Operations, func(o planner.Operation) bool { return o.Kind != planner.Heal })
	if err != nil || !plan.Empty() && !shown {
		t.Fatalf("%s\nthe plan after it: %v %v, want it empty", strings.Join(*log, "\n"), kinds(plan), err)
	}
}
