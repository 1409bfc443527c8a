// Command bh makes buckets, and the credentials that open them, as declared.
package main

import (
	"os"

	"buckethead/cmd/cli"
)

func main() { os.Exit(cli.Main(cli.OS())) }
