package executor

import (
	"context"
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors/parallel"
)

// Apply carries out a plan that was made from snap, and reports on each of its operations, whatever happens. An
// operation starts when all operations that it waits for are done. If one fails, only those that wait for it are
// skipped. A plan without operations writes only the watch list, if that changed. When Options.Stop is closed, running
// steps finish and are committed. When ctx ends, they are interrupted, and the journal keeps what is open.
func Apply(ctx context.Context, p *planner.Plan, rigs Rigs, snap state.Snapshot, j state.Journal, o Options) Report {
	r := &run{plan: p, digest: p.Digest(), rigs: rigs, journal: j, records: snap.Records, options: o,
		results: make(map[addr.Address]Result, len(p.Operations)), causes: map[addr.Address]addr.Address{}}
	var report Report
	if p.SetWatches {
		if err := j.SetWatches(ctx, p.Watches); err != nil {
			report.Diagnostics = append(report.Diagnostics, stateFault(addr.Address{}, diag.Range{}, err))
			return r.report(report)
		}
	}
	ctx, cancel := bounded(ctx, o)
	defer cancel()
	r.operations(ctx)
	return r.report(report)
}

// bounded ends the context some time after a stop was requested, so that a hanging step does
// not keep the process alive forever.
func bounded(ctx context.Context, o Options) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if o.StepTimeout == 0 || o.Stop == nil {
		return ctx, cancel
	}
	go func() {
		select {
		case <-ctx.Done():
		case <-o.Stop:
			timer := time.NewTimer(o.StepTimeout)
			defer timer.Stop()
			select {
			case <-ctx.Done():
			case <-timer.C:
				cancel()
			}
		}
	}()
	return ctx, cancel
}

// underWay returns how many operations may be in progress if parallelism of them work at once.
// An operation that waits until a new key works everywhere makes room for others. With a
// parallelism of 1, operations run strictly one after the other.
func underWay(parallelism int) int {
	if parallelism <= 1 {
		return 1
	}
	return 16 * parallelism
}

// operations runs all operations, in the order of the plan, but each only after those that it
// waits for have ended.
func (r *run) operations(ctx context.Context) {
	queue, limit := r.plan.Queue(), underWay(r.options.Parallelism)
	g := parallel.NewGroup(limit)
	slots, ended := make(chan struct{}, max(1, r.options.Parallelism)), make(chan int, limit)
	for running := 0; ; running-- {
		for running < limit {
			i, ready := queue.Next()
			if !ready {
				break
			}
			running++
			o := &r.plan.Operations[i]
			g.Go(func() {
				defer func() { ended <- i }()
				slots <- struct{}{}
				defer func() { <-slots }()
				r.finish(ctx, r.operate(ctx, o, slots), o)
			})
		}
		if running == 0 {
			break
		}
		queue.Done(<-ended)
	}
	g.Wait()
}

// sleeper sleeps for a while, or until the context ends.
type sleeper = func(context.Context, time.Duration) error

// resting releases the worker slot while an operation sleeps. The first operation for a store
// keeps its slot: those that wait for it hold slots, and could take this one as well.
func (r *recorder) resting(slots chan struct{}, sleep sleeper) sleeper {
	return func(ctx context.Context, d time.Duration) error {
		if r.first != nil {
			return sleep(ctx, d)
		}
		<-slots
		err := sleep(ctx, d)
		slots <- struct{}{}
		return err
	}
}

// finish stores a result, adds it to the history and emits it.
func (r *run) finish(ctx context.Context, result Result, o *planner.Operation) {
	if result.Outcome == Done || result.Outcome == Failed {
		by := r.options.Run
		entry := state.Entry{At: result.Ended.UTC(), Actor: by.Actor, Commit: by.Commit, Run: by.URL,
			PlanDigest: r.digest, Operation: string(o.Kind),
			Reason: o.Reason.Word, Outcome: string(result.Outcome)}.About(o.Address)
		for _, d := range result.Diagnostics {
			entry.Error = d.Detail
		}
		if err := r.journal.Append(ctx, entry); err != nil {
			result.Diagnostics = append(result.Diagnostics, stateFault(o.Address, o.Range, err))
		}
	}
	r.outcome.Lock()
	r.results[o.Address] = result
	r.outcome.Unlock()
	r.emit(OperationDone{Result: result})
}

// report adds the results in the plan's order. An operation without one did not start.
func (r *run) report(report Report) Report {
	report.Results = make([]Result, 0, len(r.plan.Operations))
	for _, o := range r.plan.Operations {
		result, ran := r.results[o.Address]
		if !ran {
			result = Result{Address: o.Address, Kind: o.Kind, Outcome: Skipped}
		}
		report.Interrupted = report.Interrupted || result.Outcome == Interrupted
		report.Results = append(report.Results, result)
	}
	return report
}
