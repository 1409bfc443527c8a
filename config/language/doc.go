// Package language describes the language of bh's files as data.
//
// # Tables
//
// A [Block] is one type of block: its labels, its attributes and the blocks in it. An
// [Attribute] is one row of its table: what it takes, its default, where it has a meaning, a
// sentence about it and an example. Everything that has to know a name of the language reads it
// there: the decoder, the checks, the suggestions for misspelled names, what bh import writes,
// and the reference that [Reference] generates.
//
// The rows themselves are in package config, beside the decoder, because a row says where the
// decoder keeps the value (see [Attribute.At]). This package knows neither HCL nor any project.
//
// # Sets
//
// A [Set] is a set of members of one block, attributes and blocks alike. It has a bit for each,
// so that decoding 100,000 projects costs nothing for it.
package language
