// Package bolt keeps the state in one bbolt file. It is the only package that uses bbolt.
//
// [Open] opens the file for writing and returns a [Store], which implements
// [state.Store]; [OpenReadOnly] opens it for reading. A [Place] is the file as a
// [state.Place], with its backups in the folder beside it.
//
// # Layout
//
// The file has these buckets. Their values are JSON, except for the sequences.
//
//   - meta: one value, a [state.Meta], which has the format number of the whole file, and
//     the tally of the other buckets
//   - projects: a record for each address
//   - intents: by id
//   - watches: by name
//   - sequences: a number for each address
//   - history: by number; the newest 10,000 entries are kept
//
// # Writing
//
// Every method of [state.Journal] is one transaction, which is synced to the disk. The lock on
// the state is bbolt's lock on the file, which the kernel releases when the process ends. The
// note next to the file, PATH.holder, only tells waiting processes who has the lock.
//
// # Reading
//
// A file is never trusted. Before bbolt follows its pages, all of them are read, and every
// number in them is compared with the size of the file. If bbolt still panics, the panic
// becomes a [state.ErrDamaged] that names the newest readable backup.
//
// Then the tally is compared with the entries: how many there are, and the sum of their
// digests. The type writing, through which every write goes, updates the tally. The tally
// detects damage that leaves each page intact, but does not protect against a person.
//
// Within a format, fields that this package does not know are an error, [state.ErrNewer].
//
// A new file is written completely before it gets its name, by a link or a rename. The file
// that a restored one replaces is kept under another name.
package bolt
