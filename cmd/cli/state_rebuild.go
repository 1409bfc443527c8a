package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"buckethead/cmd/view"
	"buckethead/config/words"
	"buckethead/planner"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors"
)

// stateRebuild makes a new state from what the providers list, if the old one was lost. It changes nothing there.
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
	rebuilt, err := rebuildInto(ctx, s, path)
	if err != nil {
		return err
	}
	kept, err := place.Push(ctx, path, state.Push{Force: true, Over: present})
	if err != nil {
		return s.stateFault(err)
	}
	return showRebuilt(ctx, s, rebuilt, place, kept)
}

// mayRebuild returns an error if there is a state that is not empty. Otherwise it returns what is there, which must be
// unchanged when the new state replaces it. With force it does not look.
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
	return nil, fmt.Errorf("there is a state at %s, with %s: rebuild is for one that was lost; "+
		"--force puts a new one in its place and keeps this one beside it",
		place.Name(), words.Count(len(snap.Records), "project"))
}

// rebuildInto observes the providers and writes what they tell into a new state.
func rebuildInto(ctx context.Context, s *session, path string) (rebuilt planner.Rebuilt, err error) {
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
	rebuilt = planner.Rebuild(s.comparison(snap, world))
	for _, r := range rebuilt.Records {
		entry := s.byHand("rebuild", r.Project, "state_lost")
		if err := errors.Join(store.Commit(ctx, state.Intent{}, r), store.Append(ctx, entry)); err != nil {
			return rebuilt, s.stateFault(err)
		}
	}
	return rebuilt, nil
}

// showRebuilt shows what is known again, and what is not.
func showRebuilt(ctx context.Context, s *session, r planner.Rebuilt, place state.Place, kept string) error {
	if s.flags.json {
		names := []string{}
		for _, record := range r.Records {
			names = append(names, record.Project.String())
		}
		unknown := r.Unknown
		if unknown == nil {
			unknown = []planner.Unknown{}
		}
		return s.writeJSON(map[string]any{"format": view.LinesFormat, "place": place.Name(), "projects": names,
			"unknown": unknown, "kept": kept})
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
			_, _ = fmt.Fprintf(s.run.Stdout, "  %s: %s\n    %s\n", u.Project.Label(), u.Text, u.Fix)
		}
		_, _ = fmt.Fprintln(s.run.Stdout)
	}
	_, err := fmt.Fprintf(s.run.Stdout,
		"Rebuilt %s in %s. %s Nothing was changed with any provider; bh plan says what differs.\n",
		words.Count(len(r.Records), "project"), place.Name(), before(kept))
	return err
}
