package executor

import (
	"buckethead/config/diag"
	"buckethead/planner"
)

// skips returns how an operation ends without having started, because one that it waits for is not
// done.
func (r *run) skips(o *planner.Operation) (outcome Outcome, d diag.Diagnostic) {
	r.outcome.Lock()
	defer r.outcome.Unlock()
	for _, w := range o.After {
		before, ended := r.results[w.Address]
		switch {
		case before.Outcome == Done:
			continue
		case before.Outcome == Interrupted:
			return Interrupted, d
		}
		cause, spread := r.causes[w.Address]
		if !spread {
			cause = w.Address
		}
		r.causes[o.Address] = cause
		detail := "It waits for " + w.Address.String() + ", which " + w.Reason.Text
		switch {
		case !ended:
			detail += ". That one is not part of this plan."
		case cause != w.Address:
			detail += ". That one was skipped because of " + cause.String() + "."
		default:
			detail += ". That one " + didNot(before.Outcome) + "."
		}
		return Skipped, diag.Diagnostic{Severity: diag.Error, Kind: skipped, Address: o.Address, Subject: o.Range,
			Detail: detail, Fix: "Fix " + cause.String() + " and apply again."}
	}
	return "", d
}

func didNot(outcome Outcome) string {
	if outcome == Blocked {
		return "is blocked"
	}
	return "did not succeed"
}
