// Package observed holds what the vendors have, as a refresh has seen it.
//
// # The world
//
// A [World] has the buckets, credentials and items of all connections, each under a key that names
// the connection as well: [BucketKey], [CredentialKey], [ItemKey]. What is missing from a World is
// certainly gone: a refresh confirms each absence before it leaves something out. A World holds no
// secrets: they appear only as fingerprints.
//
// A World is read once and then only compared. It is plain data: tests and offline plans fill in
// the maps.
//
// # Calls
//
// Providers limit how often they may be called. [Calls] counts the calls to one connection, both
// those that reading the world took and those that an operation will make. [AddCalls] adds them up
// for each connection.
//
// Package planner/refresh makes a World, and package planner decides with it.
package observed
