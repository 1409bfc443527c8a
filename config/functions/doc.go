// Package functions has the functions of the language.
//
// They are those of Terraform and OpenTofu, under the same names and with the same results,
// except those that need the network, the clock or randomness: the same file and the same
// values always make the same plan. [All] returns them, [Docs] describes them, and [Missing]
// says why the others do not exist.
//
// # What they read
//
// A function sees its arguments. Everything else comes from a [World]: files, environment
// variables, the parser of templates. Nothing here opens files directly.
//
// # Secrets
//
// Values carry marks, and the result of a function carries those of all its arguments. cty does
// that for functions that do not ask for marked values, so only a few ask for them. Errors are
// the other way out: try() and can() mark their result with what a failed expression reads.
// A template reads its variables and nothing else, so env() cannot be called in one.
//
// # Bounds
//
// A few characters can ask for any amount of memory. [Estimates] say how much a function is
// about to make, for those that can make far more than they are given; the caller counts what
// comes out. Data is checked while it is read, and compressed data while it is expanded.
//
// # Differences from Terraform
//
//   - Keys of YAML stay as they are written, and a key that is written twice is an error.
//   - fileset() fails if its folder does not exist, where Terraform finds no files: a folder
//     that was renamed would otherwise remove every project that is made of its files.
//   - dirname() and basename() split at slashes on every system.
//   - templatefile() and templatestring() cannot call each other or themselves.
//   - sum() of an empty list is 0.
package functions
