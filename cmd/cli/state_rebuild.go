package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"buckethead/cmd/view"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner/rebuild"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors"
)

// stateRebuild makes a new state from what the providers list, after the old one was lost. It changes nothing at the
// providers.
func stateRebuild(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) > 0 {
		return errors.New("bh state rebuild takes no argument")
	}
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	present, err := mayRebuild(ctx, s, place, a.force)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "bh-rebuild-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "state.db")
	rebuilt, err := rebuildInto(ctx, s, path, a.kin)
	if err != nil {
		return err
	}
	if len(rebuilt.Choose) > 0 {
		return chooseKin(s, rebuilt.Choose)
	}
	kept, err := place.Push(ctx, path, state.Push{Force: true, Over: present})
	if err != nil {
		return s.stateFault(err)
	}
	return showRebuilt(ctx, s, rebuilt, place, kept)
}

// mayRebuild returns an error if there is a state that is not empty. Otherwise it returns the existing one, which must
// be unchanged when the new state replaces it. With force, it does not check.
func mayRebuild(ctx context.Context, s *session, place state.Place, force bool) (*state.Meta, error) {
	if force {
		return nil, nil
	}
	opened, err := place.Read(ctx)
	if err != nil {
		return nil, s.stateFault(err)
	}
	snap, err := opened.Snapshot()
	if err = errors.Join(err, opened.Close()); err != nil {
		return nil, s.stateFault(err)
	}
	if len(snap.Records)+len(snap.Intents)+len(snap.Watches) == 0 {
		return &snap.Meta, nil
	}
	return nil, fmt.Errorf("there is a state at %s, with %s, and rebuild is for a lost one; "+
		"--force replaces it, and keeps the old one next to it",
		place.Name(), words.Count(len(snap.Records), "project"))
}

// chooseKin lists the states that have things with the name of the stack, and returns an exit code.
func chooseKin(s *session, all []rebuild.Kin) error {
	if s.flags.json {
		if err := s.writeJSON(map[string]any{"format": view.LinesFormat, "choose": all}); err != nil {
			return err
		}
	} else {
		_, _ = fmt.Fprint(s.run.Stdout, s.table(kinRows(all)), "\n")
	}
	fix := "Choose the lost state by its projects, for example: bh state rebuild" + suggested(all) +
		". A state that was restored or rebuilt before has several lineages: repeat the flag for them."
	return s.fail(diag.Diagnostic{Kind: severalStates,
		Detail: "The stack " + s.config.Stack + " has things that " + belongTo(all) + ": see above. Nothing was changed.",
		Fix:    fix})
}

// belongTo says to how many states things belong, and that some may belong to none that is known.
func belongTo(all []rebuild.Kin) string {
	known, things := 0, 0
	for _, k := range all {
		if k.Lineage != "" {
			known++
		} else {
			things += k.Items + k.Credentials
		}
	}
	of := "belong to " + words.Count(known, "state")
	switch {
	case things == 1:
		return of + ", and one of which nothing tells whose it is (unknown)"
	case things > 1:
		return of + ", and " + words.Number(things) + " of which nothing tells whose they are (unknown)"
	}
	return of
}

// suggested returns the flags that choose the first group, and each later group that shares no project with
// those already chosen: these are most likely earlier lineages of the same state.
func suggested(all []rebuild.Kin) string {
	flags, chosen := "", map[string]bool{}
	for _, k := range all {
		if slices.ContainsFunc(k.Projects, func(p string) bool { return chosen[p] }) {
			continue
		}
		flags += " --lineage " + inShell(k.Word())
		for _, p := range k.Projects {
			chosen[p] = true
		}
	}
	return flags
}

