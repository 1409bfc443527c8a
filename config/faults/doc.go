// Package faults has the kinds of fault that the configuration can have, and collects the faults that are
// found.
//
// # Kinds
//
// codes.go has the kinds of the files and of the language, codes_projects.go those of connections, secrets,
// projects and policies. [Codes] lists them all. They are in one place because files, expressions and
// blocks report the same kinds.
//
// # What is found
//
// [Found] collects one load's faults. It keeps those that depend on what a secret is apart from the others:
// whether such a fault is there says something about the secret, so [Found.Told] reports only the first of
// them. [Capped] leaves out what is too much to correct at once, and says how many were left out.
//
// # Texts
//
// [RangeOf] converts a range of HCL to one of [diag]. [Sentence] and [Capital] make a sentence of a
// library's text.
//
// Package diag says what a diagnostic is. The packages config, eval, files, names and policy report them.
package faults
