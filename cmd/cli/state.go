package cli

import (
	"github.com/urfave/cli/v2"
)

func stateCommand(r *run) *cli.Command {
	command := func(name, usage, args string, do stateRun, flags ...cli.Flag) *cli.Command {
		action := func(c *cli.Context) error {
			parsed, err := r.flags(c)
			if err != nil {
				return err
			}
			// What is rebuilt are the projects that are declared, wherever they are.
			parsed.partial = name != "rebuild"
			return inSession(c.Context, r, parsed, func(s *session) error {
				return do(c.Context, s, stateArgs{named: c.Args().Slice(), list: c.Bool("list"), force: c.Bool("force"),
					from: c.String("from"), last: lengthOf(c, "for"), kin: listed(c, "lineage")})
			})
		}
		return &cli.Command{Name: name, Usage: usage, ArgsUsage: args, Flags: stateFlags(flags...), Action: action}
	}
	return &cli.Command{Name: "state", Usage: "inspect and repair the state", Subcommands: []*cli.Command{
		command("list", "list the recorded projects", "[PROJECT]", stateList),
		command("show", "show one record in full", "PROJECT", stateShow),
		command("mv", "give a record another address, as a moved block does", "FROM TO", stateMove),
		command("rm", "forget a project; nothing is deleted", "PROJECT...", stateRemove),
		command("backup", "copy the state", "", stateBackup,
			&cli.BoolFlag{Name: "list", Usage: "list the copies"}),
		command("restore", "replace the state with a copy", "BACKUP", stateRestore),
		command("pull", "write the state to a file, or to standard output", "[FILE]", statePull),
		command("push", "replace the state with a file", "FILE", statePush,
			&cli.BoolFlag{Name: "force", Usage: "even if it is older, or of another lineage"}),
		command("migrate", "move the state to where the file declares it", "", stateMigrate,
			&cli.StringFlag{Name: "from", Usage: "`PATH` or s3://BUCKET/KEY", Value: defaultStatePath},
			&cli.BoolFlag{Name: "force", Usage: "overwrite an existing state"}),
		command("rebuild", "rebuild a lost state from what the providers list", "", stateRebuild,
			&cli.GenericFlag{Name: "lineage", Value: &list{},
				Usage: "take what belongs to `LINEAGE`; can be repeated"},
			&cli.BoolFlag{Name: "force", Usage: "replace an existing state"}, parallelismFlag()),
		lockCommand(command),
		command("unlock", "release a lock whose holder is gone", "ID", stateUnlock),
	}, Action: func(c *cli.Context) error {
		if c.Args().Present() {
			return unknownCommand(c.Command.Subcommands, "state", c.Args().First())
		}
		return cli.ShowSubcommandHelp(c)
	}}
}
