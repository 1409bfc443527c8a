package cli

import (
	"context"
	"errors"
	"fmt"

	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner/rebuild"
	"buckethead/planner/refresh"
	"buckethead/state"
)

// defaultStatePath is where the state is if no block says so.
const defaultStatePath = ".bh/state.db"

// notMigrated returns the name of the default place if it has a state with projects and the declared place
// was never used. A place that cannot be read is not reported here.
func (s *session) notMigrated(ctx context.Context, place state.Place) (from string, projects int) {
	before, err := s.connections.PlaceAt(ctx, defaultStatePath)
	if err != nil || s.flags.state != "" || before.Name() == place.Name() {
		return "", 0
	}
	there, err := readPlace(ctx, before)
	if err != nil || len(there.Records) == 0 {
		return "", 0
	}
	if here, err := readPlace(ctx, place); err != nil || len(here.Sequences) > 0 || recordsSomething(here) {
		return "", 0
	}
	return before.Name(), len(there.Records)
}

// readPlace reads the state at a place.
func readPlace(ctx context.Context, place state.Place) (state.Snapshot, error) {
	opened, err := place.Read(ctx)
	if err != nil {
		return state.Snapshot{}, err
	}
	snap, err := opened.Snapshot()
	return snap, errors.Join(err, opened.Close())
}

// recordsSomething reports whether a state has projects, or something that was begun.
func recordsSomething(snap state.Snapshot) bool {
	return len(snap.Records)+len(snap.Intents)+len(snap.Watches) > 0
}

// lostState says what shows that a state which records nothing was lost, or is kept elsewhere. It returns ""
// if nothing shows it: then the stack is new. What cannot be read shows nothing.
func (s *session) lostState(ctx context.Context, place state.Place, snap state.Snapshot) string {
	if recordsSomething(snap) || len(s.config.Projects) == 0 {
		return ""
	}
	if copies, err := place.Backups(ctx); err == nil && len(copies) > 0 && snap.Meta.Lineage == "" {
		return fmt.Sprintf("there is no state at %s, but there are copies of one (%s, the newest of %s)", place.Name(),
			words.Number(len(copies)), words.Time(copies[0].At))
	}
	request := s.observation(snap)
	request.Marked = true
	world, diags := refresh.Observe(ctx, s.connections.Readers(), request)
	if diags.HasErrors() {
		return ""
	}
	found := rebuild.Found(s.comparison(ctx, snap, world))
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("the state at %s records nothing, but the providers have keys or items of this stack for %s",
		place.Name(), labelsOf(found))
}

// labelsOf names projects, the first three of them.
func labelsOf(projects []addr.Address) string {
	const most = 3
	var names []string
	for _, p := range projects[:min(len(projects), most)] {
		names = append(names, p.Label())
	}
	if more := len(projects) - most; more > 0 {
		names = append(names, words.Number(more)+" more")
	}
	return words.List(names...)
}

// lostFix says what to do about a state that was lost.
const lostFix = "If it is kept elsewhere, declare that place. If it is lost: bh state backup --list shows the copies, " +
	"bh state restore puts one back, and bh state rebuild makes a new one. If this is a new stack, give it a name of its own."
