package clouds

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/clitest"
	simulator "buckethead/vendors/sim/cloudflare"
)

// r2Lives are the changes whose every call is made to fail.
var r2Lives = []struct {
	name          string
	before, after string
	args          []string
	projects      int
}{
	{"provision", "", r2Two, []string{"apply", "--yes"}, 2},
	{"update", r2Two, r2Changed, []string{"apply", "--yes"}, 2},
	{"rotate", r2AtOnce, r2AtOnce, []string{"rotate", "photos", "--no-overlap", "--yes"}, 2},
	{"destroy", r2Two, "", []string{"apply", "--yes"}, 0},
}

// r2AtOnce has no overlap, whoever finishes a rotation.
var r2AtOnce = strings.Replace(r2Two, "  lock_rule {", "  rotate {\n    every   = \"90d\"\n    overlap = \"0s\"\n  }\n  lock_rule {", 1)

// r2Faults are what can become of a call.
var r2Faults = []simulator.Fault{
	{Status: 500}, {Status: 429, RetryAfter: 300 * time.Second}, {Kind: simulator.Reset}, {Kind: simulator.Hang}, {Kind: simulator.NonJSON},
	{After: true, Status: 503}, {After: true, Kind: simulator.Reset}, {After: true, Kind: simulator.Hang}, {After: true, Kind: simulator.Truncate}, {After: true, Kind: simulator.NonJSON},
}

// TestR2_faults spoils every call of each change, before and after its commit: this
// one call, or all from it on. Then one more apply, and everything is as it has to be.
func TestR2_faults(t *testing.T) {
	for _, life := range r2Lives {
		for i, fault := range r2Faults {
			for _, forEver := range []bool{false, true} {
				if !*clitest.Every && (forEver != (fault.Status == 500) || fault.Kind != simulator.Reset && fault.Kind != simulator.Truncate && !forEver) {
					continue
				}
				name := fmt.Sprintf("%s/%s%d after=%t for ever=%t", life.name, fault.Kind, fault.Status, fault.After, forEver)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					step := clitest.Sampled(9)
					for n := 1 + i%step; n < 100; n += step {
						met := false
						synctest.Test(t, func(t *testing.T) {
							met = cutR2(t, life.before, life.after, life.args, life.projects, fault, forEver, n)
						})
						if t.Failed() {
							t.Fatalf("call %d", n)
						}
						if !met {
							if n < 4 {
								t.Errorf("only %d calls were met", n)
							}
							return
						}
					}
				})
			}
		}
	}
}

// cutR2 spoils the n-th call, and tells whether there was one.
func cutR2(t *testing.T, before, after string, args []string, projects int, fault simulator.Fault, forEver bool, n int) bool {
	a := newR2(t, simulator.Options{KeyDelay: 5 * time.Second})
	a.LateTokens(30 * time.Second) // what a lost answer made shows late
	if before != "" {
		a.declare(before)
		a.must("apply", "--yes")
		time.Sleep(time.Hour)
	}
	a.declare(after)
	var count atomic.Int64 // reads may come side by side
	a.OnCall(func(c simulator.Call) *simulator.Fault {
		if now := int(count.Add(1)); now == n || forEver && now > n {
			f := fault
			return &f
		}
		return nil
	})
	first, _ := a.bh(append(args, "--parallelism", "1")...)
	a.OnCall(nil)
	if int(count.Load()) < n {
		return false
	}
	time.Sleep(10 * time.Minute) // a block for too many calls ends
	drift, drifted := a.bh("drift")
	second := a.must("apply", "--yes")
	time.Sleep(25 * time.Hour) // names that were left open are watched for a while, and an old key works for a day
	third := a.must("apply", "--yes")
	wrong := a.complaints(projects)
	if out := a.must("plan"); !strings.Contains(out, "No changes") {
		wrong = append(wrong, "there is still something to do:\n"+out)
	}
	if drifted != 0 {
		wrong = append(wrong, "what bh left half done itself was not done outside of bh:\n"+drift)
	}
	if len(wrong) > 0 {
		t.Errorf("%s\n\nfirst:\n%s\nsecond:\n%s\nthird:\n%s", strings.Join(wrong, "\n"), first, second, third)
	}
	return true
}
