// Package mask keeps secrets out of the lines of files that diagnostics quote.
//
// # Use
//
// [Sources] holds the text of the files. Its methods write asterisks over what is, or may be, a secret. The
// length and the lines stay, so that ranges remain right.
//
//   - [Sources.Expression] masks the texts in an expression that takes a secret, and [Sources.Keys] the
//     keys in it.
//   - [Sources.Attribute] and [Sources.Body] mask values that bh has no use for, if their names look like
//     those of secrets.
//   - [Sources.Tokens] does so in a file that could not be parsed.
//   - [Sources.Quoted] masks the lines that diagnostics point at, as text: a file can be one that was never
//     meant to be read as a configuration, such as .env or .netrc.
//
// What only names something stays readable: variables of the environment, references into a store,
// functions, places.
//
// # Limits
//
// What is masked is a guess wherever the file is not a configuration. It is made on the safe side: text
// that may be a key is masked. The net of package cmd/redact is the second line of defence.
package mask
