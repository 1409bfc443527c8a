// Package state defines what bh remembers between two runs, and the contract of the stores that
// keep it.
//
// A [Snapshot] holds everything but the history:
//
//   - a [Record] of each project: the names and identifiers of what bh made, and the
//     attributes that were applied last;
//   - an [Intent] for each step that is under way, or whose outcome is unknown;
//   - a [Watch] for each credential name whose mint may still be answered late;
//   - the highest operation sequence of each project, so that no name is used twice.
//
// The history is a list of [Entry] values, one for each operation that was applied.
//
// # Stores
//
// A [Store] is a state that is open for writing. The executor writes it as a [Journal]: the
// intent before a step acts, the record after it. A command that only reads has a [Reader]. A
// [Place] is where a state is kept. It opens stores, and makes and restores backups. If people
// can take its lock, it is also a [Locker].
//
// This package has only types and no storage. Package state/bolt keeps a state in a file,
// package state/s3 keeps that file in a bucket, and package state/statetest has the suite that
// checks that every store does what the comments here say.
//
// No type in this package can hold a secret. Secrets are remembered as fingerprints.
package state
