package executor

import (
	"context"
	"slices"
	"sync"

	"buckethead/config/addr"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
)

// recorder tells the journal and the view what one operation does.
type recorder struct {
	run       *run
	operation *planner.Operation
	first     *storeGate // not nil while its credential is the first for the store
}

var _ orchestrator.Recorder = (*recorder)(nil)

// Begin commits the intent before the step acts, unless the apply was told to stop. A secret
// that is not stored yet is never abandoned, because it would be lost.
func (r *recorder) Begin(ctx context.Context, w orchestrator.Work, s planner.Step,
	name string) (orchestrator.Ticket, error) {
	if r.run.stopped() && !w.Holding() {
		return orchestrator.Ticket{}, orchestrator.ErrStopped
	}
	if s.Name() == planner.StepIssueCredential || r.endsEarly(w.Record, s) {
		if err := r.awaitStore(ctx); err != nil {
			return orchestrator.Ticket{}, err
		}
	}
	r.run.emit(StepStarted{Address: r.operation.Address, Step: s.Name(), Target: s.Target(),
		At: r.run.options.Now()})
	if !orchestrator.Mutates(s) {
		return orchestrator.Ticket{}, nil
	}
	intent, err := r.run.journal.Begin(ctx, intentOf(r.operation, s, name, r.run.options.Run, r.run.options.Now()))
	return orchestrator.Ticket{Intent: intent}, err
}

// endsEarly reports whether a step revokes an older key before its time, to make room for
// another one. That is in vain if the store does not accept the new one. Without an overlap,
// older keys must end in any case.
func (r *recorder) endsEarly(record state.Record, s planner.Step) bool {
	revoke, is := s.(planner.RevokeCredential)
	return is && slices.ContainsFunc(record.Retiring, func(c state.CredentialRef) bool {
		return c.ID == revoke.ID && c.RetireAfter.After(r.run.options.Now())
	}) && slices.ContainsFunc(r.operation.Steps, func(s planner.Step) bool {
		store, is := s.(planner.StoreCredential)
		return is && store.Overlap > 0
	})
}

// awaitStore waits until a credential may be issued for the store.
func (r *recorder) awaitStore(ctx context.Context) error {
	if r.first != nil {
		return nil
	}
	gate := r.run.stores.gate(r.operation.Secrets)
	first, err := gate.enter(ctx, r.run.options.Stop)
	if first {
		r.first = gate
	}
	return err
}

// wrote tells those who wait for the store how a write of a credential ended.
func (r *recorder) wrote(s planner.Step, err error) {
	write, is := s.(planner.StoreCredential)
	if !is {
		return
	}
	r.run.stores.gate(r.operation.Secrets).wrote(r.operation.Secrets, write.ItemID, r.operation.Address, err)
	r.leave()
}

// leave lets others try the store. It does nothing if the operation is not the first one.
func (r *recorder) leave() {
	if r.first != nil {
		r.first.leave()
		r.first = nil
	}
}

// Commit writes the next record and drops the intent. Steps that only change the state are
// different: a move is a transaction of its own, and forgetting is left to Settle.
func (r *recorder) Commit(ctx context.Context, t orchestrator.Ticket, s planner.Step, record state.Record) error {
	var err error
	r.wrote(s, nil)
	switch s := s.(type) {
	case planner.MoveRecord:
		err = r.run.journal.Move(ctx, s.From, record.Project)
	case planner.ForgetRecord, planner.ProbeEmpty, planner.WriteRecipients:
	default:
		err = r.run.journal.Commit(ctx, t.Intent, record)
	}
	r.done(s, err)
	return err
}

// Abort drops the intent of a step that certainly did not act.
func (r *recorder) Abort(ctx context.Context, t orchestrator.Ticket, s planner.Step, cause error) error {
	r.done(s, cause)
	r.wrote(s, cause)
	if t.Intent.ID == 0 {
		return nil
	}
	return r.run.journal.Abort(ctx, t.Intent)
}

// LeaveOpen leaves the intent in the journal, where the next plan reads it.
func (r *recorder) LeaveOpen(_ orchestrator.Ticket, s planner.Step, cause error) {
	r.done(s, cause)
	r.wrote(s, cause)
}

// Settle ends the operation in the state.
func (r *recorder) Settle(ctx context.Context, s state.Settlement) error {
	return r.run.journal.Settle(ctx, s)
}

func (r *recorder) done(s planner.Step, err error) {
	r.run.emit(StepDone{Address: r.operation.Address, Step: s.Name(), Target: s.Target(),
		At: r.run.options.Now(), Err: err})
}

// run is a running apply.
type run struct {
	plan    *planner.Plan
	digest  string
	rigs    Rigs
	journal state.Journal
	records map[addr.Address]state.Record
	options Options
	stores  stores

	events  sync.Mutex
	outcome sync.Mutex
	results map[addr.Address]Result
	causes  map[addr.Address]addr.Address // of skipped operations: the one that did not succeed
}

// emit passes on one event at a time.
func (r *run) emit(e Event) {
	if r.options.Event == nil {
		return
	}
	r.events.Lock()
	defer r.events.Unlock()
	r.options.Event(e)
}

// stopped reports whether no new step may start.
func (r *run) stopped() bool {
	select {
	case <-r.options.Stop:
		return true
	default:
		return false
	}
}
