package cli

import (
	"flag"

	urfave "github.com/urfave/cli/v2"
)

// Update has the tests write what commands print into the scripts, topics and golden files.
var Update = flag.Bool("update", false, "write what commands print into the scripts")

// These are for tests in package cli_test. They are there because they use clitest, which
// imports this package.
var (
	PassedOn                    = passedOn
	AllCodes                    = allCodes
	Examples                    = &examples
	Explain                     = explain
	TopicNames                  = topicNames
	Version, Commit, Repository = &version, &commit, &repository
)

// Commands returns the commands as they are registered.
func Commands() []*urfave.Command { return newApp(&run{}).Commands }
