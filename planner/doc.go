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
// # Purity
//
// Nothing here takes a context, does input or output, or reads a clock: the time is Input.Now. The same
// input always makes the same plan, byte for byte. Two plans with the same [Plan.Digest] do the same,
// so an apply can check that it does what was reviewed.
//
// What is missing from an [observed.World] counts as gone, so a refresh must have confirmed each
// absence. [Assumed] returns the world as the state records it, for plans that are made offline. A
// plan deletes only what a record, an open intent or a watched name leads to. No plan holds a secret:
// the secrets that people bring appear as fingerprints.
//
// # Layout
//
// No file uses one above it. At the bottom are the nouns: steps, operations, plans. The maker holds
// the input, and a subject holds what is known of one project. Each file above them decides one thing, such
// as the bucket, the credential or a takeover. [Make], on top, asks them project by project, and then
// looks at the plan as a whole: names that move, limits of credentials, the order.
//
// # Other questions
//
// Below this package are planner/observed, planner/moves, planner/owners and planner/settings. Above
// it, planner/drift, planner/discovery and planner/rebuild answer other questions about the same
// input. Package planner/refresh reads the world, planner/planfile saves plans, and package executor
// carries them out.
package planner
