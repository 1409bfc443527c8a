package clouds

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	simulator "buckethead/vendors/sim/cloudflare"
)

// A state that is lost is known again from buckets, tokens and items, settings and
// long names included: the keys stay, and nothing is written to Cloudflare but what
// differs.
func TestR2_rebuild(t *testing.T) {
	long := "a_" + strings.Repeat("long_", 20) + "name" // its credential's name is a hash
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(r2Photos + `
project "` + long + `" {
  bucket       = "long"
  jurisdiction = "eu"
  access       = "read_only"
  rotate {
    every   = "90d"
    overlap = "7d"
  }
}
`)
		a.converges(2)
		before := a.minted()
		if err := os.Remove(filepath.Join(a.dir, ".bh/state.db")); err != nil {
			t.Fatal(err)
		}
		calls := []simulator.Call{}
		a.OnCall(func(c simulator.Call) *simulator.Fault {
			if c.Method != "GET" && c.Method != "HEAD" {
				calls = append(calls, c)
			}
			return nil
		})
		out := a.must("state", "rebuild")
		if !strings.Contains(out, "Rebuilt 2 projects") || strings.Contains(out, "Not known") {
			t.Errorf("it says\n%s", out)
		}
		if plan := a.planOf(); !strings.Contains(plan, "Plan: 2 to update.") || strings.Contains(plan, "rotate") {
			t.Errorf("the plan after it:\n%s", plan)
		}
		a.converges(2)
		if len(calls) > 0 {
			t.Errorf("written was %+v", calls)
		}
		after := a.minted()
		if len(after) != len(before) || after[0].ID != before[0].ID || after[1].ID != before[1].ID {
			t.Errorf("the keys were %+v and are %+v", before, after)
		}
	})
}
