package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// applyArgs are what bh apply, destroy and rotate are asked for.
type applyArgs struct {
	planArgs
	file        string
	autoApprove bool
	expect      string
	verify      bool
	question    string
}

// stopGrace bounds the steps that still run after the first signal.
const stopGrace = 2 * time.Minute

func applyFlags(more ...cli.Flag) []cli.Flag {
	return planFlags(append(more,
		&cli.BoolFlag{Name: "auto-approve", Aliases: []string{"yes", "y"}, Usage: "do not ask"},
		&cli.StringFlag{Name: "expect", Usage: "apply only a plan of this `DIGEST`"},
		&cli.BoolFlag{Name: "verify", Value: true, Usage: "prove each stored credential"})...)
}

func readApplyArgs(c *cli.Context, p Process) (applyArgs, error) {
	a, err := readPlanArgs(c, p)
	return applyArgs{planArgs: a, autoApprove: c.Bool("auto-approve"), expect: strings.TrimPrefix(c.String("expect"), "sha256:"),
		verify: c.Bool("verify"), question: "Apply this plan?"}, err
}

func applyCommand(p Process) *cli.Command {
	return &cli.Command{Name: "apply", Usage: "make the providers match what is declared", ArgsUsage: "[PLAN]", Flags: applyFlags(),
		Action: func(c *cli.Context) error {
			a, err := readApplyArgs(c, p)
			if err != nil {
				return err
			}
			if c.Args().Len() > 1 {
				return fmt.Errorf("bh apply takes one plan, and was given %d arguments", c.Args().Len())
			}
			a.file = c.Args().First()
			return runApply(c.Context, p, a)
		}}
}

func destroyCommand(p Process) *cli.Command {
	return &cli.Command{Name: "destroy", Usage: "destroy what is recorded, or the projects that are named", ArgsUsage: "[PROJECT...]", Flags: applyFlags(),
		Action: func(c *cli.Context) error {
			a, err := readApplyArgs(c, p)
			if err != nil {
				return err
			}
			a.mode, a.question = planner.DestroyAll, "Destroy all of this? Buckets that go are gone for good."
			a.named, err = addresses(c.Args().Slice())
			if err != nil {
				return err
			}
			return runApply(c.Context, p, a)
		}}
}

func rotateCommand(p Process) *cli.Command {
	return &cli.Command{Name: "rotate", Usage: "renew the keys of projects now", ArgsUsage: "PROJECT...",
		Flags: applyFlags(&cli.BoolFlag{Name: "no-overlap", Usage: "end the old keys at once: someone has them"}),
		Action: func(c *cli.Context) error {
			a, err := readApplyArgs(c, p)
			if err != nil {
				return err
			}
			a.noOverlap = c.Bool("no-overlap")
			if a.named, err = addresses(c.Args().Slice()); err != nil {
				return err
			}
			if len(a.named) == 0 {
				return errors.New("bh rotate wants the projects whose keys are to be renewed")
			}
			a.rotate, a.question = true, "Renew these keys?"
			return runApply(c.Context, p, a)
		}}
}

