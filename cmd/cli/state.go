package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config/words"
	"buckethead/state"
)

// stateArgs holds the arguments of the commands of bh state, and the flags that only
// they have.
type stateArgs struct {
	named []string
	list  bool          // backup --list
	force bool          // push --force, migrate --force, rebuild --force
	from  string        // migrate --from
	last  time.Duration // lock --for
}

// stateRun is one of these commands.
type stateRun func(ctx context.Context, s *session, a stateArgs) error

func stateCommand(p Process) *cli.Command {
	command := func(name, usage, args string, run stateRun, flags ...cli.Flag) *cli.Command {
		return &cli.Command{Name: name, Usage: usage, ArgsUsage: args, Flags: commonFlags(flags...), Action: func(c *cli.Context) (err error) {
			parsed, err := readCommon(c, p)
			if err != nil {
				return err
			}
			s, err := open(c.Context, p, parsed)
			if err != nil {
				return err
			}
			defer func() { err = joinClose(err, s) }()
			return run(c.Context, s, stateArgs{named: c.Args().Slice(), list: c.Bool("list"), force: c.Bool("force"),
				from: c.String("from"), last: c.Duration("for")})
		}}
	}
	return &cli.Command{Name: "state", Usage: "look at the state and mend it", Subcommands: []*cli.Command{
		command("list", "list the projects that are recorded", "[PROJECT]", stateList),
		command("show", "show one record whole", "PROJECT", stateShow),
		command("mv", "give a record another address, as a moved block does", "FROM TO", stateMove),
		command("rm", "forget a project; nothing is deleted", "PROJECT...", stateRemove),
		command("backup", "copy the state", "", stateBackup, &cli.BoolFlag{Name: "list", Usage: "list the copies that there are"}),
		command("restore", "put a copy in the place of the state", "BACKUP", stateRestore),
		command("pull", "write the state to a file, or to standard output", "[FILE]", statePull),
		command("push", "put a file in the place of the state", "FILE", statePush, &cli.BoolFlag{Name: "force", Usage: "of another lineage, or older"}),
		command("migrate", "bring a state to the place that the file declares", "", stateMigrate,
			&cli.StringFlag{Name: "from", Usage: "`PATH` or s3://BUCKET/KEY", Value: defaultStatePath}, &cli.BoolFlag{Name: "force", Usage: "put it over a state that is there"}),
		command("rebuild", "make a lost state anew from what the providers list", "", stateRebuild,
			&cli.BoolFlag{Name: "force", Usage: "put it in the place of a state that is there"}),
		lockCommand(command),
		command("unlock", "let go of a lock whose holder is gone", "ID", stateUnlock),
	}, Action: func(c *cli.Context) error {
		if c.Args().Present() {
			return fmt.Errorf("there is no command \"state %s\"; see bh state --help", c.Args().First())
		}
		return cli.ShowSubcommandHelp(c)
	}}
}

func stateList(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) > 1 {
		return errors.New("bh state list takes one project, or none for all")
	}
	records, err := s.records(ctx, strings.Join(a.named, ""))
	if err != nil {
		return err
	}
	if s.flags.json {
		names := []string{}
		for _, r := range records {
			names = append(names, r.Project.String())
		}
		return s.writeJSON(map[string]any{"format": state.Format, "projects": names})
	}
	for _, r := range records {
		_, _ = fmt.Fprintln(s.p.Stdout, r.Project)
	}
	return nil
}

func stateShow(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) != 1 {
		return errors.New("bh state show wants one project")
	}
	records, err := s.records(ctx, a.named[0])
	if err != nil {
		return err
	}
	return s.writeJSON(records)
}

// locked opens the state for writing, with a copy made first.
func (s *session) locked(ctx context.Context) (state.Locked, state.Snapshot, error) {
	store, err := s.openState(ctx)
	if err != nil {
		return nil, state.Snapshot{}, err
	}
	snap, err := store.Snapshot()
	if err == nil {
		_, err = store.Backup(ctx)
	}
	if err != nil {
		return nil, snap, s.stateFault(err)
	}
	return store, snap, nil
}

func stateMove(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) != 2 {
		return errors.New("bh state mv wants the address that is and the one that shall be")
	}
	projects, err := addresses(a.named)
	if err != nil {
		return err
	}
	store, snap, err := s.locked(ctx)
	if err != nil {
		return err
	}
	if _, known := snap.Records[projects[0]]; !known {
		return fmt.Errorf("the state knows no %s", projects[0])
	}
	if _, taken := snap.Records[projects[1]]; taken {
		return fmt.Errorf("the state has a %s already", projects[1])
	}
	if err := store.Move(ctx, projects[0], projects[1]); err != nil {
		return s.stateFault(err)
	}
	s.view.Result(fmt.Sprintf("Moved %s to %s.", projects[0], projects[1]))
	return nil
}

func stateRemove(ctx context.Context, s *session, a stateArgs) error {
	projects, err := addresses(a.named)
	if err != nil {
		return err
	}
	if len(projects) == 0 {
		return errors.New("bh state rm wants the projects to forget")
	}
	store, snap, err := s.locked(ctx)
	if err != nil {
		return err
	}
	for _, p := range projects {
		if _, known := snap.Records[p]; !known {
			return fmt.Errorf("the state knows no %s; nothing was forgotten", p)
		}
	}
	for _, p := range projects {
		if err := store.Settle(ctx, state.Settlement{Project: p}); err != nil {
			return s.stateFault(err)
		}
		s.view.Result(fmt.Sprintf("Forgot %s; its bucket, credentials and item are as they were.", p))
	}
	return nil
}

func stateBackup(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) > 0 {
		return errors.New("bh state backup takes no argument")
	}
	if a.list {
		return s.listBackups(ctx)
	}
	place, err := s.connections.Place(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	path, err := place.Backup(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	s.view.Result(fmt.Sprintf("Wrote %s.", path))
	return nil
}

func (s *session) listBackups(ctx context.Context) error {
	place, err := s.connections.Place(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	backups, err := place.Backups(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	rows := [][]string{{"WHEN", "SERIAL", "BYTES", "PATH"}}
	for _, b := range backups {
		row := []string{words.Time(b.At), fmt.Sprint(b.Meta.Serial), fmt.Sprint(b.Size), b.Path}
		if b.Err != nil {
			row[1], row[3] = "-", b.Path+" (cannot be read)"
		}
		rows = append(rows, row)
	}
	_, err = fmt.Fprint(s.p.Stdout, view.Table(rows))
	return err
}

func stateRestore(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) != 1 {
		return errors.New("bh state restore wants one backup; bh state backup --list shows them")
	}
	place, err := s.connections.Place(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	kept, err := place.Restore(ctx, a.named[0])
	switch {
	case errors.Is(err, state.ErrLocked), errors.Is(err, state.ErrStack), errors.Is(err, state.ErrNewer):
		return s.stateFault(err)
	case err != nil:
		return fmt.Errorf("%w; nothing was changed, and bh state backup --list shows the copies that there are", err)
	}
	before := "There was no state before."
	if kept != "" {
		before = "The state of before is " + kept + "."
	}
	s.view.Result(fmt.Sprintf("Restored %s. %s", a.named[0], before))
	return nil
}
