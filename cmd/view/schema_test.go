package view

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/discovery"
	"buckethead/planner/drift"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/vendors"
)

// strictSchema is the schema of the lines without its permission to add: what a line
// says has to be described as well.
func strictSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(LinesSchema()))
	if err != nil {
		t.Fatal(err)
	}
	root := doc.(map[string]any)
	var close func(node any)
	close = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			for _, below := range n {
				close(below)
			}
			_, described := n["properties"]
			_, open := n["additionalProperties"]
			if n["type"] == "object" && described && !open {
				n["unevaluatedProperties"] = false
			}
		case []any:
			for _, below := range n {
				close(below)
			}
		}
	}
	close(root)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("lines.json", root); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("lines.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// knownTypes are the types that the schema's description names.
func knownTypes(t *testing.T) []string {
	t.Helper()
	_, names, ok := strings.Cut(string(LinesSchema()), "What the line says. Known: ")
	names, _, _ = strings.Cut(names, ".\"")
	if !ok {
		t.Fatal("the schema names no types")
	}
	return strings.Split(names, ", ")
}

// validLines checks every line against the schema, and returns the types it saw.
func validLines(t *testing.T, text string) (types []string) {
	t.Helper()
	schema := strictSchema(t)
	for l := range strings.Lines(text) {
		line, err := jsonschema.UnmarshalJSON(strings.NewReader(l))
		if err == nil {
			err = schema.Validate(line)
		}
		if err != nil {
			t.Errorf("%v\nin %s", err, l)
			continue
		}
		types = append(types, line.(map[string]any)["type"].(string))
	}
	return types
}

// TestLines_schema shows everything a view can show, and checks it against the schema.
func TestLines_schema(t *testing.T) {
	var out bytes.Buffer
	v, err := New("json", &out, nil, options())
	if err != nil {
		t.Fatal(err)
	}
	plan, r := report()
	for _, p := range []*planner.Plan{everyKind(), withSettings(t), hostile(), {}, tenants(1), plan} {
		v.Plan(p)
	}
	v.Event(executor.OperationStarted{Address: project("photos"), Kind: planner.Provision, At: noon})
	v.Event(executor.StepStarted{Address: project("photos"), Step: "settle", At: noon})
	v.Event(executor.StepDone{Address: project("photos"), Step: "settle", At: noon})
	v.Event(executor.Waiting{Address: project("photos"), Why: "new", Until: noon})
	for _, result := range r.Results {
		v.Event(executor.OperationDone{Result: result})
	}
	v.Report(plan, r)
	v.Diagnostics(diag.List{{Severity: diag.Warning, Kind: diag.Kind{Code: "BH1001", Summary: "s"}, Address: project("photos"), Subject: diag.Range{File: "f", Start: diag.Pos{Line: 1, Column: 1}}}})
	v.Checks("cloud", checks())
	v.CheckSummary(CheckCounts{Fault: 1})
	v.Valid(0)
	v.Drift(everyDrift())
	v.Discovery(everyFind())
	v.Result("Moved.")
	v.Note("A sentence.")
	v.Waiting("Cloudflare", "used up", noon.Add(time.Minute))
	v.Fault(errors.New("one\n  two"))
	v.Tick()
	v.Done(End{Command: "state mv", Exit: 1})
	types := validLines(t, out.String())
	if types[0] != "version" || types[len(types)-1] != "done" {
		t.Errorf("the first line is of type %s, the last of type %s", types[0], types[len(types)-1])
	}
	slices.Sort(types)
	shown, known := slices.Compact(types), knownTypes(t)
	slices.Sort(known)
	if !slices.Equal(shown, known) {
		t.Errorf("lines are of types %v; the schema knows %v", shown, known)
	}
	want := `"counts":{"blocked":1,"done":1,"failed":1,"interrupted":1,"skipped":0},"errors":2,"exit_code":1,"format":2,"has_changes":true,"outcome":"error",` +
		`"outcomes":{"project.billing":"interrupted","project.old_site":"blocked","project.photos":"done","project.reports":"failed"},"plan_digest":"` + plan.Digest() + `","type":"done","warnings":1}` + "\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("the end is %s\nwant %s", out.String()[max(0, out.Len()-len(want)):], want)
	}
}

