package connections

import (
	"context"
	"log/slog"

	"buckethead/config/addr"
	"buckethead/state"
)

// Journal returns a journal whose transactions are observed: each is logged, and is a boundary
// at which a test can act.
func (c *Connections) Journal(j state.Journal) state.Journal { return observedJournal{j, c} }

type observedJournal struct {
	state.Journal
	c *Connections
}

func (o observedJournal) observe(ctx context.Context, method string, project addr.Address, call func() error) error {
	o.c.boundary("before state " + method)
	err := call()
	level, attrs := LevelTrace, []any{"method", method, "project", project.String()}
	if err != nil {
		level, attrs = slog.LevelError, append(attrs, "error", err.Error())
	}
	o.c.o.Log.Log(ctx, level, "state", attrs...)
	o.c.boundary("after state " + method)
	return err
}

func (o observedJournal) Begin(ctx context.Context, i state.Intent) (out state.Intent, err error) {
	err = o.observe(ctx, "Begin "+i.Step, i.Project, func() error { out, err = o.Journal.Begin(ctx, i); return err })
	return out, err
}

func (o observedJournal) Commit(ctx context.Context, i state.Intent, r state.Record) error {
	return o.observe(ctx, "Commit "+i.Step, r.Project, func() error { return o.Journal.Commit(ctx, i, r) })
}

func (o observedJournal) Abort(ctx context.Context, i state.Intent) error {
	return o.observe(ctx, "Abort "+i.Step, i.Project, func() error { return o.Journal.Abort(ctx, i) })
}

func (o observedJournal) Move(ctx context.Context, from, to addr.Address, entries ...state.Entry) error {
	return o.observe(ctx, "Move", to, func() error { return o.Journal.Move(ctx, from, to, entries...) })
}

func (o observedJournal) Settle(ctx context.Context, s state.Settlement) error {
	return o.observe(ctx, "Settle", s.Project, func() error { return o.Journal.Settle(ctx, s) })
}

func (o observedJournal) SetWatches(ctx context.Context, list []state.Watch) error {
	return o.observe(ctx, "SetWatches", addr.Address{}, func() error { return o.Journal.SetWatches(ctx, list) })
}

func (o observedJournal) Append(ctx context.Context, entries ...state.Entry) error {
	return o.observe(ctx, "Append", addr.Address{}, func() error { return o.Journal.Append(ctx, entries...) })
}
