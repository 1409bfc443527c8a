// Package onepassword keeps items in a 1Password vault: through a service account and 1Password's Go
// SDK, or through a Connect server over plain HTTP. Both lead to the same layout of items, and to
// the same promises.
//
// This package resolves the vault, lays out items, and translates the errors of both ways into those
// of package vendors. It prints nothing, and does not read the environment or the clock of the
// process.
//
// # Surprises
//
// The links show where each was seen.
//   - The SDK's core is WebAssembly that takes two seconds to compile, so it starts
//     when the store is first called and not before; and it does one thing at a
//     time, whatever the number of goroutines.
//   - Almost all of its errors are bare text; they are told apart in one place
//     (sdk_errors.go). A login that failed is never tried again: each try counts
//     against the limits of the whole account
//     (https://github.com/external-secrets/external-secrets/issues/4925).
//   - Titles are not unique, and nothing creates an item only if it is absent.
//   - Writes to one vault conflict with each other whatever items they are about
//     (https://github.com/1Password/onepassword-sdk-js/issues/151), so they go one
//     after the other.
//   - An update replaces the whole item. What a person added survives because each
//     one is read, changed and written back, with its version.
//   - Connect answers late: an item that was just made may not be there yet.
package onepassword
