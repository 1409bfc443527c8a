// Package state holds what bh remembers: records of projects, intents of steps
// that are under way, names under watch and the history of applies, with the
// contract that a Store keeps.
//
// Types only; state/bolt keeps them in a file, and state/statetest holds every
// Store to the comments here. Nothing in this package can hold a secret.
package state
