// Package config reads bh's HCL files and returns what they declare: fully evaluated, checked
// offline, with every fault in one list.
//
// # Use
//
// [Load] takes [Options] and returns a [Config], which has the connections, projects, moves, removals,
// imports and policies of the files. HCL and cty stay inside this package and those below it: what leaves it is plain Go.
// A Config is read-only and safe for concurrent use, and Load can run several times at once.
//
//   - [Config.CheckProjects] and [Config.CheckOperations] evaluate the policies.
//   - [Format] returns a file in canonical form.
//   - [Generate] writes the blocks that declare and import existing buckets, and [Append] adds them to a file.
//     [Declarable] says how much of a bucket the language can express.
//   - [Language] returns the tables of the language, from which the reference is generated.
//
// # Faults
//
// Faults are returned as a [diag.List], never as a panic or as the first error alone. If the list has
// errors, only Config.Sources and Config.Sensitive are of use. [Codes] lists every kind of fault.
// With Options.Partial, a value that was not given from outside is an error only where it is needed:
// it is kept as a [Lack], and Ready returns a [LackError].
//
// # Secrets
//
// No diagnostic holds a sensitive value. Config.Sources has asterisks where a secret is or may be
// written. A fault that depends on a secret has no details that could tell it, and only the first such
// fault is reported.
//
// # Limits
//
// Load reads the files that Options names, and those that functions in them read, which must be in the
// same repository. The environment and the vendors are passed in, and no vendor is contacted. The size of the
// files, how deep expressions nest and the memory that they take are bounded.
//
// # Packages
//
// Load reads, evaluates and decodes. Package files reads and parses the files, package names evaluates variables and
// locals, package eval the attributes of blocks, and package policy judges. This package has the rest: the tables of the
// blocks, and what becomes of them. Package language has the types of the tables, package functions the functions,
// package faults the kinds of fault, and package write writes single blocks.
//
// Package planner decides what to change.
package config
