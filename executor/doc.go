// Package executor runs a plan until all operations are done or it is told to stop. Each starts
// when those that it waits for are done, and otherwise in the order of the plan, as many at once as
// [Options].Parallelism says.
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
// code here. What a run leaves open is in the journal, and the
// next plan reads it.
//
// # Stopping
//
// When Options.Stop is closed, no operation starts any more and running ones end after
// their present step. A secret that was issued is always stored first, since it would be
// lost otherwise. When the context ends, steps are cut off.
//
// Package planner decides what to do, package executor/orchestrator carries out a single
// step, and package cmd/view shows the events.
package executor
