package executor_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

// address is where buckets are reached by now.
func (r *rigging) address(connection string, _ vendors.BucketID) planner.Address {
	endpoint := cmp.Or(r.moved, "memory://"+connection)
	return planner.Address{Address: vendors.Address{EndpointURL: endpoint, Region: "auto"}}
}

// comparedComplaints says which items and stores are not as the settings of their blocks are.
func (r *rigging) comparedComplaints(snap state.Snapshot) []string {
	var out []string
	for _, d := range r.config.Projects {
		item, found := r.item(d.Secrets, d.ItemTitle)
		if want := r.address(d.Cloud, d.Bucket.ID).EndpointURL; found && d.Register == nil && item.Keys.EndpointURL != want {
			out = append(out, fmt.Sprintf("the item of %s has the endpoint %s, want %s", d.Addr, item.Keys.EndpointURL, want))
		}
		if len(item.Misfits) > 0 {
			out = append(out, fmt.Sprintf("the item of %s has %v", d.Addr, item.Misfits))
		}
		if stored := snap.Records[d.Addr].Item; stored != nil && stored.Shape != "" && stored.Shape != r.shape {
			out = append(out, fmt.Sprintf("the record of %s has the shape %s, want %s", d.Addr, stored.Shape, r.shape))
		}
	}
	for _, name := range []string{store, other} {
		used := slices.ContainsFunc(r.config.Projects, func(p config.Project) bool { return p.Secrets == name })
		if got, _ := r.world.Store(name).ReadRecipients(context.Background()); used && !slices.Equal(got.Stored, got.Declared) {
			out = append(out, fmt.Sprintf("%s is for %v, want %v", name, got.Stored, got.Declared))
		}
	}
	return out
}

func (r *rigging) recipients(secrets string, stored, declared []string) {
	r.world.Store(secrets).SetRecipients(vendors.Recipients{Stored: stored, Declared: declared})
}

// comparedLifecycles change what stands in cloud and secrets blocks.
var comparedLifecycles = []lifecycle{
	{"another endpoint", func(r *rigging) {
		r.config.Projects = []config.Project{project("photos"), registered("drop", "brought")}
	},
		func(r *rigging) { r.moved = "https://elsewhere" }},
	{"another shape of items", func(r *rigging) {
		r.shape = "first"
		r.config.Projects = []config.Project{project("photos"), registered("drop", "brought")}
	}, func(r *rigging) { r.shape = "second" }},
	{"a secret that is shown", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} },
		func(r *rigging) { r.world.Store(store).ShowSecret(r.world.Store(store).Items()[0].ID) }},
	{"other recipients", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} },
		func(r *rigging) { r.recipients(store, []string{"own", "kim"}, []string{"own"}) }},
	{"other recipients and a new project", func(r *rigging) { r.config.Projects = []config.Project{project("photos")} },
		func(r *rigging) {
			r.recipients(store, []string{"own", "kim"}, []string{"own"})
			r.config.Projects = append(r.config.Projects, project("albums"))
		}},
}

// TestApply_storesFirst: stores are written for their recipients before anything else, each
// with a result of its own, and nothing is stored in one that could not be.
func TestApply_storesFirst(t *testing.T) {
	for _, fails := range []bool{false, true} {
		t.Run(fmt.Sprintf("fails=%t", fails), func(t *testing.T) {
			r := begin(t, func(r *rigging) {
				p := project("elsewhere")
				p.Secrets = other
				r.config.Projects = []config.Project{project("photos"), p}
			})
			r.recipients(store, []string{"own", "kim"}, []string{"own"})
			r.recipients(other, []string{"own"}, []string{"own", "friend"})
			r.rotate[addr.Address{Kind: addr.Project, Name: "photos"}], r.rotate[addr.Address{Kind: addr.Project, Name: "elsewhere"}] = true, true
			var writes []string
			r.world.Before = func(c memory.Call) error {
				if !c.Reads() {
					writes = append(writes, c.Vendor+" "+c.Method)
				}
				if fails && c.Vendor == store && c.Method == "WriteRecipients" {
					return &vendors.Error{Vendor: store, Op: "write", Kind: vendors.ErrDenied, Message: "no"}
				}
				return nil
			}
			report, _, err := r.apply(planner.Normal)
			r.world.Before = nil
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]executor.Outcome{}
			for _, result := range report.Results {
				got[result.Address.Label()] = result.Outcome
			}
			want := map[string]executor.Outcome{"secrets." + store: executor.Done, "secrets." + other: executor.Done,
				"photos": executor.Done, "elsewhere": executor.Done}
			if fails {
				want["secrets."+store], want["photos"] = executor.Failed, executor.Skipped
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || len(report.Results) != 4 {
				t.Errorf("got %v, want %v", got, want)
			}
			if len(writes) < 2 || !strings.HasSuffix(writes[0], "WriteRecipients") || !strings.HasSuffix(writes[1], "WriteRecipients") {
				t.Errorf("the first writes are %v", writes)
			}
			entries, err := r.state.History(addr.Address{}, 0)
			if err != nil || !slices.ContainsFunc(entries, func(e state.Entry) bool {
				return e.Block == "secrets."+store && e.Project.IsZero() && e.Operation == "update" && e.Outcome == string(want["secrets."+store])
			}) {
				t.Errorf("the history is %+v (%v)", entries, err)
			}
			mustConverge(t, r)
			if wrong := r.complaints(); !fails && len(wrong) > 0 {
				t.Error(strings.Join(wrong, "\n"))
			}
		})
	}
}

// TestApply_storePanics: a fault of the store in the middle of its operation ends it alone.
func TestApply_storePanics(t *testing.T) {
	r := begin(t, func(r *rigging) { r.config.Projects = []config.Project{project("photos")} })
	r.recipients(store, []string{"own", "kim"}, []string{"own"})
	r.world.Before = func(c memory.Call) error {
		if c.Method == "WriteRecipients" {
			panic(errors.New("boom"))
		}
		return nil
	}
	report, _, err := r.apply(planner.Normal)
	r.world.Before = nil
	if err != nil || len(report.Results) != 1 || report.Results[0].Outcome != executor.Failed ||
		!strings.Contains(report.Results[0].Diagnostics[0].Detail, "secrets."+store) {
		t.Errorf("got %+v (%v)", report, err)
	}
}
