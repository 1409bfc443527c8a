package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"buckethead/planner"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// Work is what the steps of one operation pass on to each other. Keys holds a secret from when
// it is issued or taken until it is stored, and exists only in memory.
type Work struct {
	Operation string // operation id
	Record    state.Record
	Keys      vendors.BucketCredentials
	Open      []string // names of mints with an unknown outcome
	Notes     []string // what people should know about a step that is done
}

// Holding reports whether there is a secret that is not stored yet. It would be lost if the
// operation stopped now.
func (w Work) Holding() bool { return !w.Keys.SecretAccessKey.IsZero() }

// ErrStopped is returned by a Recorder to stop before the next step. Run returns it
// unchanged.
var ErrStopped = errors.New("stopped before the next step")

// Recorder is told what Run does, and may record it. A Ticket represents the intent.
type Recorder interface {
	// Begin is called before a step acts, with the remote name that it uses. If it returns an
	// error, the step does not act and the operation ends; ErrStopped means that this is not a
	// failure.
	Begin(ctx context.Context, w Work, s planner.Step, name string) (Ticket, error)
	// Commit is called when a step is done, with the next record.
	Commit(ctx context.Context, t Ticket, s planner.Step, r state.Record) error
	// Abort is called if a step certainly did not act.
	Abort(ctx context.Context, t Ticket, s planner.Step, cause error) error
	// LeaveOpen is called if it is unknown whether a step acted.
	LeaveOpen(t Ticket, s planner.Step, cause error)
	// Settle ends the operation.
	Settle(context.Context, state.Settlement) error
}

// Ticket is a Recorder's handle for a step that has begun.
type Ticket struct{ Intent state.Intent }

// mintTries is how often to try a mint whose responses are lost, each time under a new name.
const mintTries = 3

// Run carries out steps in order and stops at the first error, which it returns. The last step
// must be a planner.Settle. However it stops, the next plan continues from what rec was told. A
// credential that was issued and certainly not stored is revoked before it returns.
func Run(ctx context.Context, rig Rig, steps []planner.Step, w Work, rec Recorder) (Work, error) {
	for _, s := range steps {
		var err error
		switch s := s.(type) {
		case planner.Settle:
			w, err = settle(ctx, rig, s, w, rec)
		case planner.IssueCredential:
			w, err = mint(ctx, rig, s, w, rec)
		default:
			w, err = one(ctx, rig, s, w, rec)
		}
		if err != nil {
			return discard(ctx, rig, w, s, rec, err)
		}
	}
	return w, nil
}

// one carries out a step that is safe to run again.
func one(ctx context.Context, rig Rig, s planner.Step, w Work, rec Recorder) (Work, error) {
	ticket, err := rec.Begin(ctx, w, s, remoteName(s))
	if err != nil {
		return w, &notBegunError{err}
	}
	next, err := Do(ctx, rig, s, w)
	if err == nil {
		return next, rec.Commit(ctx, ticket, s, next.Record)
	}
	return w, fail(ctx, rec, ticket, s, err)
}

// notBegunError wraps the error of a step that did not act because its intent could not be
// recorded.
type notBegunError struct{ error }

// mint issues a credential. If the outcome is unknown, it revokes what was created under the
// name, and tries again under a new one; what turns up later is revoked when the operation
// settles. If the vendor refuses because of too many calls, mint tries again later, also under
// a new name: no name is ever used twice.
func mint(ctx context.Context, rig Rig, s planner.IssueCredential, w Work, rec Recorder) (Work, error) {
	base, left := s.CredentialName, longestRest
	for try := 1; ; try++ {
		s.CredentialName = owners.RetryName(base, try)
		ticket, err := rec.Begin(ctx, w, s, s.CredentialName)
		if err != nil {
			return w, err
		}
		next, err := Do(ctx, rig, s, w)
		if err == nil {
			return next, rec.Commit(ctx, ticket, s, next.Record)
		}
		limited, last := errors.Is(err, vendors.ErrRateLimited), try == mintTries || ctx.Err() != nil
		switch {
		case vendors.Refused(err) && (last || !limited):
			return w, fail(ctx, rec, ticket, s, err)
		case vendors.Refused(err):
			if aborted := rec.Abort(ctx, ticket, s, err); aborted != nil {
				return w, errors.Join(err, aborted)
			}
		default:
			rec.LeaveOpen(ticket, s, err)
			seen, swept := sweep(ctx, rig, []string{s.CredentialName})
			if swept != nil || last {
				// The next plan looks for the name before it issues another credential.
				return w, errors.Join(err, swept)
			}
			if len(seen) == 0 {
				w.Open = append(w.Open, s.CredentialName)
			}
		}
		if limited && !rest(ctx, rig, err, &left) {
			return w, err
		}
	}
}

// The limits for waits after a mint was refused because of too many calls: for one, and for all
// together. The longest is the same as for any other call; see transport.WaitError.
const (
	shortestRest = time.Second
	longestRest  = 15 * time.Minute
)

