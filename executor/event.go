package executor

import (
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
)

// Event is something that happened while a plan runs. The set is closed: the
// types of this file. Events of one project come in order; those of several
// projects mix, but never two at once.
type Event interface{ event() }

// OperationStarted: the first step of an operation is about to run.
type OperationStarted struct {
	Project addr.Project
	Kind    planner.Kind
	At      time.Time
}

// StepStarted: a step is about to run.
type StepStarted struct {
	Project addr.Project
	Step    string
	Target  string
	At      time.Time
}

// StepDone: a step ended; Err is nil when it was committed.
type StepDone struct {
	Project addr.Project
	Step    string
	Target  string
	At      time.Time
	Err     error
}

// Waiting: a step waits until a time, for the reason given.
type Waiting struct {
	Project addr.Project
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
	Blocked     Outcome = "blocked"     // the plan said that it would not run
	Skipped     Outcome = "skipped"     // one that it comes after did not succeed
	Interrupted Outcome = "interrupted" // a signal came first; the next apply goes on
)

// Result is what became of one operation. Reference names the item, where one is
// there afterwards.
type Result struct {
	Project     addr.Project
	Kind        planner.Kind
	Outcome     Outcome
	Reference   string
	Started     time.Time
	Ended       time.Time
	Diagnostics diag.List
}

// Report is what became of a plan: one result for each of its operations, in the
// plan's order, whatever happened.
type Report struct {
	Results     []Result
	Interrupted bool
	Diagnostics diag.List // faults that belong to no project, such as a state that cannot be written
}

// Counts gives the number of results of each outcome.
func (r Report) Counts() map[Outcome]int {
	counts := map[Outcome]int{}
	for _, result := range r.Results {
		counts[result.Outcome]++
	}
	return counts
}

// OK reports whether everything that could run is done: nothing failed, was
// skipped, blocked or interrupted.
func (r Report) OK() bool {
	return r.Counts()[Done] == len(r.Results) && !r.Interrupted && !r.Diagnostics.HasErrors()
}
