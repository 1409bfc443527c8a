// Package files finds, reads and parses the files of a configuration.
//
// # Which files are read
//
// A [Reader] reads the files of the language and the files of variables. A file that a person named can be
// anywhere. All others must be regular files of the same repository, or of the same folder if it is in no
// repository; links are followed only within it, and the folders of git and bh are never read. A plan
// evaluates files that nobody has reviewed, and could otherwise be made to read the secrets of the machine
// that it runs on. [ForFunctions] opens the same files for file(), fileset() and the other functions. An
// [Error] says why a file is not read, and has nothing of its content.
//
// # Parsing
//
// [Reader.Configuration] returns the parsed files, [Reader.Values] the attributes of a file of variables.
// Before a text is parsed, its size, its encoding and how deep it nests are checked. After a syntax error,
// [File] holds what could be understood, and [WithoutConsequences] leaves out faults that may only follow
// from the rest.
//
// # Faults and secrets
//
// What is wrong is added to the reader's [faults.Found]. Strings of a broken file that may be secrets are
// masked in its [mask.Sources].
//
// Package eval evaluates what is parsed here.
package files
