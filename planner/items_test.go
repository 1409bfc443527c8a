package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/drift"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// several is a scene with n projects, of which the items of the first gone are gone.
func several(n, gone int) *scene {
	s := newScene()
	s.in.Desired.Projects = nil
	clear(s.in.Recorded.Records)
	clear(s.in.Observed.Items)
	for i := range n {
		p, key, item := addr.Address{Kind: addr.Project, Name: fmt.Sprintf("p%d", i)}, fmt.Sprintf("K%d", i), fmt.Sprintf("I%d", i)
		bucket := vendors.BucketID{Name: p.Name}
		project, record := *newScene().desc, *newScene().rec
		project.Addr, project.Bucket.ID, project.ItemTitle = p, bucket, p.Name
		record.Project, record.Bucket = p, &bucket
		record.Item = &state.ItemRef{ID: item, Title: p.Name, Address: p, Operation: "op1", UpdatedAt: record.Item.UpdatedAt}
		record.Active = &state.CredentialRef{ID: key, IssuedAt: record.Active.IssuedAt, Fingerprint: "F1"}
		s.in.Desired.Projects = append(s.in.Desired.Projects, project)
		s.in.Recorded.Records[p] = record
		s.in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: bucket}] = vendors.Bucket{ID: bucket}
		s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: key}] = vendors.Credential{ID: key, Bucket: bucket, Access: vendors.ReadWrite, Status: vendors.Active}
		if i >= gone {
			s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: item}] = observed.Item{Summary: vendors.ItemSummary{ID: item, Title: p.Name, Marked: true, UpdatedAt: record.Item.UpdatedAt}}
		}
	}
	s.rec = nil
	return s
}

func coded(diags diag.List, code string) (found diag.List) {
	for _, d := range diags {
		if d.Code == code {
			found = append(found, d)
		}
	}
	return found
}

// Items that are gone have their keys renewed, but for a loss of more than half of a
// store, and at least three: then somebody has to ask for it.
func TestMake_itemsGoneAtOnce(t *testing.T) {
	missing := func(s *scene) { s.in.Observed.Missing = map[string]string{store: "the file x.age"} }
	for name, test := range map[string]struct {
		n, gone int
		change  func(*scene)
		want    diag.Severity // of BH2061; "" for none
		says    string
	}{
		"none":                          {6, 0, nil, "", ""},
		"half":                          {6, 3, nil, "", ""},
		"more than half":                {5, 3, nil, diag.Error, "3 of the 5 items that bh stored in age_file.main are not there."},
		"two of two":                    {2, 2, nil, "", ""},
		"all":                           {3, 3, nil, diag.Error, "None of the 3 items that bh stored in age_file.main is there."},
		"allowed":                       {3, 3, func(s *scene) { s.in.Allowance.Reissue = true }, "", ""},
		"the file is missing":           {3, 3, missing, diag.Error, "The file x.age is not there. None of the 3 items"},
		"the file of one is missing":    {1, 1, missing, diag.Warning, "The file x.age is not there. None of the 1 item "},
		"missing and allowed":           {1, 1, func(s *scene) { missing(s); s.in.Allowance.Reissue = true }, "", ""},
		"nothing would be renewed":      {3, 3, func(s *scene) { missing(s); s.in.Mode = planner.DestroyAll }, "", ""},
		"none of them is looked at":     {5, 3, func(s *scene) { s.in.Scope = func(p addr.Address) bool { return p.Name == "p4" } }, "", ""},
		"one of them is looked at":      {5, 3, func(s *scene) { s.in.Scope = func(p addr.Address) bool { return p.Name == "p0" } }, diag.Error, "3 of the 5"},
		"those gone are no longer ours": {5, 3, func(s *scene) { s.in.Desired.Projects = s.in.Desired.Projects[3:] }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := several(test.n, test.gone)
			if test.change != nil {
				test.change(s)
			}
			_, diags := s.make(t)
			found := coded(diags, "BH2061")
			if test.want == "" {
				if len(found) > 0 {
					t.Errorf("got %+v", found)
				}
				return
			}
			if len(found) != 1 || found[0].Severity != test.want || !strings.HasPrefix(found[0].Detail, test.says) {
				t.Fatalf("got %+v", diags)
			}
			if flag := strings.Contains(found[0].Fix, "--allow-reissue"); flag != (test.want == diag.Error) {
				t.Errorf("got %q", found[0].Fix)
			}
		})
	}
}

