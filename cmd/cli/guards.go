package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner"
	"buckethead/vendors/parallel"
)

// destroyLimit is how many projects a plan may destroy.
type destroyLimit struct {
	given bool // by --allow-destroy
	n     int  // 0 where it was not given
}

func allowDestroyFlag() cli.Flag {
	return &cli.IntFlag{Name: "allow-destroy", Usage: "destroy up to `N` projects unasked"}
}

func readDestroyLimit(c *cli.Context) (destroyLimit, error) {
	limit := destroyLimit{given: c.IsSet("allow-destroy"), n: c.Int("allow-destroy")}
	if limit.n < 0 {
		return limit, fmt.Errorf("--allow-destroy is %d, and has to be 0 or more", limit.n)
	}
	return limit, nil
}

// objection says that a plan destroys more than is allowed; ok where it does not.
// Blocked destroys do nothing and do not count. On a terminal the question is enough,
// and a destroy that was asked for by name is no surprise: asked and DestroyAll count
// only against a limit that was given.
func (limit destroyLimit) objection(plan *planner.Plan, asked bool) (d diag.Diagnostic, ok bool) {
	var names []string
	for _, o := range plan.Operations {
		if o.Kind == planner.Destroy && len(o.Blocked) == 0 {
			names = append(names, o.Project.Label())
		}
	}
	if len(names) <= limit.n || !limit.given && (asked || plan.Mode == planner.DestroyAll) {
		return diag.Diagnostic{}, true
	}
	allowed := "without a question it may destroy none"
	if limit.given {
		allowed = fmt.Sprintf("--allow-destroy %d was given", limit.n)
	}
	return diag.Diagnostic{Severity: diag.Error, Code: "BH5040", Summary: "The plan destroys more than is allowed",
		Detail: fmt.Sprintf("It destroys %s (%s), and %s.", words.Count(len(names), "project"), fewOf(names), allowed),
		Fix: fmt.Sprintf("If that is meant, apply with:\n  --allow-destroy %d\nIf not, declare again what is to stay; a removed block lets go of a project and deletes nothing.",
			len(names))}, false
}

// fewOf lists names, and of many only the first.
func fewOf(names []string) string {
	const most = 10
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// mayDestroy refuses an apply that would destroy too much.
func (s *session) mayDestroy(plan *planner.Plan, a applyArgs) error {
	d, ok := a.destroys.objection(plan, !a.autoApprove && a.file == "" && a.expect == "")
	if ok {
		return nil
	}
	d.Detail += " Nothing was done."
	s.view.Diagnostics(diag.List{d})
	return exitCode(exitError)
}

// warnOfDestroys says with a plan that is carried out elsewhere, from a file or by CI,
// that the apply will refuse it.
func (s *session) warnOfDestroys(plan *planner.Plan, a planArgs) {
	if d, ok := a.destroys.objection(plan, a.input && a.out == ""); !ok {
		d.Severity = diag.Warning
		s.view.Diagnostics(diag.List{d})
	}
}

// checkProjects holds what is declared against the policies. Faults are shown; the
// error is an exit code.
func (s *session) checkProjects(ctx context.Context) error {
	diags, err := parallel.Await(ctx, func() (diag.List, error) { return s.config.CheckProjects(), nil })
	if err != nil {
		return err
	}
	s.view.Diagnostics(diags)
	if diags.HasErrors() {
		return exitCode(exitError)
	}
	return nil
}

// checkOperations holds a plan against the policies. A plan that they refuse is shown
// with what they object to.
func (s *session) checkOperations(ctx context.Context, plan *planner.Plan) error {
	if len(s.config.Policies) == 0 {
		return nil
	}
	operations := make([]config.PlannedOperation, 0, len(plan.Operations))
	for _, o := range plan.Operations {
		var changes []string
		for _, c := range o.Changes {
			changes = append(changes, c.Field)
		}
		operations = append(operations, config.PlannedOperation{Project: o.Project, Kind: string(o.Kind), Reason: o.Reason.Word, Blocked: len(o.Blocked) > 0,
			Changes: changes, Bucket: o.Bucket.Name, Jurisdiction: o.Bucket.Namespace, Location: o.Location, Cloud: o.Cloud, Secrets: o.Secrets,
			ItemTitle: o.ItemTitle, Range: o.Range})
	}
	diags, err := parallel.Await(ctx, func() (diag.List, error) { return s.config.CheckOperations(operations), nil })
	if err != nil {
		return err
	}
	if diags.HasErrors() {
		s.view.Plan(plan)
	}
	s.view.Diagnostics(diags)
	if diags.HasErrors() {
		return exitCode(exitError)
	}
	return nil
}
