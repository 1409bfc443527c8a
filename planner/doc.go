// Package planner decides what to do: it compares what is declared, what is recorded and what was
// observed, and returns a [Plan].
//
// # Use
//
// [Make] takes an [Input] and returns a Plan and a list of diagnostics. If the list has errors, the
// plan may be shown but not applied. A Plan has one [Operation] for each project or store that
// changes, in the order in which they run. An Operation has a [Reason], the [Change] values for people,
// the [Step] values that carry it out, and the [Wait] values for the operations that must finish first.
// [Plan.Queue] returns a [Queue], which tells which operations can start.
//
// Other functions answer other questions:
//
//   - [FindDrift] returns what was changed outside of bh, as [Drift].
//   - [Discover] returns what exists and belongs to no project of the state, as a [Discovery].
//   - [Rebuild] recovers the records of a lost state from names and marks, as [Rebuilt].
//   - [GraphOf] returns what is declared, as a [Graph].
//
// # Purity
//
// Nothing here takes a context, does input or output, or reads a clock: the time is Input.Now. The same
// input always makes the same plan, byte for byte. Two plans with the same [Plan.Digest] do the same,
// so an apply can check that it does what was reviewed.
//
// # The world
//
// A [World] is what the vendors have. What is missing from it counts as gone, so refresh must have
// confirmed each absence. [Assumed] returns the world as the state records it, for plans that are made
// offline. A plan deletes only what a record, an open intent or a watched name leads to.
//
// No plan holds a secret: the secrets that people bring appear as fingerprints.
//
// Package planner/refresh reads the world, package planner/planfile saves plans, and package executor
// carries them out.
package planner
