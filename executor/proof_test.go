package executor_test

import (
	"testing"

	"buckethead/config"
	"buckethead/planner"
)

// TestApply_proofOfALiftedRestriction: a key that only some addresses may use is proved once
// everyone may, also if the apply that lifts the restriction is killed.
func TestApply_proofOfALiftedRestriction(t *testing.T) {
	for n := 1; ; n++ {
		r := begin(t, func(r *rigging) {
			r.config.Projects = []config.Project{project("aaa")}
			r.config.Projects[0].AllowedIPs = []string{"192.0.2.0/24"}
		})
		r.config.Projects[0].AllowedIPs = nil
		met := r.cut(n)
		_, _, _ = r.apply(planner.Normal)
		if !met() {
			break
		}
		mustConverge(t, r)
		if wrong := r.complaints(); len(wrong) > 0 {
			t.Fatalf("cut %d: %v", n, wrong)
		}
	}
}

// TestApply_liftedRestrictionWithoutProof: with --verify=false, a key is not called restricted
// when everyone may use it.
func TestApply_liftedRestrictionWithoutProof(t *testing.T) {
	r := begin(t, func(r *rigging) {
		r.config.Projects = []config.Project{project("aaa")}
		r.config.Projects[0].AllowedIPs = []string{"192.0.2.0/24"}
	})
	r.config.Projects[0].AllowedIPs, r.verify = nil, false
	mustConverge(t, r)
	if wrong := r.complaints(); len(wrong) > 0 {
		t.Fatal(wrong)
	}
}

// TestApply_waivedUntilVerified: once verify is no longer false, keys are proved, also if the
// apply that stored them was cut off.
func TestApply_waivedUntilVerified(t *testing.T) {
	for n := 1; ; n++ {
		r := begin(t, nil)
		p := registered("aaa", "brought")
		p.Register.Unverified = true
		r.config.Projects = []config.Project{p}
		met := r.cut(n)
		_, _, _ = r.apply(planner.Normal)
		if !met() {
			break
		}
		r.config.Projects = []config.Project{registered("aaa", "brought")}
		mustConverge(t, r)
		if wrong := r.complaints(); len(wrong) > 0 {
			t.Fatalf("cut %d: %v", n, wrong)
		}
	}
}
