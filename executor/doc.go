// Package executor runs a plan: in order, projects in parallel, each step between
// an intent and a commit in the journal, until done or told to stop.
//
// What a step does is executor/orchestrator's; what to do is the planner's; how
// it is shown is cmd/view's. There is no recovery code here: what a run leaves
// open stands in the journal, and the next plan reads it.
package executor
