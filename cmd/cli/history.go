package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner"
	"buckethead/state"
)

func historyCommand(r *run) *cli.Command {
	return &cli.Command{Name: "history", Usage: "show what was done, newest first", ArgsUsage: "[PROJECT]",
		Flags: commonFlags(&cli.IntFlag{Name: "limit", Value: 50, Usage: "show at most `N` entries; 0 for all"}),
		Action: func(c *cli.Context) error {
			flags, err := r.flags(c)
			if err != nil {
				return err
			}
			var project addr.Address
			if c.Args().Present() {
				if project, err = addr.Parse(c.Args().First()); err != nil {
					return err
				}
			}
			return inSession(c.Context, r, flags.partly(), func(s *session) error {
				return runHistory(c.Context, s, project, c.Int("limit"))
			})
		}}
}

func runHistory(ctx context.Context, s *session, project addr.Address, limit int) error {
	store, err := s.openReader(ctx)
	if err != nil {
		return err
	}
	entries, err := store.History(project, limit)
	if err != nil {
		return s.stateFault(err)
	}
	if s.flags.json {
		if entries == nil {
			entries = []state.Entry{}
		}
		return s.writeJSON(map[string]any{"format": view.LinesFormat, "entries": entries})
	}
	if len(entries) == 0 {
		_, err = fmt.Fprintln(s.run.Stdout, "Nothing was done yet.")
		return err
	}
	rows := [][]string{{"WHEN", "PROJECT", "OPERATION", "REASON", "OUTCOME", "WHO", "COMMIT", "RUN"}}
	for _, e := range entries {
		rows = append(rows, []string{words.Time(e.At), cmp.Or(planner.LabelOf(e.Project, e.Block), "-"),
			e.Operation, e.Reason, e.Outcome, cmp.Or(e.Actor, "-"), cmp.Or(short(e.Commit), "-"), cmp.Or(e.Run, "-")})
	}
	_, err = fmt.Fprint(s.run.Stdout, s.table(rows))
	return err
}

func short(commit string) string { return commit[:min(len(commit), 8)] }