// What is gone is named by its title, its id and its store; what is brought is stored again.
func TestMake_namesTheItemThatIsGone(t *testing.T) {
	s := several(4, 4)
	s.in.Desired.Projects[3].Cloud, s.in.Desired.Projects[3].Register = "", &config.Register{AccessKeyID: "K3"}
	r := s.in.Recorded.Records[addr.Address{Kind: addr.Project, Name: "p3"}]
	r.Cloud, r.Registered, r.Bucket = "", true, nil
	r.Item.Fields = map[string]string{vendors.FieldAccessKeyID: "K3", vendors.FieldBucket: "p3"}
	s.in.Recorded.Records[r.Project] = r
	s.in.Observed.Registered = map[addr.Address]string{r.Project: "F1"}
	plan, diags := s.make(t)
	if got := coded(diags, "BH2061"); len(got) != 1 || !strings.HasSuffix(got[0].Fix, "--allow-reissue replaces the keys of p0, p1 and p2 and stores those of p3 again.") {
		t.Errorf("got %+v", got)
	}
	for i, want := range []string{"the item is gone: p0 (id I0) in age_file.main; a secret is shown only once, so new keys are issued", "", "", "the item is gone: p3 (id I3) in age_file.main; the keys are stored again"} {
		if o := plan.Operations[i]; want != "" && o.Reason.Text != want {
			t.Errorf("%s: got %q, want %q", o.Address, o.Reason.Text, want)
		}
	}
	s.in.Mode = planner.DestroyAll
	plan, _ = s.make(t)
	if o := plan.Operations[0]; !slices.Contains(o.Notes, "the item is gone: p0 (id I0) in age_file.main") {
		t.Errorf("got %q", o.Notes)
	}
}

// An item that someone copied, or made under the title of ours, is told once for each
// store, and stays what it is.
func TestMake_itemsDoubled(t *testing.T) {
	copyOf := func(s *scene, id, title string, marked bool) {
		s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: id}] = observed.Item{Summary: vendors.ItemSummary{ID: id, Title: title, Marked: marked}}
	}
	for name, test := range map[string]struct {
		change func(*scene)
		says   string // "" for nothing
		drift  []string
	}{
		"a copy": {func(s *scene) { copyOf(s, "X1", "p0", true) }, `In age_file.main, the title "p0" names I0, which bh manages, and X1.`, []string{`item_doubled item "p0" "X1"`}},
		"two others, in another case": {func(s *scene) { copyOf(s, "X2", "P0", false); copyOf(s, "X1", "p0", false) }, `In age_file.main, the title "p0" names I0, which bh manages, and X1 and X2.`,
			[]string{`item_doubled item "p0" "X1, X2"`}},
		"of two projects": {func(s *scene) { copyOf(s, "X1", "p0", true); copyOf(s, "X2", "p1", true) },
			`In age_file.main, the title "p0" names I0, which bh manages, and X1; the title "p1" names I1, which bh manages, and X2.`, []string{`item_doubled item "p0" "X1"`, `item_doubled item "p1" "X2"`}},
		"another title": {func(s *scene) { copyOf(s, "X1", "p0 copy", true) }, "", nil},
		"of another store": {func(s *scene) {
			s.in.Observed.Items[observed.ItemKey{Secrets: other, ID: "X1"}] = observed.Item{Summary: vendors.ItemSummary{ID: "X1", Title: "p0"}}
		}, "", nil},
		"of strangers": {func(s *scene) { copyOf(s, "X1", "theirs", false); copyOf(s, "X2", "theirs", false) }, "", nil},
		"which a run that was stopped may have made": {func(s *scene) {
			copyOf(s, "X1", "p0", true)
			s.in.Recorded.Intents = []state.Intent{{ID: 1, Project: addr.Address{Kind: addr.Project, Name: "p0"}, Step: planner.StepStoreCredential, Secrets: store, Operation: "op9"}}
		}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := several(2, 0)
			test.change(s)
			plan, diags := s.make(t)
			found := coded(diags, "BH2062")
			switch {
			case test.says == "":
				if len(found) > 0 {
					t.Errorf("got %+v", found)
				}
			case len(found) != 1 || found[0].Severity != diag.Warning || !strings.HasPrefix(found[0].Detail, test.says) || !plan.Empty():
				t.Errorf("got %+v and %+v", diags, plan.Operations)
			}
			if got := differences(drift.Find(s.in, nil)); !slices.Equal(got, test.drift) {
				t.Errorf("drift: got %q, want %q", got, test.drift)
			}
		})
	}
}

// A thousand copies are one warning.
func TestMake_manyDoubled(t *testing.T) {
	s := several(1000, 0)
	for i := range 1000 {
		id := fmt.Sprintf("X%d", i)
		s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: id}] = observed.Item{Summary: vendors.ItemSummary{ID: id, Title: fmt.Sprintf("p%d", i)}}
	}
	_, diags := s.make(t)
	if found := coded(diags, "BH2062"); len(found) != 1 || len(found[0].Detail) > 600 || !strings.Contains(found[0].Detail, "; and 995 more titles. ") {
		t.Errorf("got %+v", found)
	}
}
