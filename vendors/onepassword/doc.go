// Package onepassword keeps items in a 1Password vault: through a service account and 1Password's Go
// SDK, or through a Connect server over plain HTTP. Both produce the same layout of items, and keep
// the same promises.
//
// This package finds the vault, lays out items, and translates the errors of both ways into those of
// package vendors. It prints nothing, and does not read the environment or the clock of the process.
//
// # Surprises
//
// The links show where each was seen.
//   - The SDK's core is WebAssembly that takes two seconds to compile, so it starts only when
//     the store is first called. It does one thing at a time, no matter how many goroutines
//     call it.
//   - Almost all of its errors are plain text; sdk_errors.go tells them apart. A failed login
//     is never repeated: each try counts towards the limits of the whole account
//     (https://github.com/external-secrets/external-secrets/issues/4925).
//   - Titles are not unique, and nothing creates an item only if it is absent.
//   - Writes to one vault conflict with each other, even if they are about different items
//     (https://github.com/1Password/onepassword-sdk-js/issues/151), so they go one after the
//     other.
//   - An update replaces the whole item. What a person added survives because each item is
//     read, changed and written back, with its version.
//   - Connect is eventually consistent: an item that was just created may not be there yet.
package onepassword
