package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"buckethead/cmd/view"
	"buckethead/state"
)

func stateList(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) > 1 {
		return errors.New("bh state list takes one project, or none for all")
	}
	list, err := records(ctx, s, strings.Join(a.named, ""))
	if err != nil {
		return err
	}
	if s.flags.json {
		names := []string{}
		for _, r := range list {
			names = append(names, r.Project.String())
		}
		return s.writeJSON(map[string]any{"format": view.LinesFormat, "projects": names})
	}
	for _, r := range list {
		_, _ = fmt.Fprintln(s.run.Stdout, r.Project)
	}
	return nil
}

func stateShow(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) != 1 {
		return errors.New("bh state show wants one project")
	}
	list, err := records(ctx, s, a.named[0])
	if err != nil {
		return err
	}
	return s.writeJSON(list)
}

// openForChange opens and locks the state, reads it and makes a copy of it.
func openForChange(ctx context.Context, s *session) (state.Locked, state.Snapshot, error) {
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
	store, snap, err := openForChange(ctx, s)
	if err != nil {
		return err
	}
	if _, known := snap.Records[projects[0]]; !known {
		return fmt.Errorf("the state knows no %s", projects[0])
	}
	if _, taken := snap.Records[projects[1]]; taken {
		return fmt.Errorf("the state has a %s already", projects[1])
	}
	err = store.Move(ctx, projects[0], projects[1],
		s.byHand("state mv", projects[0], "to "+projects[1].Label()), s.byHand("state mv", projects[1], "from "+projects[0].Label()))
	if err != nil {
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
	store, snap, err := openForChange(ctx, s)
	if err != nil {
		return err
	}
	for _, p := range projects {
		if _, known := snap.Records[p]; !known {
			return fmt.Errorf("the state knows no %s; nothing was forgotten", p)
		}
	}
	for _, p := range projects {
		forgotten := state.Settlement{Project: p, Entries: []state.Entry{s.byHand("state rm", p, "forgotten")}}
		if err := store.Settle(ctx, forgotten); err != nil {
			return s.stateFault(err)
		}
		s.view.Result(fmt.Sprintf("Forgot %s; its bucket, credentials and item are as they were.", p))
	}
	return nil
}
