package cli

import (
	"flag"

	"github.com/urfave/cli/v2"
)

// Tests run bh several times at once in this process, and all share the one flag
// for help, which a command writes to when it takes it in. A copy has nothing that
// is shared.
func init() { cli.HelpFlag = copiedFlag{cli.HelpFlag.(*cli.BoolFlag)} }

type copiedFlag struct{ *cli.BoolFlag }

func (f copiedFlag) Apply(set *flag.FlagSet) error {
	one := *f.BoolFlag
	return one.Apply(set)
}
