// Package executor runs a plan until all operations are done or it is told to stop. Operations
// start in the order of the plan, but each only after those that it waits for are done. At most
// [Options].Parallelism of them work at once.
//
// [Apply] carries out each operation step by step. Before a step acts, its intent is
// committed to the journal; when it is done, the next record is. What Apply does is
// reported twice: as a stream of [Event] values while it runs, and as a [Report] with a
// [Result] for every operation at the end.
//
// # Failures
//
// An operation that fails, even by a panic, stops only the operations that wait for it. They are
// skipped, and so are those that wait for them; each names the one that failed. There is no recovery
// code here: the journal keeps what a run leaves open, and the next plan reads it.
//
// # Stopping
//
// When Options.Stop is closed, no operation starts any more, and running ones end after their
// current step. An issued secret is always stored first, because it would be lost otherwise.
// When the context ends, steps are interrupted.
//
// Package planner decides what to do, package executor/orchestrator carries out a single
// step, and package cmd/view shows the events.
package executor
