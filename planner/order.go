package planner

import "buckethead/config/addr"

// order takes operations by address and puts them into phases: whole stores, state alone, then
// provisions, registers, updates and rotations, then destroys, then what needs a
// name or a quota that a destroy frees. What comes after a blocked operation is blocked too.
func order(operations []*Operation) []Operation {
	out := make([]Operation, 0, len(operations))
	var blocked map[addr.Address]bool
	for phase := firstPhase; phase <= lastPhase; phase++ {
		for _, o := range operations {
			if o.Phase() != phase {
				continue
			}
			for _, before := range o.After {
				if blocked[before] {
					o.Blocked = append(o.Blocked, Objection{Word: "waits_for_blocked",
						Text: "it needs what the destroy of " + before.Label() + " would free, and that is blocked",
						Fix:  "Clear the way for the destroy, or use another name."})
					break
				}
			}
			if len(o.Blocked) > 0 && o.Address.Kind == addr.Project {
				if blocked == nil {
					blocked = map[addr.Address]bool{}
				}
				blocked[o.Address] = true
			}
			out = append(out, *o)
		}
	}
	return out
}

const firstPhase, lastPhase = -1, 3

// Phase says when in an apply the operation runs: all operations of one phase
// may run at once, and a phase begins when the one before has ended.
func (o *Operation) Phase() int {
	switch {
	case o.Address.Kind == addr.Secrets:
		return firstPhase
	case len(o.After) > 0:
		return lastPhase
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
