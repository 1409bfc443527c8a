package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// operate runs one operation, or says why it does not run. The caller holds a slot. A panic
// ends only this operation; the journal keeps what it left open.
func (r *run) operate(ctx context.Context, o *planner.Operation, slots chan struct{}) (result Result) {
	result = Result{Address: o.Address, Kind: o.Kind, Started: r.options.Now()}
	defer func() {
		if fault := recover(); fault != nil {
			result.Outcome, result.Ended = Failed, r.options.Now()
			result.Diagnostics = diag.List{{Severity: diag.Error, Kind: operationPanicked, Address: o.Address, Subject: o.Range,
				Detail: fmt.Sprintf("The %s of %s was cut off: %v.", o.Kind, o.Address.String(), fault),
				Fix:    "Apply again: it continues from where it stopped. Please report this."}}
		}
	}()
	end := func(outcome Outcome, diags ...diag.Diagnostic) Result {
		result.Outcome, result.Ended, result.Diagnostics = outcome, r.options.Now(), diags
		return result
	}
	if len(o.Blocked) > 0 {
		return end(Blocked, blockedFaults(o)...)
	}
	if outcome, fault := r.skips(o); outcome == Skipped {
		return end(Skipped, fault)
	} else if outcome != "" {
		return end(outcome)
	}
	if r.stopped() || ctx.Err() != nil {
		return end(Interrupted)
	}
	rig, err := r.rigs(ctx, o.Cloud, o.Secrets)
	switch {
	case err != nil && ctx.Err() != nil:
		return end(Interrupted)
	case err != nil:
		return end(Failed, unopened(o, err))
	}
	rec := &recorder{run: r, operation: o}
	defer rec.leave()
	rig = rec.rig(rig, slots)
	r.emit(OperationStarted{Address: o.Address, Kind: o.Kind, At: result.Started})
	steps := o.Steps
	if !r.options.Verify {
		steps = waived(steps)
	}
	work, err := orchestrator.Run(ctx, rig, steps, orchestrator.Work{Operation: o.ID, Record: r.start(o)}, rec)
	result.Notes = work.Notes
	ends := o.Kind == planner.Destroy || o.Kind == planner.Forget
	if item := work.Record.Item; err == nil && item != nil && rig.Secrets != nil && !ends {
		result.Reference, _ = rig.Secrets.Reference(item.ID, item.Title, "") // "" for an item that no reference can name
	}
	switch {
	case err == nil:
		return end(Done)
	case errors.Is(err, orchestrator.ErrStopped), ctx.Err() != nil:
		return end(Interrupted)
	case errors.As(err, new(*storeError)):
		return end(Skipped, notIssued(o, err))
	}
	return end(Failed, failure(o, err))
}

// rig sets a rig up for the operation.
func (r *recorder) rig(rig orchestrator.Rig, slots chan struct{}) orchestrator.Rig {
	rig.Stop = r.run.options.Stop
	if !revokes(r.operation) {
		rig.Sleep = r.resting(slots, rig.Sleep)
	}
	rig.Waiting = func(why string, until time.Time) {
		r.run.emit(Waiting{Address: r.operation.Address, Why: why, Until: until})
	}
	return rig
}

// unopened is the error for an operation whose vendors cannot be opened.
func unopened(o *planner.Operation, err error) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Error, Kind: vendorNotOpened, Address: o.Address, Subject: o.Range,
		Detail: err.Error() + ".",
		Fix:    "Correct the block, then apply again.", Cause: err}
}

// notIssued is the error for an operation that did not issue its credential, because the store
// had refused the credential of another operation.
func notIssued(o *planner.Operation, err error) diag.Diagnostic {
	return diag.Diagnostic{Severity: diag.Error, Kind: storeRefused, Address: o.Address, Subject: o.Range,
		Detail: "In this run " + err.Error() + ".", Cause: err,
		Fix: "Fix what the store reports for that project, then apply again: it continues from where it stopped."}
}

// revokes reports whether an operation revokes a credential. If it also mints one, both exist
// while it runs. A plan allows for only as many of those as work at once, so such an operation
// keeps its slot while it waits.
func revokes(o *planner.Operation) bool {
	return slices.ContainsFunc(o.Steps, func(s planner.Step) bool { return s.Name() == planner.StepRevokeCredential })
}

