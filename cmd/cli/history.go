package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/state"
)

func historyCommand(r *run) *cli.Command {
	return &cli.Command{Name: "history", Usage: "show what was done, newest first", ArgsUsage: "[PROJECT|STORE]",
		Flags: stateFlags(&cli.IntFlag{Name: "limit", Value: 50, Usage: "show at most `N` entries; 0 for all"}),
		Action: func(c *cli.Context) error {
			flags, err := r.flags(c)
			if err != nil {
				return err
			}
			return inSession(c.Context, r, flags.partly(), func(s *session) error {
				return runHistory(c.Context, s, c.Args().First(), c.Int("limit"))
			})
		}}
}

func runHistory(ctx context.Context, s *session, what string, limit int) error {
	store, err := s.openReader(ctx)
	if err != nil {
		return err
	}
	var about addr.Address
	if what != "" {
		if about, err = s.remembered(store, what); err != nil {
			return err
		}
	}
	entries, err := store.History(about, limit)
	if err != nil {
		return s.stateFault(err)
	}
	if s.flags.json {
		list := make([]entryDocument, 0, len(entries))
		for _, e := range entries {
			list = append(list, entryDocument{Address: e.Address(), Entry: e})
		}
		return s.writeJSON(map[string]any{"format": view.LinesFormat, "entries": list})
	}
	if len(entries) == 0 {
		_, err = fmt.Fprintln(s.run.Stdout, "Nothing has been done yet.")
		return err
	}
	rows := [][]string{{"WHEN", "PROJECT", "OPERATION", "REASON", "OUTCOME", "WHO", "COMMIT", "RUN"}}
	for _, e := range entries {
		rows = append(rows, []string{words.Time(e.At), cmp.Or(e.Address().Label(), e.Block, "-"),
			e.Operation, e.Reason, e.Outcome, cmp.Or(e.Actor, "-"), cmp.Or(short(e.Commit), "-"), cmp.Or(e.Run, "-")})
	}
	_, err = fmt.Fprint(s.run.Stdout, s.table(rows))
	return err
}

// entryDocument is an entry as JSON shows it: with one address instead of a project or a block.
type entryDocument struct {
	Address addr.Address `json:"address"` // empty if the entry is about the whole state
	state.Entry
	Project *struct{} `json:"project,omitempty"` // hides the entry's own
	Block   *struct{} `json:"block,omitempty"`   // the same
}

// remembered resolves the address of the project or store whose history is asked for. The project itself may be gone
// from the state.
func (s *session) remembered(store state.Reader, what string) (addr.Address, error) {
	snap, err := store.Snapshot()
	if err != nil {
		return addr.Address{}, s.stateFault(err)
	}
	named, err := s.addresses(snap, []addr.Kind{addr.Project, addr.Secrets}, what)
	if err != nil {
		return addr.Address{}, err
	}
	known := append(knownProjects(s.config, snap), slices.Collect(maps.Keys(snap.Sequences))...)
	if named[0].Kind == addr.Project && !anyCovered(named[0], known) {
		return addr.Address{}, unknownProject(what, known)
	}
	return named[0], nil
}

func short(commit string) string { return commit[:min(len(commit), 8)] }
