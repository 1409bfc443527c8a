package planner

import (
	"maps"
	"slices"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

// Make returns the plan for an input. The plan holds what can be planned; with errors in the
// list it must not be applied. The same input always makes the same plan.
//
// If time alone causes a part of it, the plan is made a second time without that, for its digest; and
// a third time if it is to leave due rotations out.
func Make(in Input) (*Plan, diag.List) {
	m := newMaker(in)
	plan := m.plan()
	if len(m.timed) == 0 {
		return plan, m.diags.Sorted()
	}
	if in.OnlyDue { // all of it is because of the time
		m.markTimed(plan, nil)
		return plan, m.diags.Sorted()
	}
	rest := timelessPlan(in)
	if left := leftOut(in, m.timed, rest); len(left) > 0 {
		m = newMaker(in)
		m.left = left
		plan = m.plan()
		plan.Left = slices.SortedFunc(maps.Keys(left), addr.Address.Compare)
	}
	m.markTimed(plan, rest.Operations)
	if sum := rest.Sum(); sum != plan.Sum() {
		plan.Timeless = sum
	}
	return plan, m.diags.Sorted()
}

// plan makes the plan.
func (m *maker) plan() *Plan {
	in := m.in
	plan := &Plan{
		Stack: in.Desired.Stack, Lineage: in.Recorded.Meta.Lineage, Mode: in.Mode,
		Partial: in.Scope != nil, Refresh: observed.AddCalls(in.Observed.Calls), Offline: in.Observed.Assumed,
		OnlyDue: in.OnlyDue,
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
		m.recordGrants(&plan.Operations[i])
	}
	return plan
}

// timelessPlan returns the plan without what time alone causes: no key is too old or has expired, and
// no overlap has ended.
func timelessPlan(in Input) *Plan {
	if in.Observed.Credentials != nil {
		in.Observed.Credentials = maps.Clone(in.Observed.Credentials)
		for key, c := range in.Observed.Credentials {
			if c.Status == vendors.Expired {
				c.Status = vendors.Active
				in.Observed.Credentials[key] = c
			}
		}
	}
	m := newMaker(in)
	m.timeless = true
	return m.plan()
}

// leftOut returns the projects whose due rotations are left out. A key that has expired is not left
// alone if there is more to do: what that proves would not work.
func leftOut(in Input, timed map[addr.Address]aging, rest *Plan) map[addr.Address]bool {
	out := map[addr.Address]bool{}
	if in.LeaveDue == nil {
		return out
	}
	more := map[addr.Address]bool{}
	for _, o := range rest.Operations {
		more[o.Address] = true
	}
	for p, a := range timed {
		if !a.since.IsZero() && in.LeaveDue(p) && !in.Rotate[p] && !(a.expired && more[p]) {
			out[p] = true
		}
	}
	return out
}

// markTimed says in the operations of a plan what time alone causes. Rest has the operations without that.
func (m *maker) markTimed(plan *Plan, rest []Operation) {
	digests := make(map[addr.Address]string, len(rest))
	for _, o := range rest {
		digests[o.Address] = o.Digest
	}
	for i := range plan.Operations {
		o := &plan.Operations[i]
		if a, is := m.timed[o.Address]; is {
			o.Timed = &Timed{Due: a.since, Rest: digests[o.Address]}
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
	case m.in.OnlyDue:
		return m.onlyDue(s)
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

// checkRotateNames reports rotations that were asked for but cannot be done.
func (m *maker) checkRotateNames() {
	for _, p := range slices.SortedFunc(maps.Keys(m.in.Rotate), addr.Address.Compare) {
		switch d := m.desired[p]; {
		case d == nil:
			m.fault(diag.Diagnostic{Kind: rotationOfUnknown, Address: p,
				Detail: "A rotation was asked for " + p.String() + ", which is not declared.",
				Fix:    "Name a declared project; bh state list shows what is recorded."})
		case d.Register != nil:
			m.fault(diag.Diagnostic{Kind: rotationOfRegistered, Address: p, Subject: d.Range,
				Detail: "The keys of " + p.String() + " were registered, not issued by bh.",
				Fix:    "Change the keys where they were issued; the next apply registers the new ones."})
		}
	}
}
