package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

// Kind is what an operation does with its project.
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
// sentence for people. Nothing is decided by it.
type Reason struct {
	Word string `json:"word"`
	Text string `json:"text"`
}

// Change is one field that differs. Sensitive values are never in it: a changed
// secret has empty Before and After and Sensitive set.
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
	// ID is the operation id in names and marks; Sequence its number within
	// the project, from 1.
	ID       string `json:"id"`
	Sequence uint64 `json:"sequence"`
	// Cloud and Secrets are the connections that it uses; either may be empty.
	Cloud   string `json:"cloud,omitempty"`
	Secrets string `json:"secrets,omitempty"`
	// Bucket and ItemTitle are what the project has after the operation, or
	// had before a destroy.
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
	// Digest is a SHA-256 over all of it that decides what is done: not over
	// the place in the file, texts, counts of objects, or the operation id, which
	// an apply draws from the state that it finds.
	Digest string     `json:"digest"`
	Range  diag.Range `json:"range,omitzero"`
}

// Act describes a step for people and for plan files.
type Act struct {
	Step   string `json:"step"`
	Target string `json:"target,omitempty"`
}

// seal sets the fields that are derived from the others: acts, calls, digest.
func (o *Operation) seal() {
	type namedStep struct {
		Name string
		Step Step
	}
	var decides struct {
		Project addr.Address
		Block   string `json:",omitempty"`
		Kind    Kind
		Reason  string
		Cloud   string
		Secrets string
		Changes []Change
		Blocked []string
		After   []addr.Address
		Steps   []namedStep
	}
	if decides.Kind, decides.Reason = o.Kind, o.Reason.Word; o.Address.Kind == addr.Project {
		decides.Project = o.Address
	} else {
		decides.Block = o.Address.String()
	}
	decides.Cloud, decides.Secrets, decides.Changes, decides.After = o.Cloud, o.Secrets, unsourced(o.Changes), o.Freed()
	for _, b := range o.Blocked {
		decides.Blocked = append(decides.Blocked, b.Word)
	}
	o.Acts = make([]Act, 0, len(o.Steps))
	for _, s := range o.Steps {
		if s.Name() != StepSettle {
			o.Acts = append(o.Acts, Act{Step: s.Name(), Target: s.Target()})
		}
		decides.Steps = append(decides.Steps, namedStep{s.Name(), timeless(s)})
	}
	o.Calls = countCalls(o)
	text, err := json.Marshal(decides)
	if err != nil {
		// Steps are plain data; a step that cannot be encoded is a fault in this package.
		panic(fmt.Sprintf("planner: encode %s: %v", o.Address.String(), err))
	}
	sum := sha256.Sum256(text)
	o.Digest = hex.EncodeToString(sum[:])
}

// unsourced returns changes without their sources, for the same value does the same.
func unsourced(changes []Change) []Change {
	out := slices.Clone(changes)
	for i := range out {
		out[i].Source = ""
	}
	return out
}

// timeless returns the step without what differs between two plans that do the
// same: names drawn from the operation id, fingerprints, and times of listings.
func timeless(s Step) Step {
	switch s := s.(type) {
	case IssueCredential:
		s.CredentialName = ""
		return s
	case TakeCredential:
		// Taken under the state's key, which a first plan does not have yet.
		s.Fingerprint = ""
		return s
	case Settle:
		s.Watch = nil
		return s
	}
	return s
}
