package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"buckethead/vendors/cloudflare/r2sim/simulator"
)

// faults are the --fault flags.
type faults []fault

type fault struct {
	op  string
	nth int // 0: every call
	simulator.Fault
}

// String is for package flag.
func (f *faults) String() string { return "" }

// Set reads OP:before|after:KIND[:N].
func (f *faults) Set(text string) error {
	parts := strings.Split(text, ":")
	if len(parts) < 3 || len(parts) > 4 {
		return fmt.Errorf("%q is not OP:before|after:KIND[:N]", text)
	}
	if !slices.Contains(simulator.Operations(), parts[0]) {
		return fmt.Errorf("%q is no operation; there are %s", parts[0], strings.Join(simulator.Operations(), ", "))
	}
	out := fault{op: parts[0], Fault: simulator.Fault{After: parts[1] == "after", Kind: simulator.FaultKind(parts[2])}}
	if parts[1] != "before" && parts[1] != "after" {
		return fmt.Errorf("%q is neither before nor after", parts[1])
	}
	if status, err := strconv.Atoi(parts[2]); err == nil && status >= 400 && status < 600 {
		out.Kind, out.Status = simulator.Status, status
	}
	known := []simulator.FaultKind{simulator.Status, simulator.Reset, simulator.Hang, simulator.Truncate, simulator.NonJSON}
	if !slices.Contains(known, out.Kind) {
		return fmt.Errorf("%q is no kind: a status from 400, or one of %q", parts[2], known)
	}
	if len(parts) == 4 {
		n, err := strconv.Atoi(parts[3])
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number from 1", parts[3])
		}
		out.nth = n
	}
	*f = append(*f, out)
	return nil
}

// pick gives the first fault that hits a call.
func (f faults) pick(c simulator.Call) *simulator.Fault {
	for i := range f {
		if f[i].op == c.Op && (f[i].nth == 0 || f[i].nth == c.Nth) {
			return &f[i].Fault
		}
	}
	return nil
}

// quote makes text one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
