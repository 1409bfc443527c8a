package planner

import (
	"maps"
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/moves"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
)

// Make returns the plan for an input. The plan holds what can be planned; with errors in the
// list it must not be applied. The same input always makes the same plan.
func Make(in Input) (*Plan, diag.List) {
	m := newMaker(in)
	plan := &Plan{
		Stack: in.Desired.Stack, Lineage: in.Recorded.Meta.Lineage, Mode: in.Mode,
		Partial: in.Scope != nil, Refresh: observed.AddCalls(in.Observed.Calls), Offline: in.Observed.Assumed,
	}
	plan.Watches, plan.SetWatches = m.countListings()
	var operations []*Operation
	for _, project := range m.addresses() {
		if in.Scope != nil && !in.Scope(project) {
			continue
		}
		if o := m.decide(m.subject(project)); o != nil {
			operations = append(operations, o)
		} else if m.inState(project) {
			plan.Unchanged = append(plan.Unchanged, project)
		}
	}
	m.reportVanished(operations)
	m.reportDoubles()
	m.reportRenames()
	m.warnOfSharing()
	m.warnOfName()
	m.checkRotateNames()
	m.linkMoves(operations)
	plan.Quotas = m.checkQuotas(operations)
	stores := m.stores()
	linkStores(stores, operations)
	plan.Operations = m.order(append(stores, operations...))
	for i := range plan.Operations {
		plan.Operations[i].seal()
	}
	return plan, m.diags.Sorted()
}

// maker holds the input, indexed, while one plan is made.
type maker struct {
	in       Input
	diags    diag.List
	desired  map[addr.Address]*config.Project
	recorded map[addr.Address]*state.Record // by the address after moves
	moves    moves.Moves
	removed  map[addr.Address]config.Removed
	imports  map[addr.Address]config.Import
	intents  map[addr.Address][]state.Intent
	watches  map[addr.Address][]state.Watch
	byName   map[observed.CredentialKey][]string // by cloud and name (as ID): ids; names are not unique
	owners   *owners.Index
	renames  map[addr.Address]renaming // made when first asked for
	refused  map[addr.Address]bool     // those of the renames whose bucket they could not get
}

func newMaker(in Input) *maker {
	m := &maker{
		in:      in,
		owners:  owners.New(in.Desired, in.Recorded, in.Observed),
		desired: make(map[addr.Address]*config.Project, len(in.Desired.Projects)),
		removed: map[addr.Address]config.Removed{}, imports: map[addr.Address]config.Import{},
		intents: map[addr.Address][]state.Intent{}, watches: map[addr.Address][]state.Watch{},
		byName: map[observed.CredentialKey][]string{}, refused: map[addr.Address]bool{},
	}
	if in.Mode != DestroyAll {
		for i := range in.Desired.Projects {
			p := &in.Desired.Projects[i]
			m.desired[p.Addr] = p
		}
		for _, i := range in.Desired.Imports {
			m.imports[i.To] = i
		}
	}
	for _, r := range in.Desired.Removed {
		m.removed[r.From] = r
	}
	m.moves = moves.Of(in.Desired, in.Recorded)
	m.recorded = make(map[addr.Address]*state.Record, len(in.Recorded.Records))
	for p, r := range in.Recorded.Records {
		m.recorded[m.moves.Now(p)] = &r
	}
	m.indexJournal()
	m.indexWorld()
	return m
}

func (m *maker) indexJournal() {
	for _, i := range m.in.Recorded.Intents {
		p := m.moves.Now(i.Project)
		m.intents[p] = append(m.intents[p], i)
	}
	for _, w := range m.in.Recorded.Watches {
		p := m.moves.Now(w.Project)
		m.watches[p] = append(m.watches[p], w)
	}
}

// indexWorld indexes credentials by name, which only open intents and watches need.
func (m *maker) indexWorld() {
	if len(m.in.Recorded.Intents)+len(m.in.Recorded.Watches) == 0 {
		return
	}
	for key, c := range m.in.Observed.Credentials {
		if c.Name != "" {
			name := observed.CredentialKey{Cloud: key.Cloud, ID: c.Name}
			m.byName[name] = append(m.byName[name], c.ID)
		}
	}
}

// addresses returns every project that is declared, recorded, or in the journal, in order.
func (m *maker) addresses() []addr.Address {
	all := make([]addr.Address, 0, len(m.desired)+8)
	for p := range m.desired {
		all = append(all, p)
	}
	for p := range m.recorded {
		if m.desired[p] == nil {
			all = append(all, p)
		}
	}
	known := func(p addr.Address) bool {
		_, recorded := m.recorded[p]
		return recorded || m.desired[p] != nil
	}
	for p := range m.intents {
		if !known(p) {
			all = append(all, p)
		}
	}
	for p := range m.watches {
		if !known(p) && len(m.intents[p]) == 0 {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, addr.Address.Compare)
	return all
}

func (m *maker) inState(p addr.Address) bool {
	_, ok := m.recorded[p]
	return ok
}

// decide returns the operation of one project, or nil if there is nothing to do.
func (m *maker) decide(s *subject) *Operation {
	switch {
	case m.outOfSight(s):
		return nil
	case s.desired == nil && s.record == nil:
		return m.undoIntents(s)
	case s.desired == nil:
		return m.depart(s)
	case s.desired.Register != nil:
		return m.register(s)
	default:
		return m.converge(s)
	}
}

func (m *maker) checkRotateNames() {
	for _, p := range slices.SortedFunc(maps.Keys(m.in.Rotate), addr.Address.Compare) {
		switch d := m.desired[p]; {
		case d == nil:
			m.fault(diag.Diagnostic{Kind: rotationOfUnknown, Address: p,
				Detail: "A rotation was asked for " + p.String() + ", which is not declared.",
				Fix:    "Name a declared project; bh state list shows what is recorded."})
		case d.Register != nil:
			m.fault(diag.Diagnostic{Kind: rotationOfRegistered, Address: p, Subject: d.Range,
				Detail: "The keys of " + p.String() + " were brought, not issued by bh.",
				Fix:    "Change the keys where they come from; the next apply registers the new ones."})
		}
	}
}

func (m *maker) fault(d diag.Diagnostic) {
	if d.Severity == "" {
		d.Severity = diag.Error
	}
	m.diags = append(m.diags, d)
}
