package planfile_test

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/planfile"
	"buckethead/state"
	"buckethead/vendors"
)

func plan(projects ...string) *planner.Plan {
	desired := &config.Config{Stack: "main"}
	for _, name := range projects {
		desired.Projects = append(desired.Projects, config.Project{Addr: addr.Address{Kind: addr.Project, Name: name}, Cloud: "local.main", Secrets: "age_file.main",
			Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: name}}, Access: vendors.ReadWrite, ItemTitle: name})
	}
	p, _ := planner.Make(planner.Input{Desired: desired, Recorded: state.Snapshot{Meta: state.Meta{Lineage: "L"}}, Mode: planner.Normal})
	return p
}

func write(t testing.TB, p *planner.Plan) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := planfile.Write(&b, p, "1.0.0"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead_givesWhatWasWritten(t *testing.T) {
	p := plan("photos", "albums")
	got, err := planfile.Read(bytes.NewReader(write(t, p)))
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest() != p.Digest() || len(got.Operations) != 2 || got.Operations[0].Acts[0].Step != planner.StepCreateBucket {
		t.Fatalf("got %+v", got)
	}
	run, differences := planfile.Compare(got, plan("photos", "albums"))
	if len(differences) > 0 || len(run.Operations) != 2 || len(run.Operations[0].Steps) == 0 {
		t.Fatalf("got %v, %v", run, differences)
	}
}

func TestRead_refusesWhatItDidNotWrite(t *testing.T) {
	text := string(write(t, plan("photos")))
	for name, broken := range map[string]string{
		"nothing":        "",
		"no JSON":        "terraform",
		"other JSON":     "{}",
		"newer":          strings.Replace(text, `"bh_plan_format": 4`, `"bh_plan_format": 5`, 1),
		"changed since":  strings.Replace(text, `"digest": "`, `"digest": "0`, 2),
		"cut off":        text[:len(text)/2],
		"unknown field":  strings.Replace(text, `"digest"`, `"quota": 1, "digest"`, 1),
		"and a deep one": strings.Replace(text, `"kind"`, `"quota": 1, "kind"`, 1),
		"two documents":  text + text,
	} {
		if _, err := planfile.Read(strings.NewReader(broken)); !errors.Is(err, planfile.ErrFormat) {
			t.Errorf("%s: got %v, want ErrFormat", name, err)
		}
	}
}

// A file of an older format has the address of an operation in one of two fields.
func TestRead_olderFormats(t *testing.T) {
	older := `{"bh_plan_format":2,"bh_version":"1","digest":"DIGEST","plan":{"stack":"main","lineage":"L","mode":"normal","operations":[` +
		`{"block":"secrets.age_file.main","kind":"update","reason":{"word":"w","text":"t"},"id":"","sequence":0,"bucket":{"name":""},"acts":[],"digest":"1"},` +
		`{"project":"project.photos","kind":"provision","reason":{"word":"w","text":"t"},"id":"","sequence":1,"bucket":{"name":"b"},"acts":[],"after":["project.old"],"digest":"2"}]}}`
	want := &planner.Plan{Stack: "main", Mode: planner.Normal, Operations: []planner.Operation{{Digest: "1"}, {Digest: "2"}}}
	older = strings.Replace(older, "DIGEST", want.Digest(), 1)
	plan, err := planfile.Read(strings.NewReader(older))
	if err != nil || len(plan.Operations) != 2 || plan.Lineage != "L" {
		t.Fatalf("got %+v, %v", plan, err)
	}
	store, photos := plan.Operations[0], plan.Operations[1]
	if store.Address != (addr.Address{Kind: addr.Secrets, Name: "age_file.main"}) || photos.Address != (addr.Address{Kind: addr.Project, Name: "photos"}) ||
		len(photos.After) != 1 || photos.Bucket.Name != "b" {
		t.Errorf("got %+v and %+v", store, photos)
	}
	for name, broken := range map[string]string{
		"an unknown field": strings.Replace(older, `"block"`, `"quota":1,"block"`, 1),
		"no plan":          `{"bh_plan_format":2,"bh_version":"1","digest":""}`,
		"another digest":   strings.Replace(older, `"digest":"1"`, `"digest":"3"`, 1),
		"another format":   strings.Replace(older, `"bh_plan_format":2`, `"bh_plan_format":3`, 1),
	} {
		if _, err := planfile.Read(strings.NewReader(broken)); !errors.Is(err, planfile.ErrFormat) {
			t.Errorf("%s: got %v, want ErrFormat", name, err)
		}
	}
}

// The files of this format and the one before it, as they are on disk.
func TestWrite_golden(t *testing.T) {
	old, photos := addr.Address{Kind: addr.Project, Name: "old"}, addr.Address{Kind: addr.Project, Name: "photos", Key: "eu"}
	p := &planner.Plan{Stack: "main", Lineage: "L", Mode: planner.Normal, Operations: []planner.Operation{
		{Address: addr.Address{Kind: addr.Secrets, Name: "age_file.main"}, Kind: planner.Update, Digest: "1"},
		{Address: photos, Kind: planner.Provision, Digest: "2", After: []planner.Wait{{Address: old, Reason: planner.Reason{Word: "bucket_name", Text: "frees the name of the bucket"}}}}}}
	golden(t, "testdata/format3.json", p)
	rotate := planner.Operation{Address: photos, Kind: planner.Rotate, Reason: planner.Reason{Word: "rotation_due"}, Digest: "3",
		Timed: &planner.Timed{Due: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), Rest: "4"}}
	p = &planner.Plan{Stack: "main", Mode: planner.Normal, Operations: []planner.Operation{rotate}, Timeless: "5"}
	want := golden(t, "testdata/format4.json", p)
	if got := write(t, p); string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, changed := range []string{`"rest": "4"`, `"timeless": "5"`} {
		broken := strings.Replace(want, changed, strings.TrimSuffix(changed, "\"")+"x\"", 1)
		if _, err := planfile.Read(strings.NewReader(broken)); !errors.Is(err, planfile.ErrFormat) {
			t.Errorf("%s was changed: %v", changed, err)
		}
	}
}

