package view

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/observed"
)

// withStores is a plan with an operation on each of two whole stores, one of which has a
// key of 2,000 characters, and many on projects.
func withStores() *planner.Plan {
	store := func(name string, changes ...planner.Change) planner.Operation {
		return planner.Operation{Address: addr.Address{Kind: addr.Secrets, Name: "age_file." + name}, Kind: planner.Update, Secrets: "age_file." + name, Changes: changes,
			Reason: planner.Reason{Word: "settings_changed", Text: "its recipients changed; it is encrypted again"},
			Notes:  []string{"age1kim could read the keys of photos until now, and may have kept them: bh rotate photos"},
			Acts:   []planner.Act{{Step: planner.StepWriteRecipients}},
			Calls:  []observed.Calls{{Connection: "age_file." + name, Vendor: "age_file", Writes: 1}}}
	}
	p := tenants(pictureOperations + 1)
	p.Operations = append([]planner.Operation{
		store("main", planner.Change{Field: "recipients", After: "age1friend"}, planner.Change{Field: "recipients", Before: "age1kim"}),
		store("team", planner.Change{Field: "recipients", After: "age1pq1" + strings.Repeat("q", 2000)}),
		{Address: project("moved"), Kind: planner.Update, Reason: planner.Reason{Word: "settings_changed", Text: "what is declared changed"},
			Changes: []planner.Change{{Field: "endpoint_url", Before: "https://old.example", After: "https://new.example", Source: "S3_URL"}}},
	}, p.Operations...)
	return p
}

// TestStores: an operation on a whole store has the address of its block in every view,
// results and events of two of them are not mixed up, and the lines keep to the schema.
func TestStores(t *testing.T) {
	for format, want := range map[string][]string{
		"human": {"~ update     secrets.age_file.main", "recipients: + age1friend\n", "recipients: - age1kim\n", "recipients: + age1pq1qqq",
			`endpoint_url: "https://old.example" -> "https://new.example" (from S3_URL)`, "secrets.age_file.main: update done", "secrets.age_file.team: update failed"},
		"json": {`"addr":"secrets.age_file.main"`, `"operation":{"address":"secrets.age_file.team"`, `"source":"S3_URL"`,
			`"secrets.age_file.main":"done"`, `"secrets.age_file.team":"failed"`},
		"markdown": {"`secrets.age_file.main` | done |", "`secrets.age_file.team` | **failed** |"},
		"mermaid":  {"update<br/>secrets#46;age_file#46;main", "update<br/>secrets#46;age_file#46;team", "recipients<br/>update"},
	} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			v, err := New(format, &out, &out, options())
			if err != nil {
				t.Fatal(err)
			}
			plan := withStores()
			v.Plan(plan)
			var r executor.Report
			for i, outcome := range []executor.Outcome{executor.Done, executor.Failed} {
				store := plan.Operations[i].Address
				v.Event(executor.OperationStarted{Address: store, Kind: planner.Update, At: noon})
				v.Event(executor.StepStarted{Address: store, Step: planner.StepWriteRecipients, At: noon})
				v.Event(executor.Waiting{Address: store, Why: "the file is locked", Until: noon.Add(time.Second)})
				r.Results = append(r.Results, executor.Result{Address: store, Kind: planner.Update, Outcome: outcome, Started: noon, Ended: noon})
			}
			for _, result := range r.Results {
				v.Event(executor.OperationDone{Result: result})
			}
			v.Report(plan, r)
			v.Done(End{Command: "apply", Exit: 1})
			text := out.String()
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("this lacks %q:\n%s", w, text)
				}
			}
			if format == "json" {
				validLines(t, text)
			} else if strings.Contains(text, strings.Repeat("q", 200)) {
				t.Errorf("a long key is shown whole:\n%s", text)
			}
		})
	}
}
