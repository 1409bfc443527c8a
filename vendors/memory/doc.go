// Package memory is a whole world in memory: clouds and secret stores that keep
// both contracts and every ability, with faults on demand, for tests.
//
// What a test needs to disturb or inspect the world belongs here. Nothing here
// reads a clock, draws at random or touches a disk: a world is a function of the
// calls made to it, and small enough to be copied at every step of a test.
package memory