// start returns the record that the operation begins with.
func (r *run) start(o *planner.Operation) state.Record {
	from := o.Address
	for _, s := range o.Steps {
		if move, ok := s.(planner.MoveRecord); ok {
			from = move.From
		}
	}
	record, known := r.records[from]
	if !known {
		record = state.Record{Cloud: o.Cloud, Secrets: o.Secrets, CreatedAt: r.options.Now().UTC()}
		if settle, ok := o.Steps[len(o.Steps)-1].(planner.Settle); ok && !settle.Gone {
			// So that the record is protected as declared if the run is interrupted.
			d := settle.Declared
			record.Registered, record.Protected, record.OnDestroy = d.Registered, d.Protected, d.OnDestroy
		}
	}
	record.Project = o.Address
	return record
}

// waived returns the steps without the proof.
func waived(steps []planner.Step) []planner.Step {
	out := make([]planner.Step, 0, len(steps))
	for _, s := range steps {
		switch s := s.(type) {
		case planner.VerifyCredential:
		case planner.Settle:
			s.Waive = true
			out = append(out, s)
		default:
			out = append(out, s)
		}
	}
	return out
}

func blockedFaults(o *planner.Operation) []diag.Diagnostic {
	out := make([]diag.Diagnostic, 0, len(o.Blocked))
	for _, b := range o.Blocked {
		out = append(out, diag.Diagnostic{Severity: diag.Error, Kind: blocked, Address: o.Address, Subject: o.Range,
			Detail: "The " + string(o.Kind) + " of " + o.Address.String() + " was not started: " + b.Text + ".", Fix: b.Fix})
	}
	return out
}

// failure describes why an operation failed.
func failure(o *planner.Operation, err error) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Error, Kind: operationFailed, Address: o.Address, Subject: o.Range, Cause: err,
		Detail: "The " + string(o.Kind) + " of " + o.Address.Label() + " failed: " + err.Error() + ".",
		Fix:    "Apply again: it continues from where it stopped."}
	switch {
	case o.Cloud == "" && errors.Is(err, orchestrator.ErrUnproved):
		return unprovedKeys(d, err)
	case errors.Is(err, vendors.ErrDenied) && !errors.Is(err, orchestrator.ErrUnproved):
		d.Fix = "Check the permissions of the credentials that bh uses, then apply again: it continues from where it stopped."
	case errors.Is(err, orchestrator.ErrUnproved) && provable(err):
		d.Fix = "Correct what the message names, then apply again: it proves the credential and continues. " +
			"If only this machine cannot open the bucket, add --verify=false."
	case errors.Is(err, vendors.ErrNotEmpty):
		d.Fix = "Empty the bucket, or declare it with on_destroy = \"retain\" or \"empty\" first."
	case errors.Is(err, vendors.ErrExists):
		d.Fix = "Plan again: something changed since the plan was made."
	case errors.Is(err, vendors.ErrInvalid):
		d.Fix = "Correct what is declared, then apply again."
	}
	return ofSecret(d)
}

// provable reports whether the item was read back and its keys did not open the bucket.
func provable(err error) bool {
	return errors.Is(err, vendors.ErrDenied) || errors.Is(err, vendors.ErrUnavailable)
}

// stateFault describes why the journal cannot be written.
func stateFault(p addr.Address, place diag.Range, err error) diag.Diagnostic {
	return ofSecret(diag.Diagnostic{Severity: diag.Error, Kind: stateNotWritten, Address: p, Subject: place, Cause: err,
		Detail: err.Error() + ".",
		Fix:    "Free space or grant access, then apply again: it finds what was done in the meantime by its name."})
}

// ofSecret describes the error that the state would contain a secret, if it is that.
func ofSecret(d diag.Diagnostic) diag.Diagnostic {
	if errors.Is(d.Cause, state.ErrSecret) {
		d.Kind = SecretInState
		d.Fix = "Look for a value that is a secret in one place and a name, title or key id in another. " +
			"If there is none, this is a bug in bh: please report it. An apply finds what was done in the meantime by its name."
	}
	return d
}