func kinRows(all []rebuild.Kin) [][]string {
	rows := [][]string{{"LINEAGE", "ITEMS", "CREDENTIALS", "LAST WRITTEN", "PROJECTS"}}
	for _, k := range all {
		const most = 4
		projects := k.Projects[:min(len(k.Projects), most)]
		if more := len(k.Projects) - most; more > 0 {
			projects = append(slices.Clone(projects), words.Number(more)+" more")
		}
		rows = append(rows, []string{k.Word(), words.Number(k.Items), words.Number(k.Credentials),
			cmp.Or(words.Time(k.WrittenAt), "-"), strings.Join(projects, ", ")})
	}
	return rows
}

// rebuildInto observes the providers and writes what they report into a new state.
func rebuildInto(ctx context.Context, s *session, path string, kin []string) (rebuilt rebuild.Result, err error) {
	store, err := s.connections.Draft(ctx, path)
	if err != nil {
		return rebuilt, s.stateFault(err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	snap, err := store.Snapshot()
	if err != nil {
		return rebuilt, s.stateFault(err)
	}
	request := s.observation(snap)
	request.Marked = true
	world, diags := refresh.Observe(ctx, s.connections.Readers(), request)
	if err := s.unread(ctx, diags); err != nil {
		return rebuilt, err
	}
	if rebuilt, err = rebuild.Records(s.comparison(ctx, snap, world), kin); err != nil || len(rebuilt.Choose) > 0 {
		return rebuilt, err
	}
	if err := store.Descend(rebuilt.Lineages...); err != nil {
		return rebuilt, s.stateFault(err)
	}
	for _, r := range rebuilt.Records {
		entry := s.byHand("rebuild", r.Project, "state_lost")
		if err := errors.Join(store.Commit(ctx, state.Intent{}, r), store.Append(ctx, entry)); err != nil {
			return rebuilt, s.stateFault(err)
		}
	}
	return rebuilt, nil
}

// showRebuilt shows what was recovered, and what was not.
func showRebuilt(ctx context.Context, s *session, r rebuild.Result, place state.Place, kept string) error {
	if s.flags.json {
		names := []string{}
		for _, record := range r.Records {
			names = append(names, record.Project.String())
		}
		unknown := r.Unknown
		if unknown == nil {
			unknown = []rebuild.Unknown{}
		}
		return s.writeJSON(map[string]any{"format": view.LinesFormat, "place": place.Name(), "projects": names,
			"lineages": append([]string{}, r.Lineages...), "unknown": unknown, "left": append([]rebuild.Kin{}, r.Left...),
			"kept": kept})
	}
	if len(r.Records) > 0 {
		rows := [][]string{{"PROJECT", "BUCKET", "KEY", "ITEM"}}
		for _, record := range r.Records {
			row := []string{record.Project.Label(), "-", "-", "-"}
			if record.Bucket != nil {
				row[1] = record.Bucket.Name
			} else if record.Item != nil {
				row[1] = record.Item.Fields[vendors.FieldBucket]
			}
			if record.Active != nil {
				row[2] = record.Active.ID
			}
			if record.Item != nil {
				row[3] = s.reference(ctx)(record.Secrets, record.Item.ID, record.Item.Title)
			}
			rows = append(rows, row)
		}
		_, _ = fmt.Fprint(s.run.Stdout, s.table(rows), "\n")
	}
	if len(r.Unknown) > 0 {
		_, _ = fmt.Fprintln(s.run.Stdout, "Not known:")
		for _, u := range r.Unknown {
			_, _ = fmt.Fprintf(s.run.Stdout, "  %s: %s\n    %s\n", u.Address.Label(), u.Text, u.Fix)
		}
		_, _ = fmt.Fprintln(s.run.Stdout)
	}
	if len(r.Left) > 0 {
		_, _ = fmt.Fprintln(s.run.Stdout, "Left to other states:")
		_, _ = fmt.Fprint(s.run.Stdout, s.table(kinRows(r.Left)), "\n")
	}
	_, err := fmt.Fprintf(s.run.Stdout,
		"Rebuilt %s in %s. %s Nothing was changed at any provider; bh plan shows what differs.\n",
		words.Count(len(r.Records), "project"), place.Name(), before(kept))
	return err
}
