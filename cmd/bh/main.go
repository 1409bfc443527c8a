// Command bh creates buckets, and the credentials that open them, from a declaration.
//
// # Use
//
// A file, buckets.hcl, declares clouds, secret stores and projects. A project is a bucket,
// a credential that opens it, and an item in a secret store that holds the credential.
// "bh plan" shows what would change, and "bh apply" does it. "bh --help" lists the other
// commands.
//
// # Exit codes
//
//   - 0: the command succeeded.
//   - 1: an error.
//   - 2: bh plan has changes, with --detailed-exitcode; bh drift found some.
//   - 130 and 143: SIGINT or SIGTERM ended the run.
//
// "bh exec" returns the exit code of the command that it runs.
//
// # Where the code is
//
// main only calls [cli.Main] with the real process, [cli.OS]. The tests beside it check
// rules for the whole repository: which package may import which, where libraries may be
// used, and how long files and functions may be.
package main

import (
	"os"

	"buckethead/cmd/cli"
)

func main() { os.Exit(cli.Main(cli.OS())) }
