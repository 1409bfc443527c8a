package cli

import (
	"slices"
	"time"

	"buckethead/cmd/connections"
	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors/registry"
)

// viewOptions returns the options for a view.
func viewOptions(p Process, flags common, declared *config.Config) view.Options {
	o := view.Options{
		Color: colored(p, flags, p.StdoutTTY), ErrColor: colored(p, flags, p.StderrTTY), Live: mayBeLive(p, flags),
		Verbose: flags.verbose, Quiet: flags.quiet, Version: version, Now: p.Now,
		Sources: declared.Sources, Stack: declared.Stack,
		Endpoints: endpointsOf(declared, flags.state != ""), References: referencesOf(declared), VendorTitle: connections.VendorTitle,
		VendorLimit: func(name string) (int, time.Duration) {
			v, _ := registry.Find(name)
			return v.Limits.Calls, v.Limits.CallsPer
		},
		VendorWrites: func(name string) (int, string) {
			v, _ := registry.Find(name)
			return v.Limits.Writes, v.Limits.WritesNote
		},
	}
	if p.StdoutTTY {
		o.Width = p.Width
	}
	if p.StderrTTY {
		o.ErrWidth = p.Width
	}
	return o
}

// mayBeLive reports whether the last lines of the terminal may be overwritten: only for commands that plan, and only
// if nothing else writes there and nothing records the output.
func mayBeLive(p Process, flags common) bool {
	logged := p.get("BH_LOG") != "" && p.get("BH_LOG_PATH") == ""
	return p.StderrTTY && p.get("TERM") != "dumb" && !p.inCI() && !logged && p.Ticks != nil &&
		slices.Contains([]string{"bh plan", "bh apply", "bh destroy", "bh rotate"}, flags.command)
}

// colored reports whether a stream gets colors: the flags decide, then the environment, then whether it is a terminal.
func colored(p Process, flags common, terminal bool) bool {
	switch flags.color {
	case "always":
		return true
	case "never":
		return false
	}
	if p.get("NO_COLOR") != "" || p.get("TERM") == "dumb" {
		return false
	}
	if force := p.get("FORCE_COLOR"); force != "" && force != "0" {
		return true
	}
	return terminal
}
