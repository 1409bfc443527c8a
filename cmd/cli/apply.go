package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"buckethead/config/addr"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/planfile"
	"buckethead/state"
	"buckethead/vendors/parallel"
)

// applyArgs holds the flags and arguments of bh apply, destroy and rotate.
type applyArgs struct {
	planArgs
	file        string // of a saved plan
	autoApprove bool
	expect      string
	verify      bool
	question    string
}

// asks reports whether a person must confirm the plan before it is carried out.
func (a applyArgs) asks() bool { return !a.autoApprove && a.file == "" && a.expect == "" }

// stopGrace bounds how long running steps may take after the first signal.
const stopGrace = 2 * time.Minute

func applyFlags(more ...cli.Flag) []cli.Flag {
	return planFlags(append(more,
		&cli.BoolFlag{Name: "auto-approve", Aliases: []string{"yes", "y"}, Usage: "do not ask for confirmation"},
		&cli.StringFlag{Name: "expect", Usage: "apply only if the plan has this `DIGEST`"},
		&cli.BoolFlag{Name: "verify", Value: true, Usage: "prove each stored credential"})...)
}

func readApplyArgs(c *cli.Context, r *run) (applyArgs, error) {
	a, err := readPlanArgs(c, r)
	return applyArgs{planArgs: a, autoApprove: c.Bool("auto-approve"),
		expect: strings.TrimPrefix(c.String("expect"), "sha256:"),
		verify: c.Bool("verify"), question: "Apply this plan?"}, err
}

func applyCommand(r *run) *cli.Command {
	return &cli.Command{Name: "apply", Usage: "make the providers match what is declared", ArgsUsage: "[PLAN]",
		Flags: applyFlags(),
		Action: func(c *cli.Context) error {
			a, err := readApplyArgs(c, r)
			if err != nil {
				return err
			}
			if c.Args().Len() > 1 {
				return fmt.Errorf("bh apply takes one plan, not %d arguments", c.Args().Len())
			}
			a.file = c.Args().First()
			return runApply(c.Context, r, a)
		}}
}

func destroyCommand(r *run) *cli.Command {
	return &cli.Command{Name: "destroy", Usage: "destroy all recorded projects, or the named ones",
		Description: "A project that is protected or blocked stays. It does not keep the others:\n" +
			"they are destroyed. bh plan --destroy shows what would be done.",
		ArgsUsage: "[PROJECT...]", Flags: applyFlags(),
		Action: func(c *cli.Context) error {
			a, err := readApplyArgs(c, r)
			if err != nil {
				return err
			}
			a.mode, a.question = planner.DestroyAll, "Destroy all of this? Deleted buckets cannot be restored."
			a.typed = c.Args().Slice()
			return runApply(c.Context, r, a)
		}}
}

func rotateCommand(r *run) *cli.Command {
	return &cli.Command{Name: "rotate", Usage: "issue new keys for projects now, or those that are due",
		ArgsUsage: "PROJECT... | --due",
		Flags: applyFlags(&cli.BoolFlag{Name: "no-overlap", Usage: "revoke the old keys at once: they have leaked"},
			&cli.BoolFlag{Name: "due", Usage: "renew what is due, and change nothing else"}),
		Action: func(c *cli.Context) error {
			a, err := readApplyArgs(c, r)
			if err != nil {
				return err
			}
			a.typed, a.noOverlap, a.onlyDue = c.Args().Slice(), c.Bool("no-overlap"), c.Bool("due")
			a.rotate, a.question = !a.onlyDue, "Replace these keys?"
			if err := mayRotate(a); err != nil {
				return err
			}
			return runApply(c.Context, r, a)
		}}
}

