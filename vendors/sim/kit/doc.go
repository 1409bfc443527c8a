// Package kit holds what the simulators share, so that each contains only the behaviour of its
// vendor's API.
//
// [Server] records every call, adds latency, injects a [Fault] before or after a call acts, and
// answers over a socket or in process, without one. [Schema] checks JSON strictly. [Signature]
// checks AWS Signature Version 4. [Command] is what the commands share. Fields that only one vendor
// uses stay empty for the others.
//
// A simulator judges a client, so it must share no code with one: this package and those above
// it use only the standard library.
package kit
