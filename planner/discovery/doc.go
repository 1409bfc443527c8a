// Package discovery finds what exists and belongs to no project of the state.
//
// # Use
//
// A survey of package planner/refresh lists more than a plan needs: every bucket, credential and item
// of the connections. [Discover] compares it with the state and returns a [Discovery]. bh does not act
// on it; it tells people what exists and how to take it over.
//
// # What is found
//
//   - A [Bucket] that no project has, with the import block or the command that takes it over. If
//     no project declares it, it gets an address that is not in use.
//   - A [Credential] with the prefix of bh, and an [Item] with its mark, that are in no record. Each
//     says whose it is, as an [owners.Claim].
//   - The number of credentials and items that bh has not made. They are counted, not listed.
//
// What an open intent or a watched name refers to is left out: the next plan decides about that.
package discovery
