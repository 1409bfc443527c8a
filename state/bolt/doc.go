// Package bolt keeps the state in one bbolt file: the Store that bh uses.
//
// It is the only place that knows bbolt. Every journal method is one fsynced
// transaction; bbolt's lock on the file is the lock on the state, which the kernel
// frees when a process dies, and the note beside it (PATH.holder) only says who has
// it. What a state means belongs in package state.
//
// Layout: meta (one JSON value, with the format number of the whole file), projects
// (address to record), intents (id to intent), watches (name), sequences (address),
// history (number to entry, the newest 10,000). Values are JSON.
//
// A file is never trusted: all its pages are read and bounded before bbolt follows
// them, and a panic of bbolt becomes state.ErrDamaged, which names the newest backup
// that is whole. A file comes to its path whole, by a second name or a rename, and
// goes to another name before a restored one takes its place.
package bolt