// rest waits as long as the vendor asks, and reports whether to continue. It does not wait if
// that is longer than what is left. A stop ends the wait early; then the Recorder decides at
// the next Begin.
func rest(ctx context.Context, rig Rig, cause error, left *time.Duration) bool {
	pause := shortestRest
	var refused *vendors.Error
	if errors.As(cause, &refused) {
		pause = max(refused.RetryAfter, shortestRest)
	}
	if pause > *left {
		return false
	}
	*left -= pause
	if rig.Waiting != nil {
		rig.Waiting("the vendor asks for a pause: too many calls", rig.Now().Add(pause))
	}
	waiting, end := context.WithCancel(ctx)
	defer end()
	go func() {
		select {
		case <-rig.Stop:
			end()
		case <-waiting.Done():
		}
	}()
	_ = rig.Sleep(waiting, pause) // whether it ended early does not matter
	return ctx.Err() == nil
}

// fail tells rec how a step failed, and returns the cause.
func fail(ctx context.Context, rec Recorder, t Ticket, s planner.Step, cause error) error {
	if vendors.Refused(cause) {
		return errors.Join(cause, rec.Abort(ctx, t, s, cause))
	}
	rec.LeaveOpen(t, s, cause)
	return cause
}

// discard revokes the issued credential if the error of a step means that it was certainly not
// stored: then nobody will ever have its secret. If the outcome is unknown, the item may hold
// it, and the next plan reads the item.
func discard(ctx context.Context, rig Rig, w Work, s planner.Step, rec Recorder, cause error) (Work, error) {
	_, tried := s.(planner.StoreCredential)
	var notBegun *notBegunError
	if errors.As(cause, &notBegun) {
		cause, tried = notBegun.error, false
	}
	lost := w.Record.Pending
	if !w.Holding() || lost == nil || w.Record.Registered || tried && !vendors.Refused(cause) || ctx.Err() != nil {
		return w, cause
	}
	next, err := one(ctx, rig, planner.RevokeCredential{ID: lost.ID, CredentialName: lost.Name}, w, rec)
	if err != nil {
		return w, errors.Join(cause, fmt.Errorf("cannot revoke the credential that was issued for it: %w", err))
	}
	next.Keys = vendors.BucketCredentials{}
	return next, fmt.Errorf("%w; the credential that was issued for it was revoked", cause)
}

// settle revokes the credentials that turn up under the names left open, and ends the
// operation. Names that do not turn up stay under watch.
func settle(ctx context.Context, rig Rig, s planner.Settle, w Work, rec Recorder) (Work, error) {
	watch := s.Watch
	if len(w.Open) > 0 {
		seen, err := sweep(ctx, rig, w.Open)
		if err != nil {
			return w, err
		}
		now := second(rig.Now())
		watch = slices.Clip(watch)
		for _, name := range w.Open {
			if !slices.Contains(seen, name) {
				watch = append(watch, state.Watch{Name: name, Cloud: w.Record.Cloud, Project: w.Record.Project,
					At: now, AbsentSince: now, Listings: 1})
			}
		}
	}
	settlement := state.Settlement{Project: w.Record.Project, Watch: watch, Unwatch: s.Unwatch, Keep: s.Keep}
	if !s.Gone {
		w.Record = declare(w.Record, s.Declared)
		w.Record.UpdatedAt = second(rig.Now())
		if s.Waive && w.Record.Proof == state.Unproved {
			w.Record.Proof = state.Waived
		}
		settlement.Record = &w.Record
	}
	return w, rec.Settle(ctx, settlement)
}

// declare returns the record with the values from the declaration.
func declare(r state.Record, d planner.Declared) state.Record {
	r.Cloud, r.Secrets, r.Registered = d.Cloud, d.Secrets, d.Registered
	r.Protected, r.OnDestroy, r.Applied = d.Protected, d.OnDestroy, d.Applied
	return r
}

// sweep revokes the credentials with these names, and returns the names that it found.
func sweep(ctx context.Context, rig Rig, names []string) (seen []string, err error) {
	listed, err := rig.Buckets.ListCredentials(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range listed {
		if !slices.Contains(names, c.Name) {
			continue
		}
		if err := rig.Buckets.RevokeCredential(ctx, c.ID); err != nil {
			return nil, err
		}
		seen = append(seen, c.Name)
	}
	return seen, nil
}

// Mutates reports whether a step changes anything at a vendor. If so, its intent must be in the
// journal before it acts.
func Mutates(s planner.Step) bool {
	switch s.(type) {
	case planner.ClaimBucket, planner.TakeCredential, planner.TakeItem, planner.ConfirmStored, planner.RetireCredential, planner.VerifyCredential,
		planner.ProbeEmpty, planner.WriteRecipients, planner.MoveRecord, planner.ForgetRecord, planner.Settle:
		return false
	}
	return true
}

// Names returns every remote name that a step may use: the one in its intent and, for a
// mint, those that are tried if an answer is lost.
func Names(s planner.Step) []string {
	mint, is := s.(planner.IssueCredential)
	if !is {
		return []string{remoteName(s)}
	}
	out := make([]string, mintTries)
	for i := range out {
		out[i] = owners.RetryName(mint.CredentialName, i+1)
	}
	return out
}

// remoteName returns the name in the intent of a step.
func remoteName(s planner.Step) string { return s.Target() }

// second truncates a time to the second, because vendors keep no more.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
