package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner"
)

// destroyLimit is how many projects a plan may destroy.
type destroyLimit struct {
	given bool // by --allow-destroy
	n     int  // 0 if it was not given
}

func allowDestroyFlag() cli.Flag {
	return &cli.IntFlag{Name: "allow-destroy", Usage: "destroy up to `N` projects unasked"}
}

func readDestroyLimit(c *cli.Context) (destroyLimit, error) {
	limit := destroyLimit{given: c.IsSet("allow-destroy"), n: c.Int("allow-destroy")}
	if limit.n < 0 {
		return limit, fmt.Errorf("--allow-destroy is %d; it must be 0 or more", limit.n)
	}
	return limit, nil
}

// objection returns an error if a plan destroys more than is allowed; otherwise ok is true. Blocked destroys do nothing
// and do not count. If a person will be asked, or if bh destroy made the plan, there is a limit only if the flag was
// given.
func (limit destroyLimit) objection(plan *planner.Plan, asked bool) (d diag.Diagnostic, ok bool) {
	var names []string
	for _, o := range plan.Operations {
		if o.Kind == planner.Destroy && len(o.Blocked) == 0 {
			names = append(names, o.Address.Label())
		}
	}
	if len(names) <= limit.n || !limit.given && (asked || plan.Mode == planner.DestroyAll) {
		return diag.Diagnostic{}, true
	}
	allowed := "without confirmation it may destroy none"
	if limit.given {
		allowed = fmt.Sprintf("--allow-destroy %d was given", limit.n)
	}
	return diag.Diagnostic{Severity: diag.Error, Kind: tooManyDestroys,
		Detail: fmt.Sprintf("It destroys %s (%s), and %s.", words.Count(len(names), "project"), fewOf(names), allowed),
		Fix: fmt.Sprintf("If that is intended, apply with:\n  --allow-destroy %d\nIf not, declare again what should stay; "+
			"a removed block forgets a project and deletes nothing.", len(names))}, false
}

// keptOf says what a plan that destroys does not, since its blocked operations keep no others.
func keptOf(plan *planner.Plan) string {
	var names []string
	for _, o := range plan.Operations {
		if len(o.Blocked) > 0 {
			names = append(names, o.Address.Label())
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) == len(plan.Operations):
		return "\nNothing is destroyed: everything here is blocked.\n"
	}
	return fmt.Sprintf("\nBlocked: %s. The others are destroyed all the same.\n", fewOf(names))
}

// fewOf lists names, or only the first few if there are many.
func fewOf(names []string) string {
	const most = 10
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
