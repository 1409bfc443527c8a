package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors/registry"
)

func offlineFlag() cli.Flag {
	return &cli.BoolFlag{Name: "offline", Usage: "compare only files and state: no secrets, no network"}
}

// runOffline is bh plan --offline. It opens no cloud and no store, and reads the state only if it is a file. If a
// value was not given, only the projects that need it are left out.
func runOffline(ctx context.Context, s *session, a planArgs) error {
	if a.out != "" {
		return errors.New("an offline plan cannot be saved, because it cannot be applied: leave out --offline or --out")
	}
	snap, about, err := s.localState(ctx)
	if err != nil {
		return err
	}
	if err := checkScope(s, snap, nil); err != nil {
		return err
	}
	outside := s.leaveOut(snap)
	s.view.Diagnostics(append(diag.List{{Severity: diag.Warning, Kind: offlinePlan, Subject: s.config.State.Range,
		Detail: about + " What the state does not record is taken to be absent, unless an import block or adopt = true " +
			"names it.",
		Fix: "This plan cannot be applied. For one that can, run bh plan with the secrets that the file needs."}},
		outside...))
	if a.mode == planner.Normal {
		if err := checkProjects(ctx, s); err != nil {
			return err
		}
	}
	plan, diags := planner.Make(s.offlineInput(ctx, snap, a, outside))
	if err := s.report(diags); err != nil {
		return err
	}
	if err := checkOperations(ctx, s, plan); err != nil {
		return err
	}
	s.view.Plan(plan)
	warnOfDestroys(s, plan, a)
	s.writeOutputs(ctx, planOutputs(plan))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if a.detailedExit && !plan.Empty() {
		return exitCode(exitChanges)
	}
	return nil
}

// localState reads a state that is a file on this machine, and says what was read.
func (s *session) localState(ctx context.Context) (state.Snapshot, string, error) {
	const all = " The plan shows everything that the file declares, as if nothing had been created yet."
	declared := s.config.State
	path := s.connections.LocalState()
	switch {
	case s.flags.state == "" && declared.Ready() != nil:
		return state.Snapshot{}, "The state was not read: its place depends on a value that was not given." + all, nil
	case path == "":
		return state.Snapshot{}, fmt.Sprintf("The state was not read: it is in the bucket %s, which needs keys and the network.",
			strconv.Quote(declared.Settings.Text("bucket"))) + all, nil
	}
	snap, _, err := s.readState(ctx)
	about := "It only compares the files with the state in " + path + "."
	if err == nil && snap.Meta.Lineage == "" {
		about = "There is no state in " + path + "." + all
	}
	return snap, about, err
}

// leaveOut removes the projects that cannot be compared here from the session's files, and says why. Projects that
// only lack a secret are still compared.
func (s *session) leaveOut(snap state.Snapshot) diag.List {
	var out diag.List
	leave := func(name addr.Address, subject diag.Range, why, fix string) {
		out = append(out, diag.Diagnostic{Severity: diag.Warning, Kind: leftOutOffline, Address: name, Subject: subject,
			Detail: why, Fix: fix})
	}
	for _, l := range s.config.Lacks {
		secret := func(p config.Project) bool { return p.Addr.Name == l.Fault.Address.Name && comparable(p) }
		if l.Attribute != "register" || !slices.ContainsFunc(s.config.Projects, secret) {
			leave(l.Fault.Address, l.Fault.Subject, l.Fault.Detail, l.Fault.Fix)
		}
	}
	for _, block := range s.config.Imports {
		if _, recorded := snap.Records[block.To]; !recorded && (block.Item != "" || block.Owner != "") {
			leave(block.To, block.Range, "The import block names an item or an owner, and only the providers know those.",
				"bh plan, with the secrets that the file needs, checks them.")
		}
	}
	kept := *s.config
	kept.Projects = slices.DeleteFunc(slices.Clone(kept.Projects), func(p config.Project) bool { return leftOut(out, p.Addr) })
	s.config = &kept
	return out
}

// comparable reports whether registered keys lack nothing but the secret.
func comparable(p config.Project) bool {
	return p.Register != nil && p.Register.AccessKeyID != "" && p.Register.EndpointURL != ""
}

// leftOut reports whether a project, or the one it is an instance of, was left out.
func leftOut(list diag.List, p addr.Address) bool {
	return slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return covers(d.Address, p) })
}

// offlineInput returns the input of the planner: it compares what is declared with what is recorded, as if the
// providers had exactly that. Addresses are not compared, because they depend on variables that are not set here.
func (s *session) offlineInput(ctx context.Context, snap state.Snapshot, a planArgs, outside diag.List) planner.Input {
	input := s.comparison(ctx, snap, planner.Assumed(s.config, snap, s.run.Now()))
	input.Mode, input.Allowance, input.Parallelism, input.Address = a.mode, a.allowance, a.parallelism, nil
	shape := input.Shape
	input.Shape = func(secrets string) string {
		if c, known := config.Find(s.config.Secrets, secrets); known && c.Ready() == nil {
			return shape(secrets)
		}
		return ""
	}
	input.Scope = a.scope()
	if scope := input.Scope; len(outside) > 0 {
		input.Scope = func(p addr.Address) bool { return !leftOut(outside, p) && (scope == nil || scope(p)) }
	}
	for _, c := range s.config.Clouds {
		vendor, _ := registry.Find(c.Vendor)
		if vendor.CredentialLimit != nil && c.Refers(strings.Fields("token_limit token_kind")) == nil {
			input.Observed.CredentialLimit[c.Address()] = vendor.CredentialLimit(c.Settings)
		}
	}
	return input
}