// mayRotate returns an error for arguments that do not go together.
func mayRotate(a applyArgs) error {
	switch {
	case a.onlyDue && len(a.typed) > 0:
		return fmt.Errorf("bh rotate --due takes no projects, and was given %q; to renew these keys now, due or not, "+
			"leave out --due; to look only at these: --target %s", a.typed[0], inShell(a.typed[0]))
	case a.onlyDue && a.noOverlap:
		return errors.New("bh rotate --due lets each old key work until its overlap ends; " +
			"to end old keys at once, name the projects: bh rotate PROJECT --no-overlap")
	case !a.onlyDue && len(a.typed)+len(a.targets) == 0:
		return errors.New("bh rotate needs the projects whose keys are to be renewed, or --target '*' for all of them; " +
			"for all that are due: bh rotate --due")
	}
	return nil
}

// runApply is bh apply, destroy and rotate.
func runApply(ctx context.Context, r *run, a applyArgs) error {
	if err := mayProceed(r, a); err != nil {
		return err
	}
	var saved *planner.Plan
	if a.file != "" {
		var err error
		// The session, which changes to --chdir, is not open yet.
		if saved, err = readPlan(ctx, joinRelative(a.chdir, a.file)); err != nil {
			return err
		}
		a.mode = saved.Mode
	}
	a.leaveDue = leaves(a, saved)
	return inSession(ctx, r, a.common, func(s *session) error { return planAndApply(ctx, s, a, saved) })
}

// leaves says which rotations that are due an apply leaves to bh rotate --due: of a plan that was approved those that
// have fallen due since.
func leaves(a applyArgs, saved *planner.Plan) func(addr.Address) bool {
	switch {
	case saved != nil:
		due := saved.Due()
		return func(p addr.Address) bool { return !slices.Contains(due, p) }
	case a.expect != "" && !a.onlyDue:
		return func(addr.Address) bool { return true }
	}
	return nil
}

// mayProceed returns an error if confirmation is needed and nobody can be asked.
func mayProceed(r *run, a applyArgs) error {
	switch {
	case !a.asks():
		return nil
	case a.json:
		return errors.New("--json cannot ask for confirmation: use --auto-approve, a saved plan, or --expect")
	case a.format == "markdown", a.format == "mermaid":
		return fmt.Errorf("--format %s cannot ask for confirmation: use --auto-approve, a saved plan, or --expect", a.format)
	case !r.StdinTTY || !a.input:
		return errors.New("there is no terminal to ask on: " +
			"use --auto-approve, a saved plan (bh plan --out FILE, bh apply FILE), or --expect DIGEST")
	}
	return nil
}

// planAndApply plans as bh plan does, but with the state locked; then it asks, and carries the plan out. saved is nil
// if there is no saved plan.
func planAndApply(ctx context.Context, s *session, a applyArgs, saved *planner.Plan) error {
	store, err := s.openState(ctx)
	if err != nil {
		return err
	}
	snap, err := store.Snapshot()
	if err != nil {
		return s.stateFault(err)
	}
	plan, err := makePlan(ctx, s, snap, a.planArgs)
	if err != nil {
		return err
	}
	if plan, err = expected(s, plan, saved, a.expect); err != nil {
		return err
	}
	s.view.Plan(plan)
	if err := mayDestroy(s, plan, a); err != nil {
		return err
	}
	if !a.asks() {
		if err := mayForget(ctx, s, plan, a.allowEphemeral); err != nil {
			return err
		}
	}
	if err := confirm(ctx, s, plan, a); err != nil {
		return err
	}
	if err := prepare(ctx, s, plan, store); err != nil {
		return s.stateFault(err)
	}
	return closeState(s, store, execute(ctx, s, plan, snap, store, a))
}