// golden reads a file that holds the plan, and returns its text.
func golden(t *testing.T, path string, p *planner.Plan) string {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if read, err := planfile.Read(bytes.NewReader(want)); err != nil || !reflect.DeepEqual(read, p) {
		t.Errorf("%s: got %+v, %v", path, read, err)
	}
	return string(want)
}

// TestCompare_time: what only time has changed since a plan was saved is no difference, unless what the plan was to do
// is done.
func TestCompare_time(t *testing.T) {
	due, ended := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), time.Time{}
	update := planner.Operation{Kind: planner.Update, Digest: "rest"}
	timed := func(digest, rest string, since time.Time) planner.Operation {
		return planner.Operation{Kind: planner.Rotate, Digest: digest, Timed: &planner.Timed{Due: since, Rest: rest}}
	}
	for _, c := range []struct {
		name       string
		saved, now planner.Operation
		same       bool
	}{
		{"an overlap ended", update, timed("a", "rest", ended), true},
		{"an overlap ended, and something else", update, timed("a", "other", ended), false},
		{"an overlap was ended by someone else", timed("a", "rest", ended), update, true},
		{"a key expired that the rest needs", update, timed("a", "rest", due), true},
		{"due then and now", timed("a", "", due), timed("b", "", due), true},
		{"due then, with an overlap now", timed("a", "", due), timed("b", "", ended), false},
		{"rotated meanwhile", timed("a", "rest", due), update, false},
		{"saved before plans said what is due",
			planner.Operation{Kind: planner.Rotate, Reason: planner.Reason{Word: "rotation_due"}, Digest: "a"}, timed("a", "", due), true},
	} {
		expected := &planner.Plan{Mode: planner.Normal, Operations: []planner.Operation{c.saved}}
		run, differences := planfile.Compare(expected, &planner.Plan{Mode: planner.Normal, Operations: []planner.Operation{c.now}})
		if same := len(differences) == 0; same != c.same || same && run.Operations[0].Digest != c.now.Digest {
			t.Errorf("%s: got %v", c.name, differences)
		}
	}
}

