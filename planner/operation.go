package planner

import (
	"slices"
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

// Kind is what an operation does to its project.
type Kind string

// The kinds of operation, as plans and history name them.
const (
	Provision Kind = "provision"
	Register  Kind = "register"
	Adopt     Kind = "adopt"
	Update    Kind = "update"
	Rotate    Kind = "rotate"
	Move      Kind = "move"
	Heal      Kind = "heal"
	Forget    Kind = "forget"
	Destroy   Kind = "destroy"
)

// Symbol returns the sign before the kind in a plan.
func (k Kind) Symbol() string {
	switch k {
	case Provision, Adopt:
		return "+"
	case Register, Move:
		return ">"
	case Update, Rotate:
		return "~"
	case Heal:
		return "!"
	case Forget:
		return "."
	case Destroy:
		return "-"
	}
	return "?"
}

// Kinds lists every kind in the order in which summaries count them.
func Kinds() []Kind {
	return []Kind{Provision, Register, Adopt, Update, Rotate, Move, Heal, Forget, Destroy}
}

// Reason says why an operation is in the plan: a stable word for programs and a
// sentence for people. No decision depends on it.
type Reason struct {
	Word string `json:"word"`
	Text string `json:"text"`
}

// Change is one field that differs, or that a new project has. Sensitive values are never in
// it: a changed secret has empty Before and After and Sensitive set.
type Change struct {
	Field     string `json:"field"`
	Before    string `json:"before,omitempty"`
	After     string `json:"after,omitempty"`
	Sensitive bool   `json:"sensitive,omitempty"`
	// Source is the environment variable that After comes from, if it comes from one.
	Source string `json:"source,omitempty"`
}

// Objection says why an operation cannot be carried out at present.
type Objection struct {
	Word string `json:"word"`
	Text string `json:"text"`
	Fix  string `json:"fix"`
}

// Operation is what a plan does with one project, or with a whole store: Address is then that of
// the store's block, such as secrets.age_file.main. A plan has at most one operation for each
// address. Steps run in order; the last of a project is always Settle, which a store does not have.
type Operation struct {
	Address addr.Address `json:"address"`
	Kind    Kind         `json:"kind"`
	Reason  Reason       `json:"reason"`
	// ID is the operation id in names and marks; Sequence is its number within
	// the project, from 1.
	ID       string `json:"id"`
	Sequence uint64 `json:"sequence"`
	// Cloud and Secrets are the connections that it uses; either may be empty.
	Cloud   string `json:"cloud,omitempty"`
	Secrets string `json:"secrets,omitempty"`
	// Bucket and ItemTitle are what the project has after the operation, or
	// before a destroy.
	Bucket    vendors.BucketID `json:"bucket"`
	Location  string           `json:"location,omitempty"`
	ItemTitle string           `json:"item_title,omitempty"`
	ItemID    string           `json:"item_id,omitempty"` // empty before the item exists
	Changes   []Change         `json:"changes,omitempty"`
	Notes     []string         `json:"notes,omitempty"` // what else a reader should know
	Steps     []Step           `json:"-"`
	Acts      []Act            `json:"acts"` // the steps in words
	Blocked   []Objection      `json:"blocked,omitempty"`
	// After names the operations of this plan that have to be done before this one starts.
	After []Wait           `json:"after,omitempty"`
	Calls []observed.Calls `json:"calls,omitempty"`
	// Timed is not nil if time alone caused a part of the operation, or all of it.
	Timed *Timed `json:"timed,omitempty"`
	// Digest is a SHA-256 over everything that decides what the operation does. Texts, the place in the file and
	// counts of objects are not part of it, nor is the operation id, which an apply draws
	// from the state that it finds.
	Digest string     `json:"digest"`
	Range  diag.Range `json:"range,omitzero"`
}

// Timed says what time alone has to do with an operation: a rotation is due, a key has expired, or an
// overlap has ended.
type Timed struct {
	// Due is since when the key is to be renewed, zero if it is not.
	Due time.Time `json:"due,omitzero"`
	// Rest is the digest of what the operation does besides, "" if that is nothing.
	Rest string `json:"rest,omitempty"`
}

// IsDue reports whether the operation renews a key because of its age.
func (o *Operation) IsDue() bool {
	// Plans that were saved before format 4 have the words alone.
	return o.Timed != nil && !o.Timed.Due.IsZero() || o.Reason.Word == rotationDue || o.Reason.Word == credentialExpired
}

// Lasting returns the digest of what the operation does that time alone did not cause, "" if that is nothing.
func (o *Operation) Lasting() string {
	if o.Timed != nil {
		return o.Timed.Rest
	}
	return o.Digest
}

// Act describes a step for people and for plan files.
type Act struct {
	Step   string `json:"step"`
	Target string `json:"target,omitempty"`
}

// Wait says that an operation of the same plan has to be done before, and why. Reason.Text
// follows its name: project.old "frees the name of the bucket".
type Wait struct {
	Address addr.Address `json:"address"`
	Reason  Reason       `json:"reason"`
}

// The words of operations that renew a key because of its age.
const (
	rotationDue       = "rotation_due"
	credentialExpired = "credential_expired"
)

// The reasons for which one operation waits for another.
var (
	freesBucket     = Reason{"bucket_name", "frees the name of the bucket"}
	freesTitle      = Reason{"item_title", "frees the title of the item"}
	freesCredential = Reason{"credentials", "frees a credential"}
	// What a plan relies on near a limit of credentials, when it has no room to spare.
	makesRoom = Reason{"room", "makes room under the limit of credentials"}
	// A key that is stored before that could still be read by removed recipients.
	encrypts = Reason{"recipients", "is encrypted for its recipients first"}
	// A record would be lost if another one moved to its address first.
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

// remote reports whether any step calls a vendor.
func (o *Operation) remote() bool {
	for _, s := range o.Steps {
		switch s.(type) {
		case RetireCredential, MoveRecord, ForgetRecord, Settle:
		default:
			return true
		}
	}
	return false
}
