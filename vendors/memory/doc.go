// Package memory simulates clouds and secret stores in memory, for tests. They implement both
// contracts of package vendors and every optional ability.
//
// # Use
//
// A [World] contains any number of clouds and stores. [World.Cloud] and [World.Store] return the one of
// a name and create it at first use. [World.Vendor] returns the world as an entry of a registry, for
// tests that start from a configuration.
//
// # Faults
//
// The fields of a World are hooks. Before and After are called around each [Call]; an error of Before
// means that nothing was done, and an error of After that the response was lost. Either may panic,
// which simulates a process that is killed at that moment. LateMint, HideFromList and RefuseKeys
// simulate credentials that show up late, incomplete lists, and keys that do not work.
//
// # Promises
//
// Methods are safe for concurrent use; fields are set before the first call. A world reads no clock
// but the one given to [NewWorld], uses no randomness, and touches no disk, so the same calls always
// have the same effect. [World.Clone] is cheap enough to be used at every step of a test.
//
// Methods that let a test change or inspect a world belong in this package. Methods that inspect do not
// count as calls.
package memory
