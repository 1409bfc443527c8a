package executor_test

import (
	"slices"
	"testing"

	"buckethead/config"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/vendors"
)

// Whatever an apply begins was announced: under the same step and name, of the same
// operation. And a mint is announced under all the names that it may try.
func TestAnnouncement_hasAllThatBegins(t *testing.T) {
	r := newRigging()
	p := project("photos")
	p.Bucket.Settings = vendors.BucketSettings{CORS: []vendors.CORSRule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}}}
	r.config.Projects = []config.Project{p, registered("drop", "brought")}
	for _, change := range []func(){func() {}, func() { r.config.Projects[0].Secrets = other }, func() { r.config.Projects = nil }} {
		change()
		plan, _, err := r.plan(t.Context(), planner.Normal)
		if err != nil {
			t.Fatal(err)
		}
		announced := executor.Announcement(plan, executor.Run{URL: "run"}, r.now)
		type key struct{ operation, step, name string }
		var known []key
		for _, i := range announced {
			if i.Run != "run" || i.ID != 0 || i.Sequence == 0 {
				t.Errorf("announced %+v", i)
			}
			known = append(known, key{i.Operation, i.Step, i.Name})
		}
		r.state.Before = func(method string) error {
			if snap, _ := r.state.Snapshot(); method != "Begin" {
				for _, i := range snap.Intents {
					if !slices.Contains(known, key{i.Operation, i.Step, i.Name}) {
						t.Errorf("%s %s of %s began unannounced", i.Step, i.Name, i.Project)
					}
				}
			}
			return nil
		}
		if report, _, err := r.apply(planner.Normal); err != nil || !report.OK() {
			t.Fatalf("%+v, %v", report, err)
		}
		r.state.Before = nil
		if len(plan.Operations) > 0 && len(known) == 0 {
			t.Errorf("nothing was announced of %v", kinds(plan))
		}
	}
}
