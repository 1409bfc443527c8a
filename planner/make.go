package planner

import (
	"maps"
	"slices"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/observed"
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
		s := m.subject(project)
		m.findLost(s)
		if o := m.decide(s); o != nil {
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

// inState reports whether a project is recorded.
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

// checkRotateNames reports rotations that were asked for and cannot be made.
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