// everyDrift has a difference of each class.
func everyDrift() drift.Report {
	d := drift.Report{Stack: "main", Checked: 12, Ignored: 1}
	for _, class := range drift.Classes() {
		d.Differences = append(d.Differences, drift.Difference{Address: project("photos"), Class: class, Field: "f", Before: "b", After: "a",
			Range: diag.Range{File: "f", Start: diag.Pos{Line: 1, Column: 1}}})
	}
	d.Differences = append(d.Differences, drift.Difference{Address: project("photos"), Class: drift.ItemEdited, Field: "secret_access_key", Sensitive: true},
		drift.Difference{Address: project("photos"), Class: drift.ItemGone, Field: "item", Before: "photos", ItemID: "I1", Secrets: "age_file.main"})
	return d
}

// everyFind has one thing of each kind, and of each owner.
func everyFind() discovery.Discovery {
	return discovery.Discovery{Stack: "main", Clouds: []string{"local.main"}, Stores: []string{"age_file.main"},
		Buckets: []discovery.Bucket{{Cloud: "local.main", Bucket: vendors.BucketID{Name: "b", Namespace: "eu"}, Location: "weur", StorageClass: "standard", CreatedAt: noon,
			Address: project("b"), TakeOver: "bh import", Block: "import {}"}, {Cloud: "local.main", Bucket: vendors.BucketID{Name: "c"}, Owner: owners.AnotherStack, Stack: "s", Lineage: "0123456789"}},
		Credentials: []discovery.Credential{{Cloud: "local.main", ID: "K", Name: "bh/x", Owner: owners.ThisStack, Address: "project.x", IssuedAt: noon, Status: vendors.Active}},
		Items:       []discovery.Item{{Secrets: "age_file.main", ID: "I", Title: "t", Owner: owners.UnknownStack, UpdatedAt: noon}},
		Others:      map[string]int{"local.main": 2}, Unlisted: []observed.Unlisted{{Cloud: "local.main", Namespace: "fedramp", Why: "denied"}}}
}

// TestLines_schemaRefuses: the schema is not one that everything fits.
func TestLines_schemaRefuses(t *testing.T) {
	head := `{"@level":"info","@message":"m","@module":"bh.ui","@timestamp":"2026-11-23T12:00:00Z","format":2,`
	schema := strictSchema(t)
	for _, tt := range []struct {
		line string
		good bool
	}{
		{head + `"type":"log"}`, true},
		{head + `"type":"log","more":1}`, false}, // allowed to readers, but not to us
		{head + `"type":"version"}`, false},
		{head + `"type":"done","command":"plan","exit_code":0,"outcome":"ok","errors":0,"warnings":0,"counts":{"done":0,"failed":0,"blocked":0,"skipped":0,"interrupted":0},"outcomes":{}}`, true},
		{head + `"type":"done","command":"plan","exit_code":0,"outcome":"good","errors":0,"warnings":0,"counts":{"done":0,"failed":0,"blocked":0,"skipped":0,"interrupted":0},"outcomes":{}}`, false},
		{head + `"type":"done","command":"plan","exit_code":0,"outcome":"ok","errors":0,"warnings":0,"counts":{},"outcomes":{}}`, false},
		{head + `"type":"waiting","who":"Cloudflare","waiting":"used up","until":"soon"}`, false},
		{strings.Replace(head, `"format":2`, `"format":3`, 1) + `"type":"log"}`, false},
		{`{"type":"log"}`, false},
	} {
		line, err := jsonschema.UnmarshalJSON(strings.NewReader(tt.line))
		if err != nil {
			t.Fatal(err)
		}
		if got := schema.Validate(line); (got == nil) != tt.good {
			t.Errorf("%s\n%v", tt.line, got)
		}
	}
}

// TestLines_schemaAllowsMore: readers take what a later bh adds.
func TestLines_schemaAllowsMore(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(LinesSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("lines.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile("lines.json")
	for _, kind := range []string{"log", "newer"} {
		line, _ := jsonschema.UnmarshalJSON(strings.NewReader(fmt.Sprintf(`{"@level":"info","@message":"m","@module":"bh.ui","@timestamp":"2026-11-23T12:00:00Z","format":2,"type":%q,"more":{}}`, kind)))
		if err := schema.Validate(line); err != nil {
			t.Error(err)
		}
	}
}

func TestEnd_outcome(t *testing.T) {
	for exit, want := range map[int]string{0: "ok", 1: "error", 2: "changes", 3: "error", 130: "interrupted", 143: "interrupted"} {
		if got := (End{Exit: exit}).outcome(); got != want {
			t.Errorf("%d: %s, want %s", exit, got, want)
		}
	}
}
