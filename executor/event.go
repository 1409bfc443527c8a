package executor

import (
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
)

// Event is something that happened while a plan runs. The set is closed: it consists of the types
// in this file. Each has the address of an operation. Events of one operation come in order.
// Those of several operations are interleaved, but never concurrent.
type Event interface{ event() }

// OperationStarted: the first step of an operation is about to run.
type OperationStarted struct {
	Address addr.Address
	Kind    planner.Kind
	At      time.Time
}

// StepStarted: a step is about to run.
type StepStarted struct {
	Address addr.Address
	Step    string
	Target  string
	At      time.Time
}

// StepDone: a step ended. Err is nil if it was committed.
type StepDone struct {
	Address addr.Address
	Step    string
	Target  string
	At      time.Time
	Err     error
}

// Waiting: a step waits until a time, for a reason.
type Waiting struct {
	Address addr.Address
	Why     string
	Until   time.Time
}

// OperationDone: an operation ended, with its result.
type OperationDone struct{ Result Result }

func (OperationStarted) event() {}
func (StepStarted) event()      {}
func (StepDone) event()         {}
func (Waiting) event()          {}
func (OperationDone) event()    {}

// Outcome is how an operation ended.
type Outcome string

// The outcomes, as reports and history name them.
const (
	Done        Outcome = "done"
	Failed      Outcome = "failed"
	Blocked     Outcome = "blocked"     // as the plan said
	Skipped     Outcome = "skipped"     // because another one did not succeed
	Interrupted Outcome = "interrupted" // by a signal; the next apply continues
)

// Result says how one operation ended. Reference is that of the item, if there is one
// afterwards. Notes are for people to read, even though the operation is done.
type Result struct {
	Address     addr.Address
	Kind        planner.Kind
	Outcome     Outcome
	Reference   string
	Started     time.Time
	Ended       time.Time
	Notes       []string
	Diagnostics diag.List
}

// Report says how a plan ended: it has one result for each operation, in the plan's order,
// whatever happened.
type Report struct {
	Results     []Result
	Interrupted bool
	Diagnostics diag.List // faults that do not belong to a project, such as a state that cannot be written
}

// Counts returns the number of results of each outcome.
func (r Report) Counts() map[Outcome]int {
	counts := map[Outcome]int{}
	for _, result := range r.Results {
		counts[result.Outcome]++
	}
	return counts
}

// OK reports whether every operation is done: nothing failed, was skipped, blocked or
// interrupted.
func (r Report) OK() bool {
	return r.Counts()[Done] == len(r.Results) && !r.Interrupted && !r.Diagnostics.HasErrors()
}
