// Package settings compares the settings of a bucket: what is declared, what bh wrote, and what is
// there.
//
// # Use
//
// A [Comparison] holds the three, and what an interrupted step may have written. It returns the
// changes that make the bucket as it is declared, one for each group of settings that differs:
// [Comparison.Changes]. For each change it also returns what the change replaces, why it is needed,
// and what a reader must not overlook: that objects are deleted, lose their lock, or become public.
//
// # What is whose
//
// A group of settings is written as a whole. bh clears only what it wrote itself. A group that is
// neither declared nor recorded as applied is left as it is, unless an interrupted step turns out to
// have written it. Domains are the exception: each one is attached and detached by itself, and domains
// that someone else attached are not touched.
//
// If a group could not be read, what bh wrote to the bucket counts as what is there.
package settings