// expected compares a fresh plan with the digest or the saved plan that it has to match, and returns the plan that may
// run.
func expected(s *session, fresh, saved *planner.Plan, digest string) (*planner.Plan, error) {
	if digest != "" && fresh.Digest() != digest {
		s.view.Plan(fresh)
		return nil, fmt.Errorf("the plan is not the expected one: its digest is %s; nothing was done", fresh.Digest())
	}
	if saved == nil {
		return fresh, nil
	}
	runnable, differences := planfile.Compare(saved, fresh)
	if len(differences) > 0 {
		var b strings.Builder
		for _, d := range differences {
			b.WriteString("\n  ")
			if !d.Address.IsZero() {
				b.WriteString(d.Address.Label() + ": ")
			}
			b.WriteString(d.Text)
		}
		return nil, fmt.Errorf("the plan is stale; nothing was done:%s\n\n  Plan again", b.String())
	}
	for _, o := range fresh.Operations {
		kept := func(x planner.Operation) bool { return x.Address.String() == o.Address.String() }
		if !slices.ContainsFunc(runnable.Operations, kept) {
			s.view.Note("Not in the saved plan, so left alone: " + string(o.Kind) + " " + o.Address.Label())
		}
	}
	return runnable, nil
}

// mayDestroy refuses a plan that destroys more than is allowed.
func mayDestroy(s *session, plan *planner.Plan, a applyArgs) error {
	d, ok := a.destroys.objection(plan, a.asks())
	if ok {
		return nil
	}
	d.Detail += " Nothing was done."
	return s.fail(d)
}

// confirm asks whether to carry out the plan, if that has to be asked.
func confirm(ctx context.Context, s *session, plan *planner.Plan, a applyArgs) error {
	if plan.Empty() || !a.asks() {
		return nil
	}
	p, ending := s.run.Process, ""
	if a.rotate {
		ending = endingKeys(ctx, s, plan)
	}
	if a.mode == planner.DestroyAll {
		_, _ = fmt.Fprint(p.Stdout, keptOf(plan))
	}
	_, _ = fmt.Fprintf(p.Stdout, "%s\n%s\nOnly 'yes' will be accepted: ", ending, a.question)
	s.run.ending.flush()
	answer, _ := parallel.Await(ctx, func() (string, error) { return bufio.NewReader(p.Stdin).ReadString('\n') })
	if ctx.Err() != nil {
		_, _ = fmt.Fprintln(p.Stdout)
		return context.Cause(ctx)
	}
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("not approved; nothing was done")
	}
	return nil
}

// prepare backs up the state, and announces the plan to others who share the state.
func prepare(ctx context.Context, s *session, plan *planner.Plan, store state.Locked) error {
	if plan.Empty() {
		return nil
	}
	if _, err := store.Backup(ctx); err != nil {
		return err
	}
	return store.Announce(ctx, executor.Announcement(plan, onBehalfOf(s.run.Process), s.run.Now()))
}

// execute carries out the plan until it is done or a signal comes.
func execute(ctx context.Context, s *session, plan *planner.Plan, snap state.Snapshot, store state.Store,
	a applyArgs) error {
	stop, signalled, release := s.run.interrupts.stopFirst(func() {
		s.view.Note("Stopping: running steps finish and are saved. Interrupt again to stop at once.")
	})
	defer release()
	if ctx.Err() != nil {
		return context.Cause(ctx) // an earlier signal counts as well
	}
	report := executor.Apply(ctx, plan, s.connections.Rigs(snap), snap, s.connections.Journal(store), executor.Options{
		Parallelism: a.parallelism, Verify: a.verify, Run: onBehalfOf(s.run.Process), Now: s.run.Now,
		Event: s.view.Event, Stop: stop, StepTimeout: stopGrace})
	release() // nothing is left running that a signal could let finish
	if !plan.Empty() {
		s.view.Report(plan, report)
	}
	s.writeOutputs(ctx, planOutputs(plan))
	switch {
	case report.Interrupted && signalled() != 0:
		return signalled()
	case !report.OK():
		return exitCode(exitError)
	case a.detailedExit && !plan.Empty():
		return exitCode(exitChanges)
	}
	return nil
}

// closeState closes the state after an apply that returned err. If the state cannot be written back, that is an error
// even if everything else succeeded.
func closeState(s *session, store state.Locked, err error) error {
	if closed := s.closeNow(store); closed != nil {
		return s.stateFault(closed)
	}
	return err
}