func addresses(args []string) ([]addr.Project, error) {
	var out []addr.Project
	for _, text := range args {
		p, err := addr.Parse(text)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// runApply is bh apply: the same way as bh plan with the state locked, then the
// question, then the executor.
func runApply(ctx context.Context, p Process, a applyArgs) (err error) {
	if err := mayProceed(p, a); err != nil {
		return err
	}
	expected, err := readPlan(ctx, a.file, a.chdir)
	if err != nil {
		return err
	}
	s, err := open(ctx, p, a.common)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	opened, err := s.openState(ctx)
	if err != nil {
		return err
	}
	snap, err := opened.Snapshot()
	if err != nil {
		return s.stateFault(err)
	}
	if expected != nil {
		a.mode = expected.Mode
	}
	plan, err := s.plan(ctx, snap, a.planArgs)
	if err != nil {
		return err
	}
	if plan, err = s.expected(plan, expected, a); err != nil {
		return err
	}
	s.view.Plan(plan)
	if err := s.mayDestroy(plan, a); err != nil {
		return err
	}
	if err := s.agreed(ctx, plan, expected, a); err != nil {
		return err
	}
	if err := s.beforeApply(ctx, plan, opened); err != nil {
		return s.stateFault(err)
	}
	return s.closeState(opened, s.execute(ctx, plan, snap, opened, a))
}

// beforeApply copies the state, and makes known what is about to be done where others
// could not tell otherwise.
func (s *session) beforeApply(ctx context.Context, plan *planner.Plan, opened state.Locked) error {
	if plan.Empty() {
		return nil
	}
	if _, err := opened.Backup(ctx); err != nil {
		return err
	}
	return opened.Announce(ctx, executor.Announcement(plan, s.run(), s.p.Now()))
}

// closeState closes a state in which things were done: what cannot be written back is
// a fault, whatever came of the rest.
func (s *session) closeState(opened state.Locked, err error) error {
	closed := opened.Close()
	if closed == nil {
		return err
	}
	fault := s.stateFault(closed)
	var code exitCode
	if errors.As(err, &code) && code != exitChanges {
		return err
	}
	return fault
}

// mayProceed fails at once where nobody could be asked.
func mayProceed(p Process, a applyArgs) error {
	switch {
	case a.autoApprove, a.file != "", a.expect != "":
		return nil
	case a.json:
		return errors.New("--json asks nothing: it needs --auto-approve, a saved plan, or --expect")
	case a.format == "markdown", a.format == "mermaid":
		return fmt.Errorf("--format %s asks nothing: it needs --auto-approve, a saved plan, or --expect", a.format)
	case !p.StdinTTY || !a.input:
		return errors.New("there is no terminal to ask on: use --auto-approve, a saved plan (bh plan --out FILE, bh apply FILE), or --expect DIGEST")
	}
	return nil
}

// readPlan reads a saved plan; nil where none was named. A relative path starts
// from --chdir, as everything does.
func readPlan(ctx context.Context, path, chdir string) (*planner.Plan, error) {
	if path == "" {
		return nil, nil
	}
	if chdir != "" {
		path = joinRelative(chdir, path)
	}
	plan, err := parallel.Await(ctx, func() (*planner.Plan, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		return planfile.Read(file)
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no saved plan %s, which bh plan --out writes; to apply one project alone: --target", path)
	case err != nil:
		return nil, fmt.Errorf("read the plan %s: %w", path, err)
	}
	return plan, nil
}

// expected holds a fresh plan against the saved one or the digest that it has to
// be, and gives what may run.
func (s *session) expected(fresh, saved *planner.Plan, a applyArgs) (*planner.Plan, error) {
	if a.expect != "" && fresh.Digest() != a.expect {
		s.view.Plan(fresh)
		return nil, fmt.Errorf("the plan is not the expected one: its digest is %s; nothing was done", fresh.Digest())
	}
	if saved == nil {
		return fresh, nil
	}
	run, differences := planfile.Compare(saved, fresh)
	if len(differences) > 0 {
		var b strings.Builder
		for _, d := range differences {
			b.WriteString("\n  ")
			if !d.Project.IsZero() {
				b.WriteString(d.Project.Label() + ": ")
			}
			b.WriteString(d.Text)
		}
		return nil, fmt.Errorf("the plan is stale; nothing was done:%s\n\n  Plan again", b.String())
	}
	for _, o := range fresh.Operations {
		if _, kept := run.Find(o.Project); !kept {
			s.view.Note("Not in the saved plan, and left alone: " + string(o.Kind) + " " + o.Project.Label())
		}
	}
	return run, nil
}

// agreed asks, where it has to.
func (s *session) agreed(ctx context.Context, plan, saved *planner.Plan, a applyArgs) error {
	if plan.Empty() || a.autoApprove || saved != nil || a.expect != "" {
		return nil
	}
	_, _ = fmt.Fprintf(s.p.Stdout, "\n%s\nOnly 'yes' will be accepted: ", a.question)
	answer, _ := parallel.Await(ctx, func() (string, error) { return bufio.NewReader(s.p.Stdin).ReadString('\n') })
	if ctx.Err() != nil {
		_, _ = fmt.Fprintln(s.p.Stdout)
		return context.Cause(ctx)
	}
	if strings.TrimSpace(answer) != "yes" {
		return errors.New("not approved; nothing was done")
	}
	return nil
}

// execute runs the plan until it is done or a signal comes.
func (s *session) execute(ctx context.Context, plan *planner.Plan, snap state.Snapshot, store state.Store, a applyArgs) error {
	stop, signalled, release := s.p.interrupts.stopFirst(func() {
		s.view.Note("Stopping: running steps end and are saved. Once more to end at once.")
	})
	defer release()
	if ctx.Err() != nil {
		return context.Cause(ctx) // a signal that came before counts as well
	}
	report := executor.Apply(ctx, plan, s.connections.Rigs(snap), snap, s.connections.Journal(store), executor.Options{
		Parallelism: a.parallelism, Verify: a.verify, Run: s.run(), Now: s.p.Now, Event: s.view.Event, Stop: stop, StepTimeout: stopGrace})
	if !plan.Empty() {
		s.view.Report(plan, report)
	}
	s.github(plan)
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
