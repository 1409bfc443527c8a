package planner

import (
	"cmp"
	"slices"

	"buckethead/config/addr"
)

// order sorts the operations: state alone, then provisions, registers, updates
// and rotations by address, then destroys, then what needs a name that a destroy
// frees. What comes after a blocked operation is blocked as well.
func (m *maker) order(p *Plan) {
	slices.SortFunc(p.Operations, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Phase(), b.Phase()), a.Project.Compare(b.Project))
	})
	blocked := map[addr.Project]bool{}
	for i := range p.Operations {
		o := &p.Operations[i]
		for _, before := range o.After {
			if blocked[before] {
				o.Blocked = append(o.Blocked, Objection{Word: "waits_for_blocked",
					Text: "it needs a name that the destroy of " + before.Label() + " would free, and that is blocked",
					Fix:  "Clear the way for the destroy, or use another name."})
				break
			}
		}
		blocked[o.Project] = len(o.Blocked) > 0
	}
}

// Phase says when in an apply the operation runs: all operations of one phase
// may run at once, and a phase begins when the one before has ended.
func (o *Operation) Phase() int {
	switch {
	case len(o.After) > 0:
		return 3
	case o.Kind == Destroy:
		return 2
	case o.Kind == Forget, o.Kind == Move && !o.remote():
		return 0
	default:
		return 1
	}
}

// remote reports whether any step calls a vendor.
func (o *Operation) remote() bool {
	for _, s := range o.Steps {
		switch s.(type) {
		case MoveRecord, ForgetRecord, Settle:
		default:
			return true
		}
	}
	return false
}