func TestCompare(t *testing.T) {
	expected := plan("photos", "albums")
	changed := plan("photos", "albums")
	other := plan("photos", "albums")
	for i := range other.Operations {
		if other.Operations[i].Address.Name == "photos" {
			other.Operations[i].Digest, other.Operations[i].Kind = "x", planner.Adopt
		}
	}
	otherStack, otherState := *changed, *changed
	otherStack.Stack, otherState.Lineage = "prod", "M"
	tests := []struct {
		name  string
		fresh *planner.Plan
		want  string // part of the only difference; "" for none
	}{
		{"the same", changed, ""},
		{"more to do elsewhere", plan("photos", "albums", "third"), ""},
		{"done already", plan("photos"), "nothing to do"},
		{"another operation", other, "was to provision"},
		{"another stack", &otherStack, "stack"},
		{"another state", &otherState, "another state"},
	}
	for _, test := range tests {
		run, differences := planfile.Compare(expected, test.fresh)
		switch {
		case test.want == "" && (len(differences) > 0 || len(run.Operations) != 2):
			t.Errorf("%s: got %v", test.name, differences)
		case test.want != "" && (len(differences) != 1 || !strings.Contains(differences[0].Text, test.want) || run != nil):
			t.Errorf("%s: got %v, want one with %q", test.name, differences, test.want)
		}
	}
}

// Quotas are shown from the file as they were, and not for a part of a plan.
func TestCompare_quotasAndWhatIsWaitedFor(t *testing.T) {
	expected, fresh := plan("photos"), plan("photos", "albums")
	expected.Quotas = []planner.Quota{{Connection: "local.main", Vendor: "local", Limit: 5, Live: 1, After: 2}}
	fresh.Quotas = []planner.Quota{{Connection: "local.main", Vendor: "local", Limit: 5, Live: 1, After: 3}}
	read, err := planfile.Read(bytes.NewReader(write(t, expected)))
	if err != nil || len(read.Quotas) != 1 || read.Quotas[0] != expected.Quotas[0] {
		t.Fatalf("got %+v, %v", read.Quotas, err)
	}
	if run, differences := planfile.Compare(expected, fresh); len(differences) > 0 || run.Quotas != nil {
		t.Errorf("got quotas %v, %v; want none for a part", run.Quotas, differences)
	}
	waits := plan("photos")
	waits.Operations[0].After, waits.Operations[0].Digest = []planner.Wait{{Address: addr.Address{Kind: addr.Project, Name: "old"}}}, "x"
	if _, differences := planfile.Compare(expected, waits); len(differences) != 1 || differences[0].Text != "would wait for old, not for none" {
		t.Errorf("got %v", differences)
	}
}

// A first plan is made before there is a state; it is good for the state that the
// apply makes.
func TestCompare_takesAPlanFromBeforeTheState(t *testing.T) {
	expected := plan("photos")
	expected.Lineage = ""
	if _, differences := planfile.Compare(expected, plan("photos")); len(differences) > 0 {
		t.Errorf("got %v", differences)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, plan("photos")))
	f.Add([]byte(`{"bh_plan_format":3,"plan":{"operations":[{"address":"secrets.x["}]}}`))
	f.Add([]byte(`{"bh_plan_format":1,"plan":{"operations":[{"project":"x["}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := planfile.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		again, err := planfile.Read(bytes.NewReader(write(t, p)))
		if err != nil || again.Digest() != p.Digest() {
			t.Fatalf("what was read does not come back: %v", err)
		}
	})
}
