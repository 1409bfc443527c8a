// Package vendortest holds every vendor to the comments of package vendors: one
// call runs the whole conformance suite, with a subtest for each promise.
//
// [Survive] runs an adapter against servers that misbehave, within bounds on time and memory.
//
// What is particular to one vendor does not belong here; its own tests have that.
// The options say only what a vendor cannot do, and why; the reasons are printed.
package vendortest
