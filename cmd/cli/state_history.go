package cli

import (
	"context"

	"buckethead/config/addr"
	"buckethead/state"
)

// byHand returns the entry of a command that changes the state itself. project is zero if it changes the whole state.
func (s *session) byHand(operation string, project addr.Address, reason string) state.Entry {
	by := onBehalfOf(s.run.Process)
	return state.Entry{At: s.run.Now().UTC(), Actor: by.Actor, Commit: by.Commit, Run: by.URL, Project: project,
		Operation: operation, Reason: reason, Outcome: "done"}
}

// remember adds an entry to the history of a state that was replaced as a whole. The command has succeeded by then,
// so a failure is only noted.
func (s *session) remember(ctx context.Context, place state.Place, e state.Entry) {
	ctx, cancel := state.Lasting(ctx, state.RecordTimeout)
	defer cancel()
	opened, err := place.Open(ctx)
	if err == nil {
		err = opened.Append(ctx, e)
		if closed := opened.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		s.view.Note("The history of the state does not mention this: " + err.Error())
	}
}
