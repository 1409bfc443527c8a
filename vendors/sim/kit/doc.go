// Package kit holds what the simulators share, so that each has only what its vendor's
// API does.
//
// [Server] records every call, adds latency, injects a [Fault] before or after a call acts, and
// answers over a socket or in process, without one. [Schema] checks JSON strictly. [Signature]
// checks AWS Signature Version 4. [Command] is what the commands share. Fields that only one vendor
// uses stay empty for the others.
//
// A simulator judges a client, so it must have nothing in common with one: this package
// and those above it use the standard library only.
package kit
