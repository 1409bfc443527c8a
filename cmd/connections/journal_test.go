package connections

import (
	"log/slog"
	"slices"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/statetest"
)

// TestJournal_everyMethodIsABoundary: a test that kills bh can stand before and after
// each transaction, the watch list and the history included.
func TestJournal_everyMethodIsABoundary(t *testing.T) {
	c, _, _ := newTwoClouds(slog.LevelInfo)
	var met []string
	c.o.Boundary = func(what string) { met = append(met, what) }
	j, ctx, p := c.Journal(statetest.NewMemory("main")), t.Context(), addr.Address{Kind: addr.Project, Name: "photos"}
	i, err := j.Begin(ctx, state.Intent{Project: p, Step: "issue_credential"})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{j.Commit(ctx, i, state.Record{Project: p}), j.Abort(ctx, i), j.Move(ctx, p, addr.Address{Kind: addr.Project, Name: "pictures"}),
		j.Settle(ctx, state.Settlement{Project: p}), j.SetWatches(ctx, nil), j.Append(ctx, state.Entry{Project: p})} {
		if err != nil {
			t.Error(err)
		}
	}
	var want []string
	for _, method := range []string{"Begin issue_credential", "Commit issue_credential", "Abort issue_credential", "Move", "Settle", "SetWatches", "Append"} {
		want = append(want, "before state "+method, "after state "+method)
	}
	if !slices.Equal(met, want) {
		t.Errorf("got the boundaries\n%q\nwant\n%q", met, want)
	}
}
