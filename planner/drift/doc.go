// Package drift finds what was changed outside of bh.
//
// # Use
//
// [Find] compares the state with the world and returns a [Report] with a [Difference] for each field
// of a bucket, a credential or an item that is not as bh recorded it. Each has a [Class], a stable
// word that programs can rely on and people can ignore.
//
// A refresh reads what the configuration asks for, and drift is about what is recorded. So the
// refresh is made with [planner.AsRecorded], a configuration that declares what the state holds and nothing
// else.
//
// # What is not drift
//
//   - A change that the files now ask for: an apply would make it, and someone already did.
//   - What an interrupted step may have left. The open intents say which steps those are.
//   - A rotation that is due, and fields that people added to an item.
//
// Only what bh wrote is compared: the groups of settings that are recorded as applied, the domains
// that it attached, the fields that it stored.
//
// Like a plan, a report depends on its input alone: no context, no clock, no input or output.
package drift
