package planfile

import (
	"buckethead/config/addr"
	"buckethead/planner"
)

// Before format 3, an operation had its address in one of two fields, and waited for addresses.
type (
	olderPlan struct {
		planner.Plan
		Operations []olderOperation `json:"operations"`
	}
	olderOperation struct {
		planner.Operation
		Project addr.Address   `json:"project"`
		Block   addr.Address   `json:"block"`
		After   []addr.Address `json:"after"`
	}
)

// decodeOlder reads a file of an older format, whose plan it returns.
func decodeOlder(text []byte, into *document) (*planner.Plan, error) {
	var doc struct {
		document
		Plan *olderPlan `json:"plan"`
	}
	if err := decode(text, &doc); err != nil || doc.Plan == nil {
		return nil, err
	}
	*into = doc.document
	plan := doc.Plan.Plan
	plan.Operations = make([]planner.Operation, len(doc.Plan.Operations))
	for i, o := range doc.Plan.Operations {
		plan.Operations[i] = o.Operation
		if plan.Operations[i].Address = o.Project; o.Project.IsZero() {
			plan.Operations[i].Address = o.Block
		}
		for _, before := range o.After {
			plan.Operations[i].After = append(plan.Operations[i].After, planner.Wait{Address: before})
		}
	}
	return &plan, nil
}
