package cli

import (
	"context"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/vendors/parallel"
)

// checkProjects checks whether what is declared satisfies the policies. Violations are shown; the error is then an exit
// code.
func checkProjects(ctx context.Context, s *session) error {
	violations, err := parallel.Await(ctx, func() (diag.List, error) { return s.config.CheckProjects(), nil })
	if err != nil {
		return err
	}
	return s.report(s.judged(violations))
}

// judged returns the violations, and warnings about policies that could not be judged because they need values that
// were not given and the command does not.
func (s *session) judged(violations diag.List) diag.List {
	for i, d := range violations {
		if s.flags.partial && config.Missing(d) {
			violations[i].Severity, violations[i].Kind = diag.Warning, policyNotJudged
		}
	}
	return violations
}

// checkOperations checks whether a plan satisfies the policies. Violations are shown, with the plan if they are errors;
// the error is then an exit code.
func checkOperations(ctx context.Context, s *session, plan *planner.Plan) error {
	if len(s.config.Policies) == 0 {
		return nil
	}
	operations := make([]config.PlannedOperation, 0, len(plan.Operations))
	for _, o := range plan.Operations {
		if o.Address.Kind != addr.Project {
			continue // a policy is about projects
		}
		var changes []string
		for _, c := range o.Changes {
			changes = append(changes, c.Field)
		}
		operations = append(operations, config.PlannedOperation{Project: o.Address, Kind: string(o.Kind),
			Reason: o.Reason.Word, Blocked: len(o.Blocked) > 0, Changes: changes,
			Bucket: o.Bucket.Name, Jurisdiction: o.Bucket.Namespace, Location: o.Location,
			Cloud: o.Cloud, Secrets: o.Secrets, ItemTitle: o.ItemTitle, Range: o.Range})
	}
	violations, err := parallel.Await(ctx, func() (diag.List, error) { return s.config.CheckOperations(operations), nil })
	if err != nil {
		return err
	}
	violations = s.judged(violations)
	if violations.HasErrors() {
		s.view.Plan(plan)
	}
	return s.report(violations)
}
