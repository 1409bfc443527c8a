package cli

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/planfile"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors/parallel"
	"buckethead/vendors/registry"
)

// planArgs are what bh plan is asked for.
type planArgs struct {
	common
	out          string
	detailedExit bool
	allowance    planner.Allowance
	destroys     destroyLimit
	mode         planner.Mode
	rotate       bool           // renew the keys of those that are named
	noOverlap    bool           // and end the old ones at once
	named        []addr.Project // look at these alone; all where there are none
}

func planFlags(more ...cli.Flag) []cli.Flag {
	return commonFlags(append(append(more, scopeFlags()...),
		&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 2 when there are changes"},
		allowDestroyFlag(),
		&cli.BoolFlag{Name: "allow-recreate", Usage: "make buckets anew whose data is gone"},
		&cli.BoolFlag{Name: "allow-empty", Usage: "delete objects where on_destroy = \"empty\""})...)
}

func readPlanArgs(c *cli.Context, p Process) (planArgs, error) {
	flags, err := readCommon(c, p)
	destroys, limitErr := readDestroyLimit(c)
	if err == nil {
		err = limitErr
	}
	return planArgs{common: flags, out: c.String("out"), detailedExit: c.Bool("detailed-exitcode"), mode: planner.Normal, destroys: destroys,
		allowance: planner.Allowance{Recreate: c.Bool("allow-recreate"), Empty: c.Bool("allow-empty")}}, err
}

func planCommand(p Process) *cli.Command {
	return &cli.Command{Name: "plan", Usage: "show what an apply would do",
		Flags: planFlags(&cli.StringFlag{Name: "out", Usage: "save the plan to `FILE` for bh apply FILE"},
			&cli.BoolFlag{Name: "destroy", Usage: "plan the destroy of all that is recorded"}),
		Action: func(c *cli.Context) error {
			a, err := readPlanArgs(c, p)
			if err == nil {
				err = noArguments(c)
			}
			if err != nil {
				return err
			}
			if c.Bool("destroy") {
				a.mode = planner.DestroyAll
			}
			return runPlan(c.Context, p, a)
		}}
}

// runPlan is bh plan: it holds no lock while it talks to vendors, and can write
// nothing, for it has readers alone.
func runPlan(ctx context.Context, p Process, a planArgs) (err error) {
	s, err := open(ctx, p, a.common)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	snap, lock, err := s.readStateAndLock(ctx)
	if err != nil {
		return err
	}
	s.noteLock(lock)
	plan, err := s.plan(ctx, snap, a)
	if err != nil {
		return err
	}
	s.view.Plan(plan)
	s.warnOfDestroys(plan, a)
	s.github(plan)
	if a.out != "" {
		if err := savePlan(ctx, a.out, plan); err != nil {
			return err
		}
		s.view.Note("The plan is saved; to carry it out: bh apply " + a.out)
	}
	if a.detailedExit && !plan.Empty() {
		return exitCode(exitChanges)
	}
	return nil
}

// plan reads the world and decides. Faults are shown; the error is an exit code.
func (s *session) plan(ctx context.Context, snap state.Snapshot, a planArgs) (*planner.Plan, error) {
	if err := s.checkScope(snap, a); err != nil {
		return nil, err
	}
	// Keys are renewed and projects destroyed whatever is wrong with the file's wishes.
	if a.mode == planner.Normal && !a.rotate {
		if err := s.checkProjects(ctx); err != nil {
			return nil, err
		}
	}
	request := refresh.Request{Desired: s.config, Recorded: snap, Mode: a.mode, Parallelism: a.parallelism, Scope: a.scopeWith()}
	world, diags := refresh.Observe(ctx, s.connections.Readers(), request)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // what it cut off is not a fault
	}
	if diags.HasErrors() {
		s.view.Diagnostics(diags)
		return nil, exitCode(exitError)
	}
	plan, more := planner.Make(planner.Input{Desired: s.config, Recorded: snap, Observed: world, Mode: a.mode, Scope: a.scopeWith(), Rotate: s.rotated(a), NoOverlap: a.noOverlap,
		Allowance: a.allowance, Now: s.p.Now(), Parallelism: a.parallelism, NameLimit: func(vendor string) int {
			v, _ := registry.Find(vendor)
			return v.Limits.CredentialNameLength
		}})
	diags = append(diags, more...).Sorted()
	s.view.Diagnostics(diags)
	if diags.HasErrors() {
		return nil, exitCode(exitError)
	}
	return plan, s.checkOperations(ctx, plan)
}

// noteLock says what a lock means for what was read beside it.
func (s *session) noteLock(l state.Lock) {
	switch {
	case !l.Held:
	case l.Expired && l.Intents > 0:
		s.view.Note("A run was stopped and left the state locked (" + l.Holder.Describe() + "): what it left open is part of this plan. " +
			"The next apply takes over.")
	case !l.Expired && !l.Manual:
		s.view.Note("The state is held by " + l.Holder.Describe() + ": what that has not recorded yet looks unfinished here.")
	}
}

func savePlan(ctx context.Context, path string, plan *planner.Plan) error {
	file, err := parallel.Await(ctx, func() (*os.File, error) {
		return os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	})
	if err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	err = planfile.Write(file, plan, version)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	return nil
}

// readAlone reads the flags of a command that takes no argument.
func readAlone(c *cli.Context, p Process) (common, error) {
	flags, err := readCommon(c, p)
	if err == nil {
		err = noArguments(c)
	}
	return flags, err
}

func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		name, hint := c.Args().First(), ""
		if slices.ContainsFunc(c.Command.Flags, func(f cli.Flag) bool { return f.Names()[0] == "target" }) {
			hint = "; one project alone: --target " + inShell(name)
		}
		return fmt.Errorf("bh %s takes no argument, and was given %q%s", c.Command.Name, name, hint)
	}
	return nil
}
