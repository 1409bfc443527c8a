package clouds

import (
	"strings"
	"testing"

	simulator "buckethead/vendors/sim/cloudflare"
)

// What a bucket holds is never in the way after the keys are gone: either it is
// deleted, as was declared and allowed, or nothing is begun.
func TestR2_destroyOfFullBuckets(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare("project \"photos\" {\n  bucket = \"photos\"\n  on_destroy = \"empty\"\n  lock_rule {\n    prefix = \"audit/\"\n    indefinite = true\n  }\n}\n")
		a.converges(1)
		a.PutObject("default", "photos", "audit/key", 1)
		a.declare("")
		if out, code := a.bh("apply", "--yes"); code != 1 || !strings.Contains(out, "BLOCKED: bucket holds 1 object") || len(a.minted()) != 1 {
			t.Fatalf("exit %d with %d keys left\n%s", code, len(a.minted()), out)
		}
		if wrong := a.complaints(1); len(wrong) > 0 {
			t.Error(wrong)
		}
		if out := a.must("apply", "--yes", "--allow-empty"); !strings.Contains(out, "the content of the bucket is deleted with it: 1 object") {
			t.Errorf("got\n%s", out)
		}
		if wrong := a.complaints(0); len(wrong) > 0 {
			t.Error(wrong)
		}
	})
}
