package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

func allowEphemeralFlag() cli.Flag {
	return &cli.BoolFlag{Name: "allow-ephemeral", Usage: "let a CI runner keep the state on its own disk"}
}

// mayForget refuses a plan whose state would be lost with the runner, and with it every record of the credentials
// that the plan creates. It also warns about an age file that would be lost.
func mayForget(ctx context.Context, s *session, plan *planner.Plan, allowed bool) error {
	risks := ephemeralRisks(ctx, s, plan, allowed)
	for i := range risks {
		if risks[i].Severity == diag.Error {
			risks[i].Detail += " Nothing was done."
		}
	}
	return s.report(risks)
}

// warnOfEphemeral warns that an apply here would be refused.
func warnOfEphemeral(ctx context.Context, s *session, plan *planner.Plan, allowed bool) {
	risks := ephemeralRisks(ctx, s, plan, allowed)
	for i := range risks {
		risks[i].Severity = diag.Warning
	}
	s.view.Diagnostics(risks)
}

// ephemeralRisks returns what would be lost with the disk of a CI runner after an apply of a plan. Clouds on this
// machine do not count: they are lost as well.
func ephemeralRisks(ctx context.Context, s *session, plan *planner.Plan, allowed bool) diag.List {
	service := s.run.ciService()
	if service == "" {
		return nil
	}
	clouds, stores := madeIn(s.config, plan)
	if len(clouds) == 0 {
		return nil
	}
	var out diag.List
	if path := s.connections.LocalState(); path != "" && !allowed {
		out = append(out, diag.Diagnostic{Severity: diag.Error, Kind: stateOnRunner, Subject: s.config.State.Range,
			Detail: fmt.Sprintf("This is a %s runner, and the state is a file on its disk, %s. "+
				"When the disk is gone, so is the record of what the apply made in %s, and the credentials keep working.",
				service, path, fewOf(clouds)),
			Fix: "Keep the state in a bucket: add state \"s3\" { ... } to the bh block (see bh help shared-state).\n" +
				"If the disk is kept, or if you save the file yourself, apply with:\n  --allow-ephemeral"})
	}
	for _, c := range stores {
		out = append(out, untrackedFiles(ctx, s, c, service)...)
	}
	return out
}

// untrackedFiles warns about files of a store that exist only on this machine.
func untrackedFiles(ctx context.Context, s *session, c config.Connection, service string) (out diag.List) {
	vendor, _ := registry.Find(c.Vendor)
	if vendor.Files == nil {
		return nil
	}
	stored, keys := vendor.Files(c.Settings)
	var lost, keep string
	if given, variables := givenKey(vendor, c); !given {
		lost = fmt.Sprintf(" The key that opens it, %s, is on the same disk.", strings.Join(keys, ", "))
		keep = fmt.Sprintf("Pass the key as a secret of the CI service, in %s. ", strings.Join(variables, " or "))
	}
	for _, path := range stored {
		if is, known := tracked(ctx, s.config, s.beside(path)); is || !known {
			continue
		}
		out = append(out, diag.Diagnostic{Severity: diag.Warning, Kind: keysOnRunner, Subject: c.Range,
			Detail: fmt.Sprintf("This is a %s runner, and secrets %s keeps the keys in %s, which git does not track. "+
				"A provider shows a secret only once, so lost keys must be issued again.", service, c.Address(), path) + lost,
			Fix: keep + "Commit the file after the apply (it is encrypted; git add --force, where it is ignored), " +
				"or keep the keys in another store."})
	}
	return out
}

// givenKey reports whether the settings of a store hold the key itself, so that no key file is read. It also returns
// the variables that can hold the key.
func givenKey(vendor vendors.Vendor, c config.Connection) (given bool, variables []string) {
	for _, s := range vendor.Settings {
		if s.Secret {
			given = given || !c.Settings[s.Name].Secret.IsZero() || c.Refers([]string{s.Name}) != nil
			variables = append(variables, s.Env...)
		}
	}
	return given, variables
}

// beside returns a path relative to the folder of the files.
func (s *session) beside(path string) string { return joinRelative(s.config.Dir, path) }

// madeIn returns the clouds, other than those on this machine, in which a plan creates or keeps something, and the
// stores that it puts the keys into.
func madeIn(declared *config.Config, plan *planner.Plan) (clouds []string, stores []config.Connection) {
	for _, o := range plan.Operations {
		cloud, known := config.Find(declared.Clouds, o.Cloud)
		if !known || len(o.Blocked) > 0 || o.Kind == planner.Destroy || o.Kind == planner.Forget || !distant(cloud) {
			continue
		}
		if !slices.Contains(clouds, o.Cloud) {
			clouds = append(clouds, o.Cloud)
		}
		isStore := func(c config.Connection) bool { return c.Address() == o.Secrets }
		if store, known := config.Find(declared.Secrets, o.Secrets); known && !slices.ContainsFunc(stores, isStore) {
			stores = append(stores, store)
		}
	}
	return clouds, stores
}

// distant reports whether a cloud is not on this machine.
func distant(c config.Connection) bool {
	vendor, _ := registry.Find(c.Vendor)
	return slices.ContainsFunc(vendors.Servers(vendor.Settings, vendor.OwnHosts, c.Settings),
		func(s vendors.Server) bool { return !vendors.Loopback(s.Host) })
}
