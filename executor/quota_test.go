package executor_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

// full is a cloud that may have two credentials and has them, with one project to
// go and one to come.
func full(t *testing.T) *rigging {
	r := newRigging()
	r.world.CredentialLimit = 2
	r.config.Projects = []config.Project{project("photos"), project("albums")}
	mustConverge(t, r)
	r.config.Projects = []config.Project{project("photos"), project("films")}
	return r
}

func TestApply_runsDestroysBeforeWhatNeedsTheirQuota(t *testing.T) {
	r := full(t)
	var order []string
	report := applyWith(t, r, context.Background(), func(o *executor.Options) {
		o.Event = func(e executor.Event) {
			if done, ok := e.(executor.OperationDone); ok {
				order = append(order, string(done.Result.Kind)+" "+done.Result.Address.Name)
			}
		}
	})
	if want := []string{"destroy albums", "provision films"}; !slices.Equal(order, want) || !report.OK() || r.full > 0 {
		t.Fatalf("got %v, %d refused; want %v", order, r.full, want)
	}
	// There is no place for a new key beside the old one, and nothing is begun.
	r.config.Projects = append(r.config.Projects, project("third"))
	r.world.ResetCounts()
	if _, plan, err := r.apply(planner.Normal); err == nil || !strings.Contains(err.Error(), "may have 2 credentials at once and has 2") || r.world.Writes() != 0 {
		t.Errorf("got %v with %v and %d writes, want the plan refused", err, kinds(plan), r.world.Writes())
	}
}

func TestApply_skipsWhatNeedsAQuotaThatWasNotFreed(t *testing.T) {
	r := full(t)
	r.world.Before = func(c memory.Call) error {
		if c.Method == "RevokeCredential" {
			return &vendors.Error{Vendor: cloud, Op: "revoke credential", Kind: vendors.ErrDenied, Message: "no"}
		}
		return nil
	}
	report := applyWith(t, r, context.Background(), func(*executor.Options) {})
	if got := report.Counts(); got[executor.Failed] != 1 || got[executor.Skipped] != 1 || r.full > 0 {
		t.Fatalf("got %v, want one failed and one skipped", got)
	}
	for _, result := range report.Results {
		if result.Outcome == executor.Skipped && result.Diagnostics[0].Detail != "It waits for project.albums, which frees a credential. That one did not succeed." {
			t.Errorf("got %q", result.Diagnostics[0].Detail)
		}
	}
	r.world.Before = nil
	mustConverge(t, r)
}
