// Package bolt keeps the state in one bbolt file: the Store that bh uses.
//
// It is the only place that knows bbolt. Every journal method is one fsynced
// transaction; bbolt's lock on the file is the lock on the state, which the kernel
// frees when a process dies. What a state means belongs in package state.
//
// Layout: meta (one JSON value), projects (address to record), intents (id to
// intent), watches (name), sequences (address), history (number to entry). Values
// are JSON.
package bolt
