package planner

import (
	"slices"

	"buckethead/config/addr"
)

// Wait says that an operation of the same plan has to be done before, and why. Reason.Text
// follows its name: project.old "frees the name of the bucket".
type Wait struct {
	Address addr.Address `json:"address"`
	Reason  Reason       `json:"reason"`
}

// The reasons for which one operation waits for another.
var (
	freesBucket     = Reason{"bucket_name", "frees the name of the bucket"}
	freesTitle      = Reason{"item_title", "frees the title of the item"}
	freesCredential = Reason{"credentials", "frees a credential"}
	// What a plan counts on below a limit of credentials, where it has no room to spare.
	makesRoom = Reason{"room", "makes room below the limit of credentials"}
	// A key that is stored before would be for those who have left the store as well.
	encrypts = Reason{"recipients", "is encrypted for its recipients first"}
	// A record that another one moves to would be lost.
	movesAway = Reason{"moved", "takes its record to another address first"}
)

// Frees reports whether the operation waits for something that the other one releases. Only these
// waits decide about the place in a plan, and about digests.
func (w Wait) Frees() bool {
	switch w.Reason.Word {
	case makesRoom.Word, encrypts.Word, movesAway.Word:
		return false
	}
	return true
}

// await makes the operation wait for another one.
func (o *Operation) await(before addr.Address, why Reason) {
	if !o.awaits(before) {
		o.After = append(o.After, Wait{before, why})
	}
}

func (o *Operation) awaits(before addr.Address) bool {
	return slices.ContainsFunc(o.After, func(w Wait) bool { return w.Address == before })
}

// Freed returns the addresses of the operations that release what this one needs.
func (o *Operation) Freed() []addr.Address {
	var out []addr.Address
	for _, w := range o.After {
		if w.Frees() {
			out = append(out, w.Address)
		}
	}
	return out
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
				Fix:  "Let the plan look at " + to.Label() + " as well."})
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
