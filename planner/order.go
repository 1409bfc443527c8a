package planner

import (
	"slices"

	"buckethead/config/addr"
	"buckethead/config/diag"
)

// order lists operations, which come by address, in the order in which they start: whole stores,
// the state alone, then provisions, registers, updates and rotations, then destroys, then what
// needs a name or a credential that another one frees. It departs from that only where an edge
// requires it. What waits for a blocked operation is blocked too, and a circle is a fault.
func (m *maker) order(operations []*Operation) []Operation {
	slices.SortStableFunc(operations, func(a, b *Operation) int { return a.rank() - b.rank() })
	out := make([]Operation, 0, len(operations))
	var first map[addr.Address]addr.Address // the blocked operation at the start of each chain
	for i := range m.sequence(operations) {
		o := operations[i]
		for _, w := range o.After {
			if cause, blocked := first[w.Address]; blocked {
				o.Blocked = append(o.Blocked, m.waitsForBlocked(o.Address, w, cause))
				if _, own := first[o.Address]; !own {
					first[o.Address] = cause
				}
				break
			}
		}
		if len(o.Blocked) > 0 {
			if first == nil {
				first = map[addr.Address]addr.Address{}
			}
			if _, known := first[o.Address]; !known {
				first[o.Address] = o.Address
			}
		}
		out = append(out, *o)
	}
	return out
}

func (m *maker) waitsForBlocked(waiting addr.Address, w Wait, cause addr.Address) Objection {
	text := "it waits for " + w.Address.Label() + ", which " + w.Reason.Text
	if cause == w.Address {
		text += ", and that is blocked"
	} else {
		text += ", and that waits for " + cause.Label() + ", which is blocked"
	}
	fix := "First resolve what blocks " + cause.Label() + "."
	if w.Reason == freesBucket || w.Reason == freesTitle {
		fix = "First resolve what blocks " + cause.Label() + ", or use another name."
	}
	if r, renamed := m.seemRenamed()[waiting]; renamed && r.from == cause {
		fix = "If it is " + cause.Label() + " under another name, add the moved block that the plan shows: bucket and keys stay."
	}
	return Objection{Word: "waits_for_blocked", Text: text, Fix: fix}
}

// rank is the place of an operation among those that it has no edge to.
func (o *Operation) rank() int {
	switch {
	case o.Address.Kind != addr.Project:
		return 0
	case len(o.Freed()) > 0:
		return 4
	case o.Kind == Destroy:
		return 3
	case o.Kind == Forget, o.Kind == Move && !o.remote():
		return 1
	default:
		return 2
	}
}

// sequence yields the numbers of all operations: each after those that it waits for, and otherwise
// the lowest first. It reports circles, and then continues with one of their operations.
func (m *maker) sequence(operations []*Operation) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		q := newQueue(operations)
		for left := len(operations); left > 0; left-- {
			i, ready := q.Next()
			if !ready {
				circle := q.circle(operations)
				m.reportCircle(circle)
				i = q.at[circle[0].Address]
			}
			if !yield(i) {
				return
			}
			q.Done(i)
		}
	}
}

// reportCircle names the operations of a circle, and says how two applies resolve it.
func (m *maker) reportCircle(circle []*Operation) {
	d := diag.Diagnostic{Kind: circleOfWaits, Address: circle[0].Address,
		Fix: "Do it in two applies: declare the changes of one of them and apply, then declare the rest and apply again."}
	for i, o := range circle {
		next := circle[(i+1)%len(circle)].Address
		why := o.After[slices.IndexFunc(o.After, func(w Wait) bool { return w.Address == next })].Reason
		if i > 0 {
			d.Detail += " "
		}
		d.Detail += o.Address.String() + " waits for " + next.String() + ", which " + why.Text + "."
		if d.Subject.IsZero() {
			d.Subject = o.Range
		}
		switch why {
		case freesTitle:
			d.Fix = "Do it in two applies: give " + o.Address.String() + " another item_title and apply, " +
				"then set item_title back and apply again."
		case freesBucket:
			d.Fix = "Do it in two applies: take " + o.Address.String() + " out of the file and apply, " +
				"then put it back and apply again."
		}
	}
	m.fault(d)
}

// linkMoves makes an operation wait until the record that is at its address has moved away. If that
// is not part of the plan, the operation is blocked.
func (m *maker) linkMoves(operations []*Operation) {
	if len(m.moves.To) == 0 {
		return
	}
	planned := make(map[addr.Address]bool, len(operations))
	for _, o := range operations {
		planned[o.Address] = true
	}
	for _, o := range operations {
		to, moving := m.moves.To[o.Address]
		switch {
		case !moving:
		case planned[to]:
			o.await(to, movesAway)
		default:
			o.Blocked = append(o.Blocked, Objection{Word: "not_in_plan",
				Text: "the record of " + o.Address.String() + " moves to " + to.Label() + " first, which this plan leaves out",
				Fix:  "Include " + to.Label() + " in the plan as well."})
		}
	}
}

// linkStores makes operations wait until the store that they use is written for its recipients.
func linkStores(stores, operations []*Operation) {
	for _, store := range stores {
		for _, o := range operations {
			if o.Secrets == store.Secrets && o.remote() {
				o.await(store.Address, encrypts)
			}
		}
	}
}
