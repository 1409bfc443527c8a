package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"buckethead/cmd/view"
	"buckethead/config/addr"
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
		return errors.New("bh state show needs one project")
	}
	list, err := records(ctx, s, a.named[0])
	if err != nil {
		return err
	}
	return s.writeJSON(documentsOf(list))
}

// openForChange opens and locks the state, reads it, resolves the named projects, and backs up the state.
func openForChange(ctx context.Context, s *session, typed []string) (
	store state.Locked, snap state.Snapshot, projects []addr.Address, err error,
) {
	if store, err = s.openState(ctx); err != nil {
		return nil, snap, nil, err
	}
	if snap, err = store.Snapshot(); err != nil {
		return nil, snap, nil, s.stateFault(err)
	}
	if projects, err = s.projects(snap, typed...); err != nil {
		return nil, snap, nil, err
	}
	if _, err = store.Backup(ctx); err != nil {
		return nil, snap, nil, s.stateFault(err)
	}
	return store, snap, projects, nil
}

func stateMove(ctx context.Context, s *session, a stateArgs) error {
	if len(a.named) != 2 {
		return errors.New("bh state mv needs the old and the new address")
	}
	store, snap, projects, err := openForChange(ctx, s, a.named)
	if err != nil {
		return err
	}
	if _, known := snap.Records[projects[0]]; !known {
		return notInState(a.named[0], snap)
	}
	if _, taken := snap.Records[projects[1]]; taken {
		return fmt.Errorf("the state already has a %s", projects[1])
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
	if len(a.named) == 0 {
		return errors.New("bh state rm needs the projects to forget")
	}
	store, snap, projects, err := openForChange(ctx, s, a.named)
	if err != nil {
		return err
	}
	for n, p := range projects {
		if _, known := snap.Records[p]; !known {
			return fmt.Errorf("%w; nothing was forgotten", notInState(a.named[n], snap))
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
