package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner"
	"buckethead/planner/moves"
	"buckethead/planner/refresh"
	"buckethead/state"
)

// planArgs holds the flags and arguments of bh plan, and of the other commands that plan.
type planArgs struct {
	common
	out          string
	detailedExit bool
	allowance    planner.Allowance
	destroys     destroyLimit
	// allowEphemeral allows a local state on the runner of a CI service.
	allowEphemeral bool
	mode           planner.Mode
	rotate         bool // replace the keys of the named projects
	noOverlap      bool // and end the old keys at once
	onlyDue        bool // do what is due, and nothing that the files changed
	// leaveDue says which rotations that are due are left out; nil for none.
	leaveDue func(addr.Address) bool
	typed    []string       // only these; nil for all
	named    []addr.Address // the same, resolved
}

func planFlags(more ...cli.Flag) []cli.Flag {
	return vendorFlags(append(append(more, append(scopeFlags(), inputFlag())...),
		&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 2 if there are changes"},
		allowDestroyFlag(), allowEphemeralFlag(),
		&cli.BoolFlag{Name: "allow-recreate", Usage: "recreate deleted buckets; their data is gone"},
		&cli.BoolFlag{Name: "allow-empty", Usage: "delete objects where on_destroy = \"empty\""},
		&cli.BoolFlag{Name: "allow-reissue", Usage: "issue new keys for a store that lost most items"})...)
}

func readPlanArgs(c *cli.Context, r *run) (planArgs, error) {
	flags, err := r.flags(c)
	destroys, limitErr := readDestroyLimit(c)
	if err == nil {
		err = limitErr
	}
	return planArgs{common: flags, out: c.String("out"), detailedExit: c.Bool("detailed-exitcode"),
		mode: planner.Normal, destroys: destroys, allowEphemeral: c.Bool("allow-ephemeral"),
		allowance: planner.Allowance{Recreate: c.Bool("allow-recreate"), Empty: c.Bool("allow-empty"),
			Reissue: c.Bool("allow-reissue")}}, err
}

// runPlan is bh plan. It holds no lock while it talks to vendors, and it cannot write anything, because it has only
// readers.
func runPlan(ctx context.Context, s *session, a planArgs) error {
	snap, lock, err := s.readState(ctx)
	if err != nil {
		return err
	}
	noteLock(s, lock)
	plan, err := makePlan(ctx, s, snap, a)
	if err != nil {
		return err
	}
	s.view.Plan(plan)
	warnOfDestroys(s, plan, a)
	warnOfEphemeral(ctx, s, plan, a.allowEphemeral)
	s.writeOutputs(ctx, planOutputs(plan))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if a.out != "" {
		if err := savePlan(ctx, s, a.out, plan); err != nil {
			return err
		}
		s.view.Note("The plan is saved; to carry it out: bh apply " + words.FileInShell(a.out))
	}
	if a.detailedExit && !plan.Empty() {
		return exitCode(exitChanges)
	}
	return nil
}

// noteLock says what the lock of another run means for a plan from the state that was read meanwhile.
func noteLock(s *session, l state.Lock) {
	switch {
	case !l.Held:
	case l.Expired && l.Intents > 0:
		s.view.Note("A stopped run left the state locked (" + l.Holder.Describe() + "): " +
			"what it left open is part of this plan. The next apply takes over.")
	case !l.Expired && !l.Manual:
		s.view.Note("The state is held by " + l.Holder.Describe() + ": " +
			"what it has not recorded yet looks unfinished here.")
	}
}

// makePlan checks the arguments and the policies, observes the providers and plans. Any fault is shown; the error is
// then an exit code.
func makePlan(ctx context.Context, s *session, snap state.Snapshot, a planArgs) (*planner.Plan, error) {
	var err error
	if a.named, err = s.projects(snap, a.typed...); err != nil {
		return nil, err
	}
	if err := checkScope(s, snap, a.named); err != nil {
		return nil, err
	}
	// Keys can be renewed and projects destroyed even if a policy forbids what is declared.
	if a.mode == planner.Normal && !a.rotate && !a.onlyDue {
		if err := checkProjects(ctx, s); err != nil {
			return nil, err
		}
	}
	request := s.observation(snap)
	request.Mode, request.Scope = a.mode, a.scopeWith(a.named)
	if a.onlyDue {
		request.Desired = planner.AsRecorded(s.config, snap)
	}
	world, diags := refresh.Observe(ctx, s.connections.Readers(), request)
	if err := s.unread(ctx, diags); err != nil {
		return nil, err
	}
	input := s.comparison(ctx, snap, world)
	input.Mode, input.Scope, input.Rotate = request.Mode, request.Scope, rotated(s.config, snap, a)
	input.OnlyDue, input.LeaveDue = a.onlyDue, a.leaveDue
	input.NoOverlap, input.Allowance, input.Parallelism = a.noOverlap, a.allowance, a.parallelism
	plan, more := planner.Make(input)
	if err := s.report(append(diags, more...).Sorted()); err != nil {
		return nil, err
	}
	return plan, checkOperations(ctx, s, plan)
}

// rotated returns the projects whose keys are replaced: the declared projects that a name covers, and names that cover
// none, which the planner refuses. Without names, it returns all that the flags choose and whose keys bh issued.
func rotated(c *config.Config, snap state.Snapshot, a planArgs) map[addr.Address]bool {
	if !a.rotate {
		return nil
	}
	out := map[addr.Address]bool{}
	if len(a.named) == 0 {
		scope, moved := a.scope(), moves.Of(c, snap)
		for p, r := range snap.Records {
			if p = moved.Now(p); !r.Registered && scope(p) {
				out[p] = true
			}
		}
		return out
	}
	for _, named := range a.named {
		found := false
		for i := range c.Projects {
			if p := c.Projects[i].Addr; covers(named, p) {
				out[p], found = true, true
			}
		}
		if !found {
			out[named] = true
		}
	}
	return out
}

// warnOfDestroys warns that an apply from a file or in CI will refuse the plan.
func warnOfDestroys(s *session, plan *planner.Plan, a planArgs) {
	if d, ok := a.destroys.objection(plan, a.input && a.out == ""); !ok {
		d.Severity = diag.Warning
		s.view.Diagnostics(diag.List{d})
	}
}

// planOutputs returns the outputs of a step that plans or applies.
func planOutputs(plan *planner.Plan) string {
	counts := plan.Counts()
	var b strings.Builder
	digest := plan.Digest()
	if plan.Offline {
		digest = ""
	}
	fmt.Fprintf(&b, "has_changes=%t\nplan_digest=%s\nblocked=%d\n", !plan.Empty(), digest, plan.Blocked())
	fmt.Fprintf(&b, "needs_approval=%t\ndue=%d\n", plan.Lasts(), len(plan.Due())+len(plan.Left))
	for _, kind := range planner.Kinds() {
		fmt.Fprintf(&b, "%s=%d\n", kind, counts[kind])
	}
	return b.String()
}
