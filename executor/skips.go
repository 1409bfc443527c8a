package executor

import (
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
)

// skips returns why an operation cannot run: one that had to be done before it is not.
func (r *run) skips(o *planner.Operation) (diag.Diagnostic, bool) {
	fault := func(detail, repair string) (diag.Diagnostic, bool) {
		return diag.Diagnostic{Severity: diag.Error, Kind: skipped, Address: o.Address, Subject: o.Range,
			Detail: detail, Fix: "Repair " + repair + " and apply again."}, true
	}
	for _, before := range o.After {
		if !r.succeeded(before) {
			return fault("It needs what "+before.String()+" holds, and that was not freed.", before.String())
		}
	}
	for i := range r.plan.Operations {
		// Those of stores come first. A key that is stored in spite of one that failed would
		// be for those who have left.
		store := &r.plan.Operations[i]
		if store.Address.Kind == addr.Project || o.Address.Kind != addr.Project {
			break
		}
		if store.Secrets == o.Secrets && r.outcomeOf(store) == Failed {
			return fault("It uses "+o.Secrets+", which could not be written for its recipients.", store.Address.Label())
		}
	}
	return diag.Diagnostic{}, false
}

// outcomeOf returns how an operation ended, "" if it has not.
func (r *run) outcomeOf(o *planner.Operation) Outcome {
	r.outcome.Lock()
	defer r.outcome.Unlock()
	return r.results[o.Address].Outcome
}
